"""Uses that happened: written when they are confirmed, asked about each time somebody wants to see them."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence

from django.db import connection
from django.db.models import Q
from django.utils import timezone

from consent.accounts import notices
from consent.cameos.models import Cameo
from consent.grants.graph import Judgement, Question, judge
from consent.grants.models import Appearance, PermitRecord
from consent.grants.uses import BITS
from consent.permit import Use

REFRESH = """
WITH fresh AS (
  SELECT * FROM unnest(%s::bigint[], %s::bigint[], %s::timestamptz[], %s::bigint[]) AS t(id, epoch, until, witness)
),
free AS (SELECT a.id FROM consent_appearance a JOIN fresh USING (id) ORDER BY a.id FOR NO KEY UPDATE OF a SKIP LOCKED)
UPDATE consent_appearance a SET epoch = fresh.epoch, allowed_until = fresh.until, grant_id = fresh.witness
FROM fresh JOIN free USING (id) WHERE a.id = fresh.id
"""
WHERE = {"link": "to everybody who has the link", "followers": "to their followers", "public": "to everybody"}


def write(made: Sequence[tuple[Question, Judgement]], *, subject: str, use: Use, shared: str = "") -> None:
    """Write one appearance for each cameo and permit, or bring the one that is there up to date.

    A use that was over (unpublished) begins again by it; what was taken down stays so.
    """
    rows = [
        Appearance(
            cameo_id=answer.cameo,
            permit_id=question.permit,
            subject=subject,
            use=use.value,
            epoch=answer.epoch,
            allowed_until=answer.until,
            grant_id=answer.grant,
            shared=shared,
        )
        for question, answer in made
    ]
    Appearance.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["cameo", "subject", "use", "permit"],
        update_fields=["epoch", "allowed_until", "grant", "shared", "ended_at"],
    )


def tell(record: PermitRecord, *, subject: str, use: Use, shared: str) -> None:
    """Tell everybody depicted, but for the maker, that their likeness was used, or that it is published now."""
    owners = Cameo.objects.filter(pk__in=record.cameos.values("cameo")).exclude(owner=record.requester_id)
    showing = f"shows a video with your likeness {where(shared)}"
    did = "made a video with your likeness" if use is Use.GENERATE else showing
    for owner in owners.order_by("pk").values_list("owner_id", flat=True):
        sentence = f"@{record.requester.handle} {did}."
        notices.tell(owner, kind="appearance.made", sentence=sentence, about=subject)


def where(shared: str) -> str:
    """Return in words where something is published."""
    return WHERE.get(shared, "to others")


def is_gone(*subjects: str) -> bool:
    """Return whether any of these was taken down by somebody in it, or ended with its clip."""
    over = Q(deleted_at__isnull=False) | Q(use=Use.GENERATE.value, ended_at__isnull=False)
    return Appearance.objects.filter(over, subject__in=subjects).exists()


def retire(subject: str, *, use: Use | None = None) -> None:
    """Write down that one use of a subject is over, or all of them."""
    rows = Appearance.objects.filter(subject=subject, ended_at=None)
    (rows.filter(use=use.value) if use else rows).update(ended_at=timezone.now())


def depicted(person: int, *, subjects: Collection[str]) -> set[str]:
    """Return those of the subjects that this person is in, whether or not they may still be shown."""
    rows = Appearance.objects.filter(cameo__owner=person, subject__in=list(subjects))
    return set(rows.values_list("subject", flat=True))


def showing(person: int, *, used_by: int | None = None) -> set[str]:
    """Return the subjects that show this person and have not ended; with ``used_by``, under that person's permits."""
    rows = Appearance.objects.filter(cameo__owner=person, deleted_at=None, ended_at=None)
    rows = rows if used_by is None else rows.filter(permit__requester=used_by)
    return set(rows.values_list("subject", flat=True))


def standing(subjects: Collection[str], *, use: Use) -> set[str]:
    """Return those of the subjects in which every appearance still stands, for this use.

    Equal epoch and a time before ``allowed_until`` is the fast yes. Every other pair is judged again, all in one
    statement; a yes is written down with the epoch it was judged at, in the same snapshot.
    """
    rows = list(load(subjects, use=use))
    fast = {row.pk for row in rows if is_fast(row)}
    again = [row for row in rows if row.pk not in fast and not is_over(row)]
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


def words_of(rows: Sequence[Appearance]) -> Mapping[int, list[int]]:
    """Return permit -> the keyed digests of its prompt's phrases, read only for what has to be judged again."""
    if not rows:
        return {}
    return dict(PermitRecord.objects.filter(pk__in={row.permit_id for row in rows}).values_list("pk", "words"))


def is_over(row: Appearance) -> bool:
    """Return whether this was taken down or has ended: then no judgement brings it back."""
    return row.deleted_at is not None or row.ended_at is not None


def is_fast(row: Appearance) -> bool:
    """Return whether nothing that could have turned this yes into a no has happened since it was written down."""
    in_time = row.allowed_until is None or timezone.now() < row.allowed_until
    return not is_over(row) and in_time and row.epoch == row.cameo.epoch and row.cameo.state == Cameo.State.LIVE.value


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
        pair = (row.cameo_id, row.permit_id)
        wanted[row.subject].add(pair)
        if row.use == use.value:
            confirmed[row.subject].add(pair)
    lost = {row.subject for row in rows if row.pk not in good}
    return lost | {subject for subject, pairs in wanted.items() if pairs - confirmed[subject]}


def refresh(answers: Mapping[int, Judgement]) -> None:
    """Write down the epoch and the grant by which these were found good; rows that somebody else holds can wait."""
    if not answers:
        return
    epochs = [answer.epoch for answer in answers.values()]
    untils = [answer.until for answer in answers.values()]
    grants = [answer.grant for answer in answers.values()]
    with connection.cursor() as cursor:
        cursor.execute(REFRESH, [list(answers), epochs, untils, grants])
