"""Filling the room: a crowd by COPY, and one owner in so many videos made by one other person."""

import secrets
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
from django.db import connection
from django.utils import timezone

from consent.grants.categories import mask as category_mask
from consent.grants.models import Grant
from consent.grants.uses import mask
from consent.permit import Use
from consent.trials.crowd import ALONE, EVERY, Crowd, Ids

AUDIENCES = ("only_me", *["approved"] * 3, *["mutuals"] * 4, *["everyone"] * 2)
OWNER = EVERY  # owns cameo 1, lets in approved people, and is left alone by the crowd
MAKER = OWNER + 1
HOT = 8  # a cameo open to everyone, whose owner is left alone too
TEEN = 13  # of so many people one is under 18
YEAR = timedelta(days=365)
GENERATE, TWO = mask([Use.GENERATE]), mask([Use.GENERATE, Use.PUBLISH])

PERSON = (
    "id, password, is_superuser, public_id, handle, email, display_name, birth_date, country, is_active, is_staff,"
    " joined_at"
)
CAMEO = "id, public_id, owner_id, state, audience, epoch, enrolled_at, created_at"
RECEIPT = "id, public_id, kind, person_id, payload, salt, digest, entry, attested_by, created_at"
GRANT = "public_id, cameo_id, person_id, effect, uses, categories, draft_digest, receipt_id, created_at, expires_at"
RULE = "public_id, cameo_id, clause, kind, value, categories, words, is_listed, state, created_at, confirmed_at"
WARD = "public_id, ward_id, guardian_id, state, slot, proposed_by_id, created_at, confirmed_at"
PERMIT = (
    "id, handle, job, requester_id, draft_digest, uses, categories, words, subject, parents, entry, expires_at,"
    " spent_at, created_at"
)
APPEARANCE = "public_id, cameo_id, permit_id, subject, use, epoch, grant_id, shared, created_at"

EDGE = np.dtype(
    [("fields", ">i2"), ("n1", ">i4"), ("src", ">i8"), ("n2", ">i4"), ("dst", ">i8"), ("n3", ">i4"), ("at", ">i8")]
)
"""One row of COPY's binary format: how many fields, then for each its length in bytes and its value."""

BEGINNING, END = b"PGCOPY\n\xff\r\n\0" + bytes(8), b"\xff\xff"
AT_ONCE = 1 << 20  # edges


def people(crowd: Crowd) -> None:
    """Load everybody, their cameos, what these rule out, and the guardians of half of those under 18."""
    now = timezone.now()
    born, teens = (now - 30 * YEAR).date(), (now - 15 * YEAR).date()
    copy("consent_person", PERSON, (person(k, born=teens if is_teen(k) else born, now=now) for k in everybody(crowd)))
    owned = range(1, crowd.cameos + 1)
    copy("consent_cameo", CAMEO, (cameo(c, now=now) for c in owned))
    never = category_mask(["politics"])
    ruled = (c for c in owned if c % 20 == 7)  # noqa: PLR2004 - one of twenty rules something out
    rule: tuple[Any, ...] = ("never in politics", "deny_category", "politics", never, [], True, "confirmed", now, now)
    copy("consent_rule", RULE, ((opaque(), c, *rule) for c in ruled))
    wards = [k for k in everybody(crowd) if is_teen(k) and k % (2 * TEEN) == 0]
    copy("consent_guardianship", WARD, ((opaque(), k, k - 1, "live", 1, k, now, now) for k in wards))
    agreed = ((k // EVERY, k - 1, now) for k in wards if k % EVERY == 0)
    copy("consent_guardianconsent", "cameo_id, guardian_id, given_at", agreed)


def everybody(crowd: Crowd) -> range:
    """Return everybody's primary key."""
    return range(1, crowd.people + 1)


def is_teen(person: int) -> bool:
    """Return whether somebody is under 18."""
    return person > ALONE and person % TEEN == 0


def person(key: int, *, born: Any, now: datetime) -> tuple[Any, ...]:  # noqa: ANN401 - a date
    """Return a person's row; nobody can sign in with its password."""
    name = f"p{key}"
    return key, "!", False, name, name, f"{name}@example.org", "", born, "DE", True, False, now


def cameo(key: int, *, now: datetime) -> tuple[Any, ...]:
    """Return a cameo's row; one of fifty is paused."""
    state = "paused" if key % 50 == 49 else "live"  # noqa: PLR2004
    return key, f"c{key}", EVERY * key, state, AUDIENCES[key % 10], 1, now, now


def ties(crowd: Crowd) -> None:
    """Load who follows, who blocks, and who was let in; all grants share one receipt."""
    edges("consent_follow", crowd.follows)
    edges("consent_block", crowd.blocks)
    now = timezone.now()
    receipt = (1, opaque(), "grant.made", OWNER, "{}", "0" * 32, "0" * 64, 0, "operator", now)
    copy("consent_receipt", RECEIPT, [receipt])
    copy(
        "consent_grant",
        GRANT,
        (grant(pair, place=k, now=now) for k, pair in enumerate(zip(*crowd.grants, strict=True))),
    )


def grant(pair: tuple[Any, Any], *, place: int, now: datetime) -> tuple[Any, ...]:
    """Return a grant's row: one of twenty is a denial, one of ten has ended, two of ten will end."""
    effect = "denial" if place % 20 == 0 else "grant"
    ends = {1: now - YEAR, 2: now + YEAR, 3: now + YEAR}.get(place % 10)
    uses = TWO if place % 3 else GENERATE
    return f"g{place}", int(pair[0]), int(pair[1]), effect, uses, 0, "", 1, now, ends


def videos(given: Grant, *, many: int) -> None:
    """Load so many videos that the maker was permitted under this grant, each with its permit and its appearance."""
    now = timezone.now()
    permits = (
        (k, f"{k:032x}", f"j{k}", MAKER, f"{k:064x}", GENERATE, "[]", "{}", subject(k), "{}", 0, now, now, now)
        for k in range(1, many + 1)
    )
    copy("consent_permitrecord", PERMIT, permits)
    epoch = given.cameo.epoch
    rows = ((f"a{k}", given.cameo_id, k, subject(k), "generate", epoch, given.pk, "", now) for k in range(1, many + 1))
    copy("consent_appearance", APPEARANCE, rows)


def subject(place: int) -> str:
    """Return the public id of one video."""
    return f"clip{place}"


def opaque() -> str:
    """Return a fresh public id."""
    return secrets.token_urlsafe(12)


def copy(table: str, columns: str, rows: Iterable[tuple[Any, ...]]) -> None:
    """Load rows in PostgreSQL's own bulk format, and let the table's own numbers go on after them."""
    with connection.cursor() as cursor:
        with cursor.copy(f"COPY {table} ({columns}) FROM STDIN") as stream:
            for row in rows:
                stream.write_row(row)
        cursor.execute(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), greatest(1, max(id))) FROM {table}")  # noqa: S608


def edges(table: str, pairs: tuple[Ids, Ids]) -> None:
    """Load edges as they lie in memory."""
    with (
        connection.cursor() as cursor,
        cursor.copy(f"COPY {table} (src_id, dst_id, created_at) FROM STDIN (FORMAT binary)") as stream,
    ):
        stream.write(BEGINNING)
        for block in blocks(pairs):
            stream.write(block)
        stream.write(END)


def blocks(pairs: tuple[Ids, Ids]) -> Iterator[bytes]:
    """Return the rows of edges, some at a time."""
    now = int((timezone.now() - datetime(2000, 1, 1, tzinfo=UTC)) / timedelta(microseconds=1))
    for start in range(0, pairs[0].size, AT_ONCE):
        src, dst = (side[start : start + AT_ONCE] for side in pairs)
        rows = np.empty(src.size, EDGE)
        rows["fields"], rows["at"], rows["src"], rows["dst"] = 3, now, src, dst
        rows["n1"] = rows["n2"] = rows["n3"] = 8
        yield rows.tobytes()
