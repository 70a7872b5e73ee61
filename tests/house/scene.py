"""One world for every row of the table: Olive lets Felix use her face, he has made a video with it, Pat guards Tess."""

import secrets
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from consent import gate
from consent.accounts import export, guardians, invites, stewards, tokens
from consent.accounts.stewardship import Power
from consent.accounts.tokens import Scope
from consent.cameos import enrolment
from consent.grants import grant, preferences, requests
from consent.models import Appearance, Capture, Invite, Notice, Person, Protected, Thing
from consent.permit import Permit, Request, Use
from generation.feed import publish
from generation.feed.release import release
from generation.models import Clip, Job, Reference, Render
from generation.pipeline import tickets
from generation.pipeline.submit import submit
from generation.studio.compose import Wish
from provenance import ledger
from provenance.manifests.models import Manifest
from provenance.seal import Sealed
from safety import cases
from safety.classifiers import screenings
from safety.clearance import Clearance, Kind
from tests import cast
from tests.consent.passkeys import Passkey

FILM = b"\x00\x00\x00\x18ftypmp42" + bytes(64)


@dataclass(frozen=True)
class Scene:
    """The people, by role; by a route's parameter the id of what is there; tokens without the scope.

    The first token is for the notices' own endpoints, which the second one may use.
    """

    people: dict[str, Person]
    ids: dict[str, str]
    tokens: tuple[str, str]
    media: Path


def people() -> dict[str, Person]:
    """Return everybody the table names."""
    makers = (cast.olive, cast.felix, cast.sten, cast.pat, cast.tess, cast.mo)
    return {one.handle: one for one in (make() for make in makers)}


def set_up() -> Scene:
    """Make the world; ``settings.MEDIA_HOME`` is where its film lies."""
    cast_of = people()
    olive, felix = cast_of["olive"], cast_of["felix"]
    Passkey().enrol(olive)
    given = grant.give(olive, person=felix, uses=[Use.GENERATE, Use.PUBLISH])
    capture = enrolment.begin(olive, browser=enrolment.browser_of(None))
    assert isinstance(capture, Capture)
    made, _ = tokens.make(olive, name="backup", scopes=[Scope.NOTICES_WRITE], days=7)
    weak = [tokens.make(olive, name="weak", scopes=[one], days=7)[1] for one in (Scope.CLIPS_READ, Scope.NOTICES_WRITE)]
    clip = released(felix)
    ids = {
        "capture_id": capture.public_id,
        "thing_id": Thing.objects.create(owner=olive, kind="object", name="Vase", ciphertext=b"-").public_id,
        "protected_id": asked_for(olive).public_id,
        "grant_id": given.public_id,
        "receipt_id": given.receipt.public_id,
        "token_id": made.public_id,
        "job": clip.render.job.public_id,
        "clip": clip.public_id,
        "label": clip.manifest.label,
        "reference": Reference.objects.create(maker=felix, kind="image", file="0" * 32).public_id,
        "action": "pause",
        "case": cases.open(kind="job", subject=clip.render.job.public_id, policy="doubt", reason="Looks odd."),
        "handle": "sten",
        "act": "follow",
        "what": "end",
        "role": "delegate",
        **among_people(cast_of),
        **around(clip, olive=olive),
    }
    return Scene(cast_of, ids, (weak[0], weak[1]), settings.MEDIA_HOME)


def asked_for(olive: Person) -> Protected:
    """Return a face that Olive asked to be left alone, and that nobody has decided on."""
    return Protected.objects.create(
        asked_by=olive, relation=Protected.Relation.ESTATE, proof="A letter.", agreement="1", agreement_sha256="0" * 64
    )


def among_people(cast_of: dict[str, Person]) -> dict[str, str]:
    """Return ids of what is between people: Pat guards Tess, may act for Olive soon; Sten has asked Olive."""
    olive, sten, pat, tess = (cast_of[name] for name in ("olive", "sten", "pat", "tess"))
    cast.cameo(pat)
    cast.cameo(tess)
    ward = guardians.propose(pat, other=tess, as_guardian=True)
    guardians.confirm(tess, guardianship=ward.public_id)
    evidence, until = "A letter, to be seen at the front desk on any day.", timezone.now() + timedelta(days=30)
    named = stewards.name(olive, steward=pat, powers=[Power.PAUSE], evidence=evidence, until=until)
    asked = requests.ask(sten, cameo=olive.cameo, wanted=requests.Wanted(uses=frozenset({Use.GENERATE})))
    (rule, *_) = preferences.propose(olive, text="Never put me in political scenes.")
    invites.make(olive)
    return {
        "guardianship_id": ward.public_id,
        "steward_id": named.public_id,
        "request_id": asked.public_id,
        "rule_id": rule.public_id,
        "invite_id": Invite.objects.get().public_id,
        "notice_id": Notice.objects.filter(person=olive).latest("pk").public_id,
    }


def around(clip: Clip, *, olive: Person) -> dict[str, str]:
    """Return ids of what hangs on the clip: where Olive appears, the link to it, and her data on their way."""
    assert publish.show(clip.public_id, visibility=Clip.Visibility.LINK) is None
    link = publish.link_of(Clip.objects.get(pk=clip.pk))
    assert link is not None
    return {
        "appearance_id": Appearance.objects.filter(subject=clip.public_id, use="generate").get().public_id,
        "token": link.token,
        "export_id": export.ask(olive.pk).public_id,
    }


def released(maker: Person) -> Clip:
    """Return a released clip in which this person casts Olive; the seal's row is real, the film is not."""
    job = submit(Wish("@olive waves on a beach", seconds=1), maker=maker.pk)
    permit = gate.authorize(
        Request(job=job.public_id, requester=maker.pk, cameos=("olive",), draft_digest=job.draft.digest)
    )
    assert isinstance(permit, Permit), permit
    render = tickets.attempt(job, permit=permit, clearance=cleared(Kind.PROMPT, job.draft.digest))
    with transaction.atomic():
        return out(render, job=job, permit=permit)


def out(render: Render, *, job: Job, permit: Permit) -> Clip:
    """Release the attempt."""
    digest = secrets.token_hex(32)
    clip = release(
        render.pk,
        maker=job.maker_id,
        permit=permit,
        clearance=cleared(Kind.OUTPUT, digest),
        sealed=sealed(render),
        digest=digest,
        by=render.public_id,
    )
    assert isinstance(clip, Clip), clip
    Render.objects.filter(pk=render.pk).update(state=Render.State.RELEASED, stream_digest=digest)
    Job.objects.filter(pk=job.pk).update(state=Job.State.DONE, finished_at=timezone.now())
    return clip


def cleared(kind: Kind, digest: str) -> Clearance:
    """Return a clearance whose row is real."""
    return screenings.ticket(screenings.record(screenings.Finding(kind, digest), verdict="clear"))


def sealed(render: Render) -> Sealed:
    """Return a seal's record, with a file of a few bytes where the film would lie."""
    settings.MEDIA_HOME.mkdir(parents=True, exist_ok=True)
    path = settings.MEDIA_HOME / f"{render.public_id}.mp4"
    path.write_bytes(FILM)
    label, digest = f"urn:{render.public_id}", secrets.token_hex(32)
    entry = ledger.append(ledger.Fact("asset.sealed", {"manifest": label}))
    row = Manifest.objects.create(
        render=render.public_id, label=label, file_sha256=digest, stream_digest=digest, clearance_digest=digest,
        entry_id=entry, sealed_at=timezone.now(),
    )  # fmt: skip
    return Sealed(manifest=row.pk, label=label, path=path, file_sha256=digest, entry=entry)
