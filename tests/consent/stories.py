"""Reads the stories of ``tests/scenarios`` and lets them happen; the sentences are the whole language.

A story has ``cameos`` (owner: audience), ``pending`` cameos, ``mutuals``, what ``happens`` in order, who ``may`` and
who ``may_not`` and why; ``then`` come more steps, each with what happens, who may and who may not from then on.
A question is "felix generates+publishes olive+pat in politics", with the prompt's text where that matters: 'felix
generates olive with "a gun"'. A reason is what decided; where the asker hears something else, it goes on: "denied,
heard not_approved". What was made earlier stands for as long as asking anew would be a yes, or while a step says so
(``still``).
"""

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from django.db import transaction
from django.utils import timezone

from consent import gate
from consent.accounts import consents, guardians, ties
from consent.cameos import likeness
from consent.grants import audience, grant, preferences, requests, switch
from consent.grants.rows import Request as AskedFor
from consent.models import Appearance, Cameo, Evidence, Grant, Guardianship, Person
from consent.permit import Request, Use
from tests import cast

FOLDER = Path(__file__).resolve().parent.parent / "scenarios"
QUESTION = re.compile(
    r"(?P<viewer>\w+) (?P<uses>[\w+]+) (?P<cameos>[\w+]+)"
    r"(?: in (?P<categories>[\w+-]+))?(?: with \"(?P<text>[^\"]+)\")?$"
)
VERBS = {
    "generates": Use.GENERATE,
    "publishes": Use.PUBLISH,
    "remixes": Use.REMIX,
    "advertises": Use.ADVERTISE,
    "trains": Use.TRAIN,
    "voices": Use.VOICE,
}
AGES = {"tess": 15, "pat": 44}
VECTOR = np.eye(1, 128, dtype=np.float32)[0]
PORTRAIT, MESH = np.zeros((8, 8, 3), np.uint8), np.zeros((478, 3), np.float32)


@dataclass(frozen=True)
class Asked:
    """One question of a story."""

    viewer: Person
    cameos: tuple[str, ...]
    uses: frozenset[Use]
    categories: frozenset[str]
    text: str = ""

    @property
    def draft(self) -> str:
        """Return the digest of the draft: the same words are the same draft."""
        return hashlib.sha256(self.text.encode()).hexdigest()

    @property
    def use(self) -> Use:
        """Return the use that comes of it."""
        return Use.GENERATE if Use.GENERATE in self.uses else min(self.uses)


def stories() -> list[dict[str, Any]]:
    """Return every story, in the order of the files."""
    return [story for path in sorted(FOLDER.glob("*.yaml")) for story in yaml.safe_load(path.read_text("utf-8"))]


def somebody(name: str) -> Person:
    """Return the person of this name, of the age the cast gives them."""
    return cast.person(name, years=AGES.get(name, 30))


def asked(sentence: str) -> Asked:
    """Return a question as a value."""
    match = QUESTION.match(sentence)
    assert match, sentence
    uses = frozenset(VERBS[verb if verb.endswith("s") else f"{verb}s"] for verb in match["uses"].split("+"))
    categories = frozenset((match["categories"] or "").split("+")) - {""}
    cameos = tuple(match["cameos"].split("+"))
    return Asked(somebody(match["viewer"]), cameos, uses, categories, match["text"] or "")


def begin(story: dict[str, Any]) -> None:
    """Let everything that a story tells of happen."""
    for owner, chosen in story.get("cameos", {}).items():
        enrol(owner, chosen)
    for owner in story.get("pending", []):
        Cameo.objects.create(owner=somebody(owner))
    for pair in story.get("mutuals", []):
        one, other = map(somebody, pair.split())
        cast.befriend(one, other)
    for sentence in story.get("happens", []):
        happen(sentence)


def enrol(owner: str, chosen: str) -> None:
    """Let somebody have enrolled: the likeness is arrays of the right shapes, of nobody."""
    made = cast.cameo(somebody(owner), audience=Cameo.Audience(chosen))
    Cameo.objects.filter(pk=made.pk).update(state=Cameo.State.LIVE, enrolled_at=timezone.now())
    digest = "0" * 64
    with transaction.atomic():
        likeness.keep(likeness.Taken(VECTOR, PORTRAIT, MESH, digest, digest), cameo=made)


def happen(sentence: str) -> None:
    """Let one sentence happen."""
    for pattern, act in EVENTS:
        if match := re.fullmatch(pattern, sentence):
            act(*match.groups())
            return
    raise AssertionError(f"Nothing is known that is written: {sentence}")


def run_out(handle: str) -> None:
    """Let the grant to somebody end a second ago, as if that had been said when it was given."""
    given = Grant.objects.filter(person__handle=handle, revoked_at=None)
    ended = timezone.now() - timedelta(seconds=1)
    Appearance.objects.filter(grant__in=given).update(allowed_until=ended)
    given.update(expires_at=ended)


def look_after(guardian: str, ward: str) -> None:
    """Let somebody, known to be an adult, become the guardian of somebody else."""
    by, other = somebody(guardian), somebody(ward)
    Evidence.objects.get_or_create(
        person=by, defaults={"words": "-", "state": Evidence.State.VERIFIED, "decided_at": timezone.now()}
    )
    made = guardians.propose(by, other=other, as_guardian=True)
    guardians.confirm(other, guardianship=made.public_id)


def let_go(guardian: str, ward: str) -> None:
    """Let a guardianship end."""
    row = Guardianship.objects.get(guardian__handle=guardian, ward__handle=ward, state=Guardianship.State.LIVE)
    guardians.end(row.guardian, guardianship=row.public_id)


def grow_up(handle: str) -> None:
    """Let somebody turn 18."""
    Person.objects.filter(handle=handle).update(birth_date=cast.birthday(18))


def write(owner: str, text: str) -> None:
    """Let an owner write what they want, and confirm what it became."""
    proposed = preferences.propose(somebody(owner), text=text)
    preferences.confirm(somebody(owner), rules=[rule.public_id for rule in proposed])


def strike_out(owner: str, text: str) -> None:
    """Let an owner take back what they wrote."""
    (rule,) = preferences.in_force(somebody(owner).cameo).filter(clause=text)
    preferences.remove(somebody(owner), rule=rule.public_id)


def ask(sentence: str) -> None:
    """Let somebody ask an owner for a yes to one draft."""
    question = asked(sentence)
    answer = gate.ask(request(question), cameo=question.cameos[0], shots=[question.text])
    assert isinstance(answer, str), answer


def request(question: Asked) -> Request:
    """Return a question as the gate is asked it."""
    return Request(
        job="job",
        requester=question.viewer.pk,
        cameos=question.cameos,
        draft_digest=question.draft,
        uses=question.uses,
        categories=question.categories,
        text=question.text,
    )


def answer(who: str, other: str, uses: str | None, categories: str | None) -> None:
    """Let somebody say yes to what they were asked: once, or to uses in general."""
    general = requests.Yes(
        once=False,
        uses=frozenset(map(Use, (uses or "").split(","))) if uses else frozenset(),
        categories=frozenset((categories or "").split("+")) - {""},
    )
    requests.approve(somebody(who), request=waiting(other), yes=general if uses else requests.Yes())


def decline(who: str, other: str) -> None:
    """Let somebody say no to what they were asked."""
    requests.decline(somebody(who), request=waiting(other))


def waiting(requester: str) -> str:
    """Return the request of somebody that is open."""
    return AskedFor.objects.get(requester__handle=requester, state=AskedFor.State.OPEN).public_id


def give(owner: str, other: str, uses: str, categories: str | None) -> None:
    """Let an owner give uses, and categories if any."""
    grant.give(
        somebody(owner),
        person=somebody(other),
        uses=[Use(use) for use in uses.split(",")],
        categories=categories.split("+") if categories else (),
    )


def deny(owner: str, other: str, categories: str | None) -> None:
    """Let an owner say no to somebody, or no to categories."""
    grant.deny(somebody(owner), person=somebody(other), categories=categories.split("+") if categories else ())


def take_back(owner: str, other: str) -> None:
    """Revoke what somebody was given."""
    end(owner, other, effect=Grant.Effect.GRANT)


def forgive(owner: str, other: str) -> None:
    """Take a denial back."""
    end(owner, other, effect=Grant.Effect.DENIAL)


def end(owner: str, other: str, *, effect: Grant.Effect) -> None:
    """Revoke what was said about somebody."""
    found = Grant.objects.get(cameo__owner__handle=owner, person__handle=other, effect=effect, revoked_at=None)
    grant.revoke(somebody(owner), grant=found.public_id)


EVENTS: list[tuple[str, Callable[..., object]]] = [
    (r"(\w+) grants (\w+) ([\w,]+)(?: in ([\w+-]+))?", give),
    (r"(\w+) denies (\w+)(?: in ([\w+-]+))?", deny),
    (r"(\w+) looks after (\w+)", look_after),
    (r"(\w+) agrees for (\w+)", lambda a, b: consents.give(somebody(a), ward=somebody(b))),
    (r"(\w+) objects for (\w+)", lambda a, b: consents.withdraw(somebody(a), ward=somebody(b))),
    (r"(\w+) lets go of (\w+)", let_go),
    (r"(\w+) turns 18", grow_up),
    (r'(\w+) writes "([^"]+)"', write),
    (r'(\w+) strikes out "([^"]+)"', strike_out),
    (r"somebody asks: (.+)", ask),
    (r"(\w+) says yes to (\w+)(?: for ([\w,]+)(?: in ([\w+-]+))?)?", answer),
    (r"(\w+) says no to (\w+)", decline),
    (r"(\w+) forgives (\w+)", forgive),
    (r"(\w+) enrols again for (\w+)", enrol),
    (r"(\w+) revokes (\w+)", take_back),
    (r"the grant to (\w+) runs out", run_out),
    (r"(\w+) follows (\w+)", lambda a, b: ties.follow(somebody(a).pk, dst=somebody(b).pk)),
    (r"(\w+) unfollows (\w+)", lambda a, b: ties.unfollow(somebody(a).pk, dst=somebody(b).pk)),
    (r"(\w+) blocks (\w+)", lambda a, b: ties.block(somebody(a).pk, dst=somebody(b).pk)),
    (r"(\w+) unblocks (\w+)", lambda a, b: ties.unblock(somebody(a).pk, dst=somebody(b).pk)),
    (r"(\w+) lets in (\w+)", lambda a, who: audience.set_audience(somebody(a), audience=Cameo.Audience(who))),
    (r"(\w+) rules out ([\w+-]+)", lambda a, what: audience.set_ruled_out(somebody(a), categories=what.split("+"))),
    (r"(\w+) pauses", lambda a: switch.pause(somebody(a))),
    (r"(\w+) resumes", lambda a: switch.resume(somebody(a))),
    (r"(\w+) withdraws", lambda a: switch.withdraw(somebody(a))),
    (r"the house freezes (\w+)", lambda a: switch.freeze(somebody(a))),
    (r"the house thaws (\w+)", lambda a: switch.thaw(somebody(a))),
]
