"""What was sealed, and whether it still stands."""

from django.db import models
from django.db.models import Q


class Manifest(models.Model):
    """The seal of one released video: the C2PA manifest in the file and the log entry that says so.

    Trusted? The file and the log are; this row finds them. If lost? Standing becomes unknown; the files still verify.
    All digests are SHA-256 in hex. ``entry`` reports the sealing, ``withdrawn_entry`` that it no longer stands.
    """

    render = models.CharField(max_length=64, unique=True)
    label = models.CharField(max_length=128, unique=True)
    file_sha256 = models.CharField(max_length=64, db_index=True)
    stream_digest = models.CharField(max_length=64)
    clearance_digest = models.CharField(max_length=64)
    entry = models.OneToOneField("provenance.Entry", on_delete=models.PROTECT, related_name="+")
    withdrawn_entry = models.OneToOneField(
        "provenance.Entry", on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    sealed_at = models.DateTimeField()

    class Meta:
        """A seal is withdrawn by another entry than the one that made it."""

        constraints = [
            models.CheckConstraint(
                condition=Q(withdrawn_entry=None) | ~Q(withdrawn_entry=models.F("entry")),
                name="manifest_withdrawn_by_another_entry",
            ),
            models.CheckConstraint(
                condition=Q(file_sha256__regex="^[0-9a-f]{64}$"), name="manifest_file_sha256_is_hex"
            ),
        ]

    def __str__(self) -> str:
        return self.label
