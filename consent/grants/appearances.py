"""Uses that happened: written when they are confirmed, asked about each time somebody wants to see them."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence

from django.db import connection
from django.utils import timezone

from consent.cameos.models import Cameo
from consent.grants.graph import Judgement, Question, judge
from consent.grants.models import Appearance, PermitRecord
from consent.grants.uses import BITS
from consent.permit import Use

REFRESH = """
WITH fresh AS (SELECT * FROM unnest(%s::bigint[], %s::bigint[], %s::timestamptz[]) AS t(id, epoch, until)),
free AS (SELECT a.id FROM consent_appearance a JOIN fresh USING (id) ORDER BY a.id FOR NO KEY UPDATE OF a SKIP LOCKED)
UPDATE consent_appearance a SET epoch = fresh.epoch, allowed_until = fresh.until
FROM fresh JOIN free USING (id) WHERE a.id = fresh.id
"""


def write(record: PermitRecord, *, subject: str, use: Use, answers: Sequence[Judgement]) -> None:
    """Write one appearance for each cameo, or bring the one that is there up to date; a deleted one stays deleted."""
    rows = [
        Appearance(
            cameo_id=answer.cameo,
            permit=record,
            subject=subject,
            use=use.value,
            epoch=answer.epoch,
            allowed_until=answer.until,
            grant_id=answer.grant,
        )
        for answer in answers
    ]
    Appearance.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["cameo", "subject", "use"],
        update_fields=["epoch", "allowed_until", "grant"],
    )


def is_deleted(subject: str) -> bool:
    """Return whether somebody depicted had this subject taken down."""
    return Appearance.objects.filter(subject=subject, deleted_at__isnull=False).exists()


def standing(subjects: Collection[str], *, use: Use) -> set[str]:
    """Return those of the subjects in which every appearance still stands, for this use.

    Equal epoch and a time before ``allowed_until`` is the fast yes. Every other pair is judged again, all in one
    statement; a yes is written down with the epoch it was judged at, in the same snapshot.
    """
    rows = list(load(subjects, use=use))
    fast = {row.pk for row in rows if is_fast(row)}
    again = [row for row in rows if row.pk not in fast and row.deleted_at is None]
    said = words_of(again)
    answers = dict(
        zip((row.pk for row in again), judge([question(row, words=said[row.permit_id]) for row in again]), strict=True)
    )
    good = fast | {key for key, answer in answers.items() if answer.may}
    refresh({key: answer for key, answer in answers.items() if answer.may})
    return set(subjects) - fallen(rows, good=good, use=use)


def load(subjects: Collection[str], *, use: Use) -> Iterable[Appearance]:
    """Return the appearances that bear on serving these subjects for this use."""
    rows = Appearance.objects.filter(subject__in=list(subjects), use__in={Use.GENERATE.value, use.value})
    return rows.select_related("cameo", "permit").defer("permit__words")


def words_of(rows: Sequence[Appearance]) -> dict[int, list[int]]:
    """Return permit -> the keyed digests of its prompt's phrases, read only for what has to be judged again."""
    if not rows:
        return {}
    return dict(PermitRecord.objects.filter(pk__in={row.permit_id for row in rows}).values_list("pk", "words"))


def is_fast(row: Appearance) -> bool:
    """Return whether nothing that could have turned this yes into a no has happened since it was written down."""
    in_time = row.allowed_until is None or timezone.now() < row.allowed_until
    return (
        row.deleted_at is None
        and in_time
        and row.epoch == row.cameo.epoch
        and row.cameo.state == Cameo.State.LIVE.value
    )


def question(row: Appearance, *, words: Collection[int]) -> Question:
    """Return what confirming this appearance asked, to be asked again."""
    permit = row.permit
    return Question(
        viewer=permit.requester_id,
        cameo=row.cameo_id,
        uses=permit.uses | BITS[Use(row.use)],
        categories=frozenset(permit.categories),
        draft=permit.draft_digest,
        permit=permit.pk,
        words=words,
    )


def fallen(rows: Sequence[Appearance], *, good: set[int], use: Use) -> set[str]:
    """Return the subjects with an appearance that is no longer good, or one never confirmed for this use."""
    wanted, confirmed = defaultdict(set), defaultdict(set)
    for row in rows:
        wanted[row.subject].add(row.cameo_id)
        if row.use == use.value:
            confirmed[row.subject].add(row.cameo_id)
    lost = {row.subject for row in rows if row.pk not in good}
    return lost | {subject for subject, cameos in wanted.items() if cameos - confirmed[subject]}


def refresh(answers: dict[int, Judgement]) -> None:
    """Write down the epoch at which these appearances were found good; rows that somebody else holds can wait."""
    if not answers:
        return
    epochs = [answer.epoch for answer in answers.values()]
    untils = [answer.until for answer in answers.values()]
    with connection.cursor() as cursor:
        cursor.execute(REFRESH, [list(answers), epochs, untils])
