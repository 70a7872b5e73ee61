"""The marks' table: which number in a picture stands for which render."""

from django.db import models
from django.db.models import Q

PAYLOADS = 2**48
"""Payloads are 48 bits; 0 is never given."""
UNREADABLE = "unreadable"
"""A parent's mark whose pilot stands but whose number could not be read."""


class Mark(models.Model):
    """The number that the pictures of one render carry.

    Trusted? Only with the record it leads to: a mark can be copied into other pictures. If lost? Marks are still seen,
    but nobody can say any more whose they are.

    ``width`` and ``height`` are the pixels of the frame it was put into; ``parents`` are the numbers read from what
    this render was made from, as 12 hex digits each (``UNREADABLE``: marked by us, number lost), because sealing
    anew under the same key wipes them out of the pictures.
    """

    render = models.CharField(max_length=64, unique=True)
    payload = models.BigIntegerField(unique=True)
    manifest = models.ForeignKey(
        "provenance.Manifest", on_delete=models.PROTECT, related_name="marks", null=True, blank=True
    )
    width = models.PositiveSmallIntegerField(null=True)
    height = models.PositiveSmallIntegerField(null=True)
    parents = models.JSONField(default=list)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        """The payload fits the word that is sent."""

        constraints = [
            models.CheckConstraint(condition=Q(payload__gt=0, payload__lt=PAYLOADS), name="mark_payload_is_48_bits"),
        ]

    def __str__(self) -> str:
        return f"{self.payload:012x}"
