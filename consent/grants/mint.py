"""Minting and spending permits: the rows behind the gate's yes. Reached from ``consent.gate`` alone."""

import hashlib
import secrets
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.db import connection
from django.db.models import Q
from django.utils import timezone

from consent.accounts.models import Person
from consent.cameos.models import Cameo
from consent.grants import preferences, prompts, words
from consent.grants.graph import Judgement, Question
from consent.grants.models import Grant, PermitCameo, PermitRecord
from consent.grants.uses import mask
from consent.permit import Permit, Permitted, Reason, Refusal, Request
from consent.receipts.issue import Draft, issue_together
from consent.receipts.models import Receipt

LIFE = timedelta(seconds=60)
OPERATOR = Receipt.Attestation.OPERATOR.value

SPEND = """
UPDATE consent_permitrecord SET spent_at = clock_timestamp()
WHERE id = %s AND handle = %s AND job = %s AND requester_id = %s AND draft_digest = %s
  AND spent_at IS NULL AND expires_at > clock_timestamp()
"""

REFUSALS: dict[Reason, str] = {
    Reason.PERMIT_FORGED: "No such permit was given.",
    Reason.DRAFT_CHANGED: "The video asked for is not the one that was permitted.",
    Reason.PERMIT_SPENT: "This permit has been used.",
    Reason.PERMIT_EXPIRED: "This permit has run out.",
}


def mint(request: Request, *, answers: Sequence[Judgement]) -> Permit:
    """Write the permit, a use receipt for each person depicted, and one log entry that commits to all of it."""
    handle = secrets.token_hex(16)
    said = attestations(answers)
    entry, receipts = receipt_for_each(request, handle=handle, answers=answers, said=said)
    now = timezone.now()
    record = PermitRecord(
        handle=handle,
        job=request.job,
        requester_id=request.requester,
        draft_digest=request.draft_digest,
        uses=mask(request.uses),
        categories=sorted(request.categories),
        words=sorted(prompts.fingerprint(request.text)),
        parents=sorted(set(request.parents)),
        entry=entry,
        created_at=now,
        expires_at=now + LIFE,
    )
    record.save(force_insert=True)
    pairs = list(zip(answers, receipts, strict=True))
    PermitCameo.objects.bulk_create(
        PermitCameo(permit=record, cameo_id=a.cameo, epoch=a.epoch, grant_id=a.grant, receipt=r) for a, r in pairs
    )
    wishes = preferences.required([a.cameo for a in answers if a.rule != "self" and not a.once])
    cast = (permitted(a, receipt=r, requires=wishes.get(a.cameo, ()), yes=said.get(a.grant)) for a, r in pairs)
    return value(record, permitted=tuple(cast))


@dataclass(frozen=True, slots=True)
class Yes:
    """The receipt of the grant that a use stands on: its digest, and who attested it when the permit was minted."""

    digest: str
    attested_by: str


def attestations(answers: Sequence[Judgement]) -> dict[int | None, Yes]:
    """Return by grant what its receipt says of itself now; a yes without a grant (audience, oneself) has none."""
    wanted = [answer.grant for answer in answers if answer.grant]
    rows = Grant.objects.filter(pk__in=wanted).values_list("pk", "receipt__digest", "receipt__attested_by")
    return {pk: Yes(digest, by) for pk, digest, by in rows} if wanted else {}


def receipt_for_each(
    request: Request, *, handle: str, answers: Sequence[Judgement], said: Mapping[int | None, Yes]
) -> tuple[int, tuple[Receipt, ...]]:
    """Tell everyone depicted who uses their likeness, for what, why that was allowed and who attests it."""
    owners = dict(Cameo.objects.filter(pk__in=[a.cameo for a in answers]).values_list("pk", "owner_id"))
    requester = Person.objects.get(pk=request.requester).public_id
    drafts = [
        Draft(
            owners[answer.cameo],
            {
                "recipient": requester,
                "job": request.job,
                "draft": request.draft_digest,
                "purposes": sorted(use.value for use in request.uses),
                "because": answer.rule,
                "grant_receipt": yes.digest if (yes := said.get(answer.grant)) else None,
                "grant_attested_by": yes.attested_by if yes else OPERATOR,
            },
        )
        for answer in answers
    ]
    digest = hashlib.sha256(bytes.fromhex(handle)).hexdigest()
    return issue_together("permit.minted", drafts, body={"permit": digest})


def permitted(answer: Judgement, *, receipt: Receipt, requires: tuple[str, ...], yes: Yes | None) -> Permitted:
    """Return one cameo of a permit as a value."""
    return Permitted(
        cameo=answer.cameo,
        handle=answer.handle,
        epoch=answer.epoch,
        path=words.path(answer),
        receipt=receipt.digest,
        requires=requires,
        attested_by=yes.attested_by if yes else OPERATOR,
    )


def value(record: PermitRecord, *, permitted: tuple[Permitted, ...]) -> Permit:
    """Return the permit that names this row."""
    return Permit(
        id=record.pk,
        handle=record.handle,
        job=record.job,
        requester=record.requester_id,
        draft_digest=record.draft_digest,
        expires_at=record.expires_at,
        cameos=permitted,
        entry=record.entry,
    )


def find(permit: Permit) -> PermitRecord | None:
    """Return the row that a permit names, or None: it was made up, or carried over to another job or person."""
    return PermitRecord.objects.filter(
        pk=permit.id, handle=permit.handle, job=permit.job, requester_id=permit.requester
    ).first()


def permit_of(subject: str) -> Permit | None:
    """Return the permit under which this subject was let out, without its cameos: the rows name them (I5)."""
    record = PermitRecord.objects.filter(subject=subject).order_by("pk").first() if subject else None
    return value(record, permitted=()) if record else None


def questions(record: PermitRecord, *, uses: int = 0) -> list[Question]:
    """Return what the permit's row asks of the graph; ``uses`` are added to those it was minted for.

    I5: the cameos are those of the rows, never those of the value in hand.
    """
    cameos = PermitCameo.objects.filter(permit=record).order_by("cameo_id").values_list("cameo_id", flat=True)
    asked = record.uses | uses
    return [again(record, cameo=cameo, uses=asked) for cameo in cameos]


def again(record: PermitRecord, *, cameo: int, uses: int) -> Question:
    """Return what this permit was asked for about one cameo, to be asked again."""
    return Question(
        viewer=record.requester_id,
        cameo=cameo,
        uses=uses,
        categories=frozenset(record.categories),
        draft=record.draft_digest,
        permit=record.pk,
        words=record.words,
    )


def use_up(record: PermitRecord, *, grants: Collection[int]) -> bool:
    """Spend the yeses to one draft that this permit stands on; return False when another video spent one already."""
    once = Grant.objects.filter(pk__in=grants).exclude(draft_digest="")
    mine = once.filter(Q(spent_by=None) | Q(spent_by=record)).order_by("pk").select_for_update()
    held = list(mine.values_list("pk", flat=True))
    return len(held) == once.count() and once.filter(pk__in=held).update(spent_by=record) == len(held)


def spend(permit: Permit, *, draft_digest: str) -> Refusal | None:
    """Redeem the row by compare-and-set, or say what was wrong with the permit; None is yes."""
    with connection.cursor() as cursor:
        cursor.execute(SPEND, [permit.id, permit.handle, permit.job, permit.requester, draft_digest])
        if cursor.rowcount == 1:
            return None
    return refuse(fault(permit, draft_digest=draft_digest))


def fault(permit: Permit, *, draft_digest: str) -> Reason:
    """Return what is wrong with a permit that could not be spent."""
    record = find(permit)
    if record is None:
        return Reason.PERMIT_FORGED
    if record.draft_digest != draft_digest:
        return Reason.DRAFT_CHANGED
    return Reason.PERMIT_SPENT if record.spent_at else Reason.PERMIT_EXPIRED


def refuse(reason: Reason) -> Refusal:
    """Return the refusal for a permit that is no good."""
    return Refusal(reason, REFUSALS[reason], path=(f"permit: {reason.value.removeprefix('permit_')}",))


def bind(record: PermitRecord, *, subject: str) -> bool:
    """Tie the permit to the one thing made under it; return False when it is tied to another already."""
    unbound = PermitRecord.objects.filter(pk=record.pk, subject__in=["", subject])
    return unbound.update(subject=subject) == 1
