"""What people want to be told, and the letters that wait to be sent."""

import secrets

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone


def opaque() -> str:
    """Return a fresh public id: 96 random bits."""
    return secrets.token_urlsafe(12)


class Channel(models.TextChoices):
    """Where a notice goes."""

    INBOX = "inbox", "inbox"
    EMAIL = "email", "e-mail"


class Preference(models.Model):
    """One choice of one person: this kind of notice, this way, yes or no. No row means: as it comes.

    Trusted? Yes, within what the catalogue leaves open. If lost: notices go as they come.
    """

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="preferences")
    kind = models.CharField(max_length=40)
    channel = models.CharField(max_length=5, choices=Channel)
    wanted = models.BooleanField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["person", "kind", "channel"], name="preference_once"),
            models.CheckConstraint(condition=Q(channel__in=["inbox", "email"]), name="preference_channel_known"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} by {self.channel}: {'yes' if self.wanted else 'no'}"


class Letter(models.Model):
    """An e-mail that waits to be sent: that there is news, and where to read it; never the news itself.

    Trusted? No: it informs. If lost: the person reads the notice when they come by.
    """

    public_id = models.CharField(max_length=16, unique=True, default=opaque, editable=False)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="letters")
    kind = models.CharField(max_length=40)
    subject = models.CharField(max_length=120)
    link = models.CharField(max_length=200, help_text="A path of ours.")
    attempts = models.PositiveSmallIntegerField(default=0)
    due_at = models.DateTimeField(default=timezone.now)
    created_at = models.DateTimeField(default=timezone.now)
    sent_at = models.DateTimeField(null=True, blank=True)
    given_up_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(sent_at__isnull=True) | Q(given_up_at__isnull=True), name="letter_ends_once"
            ),
        ]
        indexes = [
            models.Index(
                fields=["due_at"],
                condition=Q(sent_at__isnull=True, given_up_at__isnull=True),
                name="letter_waiting",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} letter {self.public_id}"
