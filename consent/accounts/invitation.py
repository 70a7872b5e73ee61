"""Who brought whom: single-use invites, and the tree they make."""

import secrets

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

EACH = 4


def opaque() -> str:
    """Return a fresh public id: 96 random bits."""
    return secrets.token_urlsafe(12)


class Invite(models.Model):
    """One of the four invites a person has; its code is told once and kept as a digest.

    Trusted? Yes: with ``INVITES_REQUIRED`` it lets somebody in, once. If lost: one person cannot be invited, or the
    tree has a gap.
    """

    public_id = models.CharField(max_length=16, unique=True, default=opaque, editable=False)
    inviter = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="invites")
    slot = models.PositiveSmallIntegerField()
    digest = models.CharField(max_length=64, unique=True, help_text="Hex SHA-256 of the code: 80 random bits.")
    redeemed_by = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="invite"
    )
    redeemed_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["inviter", "slot"], name="invite_four_each"),
            models.CheckConstraint(condition=Q(slot__range=(1, EACH)), name="invite_slot_known"),
            models.CheckConstraint(condition=Q(digest__regex=r"^[0-9a-f]{64}$"), name="invite_digest_is_sha256"),
            models.CheckConstraint(
                condition=Q(redeemed_by__isnull=True) | Q(redeemed_at__isnull=False), name="invite_redeemed_has_time"
            ),
            models.CheckConstraint(
                condition=Q(redeemed_by__isnull=True) | ~Q(redeemed_by=F("inviter")), name="invite_not_oneself"
            ),
        ]

    def __str__(self) -> str:
        return f"invite {self.slot} of {self.inviter_id}"
