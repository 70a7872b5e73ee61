"""Judging a capture once, however often it is asked for, and making the cameo when it is live.

A worker takes the capture by compare-and-set for four minutes and looks at the recording outside any
transaction; what it found is written in one transaction that first checks that the capture is still its
own. A worker that dies leaves a lease that runs out; the third time, the capture is refused. Whatever
fails while judging closes: an engine that is missing or stumbles sends the recording to a person.
"""

import logging
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any, Final, assert_never

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from consent import backends
from consent.accounts import ages, epochs, guardians, notices, outbox
from consent.backends import Picture
from consent.cameos import (
    capturing,
    enrolment,
    erasure,
    identity,
    keeping,
    likeness,
    liveness,
    portrait,
    registry,
    things,
)
from consent.cameos.challenge import Challenge
from consent.cameos.likeness import Taken
from consent.cameos.liveness import ABSENT, Finding, Judged, Verdict
from consent.cameos.models import Cameo, Capture, Protected
from consent.cameos.observation import observe
from consent.errors import CaptureError, EngineMissingError
from consent.receipts.issue import issue
from provenance import media
from safety import screen
from safety.clearance import Clearance, Hold, Refusal, Signal

log = logging.getLogger(__name__)

LEASE: Final = timedelta(minutes=4)  # longer than the slowest file is allowed to take
TRIES: Final = 3
KEPT: Final = ["one face vector, encrypted", "one portrait with its landmarks, encrypted"]

State = Capture.State
CLOSED = Finding("closed", "One of our checks could not run just now, so a person will look at your recording.")
INSISTED = Finding("insisted", "A check that is insisted on here cannot be made just now: try again later.")
STUCK = Finding("stuck", "This recording could not be judged: record it again.")
REPLAY = Finding("replay", "This recording was sent before: a challenge is answered live.")
NO_ENGINE: Final = ("apparent_age", "voice")  # checks that nothing here makes yet


@dataclass(frozen=True, slots=True)
class Outcome:
    """What looking at the recording gave; the likeness only when there is one."""

    verdict: Verdict
    findings: tuple[Finding, ...] = ()
    taken: Taken | None = field(default=None, repr=False)
    cues: tuple[str, ...] = ()
    thing: Picture | None = field(default=None, repr=False)
    face: registry.Face | None = field(default=None, repr=False)


def judge(capture_id: int) -> str:
    """Judge a capture (its primary key) unless somebody else does or did; return its state afterwards."""
    capture = _claimed(capture_id)
    if capture is not None:
        outcome = Outcome("spoof", (STUCK,)) if capture.attempts > TRIES else _looked(capture)
        _settled(capture, outcome)
    return Capture.objects.values_list("state", flat=True).filter(pk=capture_id).first() or ""


def _claimed(capture_id: int) -> Capture | None:
    now = timezone.now()
    free = Q(leased_until__isnull=True) | Q(leased_until__lt=now)
    mine = Capture.objects.filter(free, pk=capture_id, state=State.JUDGING).update(
        leased_until=now + LEASE, attempts=F("attempts") + 1
    )
    return Capture.objects.select_related("person").get(pk=capture_id) if mine else None


def _looked(capture: Capture) -> Outcome:
    """Look at the recording; every surprise ends in *unsure*, every unreadable file in a refusal."""
    try:
        return _judged(capture)
    except (media.MediaError, CaptureError) as unreadable:
        return Outcome("spoof", (Finding("unreadable", str(unreadable)),))
    except EngineMissingError as missing:
        log.error("capture %s: %s", capture.pk, missing)  # noqa: TRY400 - the sentence says it all
    except Exception as surprise:  # noqa: BLE001 - whatever goes wrong while judging, nobody is enrolled by it
        name = type(surprise).__name__  # no trace: its frames hold the face
        log.error("capture %s could not be judged: %s", capture.pk, name)  # noqa: TRY400 - as said
    return Outcome("unsure", (CLOSED,))


def _judged(capture: Capture) -> Outcome:
    path = Path(settings.CAPTURE_HOME) / capture.recording
    if capture.challenge.get("path") == enrolment.PROTECTED:
        return Outcome("unsure", face=registry.look(path))
    if capture.challenge.get("path") == enrolment.THING:
        looked = things.look(path)
        return Outcome(looked.verdict, looked.findings, thing=looked.picture)
    asked = Challenge.of(capture.challenge)
    seen = observe(path, longest=asked.max_seconds + liveness.TAIL)
    judged = liveness.judge(seen, asked)
    against = _replayed(capture) + (judged.findings if judged.verdict == "spoof" else ())
    if against or judged.verdict == "spoof":
        return Outcome("spoof", against)
    absent = screen.unchecked(*unchecked(judged))
    if any(rule.then == "refuse" for rule in absent):
        return Outcome("spoof", (INSISTED,))
    taken = portrait.taken(seen)
    doubts = judged.findings + identity.doubts(capture.person, taken)
    doubts += (CLOSED,) if any(rule.then == "hold" for rule in absent) else ()
    return Outcome("unsure" if doubts else "live", doubts, taken, capturing.cues(seen))


def unchecked(judged: Judged | None = None) -> tuple[str, ...]:
    """Return the checks of ``absences.toml`` that are not made: by no engine at all, or not in this recording."""
    has_pad = judged.results.get("pad", ABSENT) != ABSENT if judged else backends.is_installed("pad")
    return (*NO_ENGINE, *(() if has_pad else ("pad",)))


def not_checked() -> list[str]:
    """Return in words what no engine checks here, as page, receipt and case say it."""
    return [rule.say for rule in screen.unchecked(*unchecked())]


def _replayed(capture: Capture) -> tuple[Finding, ...]:
    same = Capture.objects.filter(recording_sha256=capture.recording_sha256).exclude(pk=capture.pk)
    return (REPLAY,) if same.exists() else ()


@transaction.atomic
def _settled(capture: Capture, outcome: Outcome) -> None:
    """Write the verdict and all that follows from it, if the capture is still ours."""
    cameo = _own_cameo(capture) if outcome.taken else None  # lock order: cameo first
    lease = Capture.objects.select_for_update().filter(pk=capture.pk, state=State.JUDGING, attempts=capture.attempts)
    if not lease.exists():
        return
    if outcome.face is not None:
        _asked(capture, outcome.face)
        return
    answer = screen.capture(
        capture.recording_sha256, verdict=outcome.verdict, signals=_signals(outcome), subject=capture.public_id
    )
    match answer:
        case Clearance():
            _cleared(capture, outcome, cameo=cameo, clearance=answer)
        case Hold():
            _closed(capture, State.UNSURE, outcome.findings, case=answer.case)
        case Refusal():
            _closed(capture, State.SPOOF, outcome.findings or (Finding(answer.policy, answer.reason),))
        case _:
            assert_never(answer)


def _cleared(capture: Capture, outcome: Outcome, *, cameo: Cameo | None, clearance: Clearance) -> None:
    """Enrol: liveness said yes, or a person did. Without a likeness in hand there is nothing to enrol."""
    spent = screen.redeem(clearance, digest=capture.recording_sha256, by=capture.public_id)
    if spent is None and outcome.thing is not None:
        described = capture.challenge
        things.keep(capture.person, picture=outcome.thing, kind=described["kind"], name=described["name"])
        _closed(capture, State.LIVE, ())
        return
    if spent is not None or outcome.taken is None or cameo is None or cameo.state == Cameo.State.FROZEN:
        _closed(capture, State.SPOOF, (STUCK,))
        return
    if enrolment.unguarded(cameo.owner_id):  # since the challenge was given
        _closed(capture, State.SPOOF, (Finding("guardian", enrolment.UNGUARDED.sentence),))
        return
    _enrolled(cameo, outcome.taken, capture=capture)
    _closed(capture, State.LIVE, ())


def _asked(capture: Capture, face: registry.Face) -> None:
    """Enter the face that shall be left alone; a person looks at the proof, with the picture beside it."""
    told = registry.Asked(
        Protected.Relation(capture.challenge["relation"]),
        capture.challenge["proof"],
        agreement=capture.agreement,
        agreement_sha256=capture.agreement_sha256,
    )
    entry = registry.enter(capture.person, face=face, asked=told)
    _closed(capture, State.UNSURE, (), case=entry.case)


def _enrolled(cameo: Cameo, taken: Taken, *, capture: Capture) -> None:
    """Make the cameo live, for its owner alone; a renewed one keeps its audience and a pause."""
    epochs.bump([cameo.owner_id])
    likeness.keep(taken, cameo=cameo)
    fresh = cameo.state in {Cameo.State.PENDING, Cameo.State.WITHDRAWN}
    state = {"state": Cameo.State.LIVE, "audience": Cameo.Audience.ONLY_ME} if fresh else {}
    Cameo.objects.filter(pk=cameo.pk).update(enrolled_at=timezone.now(), erased_at=None, **state)
    issue("cameo.enrolled", cameo.owner_id, _about(cameo, capture))
    outbox.record("cameo_enrolled", {"cameo": cameo.pk, "owner": cameo.owner_id})
    _told(cameo, fresh=fresh)


def _told(cameo: Cameo, *, fresh: bool) -> None:
    """Tell the owner, who alone would know that it was not they, and whoever looks after them."""
    again = "enrolled" if fresh else "enrolled again"
    notices.tell(cameo.owner_id, "cameo.enrolled", f"Your likeness was {again}.", about=cameo.public_id)
    guardian = guardians.guardian(cameo.owner)
    if guardian is not None:
        sentence = f"@{cameo.owner.handle} {again.replace('enrolled', 'enrolled their likeness')}."
        notices.tell(guardian.pk, "guardian.changed", sentence, about=cameo.public_id)


def _about(cameo: Cameo, capture: Capture) -> dict[str, Any]:
    """Return what the receipt says: what was agreed to, what is kept and how long, what nobody checked."""
    law = keeping.strictest()
    return {
        "cameo": cameo.public_id,
        "capture": capture.public_id,
        "audience": "only me",
        "kept": KEPT,
        "agreement": {"version": capture.agreement, "sha256": capture.agreement_sha256},
        "retention": {"idle_days": law.days, "law": law.name, "source": law.source},
        "age": f"{ages.age_band(cameo.owner.birth_date).label}, by birth date",
        "not_checked": not_checked(),
    }


def _own_cameo(capture: Capture) -> Cameo:
    Cameo.objects.get_or_create(owner=capture.person)
    return Cameo.objects.select_for_update(of=("self",)).select_related("owner").get(owner=capture.person)


def _closed(capture: Capture, state: Capture.State, findings: tuple[Finding, ...], *, case: str = "") -> None:
    Capture.objects.filter(pk=capture.pk).update(
        state=state,
        reasons=[finding.sentence for finding in findings],
        judged_at=timezone.now(),
        leased_until=None,
        case=case,
    )
    capture.case = case
    transaction.on_commit(partial(erasure.forget, capture))


def _signals(outcome: Outcome) -> tuple[Signal, ...]:
    return tuple(
        Signal(
            category=f"liveness.{finding.check}",
            score=1.0,
            model="consent.cameos.liveness",
            sha256="",
            note=finding.sentence,
        )
        for finding in outcome.findings
    ) + tuple(
        Signal(category="liveness.cue", score=0.0, model="consent.cameos.capturing", sha256="", note=cue)
        for cue in outcome.cues
    )
