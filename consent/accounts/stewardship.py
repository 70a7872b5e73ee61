"""Who acts for whom: the estate of somebody who has died, and delegates whom an owner named."""

import secrets

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils import timezone


def opaque() -> str:
    """Return a fresh public id: 96 random bits."""
    return secrets.token_urlsafe(12)


class Power(models.TextChoices):
    """What a steward may do in an owner's place; each off unless it was ticked."""

    PAUSE = "pause", "pause and resume every use"
    WITHDRAW = "withdraw", "take the likeness back for good"
    ANSWER = "answer", "answer requests"
    DELETE = "delete", "delete appearances"


OF_AN_ESTATE = (Power.PAUSE, Power.WITHDRAW, Power.ANSWER)
OPEN = ("proposed", "waiting", "live")


class Steward(models.Model):
    """One person acts for another: as their estate, or as a delegate they named.

    Trusted? Yes, while live and before ``expires_at``; a moderator has seen the evidence. If lost: nobody acts in the
    owner's place, and the owner's own choices hold.
    """

    class Role(models.TextChoices):
        """In whose name."""

        ESTATE = "estate"
        DELEGATE = "delegate"

    class State(models.TextChoices):
        """Only *live* counts: proposed by an owner, waiting for a moderator, live, refused, ended."""

        PROPOSED = "proposed"
        WAITING = "waiting"
        LIVE = "live"
        REFUSED = "refused"
        ENDED = "ended"

    public_id = models.CharField(max_length=16, unique=True, default=opaque, editable=False)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="stewards")
    steward = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="stewardships")
    role = models.CharField(max_length=8, choices=Role)
    powers = ArrayField(models.CharField(max_length=8, choices=Power))
    evidence = models.CharField(max_length=1000, help_text="What shows it, and where; read by moderators alone.")
    state = models.CharField(max_length=8, choices=State)
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    live_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(owner=F("steward")), name="steward_not_oneself"),
            models.CheckConstraint(condition=Q(role__in=["estate", "delegate"]), name="steward_role_known"),
            models.CheckConstraint(
                condition=Q(powers__contained_by=list(Power), powers__len__gte=1), name="steward_powers_known"
            ),
            models.CheckConstraint(
                condition=~Q(role="estate") | Q(powers__contained_by=list(OF_AN_ESTATE)), name="steward_estate_powers"
            ),
            models.CheckConstraint(condition=Q(expires_at__gt=F("created_at")), name="steward_ends_after_it_begins"),
            models.CheckConstraint(
                condition=Q(state__in=["proposed", "waiting"], live_at=None, ended_at=None)
                | Q(state="live", live_at__isnull=False, ended_at=None)
                | Q(state="refused", live_at=None, ended_at__isnull=False)
                | Q(state="ended", ended_at__isnull=False),
                name="steward_state_has_its_times",
            ),
            models.CheckConstraint(
                condition=~Q(state="proposed") | Q(role="delegate"), name="steward_estate_is_never_proposed"
            ),
            models.UniqueConstraint(
                fields=["owner", "steward"], condition=Q(state__in=OPEN), name="steward_one_open_per_pair"
            ),
            models.UniqueConstraint(
                fields=["owner"], condition=Q(state="live", role="estate"), name="steward_one_estate"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.steward_id} as {self.role} of {self.owner_id}"
