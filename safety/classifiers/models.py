"""What screening said, kept."""

from typing import Never

from django.conf import settings
from django.db import models
from django.db.models import Q

from safety.clearance import Kind
from safety.errors import AppendOnlyError


class ScreeningRows(models.QuerySet["Screening"]):
    """Reading is free; writing belongs to ``classifiers.screenings``."""

    def _refuse(self, *_args: object, **_kwargs: object) -> Never:
        raise AppendOnlyError("Screening rows are written by screen alone and change only when they are redeemed.")

    create = bulk_create = get_or_create = update_or_create = update = bulk_update = delete = _refuse  # I2


class Screening(models.Model):
    """One answer of screening about one digest.

    Trusted: yes; a clearance is nothing but a name for one of these rows. If lost: nothing not yet rendered
    may go on, and what was decided can no longer be replayed.
    """

    class Verdict(models.TextChoices):
        """The three answers."""

        CLEAR = "clear"
        HOLD = "hold"
        REFUSE = "refuse"

    KINDS = [(kind.value, kind.value) for kind in Kind]

    handle = models.CharField(max_length=32, unique=True)
    kind = models.CharField(max_length=12, choices=KINDS)
    subject_digest = models.CharField(max_length=64)
    verdict = models.CharField(max_length=8, choices=Verdict)
    policy = models.CharField(max_length=64, blank=True)
    policy_version = models.CharField(max_length=64)
    likeness = models.BooleanField(default=False)
    signals = models.JSONField(default=list)
    engines = models.JSONField(default=dict)
    not_evaluated = models.JSONField(default=list)
    context = models.JSONField(default=dict, blank=True)  # what was judged by besides the signals; see judging.Context
    shadow = models.JSONField(default=list, blank=True)  # what rules in shadow would have said; it never acted
    case = models.CharField(max_length=32, blank=True)
    job = models.CharField(max_length=64, blank=True)
    requester = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True, blank=True)
    redeemed_at = models.DateTimeField(null=True, blank=True)
    redeemed_by = models.CharField(max_length=64, blank=True)

    objects = ScreeningRows.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(name="screening_kind", condition=Q(kind__in=[kind.value for kind in Kind])),
            models.CheckConstraint(name="screening_verdict", condition=Q(verdict__in=["clear", "hold", "refuse"])),
            models.CheckConstraint(name="screening_digest", condition=Q(subject_digest__regex=r"^[0-9a-f]{64}$")),
            models.CheckConstraint(name="screening_handle", condition=Q(handle__regex=r"^[0-9a-f]{32}$")),
            models.CheckConstraint(
                name="screening_clear_expires",
                condition=Q(verdict="clear", expires_at__isnull=False)
                | (~Q(verdict="clear") & Q(expires_at__isnull=True)),
            ),
            models.CheckConstraint(
                name="screening_redeemed_once_clear",
                condition=Q(redeemed_at__isnull=True, redeemed_by="")
                | (Q(verdict="clear", redeemed_at__isnull=False) & ~Q(redeemed_by="")),
            ),
            models.CheckConstraint(name="screening_no_has_policy", condition=Q(verdict="clear") | ~Q(policy="")),
        ]
        indexes = [models.Index(fields=["job"]), models.Index(fields=["created_at"])]

    def __str__(self) -> str:
        return f"{self.kind} {self.verdict} {self.pk}"

    def save(self, *_args: object, **_kwargs: object) -> None:
        """Refuse: ``classifiers.screenings`` writes these rows."""
        raise AppendOnlyError("Screening rows are written by screen alone and change only when they are redeemed.")


class Denial(models.Model):
    """One refused prompt, as a sketch that tells near-duplicates of it and nothing else.

    ``sketch`` is a keyed MinHash (128 32-bit numbers): without the service's key no words can be tried against it.
    Trusted: as evidence that somebody tries again. If lost: their next tries count from nothing.
    """

    requester = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    sketch = models.BinaryField()
    policy = models.CharField(max_length=64)
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["requester", "at"])]

    def __str__(self) -> str:
        return f"denial {self.pk}"
