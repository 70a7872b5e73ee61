"""The marks' table: which number in a picture stands for which render."""

from django.db import models
from django.db.models import Q

PAYLOADS = 2**48
"""Payloads are 48 bits; 0 is never given."""


class Mark(models.Model):
    """The number that the pictures of one render carry.

    Trusted? Only with the record it leads to: a mark can be copied into other pictures. If lost? Marks are still seen,
    but nobody can say any more whose they are.
    """

    render = models.CharField(max_length=64, unique=True)
    payload = models.BigIntegerField(unique=True)
    manifest = models.ForeignKey(
        "provenance.Manifest", on_delete=models.PROTECT, related_name="marks", null=True, blank=True
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        """The payload fits the word that is sent."""

        constraints = [
            models.CheckConstraint(condition=Q(payload__gt=0, payload__lt=PAYLOADS), name="mark_payload_is_48_bits"),
        ]

    def __str__(self) -> str:
        return f"{self.payload:012x}"
