"""Issuing receipts: canonical words, a salted digest, one log entry.

What a receipt says is written in :mod:`consent.receipts.record`. The log gets digests alone; without the salt nobody
can confirm a guess about what they stand for. Who attests it is not among the words: a passkey signs them afterwards.
"""

import hashlib
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import rfc8785
from django.contrib.auth import get_user_model
from django.utils import timezone

from consent.accounts import prepared, transactions
from consent.receipts import hand
from consent.receipts.models import Receipt, opaque
from consent.receipts.record import Event, Json, document
from provenance import ledger


@dataclass(frozen=True, slots=True)
class Draft:
    """A receipt to be: for which person (primary key), about what (JSON; public ids, no keys).

    ``name`` is the person's public id, where whoever drafts it has it at hand; else it is looked up.
    """

    person: int
    about: Mapping[str, Json] = field(default_factory=dict)
    name: str = ""


def issue(kind: str, person: int, about: Mapping[str, Json], *, name: str = "", ends: Sequence[str] = ()) -> Receipt:
    """Issue one receipt; ``kind`` is a fact of the ledger, like ``grant.made``, appended with the receipt's digest.

    ``ends`` are the digests of receipts that stand no more: the log's map of standings is made from them.
    """
    body = {"ends": list(ends)} if ends else None
    _, (receipt,) = issue_together(kind, [Draft(person, about, name)], body=body)
    return receipt


def issue_together(
    kind: str, drafts: Sequence[Draft], *, body: Mapping[str, Json] | None = None
) -> tuple[int, tuple[Receipt, ...]]:
    """Issue receipts that one event gives to several people, under one log entry; return the entry and the receipts.

    ``body`` is added to the ledger's fact: digests and opaque ids only.
    """
    transactions.require("Issuing a receipt")
    names = named(drafts)
    receipts = tuple(write(kind, draft, principal=names[draft.person]) for draft in drafts)
    entry = ledger.append(ledger.Fact(kind, {**(body or {}), "receipts": [r.digest for r in receipts]}))
    for receipt in receipts:
        receipt.entry = entry
        prepared.insert(receipt)
    return entry, receipts


def named(drafts: Sequence[Draft]) -> dict[int, str]:
    """Return the public id of everybody these receipts are for."""
    unknown = {draft.person for draft in drafts if not draft.name}
    found = get_user_model().objects.filter(pk__in=unknown).values_list("pk", "public_id") if unknown else ()
    return {draft.person: draft.name for draft in drafts} | dict(found)


def write(kind: str, draft: Draft, *, principal: str) -> Receipt:
    """Return the receipt's row, not yet saved and without its log entry."""
    public_id, salt = opaque(), secrets.token_hex(16)
    event = Event(kind, principal=principal, about={**draft.about, **hand.acting()}, at=timezone.now())
    payload = canonical(document(event, receipt=public_id))
    return Receipt(
        public_id=public_id,
        kind=kind,
        person_id=draft.person,
        payload=payload,
        salt=salt,
        digest=digest(payload, salt=salt),
    )


def canonical(document: Mapping[str, Json]) -> str:
    """Return the one spelling of this document (RFC 8785)."""
    return rfc8785.dumps(document).decode()


def digest(payload: str, *, salt: str) -> str:
    """Return hex SHA-256 over the salt's bytes and the payload's."""
    return hashlib.sha256(bytes.fromhex(salt) + payload.encode()).hexdigest()


def holds(receipt: Receipt) -> bool:
    """Return whether the receipt's words are still those that were committed to."""
    return secrets.compare_digest(receipt.digest, digest(receipt.payload, salt=receipt.salt))
