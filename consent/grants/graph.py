"""The permission graph's one question, asked for any number of pairs in one statement and one snapshot.

The order of the rules is the order of the ``CASE``: what the cameo's own state forbids; its owner; a block by either
side; what the owner denied or ruled out; what the owner granted; what the audience lets in. The answer names the rule
that decided, the grant that bears witness, the cameo's epoch in that snapshot and the moment until which a yes can
last. Time is the database's, taken per statement: a transaction that began before an expiry does not outlive it.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

from consent.cameos.models import Cameo
from consent.grants.uses import BITS, NEVER_FOR_TEENS, mask
from consent.permit import Reason, Use

YES = frozenset({"self", "grant", "everyone", "mutual"})

STATEMENT = f"""
WITH q AS (
  SELECT * FROM unnest(%s::bigint[], %s::bigint[], %s::int[], %s::text[])
  WITH ORDINALITY AS t(viewer, cameo, uses, categories, ord)
)
SELECT q.ord, q.cameo, coalesce(o.handle, ''), coalesce(v.handle, ''), coalesce(c.audience, ''), c.epoch, g.id,
  g.expires_at,
  CASE
    WHEN c.id IS NULL THEN 'no_such_cameo'
    WHEN c.state = 'withdrawn' THEN 'withdrawn'
    WHEN c.state = 'frozen' THEN 'frozen'
    WHEN c.state = 'paused' THEN 'paused'
    WHEN c.state <> 'live' THEN 'not_live'
    WHEN q.uses <= 0 THEN 'use_not_given'
    WHEN c.owner_id = q.viewer THEN 'self'
    WHEN EXISTS (SELECT 1 FROM consent_block b WHERE b.src_id = c.owner_id AND b.dst_id = q.viewer) THEN 'blocked'
    WHEN EXISTS (SELECT 1 FROM consent_block b WHERE b.src_id = q.viewer AND b.dst_id = c.owner_id) THEN 'blocked'
    WHEN d.id IS NOT NULL THEN 'denied'
    WHEN q.categories <> '' AND EXISTS (
      SELECT 1 FROM consent_ruledout r
      WHERE r.cameo_id = c.id AND r.category = ANY(string_to_array(q.categories, ' '))) THEN 'category_ruled_out'
    WHEN a.teen AND q.uses & {mask(NEVER_FOR_TEENS)} <> 0 THEN 'use_not_given'
    WHEN g.id IS NOT NULL AND a.in_time AND g.uses & q.uses = q.uses THEN 'grant'
    WHEN q.uses = {BITS[Use.GENERATE]} AND NOT a.teen AND c.audience = 'everyone' THEN 'everyone'
    WHEN q.uses = {BITS[Use.GENERATE]} AND NOT a.teen AND c.audience = 'mutuals' AND a.mutual THEN 'mutual'
    WHEN g.id IS NOT NULL AND NOT a.in_time THEN 'expired'
    WHEN g.id IS NOT NULL THEN 'use_not_given'
    WHEN c.audience = 'everyone' AND NOT a.teen THEN 'use_not_given'
    WHEN c.audience = 'mutuals' AND NOT a.teen THEN CASE WHEN a.mutual THEN 'use_not_given' ELSE 'not_mutual' END
    WHEN c.audience = 'only_me' THEN 'only_me'
    ELSE 'not_approved'
  END
FROM q
LEFT JOIN consent_cameo c ON c.id = q.cameo
LEFT JOIN consent_person o ON o.id = c.owner_id
LEFT JOIN consent_person v ON v.id = q.viewer
LEFT JOIN consent_grant g ON g.cameo_id = q.cameo AND g.person_id = q.viewer AND g.effect = 'grant'
  AND g.revoked_at IS NULL
LEFT JOIN consent_grant d ON d.cameo_id = q.cameo AND d.person_id = q.viewer AND d.effect = 'denial'
  AND d.revoked_at IS NULL AND d.uses & q.uses <> 0
  AND (d.expires_at IS NULL OR d.expires_at > statement_timestamp())
CROSS JOIN LATERAL (
  SELECT o.birth_date > (statement_timestamp() - interval '18 years 12 hours')::date AS teen,
         g.expires_at IS NULL OR g.expires_at > statement_timestamp() AS in_time,
         EXISTS (SELECT 1 FROM consent_follow f WHERE f.src_id = q.viewer AND f.dst_id = c.owner_id) AND
         EXISTS (SELECT 1 FROM consent_follow f WHERE f.src_id = c.owner_id AND f.dst_id = q.viewer) AS mutual
) a
ORDER BY q.ord
"""  # noqa: S608  (the only things put into it are this module's own integers)

LOCK = "SELECT id FROM consent_cameo WHERE id = ANY(%s::bigint[]) ORDER BY id FOR SHARE"


@dataclass(frozen=True, slots=True)
class Question:
    """May this person (primary key) use this cameo (primary key; 0 names none) for all these uses together?"""

    viewer: int
    cameo: int
    uses: int
    categories: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Judgement:
    """The answer: ``rule`` is the rule that decided; ``grant`` and ``until`` bear on a yes by grant alone."""

    cameo: int
    handle: str
    asker: str
    audience: str
    rule: str
    epoch: int
    grant: int | None
    until: datetime | None
    uses: int

    @property
    def may(self) -> bool:
        """Return whether it is a yes."""
        return self.rule in YES

    @property
    def reason(self) -> Reason:
        """Return why not; a rule that nobody knows is an error, and so a no."""
        return Reason(self.rule)


def judge(questions: Sequence[Question]) -> list[Judgement]:
    """Answer every question from one snapshot, in the order asked."""
    if not questions:
        return []
    columns: list[Any] = [
        [q.viewer for q in questions],
        [q.cameo for q in questions],
        [q.uses for q in questions],
        [" ".join(sorted(q.categories)) for q in questions],
    ]
    with connection.cursor() as cursor:
        cursor.execute(STATEMENT, columns)
        rows = cursor.fetchall()
    return [read(row, question=question) for row, question in zip(rows, questions, strict=True)]


def read(row: tuple[Any, ...], *, question: Question) -> Judgement:
    """Return one row of the statement as a value."""
    _, cameo, handle, asker, audience, epoch, grant, expires_at, rule = row
    by_grant = rule == "grant"
    return Judgement(
        cameo=cameo,
        handle=handle,
        asker=asker,
        audience=audience,
        rule=rule,
        epoch=epoch or 0,
        grant=grant if by_grant else None,
        until=expires_at if by_grant else None,
        uses=question.uses,
    )


def hold(cameos: Collection[int]) -> None:
    """Lock these cameos ``FOR SHARE`` in id order, until the transaction ends.

    I4: judge in a statement *after* this one. Joined into one statement it looks right and is wrong: a statement that
    waited for a lock re-reads the locked row alone and takes everything it joins from its old snapshot.
    """
    with connection.cursor() as cursor:
        cursor.execute(LOCK, [sorted(cameos)])


def plain(handle: str) -> str:
    """Return a handle as it is stored: "@Olive " is "olive"."""
    return handle.strip().removeprefix("@").lower()


def find(handles: Collection[str]) -> dict[str, int]:
    """Return handle -> cameo for each handle asked for, once and in that order; 0 where there is no cameo."""
    wanted = list(dict.fromkeys(map(plain, handles)))
    found = dict(Cameo.objects.filter(owner__handle__in=wanted).values_list("owner__handle", "pk"))
    return {handle: found.get(handle, 0) for handle in wanted}
