"""The birth date is told once, at sign-up. To correct it is a request, and this is its row."""

import secrets

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone


def opaque() -> str:
    """Return a fresh public id: 96 random bits."""
    return secrets.token_urlsafe(12)


class BirthChange(models.Model):
    """Somebody says that their birth date is another one; until a person decides, the stricter of the two holds.

    Trusted? No: it is the person's own word until decided. If lost: the date that holds now stays.
    """

    class State(models.TextChoices):
        """How it stands."""

        WAITING = "waiting"
        ACCEPTED = "accepted"
        REFUSED = "refused"

    public_id = models.CharField(max_length=16, unique=True, default=opaque, editable=False)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="birth_changes")
    before = models.DateField()
    after = models.DateField()
    reason = models.CharField(max_length=300, blank=True)
    state = models.CharField(max_length=8, choices=State, default=State.WAITING)
    created_at = models.DateTimeField(default=timezone.now)
    decided_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["person"], condition=Q(state="waiting"), name="birth_change_one_waiting"),
            models.CheckConstraint(condition=~Q(before=F("after")), name="birth_change_changes"),
            models.CheckConstraint(
                condition=Q(state="waiting", decided_at=None)
                | Q(state__in=["accepted", "refused"], decided_at__isnull=False),
                name="birth_change_state_has_its_time",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.state} change {self.public_id}"
