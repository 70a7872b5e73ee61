"""What consent holds of a person, for the export of their data: theirs, and of others what they may know anyway."""

from collections.abc import Iterator
from typing import Any

from consent.accounts import export
from consent.accounts.export import Piece
from consent.accounts.models import Block, Follow, Notice, Person
from consent.cameos.models import Cameo, Capture, Protected, Thing
from consent.grants import listing
from consent.grants.categories import named as categories_named
from consent.grants.models import Grant
from consent.grants.rows import Request, Rule
from consent.grants.uses import named
from consent.receipts import checking
from consent.receipts.models import Receipt

Row = dict[str, Any]


def register() -> None:
    """Say what is held, section by section; called once, when Django is ready."""
    export.register("you", you)
    export.register("people", people)
    export.register("likeness", likeness)
    export.register("permissions", permissions)
    export.register("appearances", appearances)
    export.register("receipts", receipts)


def you(person: int) -> Iterator[Piece]:
    """Yield the account and everything that was told to it."""
    row = Person.objects.get(pk=person)
    fields = ("public_id", "handle", "display_name", "email", "birth_date", "country", "joined_at")
    yield Piece("account.json", {name: getattr(row, name) for name in fields})
    told = Notice.objects.filter(person=person).order_by("pk")
    yield Piece("notices.json", list(told.values("public_id", "kind", "sentence", "created_at", "read_at")))


def people(person: int) -> Iterator[Piece]:
    """Yield whom one follows, is followed by, and blocks; who blocks them is others' own."""
    follows, blocks = Follow.objects.order_by("pk"), Block.objects.order_by("pk")
    words = {
        "you_follow": list(follows.filter(src=person).values_list("dst__handle", flat=True)),
        "follow_you": list(follows.filter(dst=person).values_list("src__handle", flat=True)),
        "you_block": list(blocks.filter(src=person).values_list("dst__handle", flat=True)),
    }
    yield Piece("people.json", words)


def likeness(person: int) -> Iterator[Piece]:
    """Yield the cameo, its rules and its enrolments; never a template."""
    fields = ("public_id", "state", "audience", "epoch", "enrolled_at", "created_at")
    rules = Rule.objects.filter(cameo__owner=person).order_by("pk")
    captures = Capture.objects.filter(person=person).order_by("pk")
    asked = Protected.objects.filter(asked_by=person).order_by("pk")
    yield Piece(
        "likeness.json",
        {
            "cameo": Cameo.objects.filter(owner=person).values(*fields).first(),
            "rules": list(rules.values("clause", "kind", "value", "state", "created_at", "removed_at")),
            "enrolments": list(captures.values("public_id", "state", "agreement", "reasons", "created_at")),
            "things": list(Thing.objects.filter(owner=person).values("public_id", "kind", "name", "created_at")),
            "protected": list(asked.values("public_id", "relation", "proof", "state", "created_at", "decided_at")),
        },
    )


def permissions(person: int) -> Iterator[Piece]:
    """Yield what one gave, ruled out and asked for, and what one was given; a denial by others is theirs."""
    rows = Grant.objects.select_related("person", "cameo__owner").order_by("pk")
    given, had = rows.filter(cameo__owner=person), rows.filter(person=person, effect=Grant.Effect.GRANT)
    asked = Request.objects.select_related("requester", "cameo__owner").order_by("pk")
    yield Piece("grants.json", {"you_gave": [of_grant(g) for g in given], "you_were_given": [of_grant(g) for g in had]})
    yield Piece(
        "requests.json",
        {
            "you_asked": [of_request(one) for one in asked.filter(requester=person)],
            "you_were_asked": [of_request(one) for one in asked.filter(cameo__owner=person)],
        },
    )


def of_grant(grant: Grant) -> Row:
    """Return a grant or a denial in words."""
    return {
        "id": grant.public_id,
        "effect": grant.effect,
        "owner": grant.cameo.owner.handle,
        "person": grant.person.handle,
        "uses": sorted(use.value for use in named(grant.uses)),
        "categories": sorted(categories_named(grant.categories)),
        "created_at": grant.created_at,
        "expires_at": grant.expires_at,
        "revoked_at": grant.revoked_at,
    }


def of_request(request: Request) -> Row:
    """Return a request in words."""
    return {
        "id": request.public_id,
        "owner": request.cameo.owner.handle,
        "requester": request.requester.handle,
        "uses": sorted(use.value for use in named(request.uses)),
        "prompt": request.prompt,
        "message": request.message,
        "state": request.state,
        "created_at": request.created_at,
        "answered_at": request.answered_at,
    }


def appearances(person: int) -> Iterator[Piece]:
    """Yield every video one is in: by whom, how it stands, where it is shared, what it was made from."""
    yield Piece("appearances.json", [listing.as_json(one) for one in listing.every(person)])


def receipts(person: int) -> Iterator[Piece]:
    """Yield every receipt with its salt and proofs, so that whoever holds it can check it without us."""
    for row in Receipt.objects.filter(person=person).order_by("pk").iterator():
        words = checking.portable(checking.examine(row))
        yield Piece(f"receipts/{row.created_at:%Y-%m-%d}-{row.kind}-{row.public_id}.json", words)
