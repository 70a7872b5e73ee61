"""Reads the stories of ``tests/scenarios`` and lets them happen; the sentences are the whole language.

A story has ``cameos`` (owner: audience), ``pending`` cameos, ``mutuals``, what ``happens`` in order, who ``may`` and
who ``may_not`` and why. A question is "felix generates+publishes olive+pat in politics". A reason is what decided;
where the asker hears something else, it goes on: "denied, heard not_approved".
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import yaml
from django.utils import timezone

from consent.accounts import consents, guardians, ties
from consent.grants import audience, grant, switch
from consent.models import Cameo, Grant, Person
from consent.permit import Use
from tests import cast

FOLDER = Path(__file__).resolve().parent.parent / "scenarios"
QUESTION = re.compile(r"(?P<viewer>\w+) (?P<uses>[\w+]+) (?P<cameos>[\w+]+)(?: in (?P<categories>[\w+]+))?$")
VERBS = {
    "generates": Use.GENERATE,
    "publishes": Use.PUBLISH,
    "remixes": Use.REMIX,
    "advertises": Use.ADVERTISE,
    "trains": Use.TRAIN,
    "voices": Use.VOICE,
}
AGES = {"tess": 15, "pat": 44}


@dataclass(frozen=True)
class Asked:
    """One question of a story."""

    viewer: Person
    cameos: tuple[str, ...]
    uses: frozenset[Use]
    categories: frozenset[str]


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
    return Asked(somebody(match["viewer"]), tuple(match["cameos"].split("+")), uses, categories)


def begin(story: dict[str, Any]) -> None:
    """Let everything that a story tells of happen."""
    for owner, chosen in story.get("cameos", {}).items():
        cast.cameo(somebody(owner), audience=Cameo.Audience(chosen))
    for owner in story.get("pending", []):
        Cameo.objects.create(owner=somebody(owner))
    for pair in story.get("mutuals", []):
        one, other = map(somebody, pair.split())
        cast.befriend(one, other)
    for sentence in story.get("happens", []):
        happen(sentence)


def happen(sentence: str) -> None:
    """Let one sentence happen."""
    for pattern, act in EVENTS:
        if match := re.fullmatch(pattern, sentence):
            act(*match.groups())
            return
    raise AssertionError(f"Nothing is known that is written: {sentence}")


def run_out(handle: str) -> None:
    """Let the grant to somebody end a second ago."""
    Grant.objects.filter(person__handle=handle, revoked_at=None).update(
        expires_at=timezone.now() - timedelta(seconds=1)
    )


def look_after(guardian: str, ward: str) -> None:
    """Let somebody, who has a cameo of their own, become the guardian of somebody else."""
    cast.cameo(somebody(guardian))
    proposed = guardians.propose(somebody(guardian), other=somebody(ward), as_guardian=True)
    guardians.confirm(somebody(ward), guardianship=proposed.public_id)


def agree(guardian: str, ward: str) -> None:
    """Let a guardian say yes to the use of their ward's likeness."""
    consents.give(somebody(guardian), ward=somebody(ward))


def object_(guardian: str, ward: str) -> None:
    """Let a guardian take that yes back."""
    consents.withdraw(somebody(guardian), ward=somebody(ward))


def part(one: str, other: str) -> None:
    """Let a guardianship end."""
    guardians.part(somebody(one).pk, other=somebody(other).pk)


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
    found = Grant.objects.get(cameo__owner__handle=owner, person__handle=other, revoked_at=None)
    grant.revoke(somebody(owner), grant=found.public_id)


EVENTS: list[tuple[str, Callable[..., object]]] = [
    (r"(\w+) grants (\w+) ([\w,]+)(?: in ([\w+-]+))?", give),
    (r"(\w+) denies (\w+)(?: in ([\w+-]+))?", deny),
    (r"(\w+) looks after (\w+)", look_after),
    (r"(\w+) agrees for (\w+)", agree),
    (r"(\w+) objects for (\w+)", object_),
    (r"(\w+) and (\w+) part", part),
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
