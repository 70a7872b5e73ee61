"""What is made from what: every ancestor of a subject in one step, written once, when the subject is confirmed.

The rights of a remix are the intersection of those of all its ancestors. They are flattened when it is confirmed: it
bears a copy of every row its parents bear (which bear their parents' already), so that serving walks nothing (I14).
What is made from what never changes afterwards: a parent's line is complete before anything can be made from it.
"""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import replace

from django.db import models
from django.db.models import F, Q

from consent.grants.appearances import is_gone
from consent.grants.graph import Judgement, Question
from consent.grants.models import Appearance, PermitRecord
from consent.grants.uses import BITS
from consent.permit import Request, Use


class Descent(models.Model):
    """One subject was made from another, in so many steps.

    Trusted? Yes: it says what else goes when something is taken down. If lost: what was made from it is still refused
    for its own rows' sake when a yes ends, but a takedown no longer reaches it; so it is never deleted.
    """

    subject = models.CharField(max_length=64)
    ancestor = models.CharField(max_length=64)
    steps = models.PositiveIntegerField(help_text="1: made from it directly.")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["subject", "ancestor"], name="descent_once"),
            models.CheckConstraint(condition=~Q(subject=F("ancestor")), name="descent_not_from_itself"),
            models.CheckConstraint(condition=Q(steps__gte=1), name="descent_takes_a_step"),
        ]
        indexes = [models.Index(fields=["ancestor"], name="descent_of")]

    def __str__(self) -> str:
        return f"{self.subject} from {self.ancestor}"


def widened(request: Request) -> Request:
    """Return a request that asks for the use *remix* as well, if it is made from anything."""
    return replace(request, uses=request.uses | {Use.REMIX}) if request.parents else request


def cast(parents: Collection[str]) -> dict[str, int]:
    """Return handle -> cameo for everybody in these subjects and in what they are made from."""
    rows = Appearance.objects.filter(subject__in=list(parents), use=Use.GENERATE.value)
    return dict(rows.values_list("cameo__owner__handle", "cameo_id").order_by("cameo_id")) if parents else {}


def is_broken(parents: Collection[str], *, answers: Collection[Judgement]) -> bool:
    """Return whether anything that this is made from does not stand: unknown, taken down, or no longer allowed."""
    if not parents:
        return False
    return not are_known(parents) or is_gone(*parents) or any(not answer.may for answer in answers)


def has_lost(parents: Collection[str], *, subject: str) -> bool:
    """Return whether a parent went before its child was let out; asked behind the lock that a takedown waits for.

    Once it was let out, a takedown has reached its own rows, and a parent whose maker deletes it takes nothing with it.
    """
    if not parents or Descent.objects.filter(subject=subject).exists():
        return False
    return not are_known(parents) or is_gone(*parents)


def are_known(parents: Collection[str]) -> bool:
    """Return whether every parent was once let out; what was not has no rights that could be handed on."""
    known = PermitRecord.objects.filter(subject__in=list(parents)).values("subject").distinct().count()
    return known == len(set(parents))


def pairs(parents: Collection[str]) -> list[tuple[PermitRecord, int]]:
    """Return every (permit, cameo) that the parents stand on, their own ancestors' among them."""
    rows = Appearance.objects.filter(subject__in=list(parents), use=Use.GENERATE.value).select_related("permit")
    found = {(row.permit_id, row.cameo_id): (row.permit, row.cameo_id) for row in rows}
    return [found[key] for key in sorted(found)]


def questions(parents: Collection[str], *, uses: int = 0) -> list[Question]:
    """Return what everything that the parents stand on asked, to be asked again, ``uses`` added."""
    return [ask(permit, cameo=cameo, uses=uses) for permit, cameo in pairs(parents)] if parents else []


def ask(permit: PermitRecord, *, cameo: int, uses: int = 0) -> Question:
    """Return what this permit asked about one cameo, to be asked again, ``uses`` added."""
    return Question(
        viewer=permit.requester_id,
        cameo=cameo,
        uses=permit.uses | BITS[Use.GENERATE] | uses,
        categories=frozenset(permit.categories),
        draft=permit.draft_digest,
        permit=permit.pk,
        words=permit.words,
    )


def write(subject: str, *, parents: Collection[str]) -> None:
    """Write down every ancestor of a subject; nothing to write for what is made from nothing."""
    if not parents:
        return
    steps = dict.fromkeys(parents, 1)
    for row in Descent.objects.filter(subject__in=list(parents)):
        steps[row.ancestor] = min(steps.get(row.ancestor, row.steps + 1), row.steps + 1)
    rows = [Descent(subject=subject, ancestor=ancestor, steps=count) for ancestor, count in sorted(steps.items())]
    Descent.objects.bulk_create(rows, ignore_conflicts=True)


def below(subjects: Collection[str]) -> set[str]:
    """Return everything that is made from any of these, directly or not."""
    return set(Descent.objects.filter(ancestor__in=list(subjects)).values_list("subject", flat=True))


def parents_of(subjects: Sequence[str]) -> dict[str, list[str]]:
    """Return for each subject what it was made from directly."""
    found: dict[str, list[str]] = defaultdict(list)
    for subject, parent in Descent.objects.filter(subject__in=list(subjects), steps=1).values_list(
        "subject", "ancestor"
    ):
        found[subject].append(parent)
    return found


def counted(subjects: Sequence[str]) -> dict[str, int]:
    """Return for each subject how many others are made from it, directly or not."""
    rows = Descent.objects.filter(ancestor__in=list(subjects)).values("ancestor").annotate(number=models.Count("id"))
    return {row["ancestor"]: row["number"] for row in rows}
