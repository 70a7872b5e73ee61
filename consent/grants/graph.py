"""The permission graph's one question, asked for any number of pairs in one statement and one snapshot.

The SQL is in ``statement``. The answer names the rule that decided, the row that bears witness, the cameo's epoch in
that snapshot and the earliest moment that ends a yes. Time is the database's, taken per statement: a transaction that
began before an expiry does not outlive it.
"""

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from operator import itemgetter
from typing import Any, NamedTuple

from django.db import connection

from consent.accounts import prepared
from consent.cameos.models import Cameo
from consent.grants import categories
from consent.grants.statement import ALONE, STATEMENT
from consent.permit import Reason

HEX = re.compile(r"[0-9a-f]{64}")
YES = frozenset({"self", "grant", "everyone", "mutual"})
RULES = {
    "deny_category": Reason.CATEGORY_RULED_OUT,
    "deny_words": Reason.WORDS_RULED_OUT,
    "deny_say": Reason.WORDS_RULED_OUT,
    "ask": Reason.ASK_FIRST,
}
SAME = {"blocking": Reason.BLOCKED, "own_age": Reason.NOT_FOR_TEENS}
PRIVATE = frozenset({"blocked", "denied"})
"""What an asker is never told: that somebody decided something against them."""

COLUMNS = 8
LOCK = "SELECT id FROM consent_cameo WHERE id = ANY(%s::bigint[]) ORDER BY id FOR SHARE"


@dataclass(frozen=True, slots=True)
class Question:
    """May this person (primary key) use this cameo (primary key; 0 names none) for all these uses together?

    ``categories`` and ``words`` are what the prompt touches and the keyed digests of its phrases; ``draft`` its digest;
    ``permit`` the row it is asked for: a yes to one draft, once spent, still holds for the permit that spent it.
    """

    viewer: int
    cameo: int
    uses: int
    categories: frozenset[str] = frozenset()
    draft: str = ""
    permit: int = 0
    words: Collection[int] = ()


class Judgement(NamedTuple):  # a frozen dataclass takes a microsecond longer to make
    """The answer: ``rule`` decided; ``heard`` is what the graph says but for what was decided against this asker.

    ``witness`` is the row that decided (a grant, a denial or a rule); ``until`` the earliest moment that ends a yes;
    ``once`` tells a yes to this one draft; ``kind`` and ``clause`` are those of the owner's rule that fired.
    """

    viewer: int
    cameo: int
    handle: str
    audience: str
    epoch: int
    rule: str
    heard: str
    witness: int | None
    until: datetime | None
    once: bool
    kind: str
    clause: str
    uses: int
    categories: frozenset[str]

    @property
    def may(self) -> bool:
        """Return whether it is a yes."""
        return self.rule in YES

    @property
    def grant(self) -> int | None:
        """Return the grant that said yes."""
        return self.witness if self.rule == "grant" else None

    @property
    def reason(self) -> Reason:
        """Return why not, as the owner may know it; a rule that nobody knows is an error, and so a no."""
        if self.rule == "rule":
            return RULES[self.kind]
        return SAME.get(self.rule) or Reason(self.rule)

    @property
    def told(self) -> Reason:
        """Return why not, as the asker may know it: what a private decision hides, or else "not approved" (I19)."""
        if self.rule not in PRIVATE:
            return self.reason
        return Reason.NOT_APPROVED if self.heard in YES else Reason(self.heard)

    @property
    def is_own(self) -> bool:
        """Return whether the owner asks about their own likeness."""
        return self.rule in {"self", "own_age"}


def judge(questions: Sequence[Question]) -> list[Judgement]:
    """Answer every question from one snapshot, in the order asked."""
    if not questions:
        return []
    rows = prepared.rows(*sent(questions))
    if len(rows) > 1:
        rows.sort(key=itemgetter(0))
    return [read(row, question=q) for row, q in zip(rows, questions, strict=True)]


def judge_beside(
    questions: Sequence[Question], *, query: str, values: Sequence[str]
) -> tuple[list[Judgement], tuple[Any, ...]]:
    """Answer the questions and read one row more, all in one statement; without that row there are no answers."""
    statement, ours = sent(questions)
    rows = sorted(prepared.rows(beside(statement, query=query), [*ours, *values]), key=itemgetter(0))
    answers = [read(row[:COLUMNS], question=q) for row, q in zip(rows, questions, strict=bool(rows))]
    return answers, rows[0][COLUMNS:] if rows else ()


@lru_cache(maxsize=16)
def beside(statement: str, *, query: str) -> str:
    """Return the statement that reads both."""
    return f"SELECT j.*, w.* FROM ({statement}) j CROSS JOIN ({query}) w"  # noqa: S608 - both are the house's own text


def sent(questions: Sequence[Question]) -> tuple[str, list[str]]:
    """Return the statement for so many questions, and what it is sent."""
    return (ALONE, alone(questions[0])) if len(questions) == 1 else (STATEMENT, asked(questions))


def asked(questions: Sequence[Question]) -> list[str]:
    """Return questions as the statement reads them: five arrays as PostgreSQL writes them."""
    return [
        array(q.viewer for q in questions),
        array(q.cameo for q in questions),
        array(q.uses for q in questions),
        array(categories.mask(q.categories) if q.categories else 0 for q in questions),
        array(f'"{about(q)}"' for q in questions),
    ]


def alone(q: Question) -> list[str]:
    """Return one question as the statement for one reads it."""
    bits = categories.mask(q.categories) if q.categories else 0
    return [str(q.viewer), str(q.cameo), str(q.uses), str(bits), about(q)]


def array(things: Iterable[int | str]) -> str:
    """Return an array of numbers, or of texts that hold no quotation mark and no backslash."""
    return "{" + ",".join(map(str, things)) + "}"


def about(q: Question) -> str:
    """Return a question's draft, permit and phrases; nothing when there are none. A draft is hex, or it is no draft."""
    if not (q.draft or q.words):
        return ""
    draft = q.draft if HEX.fullmatch(q.draft) else ""
    return f"{draft} {q.permit} {array(q.words)}"


def read(row: tuple[Any, ...], *, question: Question) -> Judgement:
    """Return one row of the statement as a value."""
    _, handle, audience, epoch, heard, decided, granted, until = row
    rule, kind, clause, witness = decided, "", "", None
    by_grant = decided == "grant"
    if by_grant:
        witness = abs(granted)
    elif " " in decided:
        rule, _, rest = decided.partition(" ")
        _, kind, number, clause = rest.split(" ", 3) if rule == "rule" else ("", "", rest, "")
        witness = int(number)
    return Judgement(
        question.viewer,
        question.cameo,
        handle or "",
        audience or "",
        epoch or 0,
        rule,
        heard,
        witness,
        until if by_grant else None,
        by_grant and granted < 0,
        kind,
        clause,
        question.uses,
        question.categories,
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
