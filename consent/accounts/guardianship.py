"""Who looks after whom: guardians of people under 18, and what a guardian has said yes to."""

import secrets

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

MOST_WARDS = 4


def opaque() -> str:
    """Return a fresh public id: 96 random bits."""
    return secrets.token_urlsafe(12)


class Guardianship(models.Model):
    """An adult looks after a ward; it holds once the other of the two has confirmed it.

    Trusted? Yes: the permission graph reads it. If lost: the ward's likeness cannot be used by others until somebody
    is their guardian again.
    """

    class State(models.TextChoices):
        """Only *live* counts; it never begins again once it has ended."""

        PROPOSED = "proposed"
        LIVE = "live"
        ENDED = "ended"

    public_id = models.CharField(max_length=16, unique=True, default=opaque, editable=False)
    ward = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="guardianships")
    guardian = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="wardships")
    state = models.CharField(max_length=8, choices=State, default=State.PROPOSED)
    slot = models.PositiveSmallIntegerField(
        null=True, blank=True, help_text="Which of the guardian's four places a live guardianship takes."
    )
    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    confirmed_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["ward"], condition=Q(state="live"), name="guardian_one_live", include=["guardian"]
            ),
            models.UniqueConstraint(
                fields=["guardian", "slot"], condition=Q(state="live"), name="guardian_four_wards_at_most"
            ),
            models.UniqueConstraint(
                fields=["ward", "guardian"], condition=~Q(state="ended"), name="guardian_one_open_per_pair"
            ),
            models.CheckConstraint(condition=~Q(ward=F("guardian")), name="guardian_not_oneself"),
            models.CheckConstraint(condition=Q(state__in=["proposed", "live", "ended"]), name="guardian_state_known"),
            models.CheckConstraint(
                condition=Q(slot__isnull=True) | Q(slot__range=(1, MOST_WARDS)), name="guardian_slot_known"
            ),
            models.CheckConstraint(
                condition=Q(proposed_by=F("ward")) | Q(proposed_by=F("guardian")), name="guardian_proposed_by_either"
            ),
            models.CheckConstraint(
                condition=Q(state="proposed", confirmed_at=None, ended_at=None, slot=None)
                | Q(state="live", confirmed_at__isnull=False, ended_at=None, slot__isnull=False)
                | Q(state="ended", ended_at__isnull=False),
                name="guardian_state_has_its_times",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.guardian_id} for {self.ward_id}"


class GuardianConsent(models.Model):
    """A guardian's yes to the use of a ward's cameo by others.

    Trusted? Yes, while the guardianship is live. If lost: others cannot use the cameo until it is given again.
    """

    cameo = models.ForeignKey("consent.Cameo", on_delete=models.CASCADE, related_name="guardian_consents")
    guardian = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    given_at = models.DateTimeField(default=timezone.now)
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["cameo"],
                condition=Q(withdrawn_at__isnull=True),
                name="guardian_consent_one_in_force",
                include=["guardian"],
            ),
        ]

    def __str__(self) -> str:
        return f"guardian {self.guardian_id} for cameo {self.cameo_id}"


class Evidence(models.Model):
    """What somebody without a cameo brings forward to show that they are the adult they say they are.

    Trusted? Only once a moderator has verified it. If lost: they cannot become anybody's guardian until it is shown
    again; guardianships that are live stay so.
    """

    class State(models.TextChoices):
        """Only *verified* counts."""

        WAITING = "waiting"
        VERIFIED = "verified"
        REFUSED = "refused"

    public_id = models.CharField(max_length=16, unique=True, default=opaque, editable=False)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="evidence")
    words = models.CharField(max_length=1000, help_text="What there is to see, and where; read by moderators alone.")
    state = models.CharField(max_length=8, choices=State, default=State.WAITING)
    created_at = models.DateTimeField(default=timezone.now)
    decided_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name_plural = "evidence"
        constraints = [
            models.UniqueConstraint(fields=["person"], condition=Q(state="waiting"), name="evidence_one_waiting"),
            models.CheckConstraint(
                condition=Q(state="waiting", decided_at=None)
                | Q(state__in=["verified", "refused"], decided_at__isnull=False),
                name="evidence_state_has_its_time",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.state} evidence {self.public_id}"
