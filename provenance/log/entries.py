"""Putting facts into the log: salted, committed to, in the transaction of what they report."""

import secrets
from collections.abc import Mapping, Sequence

import rfc8785
from celery import current_app
from django.db import connection, transaction
from django.utils import timezone

from provenance.errors import LedgerError
from provenance.log.models import Entry, Kind, commit

SALT = 32
KINDS = frozenset(Kind.values)
APPEND = (
    "INSERT INTO provenance_entry (kind, body, salt, commitment, created_at) VALUES (%s, %s, %s, %s, %s) RETURNING id"
)
KEYS = "SELECT nextval('provenance_entry_id_seq') FROM generate_series(1, %s)"
COPY = "COPY provenance_entry (id, kind, body, salt, commitment, created_at) FROM STDIN (FORMAT BINARY)"
TYPES = ["bigint", "varchar", "text", "bytea", "bytea", "timestamptz"]


def append(kind: str, body: Mapping[str, object]) -> Entry:
    """Write a fact; it is logged if and only if the caller's transaction commits.

    Raises:
        LedgerError: outside a transaction, of a kind the log does not know, or with a body that is not plain JSON.
    """
    refuse(kind)
    now = timezone.now()
    text, salt, commitment = written(kind, body, at=now.isoformat())
    entry = insert(Entry(kind=kind, body=text, salt=salt, commitment=commitment, created_at=now))
    transaction.on_commit(call_sequencer, robust=True)  # a broker that is down is not the caller's trouble: beat comes
    return entry


def append_many(facts: Sequence[tuple[str, Mapping[str, object]]]) -> list[int]:
    """Write many facts at once, in this order, as they are written one by one; return their entries.

    Raises:
        LedgerError: as ``append`` does, of any of them; nothing is written then.
    """
    now = timezone.now()
    for kind, _ in facts:
        refuse(kind)
    rows = [written(kind, body, at=now.isoformat()) for kind, body in facts]
    with connection.cursor() as cursor:
        cursor.execute(KEYS, [len(rows)])
        keys = [key for (key,) in cursor.fetchall()]
        with cursor.copy(COPY) as copy:
            copy.set_types(TYPES)
            for key, (kind, _), (text, salt, commitment) in zip(keys, facts, rows, strict=True):
                copy.write_row((key, kind, text, salt, commitment, now))
    transaction.on_commit(call_sequencer, robust=True)
    return keys


def refuse(kind: str) -> None:
    """Raise unless a fact of this kind can be written here."""
    if not connection.in_atomic_block:
        msg = "A fact is logged in the transaction of what it reports; there is none here."
        raise LedgerError(msg)
    if kind not in KINDS:
        msg = f"The log knows no fact called {kind!r}."
        raise LedgerError(msg)


def written(kind: str, body: Mapping[str, object], *, at: str) -> tuple[str, bytes, bytes]:
    """Return the words of a fact, a fresh salt, and what commits to both.

    The words are the RFC 8785 text of ``{"at": …, "fact": …, "kind": …}``, whose names stand in their order already;
    an ISO time and a kind need no escaping, so only the fact is left to the library.
    """
    salt = secrets.token_bytes(SALT)
    text = f'{{"at":"{at}","fact":{canonical(dict(body)).decode()},"kind":"{kind}"}}'
    return text, salt, commit(salt, text)


def insert(entry: Entry) -> Entry:
    """Write a new entry and give it its key; most of what is done here appends one, so it is one plain statement."""
    values = [entry.kind, entry.body, entry.salt, entry.commitment, entry.created_at]
    with connection.cursor() as cursor:
        cursor.execute(APPEND, values)  # type: ignore[arg-type]  # the stubs know of no bytes
        (entry.pk,) = cursor.fetchone()
    entry._state.adding = False  # noqa: SLF001 - from here on it is never saved
    return entry


def call_sequencer() -> None:
    """Ask for the pending entries to be given their places."""
    current_app.send_task("provenance.tasks.sequence", queue="light", retry=False, ignore_result=True)


def canonical(value: object) -> bytes:
    """Return the one RFC 8785 text of a JSON value.

    Raises:
        LedgerError: it holds something that is not plain JSON, or a number that would not survive.
    """
    try:
        return rfc8785.dumps(value)  # type: ignore[arg-type]  # what is not JSON is refused by it
    except (rfc8785.CanonicalizationError, UnicodeError, RecursionError) as error:
        msg = "A fact is plain JSON; this one is not."
        raise LedgerError(msg) from error
