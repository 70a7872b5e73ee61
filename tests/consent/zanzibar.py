"""The same rules told to SpiceDB, in its own language: an engine that knows nothing of the house's statement.

What a world is made of is drawn once (``worlds``) and written down twice: as rows for the house, and as relationships
here. ``person:*`` on a relation stands for "so it is"; a guardianship is an object of its own, because whether it holds
has nothing to do with who asks. Its library comes with ``config/oracle.py``.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime

from authzed.api.v1 import (
    CheckBulkPermissionsRequest,
    CheckBulkPermissionsRequestItem,
    CheckPermissionResponse,
    Consistency,
    ObjectReference,
    Relationship,
    SubjectReference,
)
from spicedb_embedded import EmbeddedSpiceDB

from consent.permit import Use
from tests.consent.worlds import CATEGORIES, Pair, Said, World

AT_ONCE = 500
LONG_AGO = datetime(2020, 1, 1)  # noqa: DTZ001  (protobuf's timestamps are naive UTC)
SOMEBODY = "person | person with expiration"
FOR_ADULTS = {"advertise", "train", "violence"}
Asked = tuple[int, int, str]
"""Viewer, owner, permission: "generate", "generate_publish", "publish_in_politics"."""

RELATIONS = {
    "owner": "person",
    "mutuals": "person",
    "guarded": "guardianship",
    **dict.fromkeys(["live", "adult", "everyone", "asks", *(f"rules_out_{name}" for name in CATEGORIES)], "person:*"),
    **{f"grant_{what}": SOMEBODY for what in [*Use, *CATEGORIES]},
    **{f"deny_{use}{about}": SOMEBODY for use in Use for about in ["", *(f"_{name}" for name in CATEGORIES)]},
}
QUESTIONS = (
    *(use.value for use in Use),
    "generate_publish",
    *(f"{u}_in_{c}" for u in ("generate", "publish") for c in CATEGORIES),
)


def permission(question: str) -> str:
    """Return who may: the owner, and those who were given all of it, unless somebody or something says no."""
    uses, _, about = question.partition("_in_")
    names = [*uses.split("_"), *([about] if about else [])]
    given = " & ".join(f"grant_{name}" for name in names)
    if question == "generate":
        given = f"{given} + company"
    grown = " & adult" if FOR_ADULTS & set(names) else ""
    denied = [f"deny_{use}" for use in uses.split("_")] + [f"deny_{use}_{about}" for use in uses.split("_") if about]
    against = ["owner->severed", "asks", *denied, *([f"rules_out_{about}"] if about else [])]
    self = "(owner & adult)" if about in FOR_ADULTS else "owner"
    return f"({self} + ((({given}){grown} & open) - {' - '.join(against)})) & live"


SCHEMA = "\n".join(
    [
        "use expiration",
        "definition person {",
        *(f"  relation {name}: person" for name in ("follower", "followed", "blocked", "blocker")),
        "  permission mutual = follower & followed",
        "  permission severed = blocked + blocker",
        "}",
        "definition guardianship {",
        "  relation live: person:*",
        "  relation agreed: person:*",
        "  permission open = live & agreed",
        "}",
        "definition cameo {",
        *(f"  relation {name}: {kind}" for name, kind in RELATIONS.items()),
        "  permission open = adult + guarded->open",
        "  permission company = (everyone + mutuals->mutual) & adult",
        *(f"  permission may_{question} = {permission(question)}" for question in QUESTIONS),
        "}",
    ]
)


def relation(resource: str, name: str, subject: str, *, is_over: bool = False) -> Relationship:
    """Return "cameo:1", "owner", "person:1" as a relationship."""
    made = Relationship(
        resource=reference(resource), relation=name, subject=SubjectReference(object=reference(subject))
    )
    if is_over:
        made.optional_expires_at.FromDatetime(LONG_AGO)
    return made


def reference(name: str) -> ObjectReference:
    """Return "cameo:1" as a reference."""
    kind, _, key = name.partition(":")
    return ObjectReference(object_type=kind, object_id=key)


def told(world: World) -> Iterator[Relationship]:
    """Yield everything that is so in a world."""
    for number, owner in enumerate(world.owners):
        cameo, person = f"cameo:{number}", f"person:{number}"
        yield relation(cameo, "owner", person)
        yield relation(cameo, "guarded", f"guardianship:{number}")
        if owner.audience == "mutuals":
            yield relation(cameo, "mutuals", person)
        facts = {
            "live": owner.state == "live",
            "adult": not owner.is_teen,
            "everyone": owner.audience == "everyone",
            "asks": owner.asks_first,
            **{f"rules_out_{name}": name in owner.rules_out for name in CATEGORIES},
        }
        yield from (relation(cameo, name, "person:*") for name, is_so in facts.items() if is_so)
        guardian = {"live": owner.is_looked_after, "agreed": owner.is_agreed}
        yield from (relation(f"guardianship:{number}", name, "person:*") for name, is_so in guardian.items() if is_so)
    yield from ties(world.follows, to="follower", back="followed")
    yield from ties(world.blocks, to="blocker", back="blocked")
    for pair, what in world.grants.items():
        yield from sayings(pair, what, [f"grant_{name}" for name in [*what.uses, *what.categories]])
    for pair, what in world.denials.items():
        about = [f"_{name}" for name in what.categories] or [""]
        yield from sayings(pair, what, [f"deny_{use}{which}" for use in what.uses for which in about])


def ties(pairs: set[Pair], *, to: str, back: str) -> Iterator[Relationship]:
    """Yield each tie from both its ends."""
    for src, dst in pairs:
        yield relation(f"person:{dst}", to, f"person:{src}")
        yield relation(f"person:{src}", back, f"person:{dst}")


def sayings(pair: Pair, what: Said, names: Sequence[str]) -> Iterator[Relationship]:
    """Yield what an owner said about somebody."""
    for name in names:
        yield relation(f"cameo:{pair[0]}", name, f"person:{pair[1]}", is_over=what.is_over)


def answers(world: World, asked: Sequence[Asked]) -> list[bool]:
    """Ask SpiceDB, at the newest revision."""
    with EmbeddedSpiceDB.start(SCHEMA, list(told(world))) as engine:
        permissions = engine.permissions()
        found: list[bool] = []
        for start in range(0, len(asked), AT_ONCE):
            items = [item(question) for question in asked[start : start + AT_ONCE]]
            request = CheckBulkPermissionsRequest(consistency=Consistency(fully_consistent=True), items=items)
            found += [is_yes(pair.item) for pair in permissions.CheckBulkPermissions(request).pairs]
        return found


def item(question: Asked) -> CheckBulkPermissionsRequestItem:
    """Return one question in SpiceDB's form."""
    viewer, owner, name = question
    return CheckBulkPermissionsRequestItem(
        resource=reference(f"cameo:{owner}"),
        permission=f"may_{name}",
        subject=SubjectReference(object=reference(f"person:{viewer}")),
    )


def is_yes(answer: object) -> bool:
    """Return whether somebody has a permission; whatever is neither yes nor no is a surprise."""
    said = getattr(answer, "permissionship")  # noqa: B009  (the class has no types)
    assert said in {
        CheckPermissionResponse.PERMISSIONSHIP_HAS_PERMISSION,
        CheckPermissionResponse.PERMISSIONSHIP_NO_PERMISSION,
    }
    return bool(said == CheckPermissionResponse.PERMISSIONSHIP_HAS_PERMISSION)
