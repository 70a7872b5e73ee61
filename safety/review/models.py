"""The desk's records: a case, what happened to it, how it was decided."""

from typing import Any, Never

from django.conf import settings
from django.db import models, transaction
from django.db.models import Q

from safety.backends import sealing
from safety.errors import AppendOnlyError


class Case(models.Model):
    """One subject waiting for a person.

    Trusted: yes. If lost: what it held stays held, and must be looked at again.
    """

    class State(models.TextChoices):
        """The life of a case."""

        OPEN = "open"
        CLAIMED = "claimed"
        DECIDED = "decided"

    public_id = models.CharField(max_length=24, unique=True)
    kind = models.CharField(max_length=32)
    subject = models.CharField(max_length=64)
    digest = models.CharField(max_length=64, blank=True)
    policy = models.CharField(max_length=64)
    policies = models.JSONField(default=list)
    reason = models.TextField()
    span = models.JSONField(default=dict, blank=True)
    state = models.CharField(max_length=8, choices=State, default=State.OPEN)
    claimed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    priority = models.PositiveSmallIntegerField(default=0)  # the higher, the sooner; 9 for what the law wants reported
    opened_at = models.DateTimeField()
    claimed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(name="case_one_open", fields=["kind", "subject"], condition=~Q(state="decided")),
            models.CheckConstraint(name="case_state", condition=Q(state__in=["open", "claimed", "decided"])),
            models.CheckConstraint(
                name="case_claimed_when",
                condition=~Q(state="claimed") | Q(claimed_at__isnull=False),
            ),
            models.CheckConstraint(name="case_digest", condition=Q(digest="") | Q(digest__regex=r"^[0-9a-f]{64}$")),
        ]
        indexes = [models.Index(fields=["state", "-priority", "opened_at"]), models.Index(fields=["kind", "subject"])]

    def __str__(self) -> str:
        return f"case {self.public_id}"


class Written(models.QuerySet[Any]):
    """Rows may be added; none is changed or removed through here."""

    def _refuse(self, *_args: object, **_kwargs: object) -> Never:
        raise AppendOnlyError

    update = bulk_update = update_or_create = delete = _refuse  # I2


class Event(models.Model):
    """One thing that happened to a case, or one look at what it holds.

    Trusted: yes; append-only. If lost: nobody can say who looked at held material.
    """

    class Kind(models.TextChoices):
        """What happened."""

        OPENED = "opened"
        JOINED = "joined"
        CLAIMED = "claimed"
        VIEWED = "viewed"
        MEDIA_VIEWED = "media-viewed"
        DECIDED = "decided"

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="events")
    kind = models.CharField(max_length=16, choices=Kind)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    note = models.TextField(blank=True)
    happened_at = models.DateTimeField()

    objects = Written.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="event_kind",
                condition=Q(kind__in=["opened", "joined", "claimed", "viewed", "media-viewed", "decided"]),
            ),
        ]
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.kind} {self.case_id}"

    def save(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - passed on as Django has it
        """Insert; a second save is refused."""
        if self.pk is not None:
            raise AppendOnlyError
        super().save(*args, **kwargs)


class Decision(models.Model):
    """How a person decided a case, and why.

    Trusted: yes; append-only. If lost: what was cleared is held again at the next look.
    """

    class Answer(models.TextChoices):
        """The two ways a case ends."""

        CLEAR = "clear"
        REFUSE = "refuse"

    case = models.OneToOneField(Case, on_delete=models.CASCADE, related_name="decision")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    decision = models.CharField(max_length=8, choices=Answer)
    reason = models.TextField()
    decided_at = models.DateTimeField()

    objects = Written.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(name="decision_answer", condition=Q(decision__in=["clear", "refuse"])),
            models.CheckConstraint(name="decision_has_reason", condition=~Q(reason="")),
        ]

    def __str__(self) -> str:
        return f"{self.decision} {self.case_id}"

    def save(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - passed on as Django has it
        """Insert; a second save is refused."""
        if self.pk is not None:
            raise AppendOnlyError
        super().save(*args, **kwargs)


class Preservation(models.Model):
    """What was refused as sexual content about a minor, sealed, for the report that the law asks for.

    Only somebody with the permission ``safety.open_preserved`` is let near it, by command, each look logged. Deleting
    the row destroys its key. Trusted: yes. If lost: nothing is left to report.
    """

    public_id = models.CharField(max_length=24, unique=True)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="+")
    requester = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    sealed = models.BinaryField()
    created_at = models.DateTimeField()
    filed_at = models.DateTimeField(null=True, blank=True)
    filed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    reference = models.CharField(max_length=128, blank=True)  # the authority's number for the report
    delete_after = models.DateTimeField(null=True, blank=True)  # nobody deletes what was neither filed nor decided

    class Meta:
        permissions = [("open_preserved", "Can open what is preserved for a report to the authorities")]
        constraints = [
            models.CheckConstraint(
                name="preservation_filed_has_reference",
                condition=Q(filed_at__isnull=True, reference="") | (Q(filed_at__isnull=False) & ~Q(reference="")),
            ),
            models.CheckConstraint(
                name="preservation_filed_is_kept_a_while",
                condition=Q(filed_at__isnull=True) | Q(delete_after__gt=models.F("filed_at")),
            ),
        ]

    def __str__(self) -> str:
        return f"preserved {self.public_id}"

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:  # noqa: ANN401 - as Django has it
        """Delete the row, and its key once that stands."""
        name = self.public_id
        gone = super().delete(*args, **kwargs)
        transaction.on_commit(lambda: sealing.destroy(name))
        return gone
