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


class Stamping(models.Model):
    """A seal made while the timestamp authority was silent, until its timestamp is added to the file.

    Trusted? No: the timestamp in the file is. If lost? The seal stays provable only until its leaf ends.
    ``sealed_sha256`` is the file's digest before, in hex: copies handed out until then are genuine too. ``next_at`` is
    empty once done; without an ``entry`` it was given up, because the file or the seal was gone.
    """

    manifest = models.OneToOneField(Manifest, on_delete=models.PROTECT, related_name="stamping")
    path = models.CharField(max_length=500)
    sealed_sha256 = models.CharField(max_length=64)
    tries = models.PositiveIntegerField(default=0)
    queued_at = models.DateTimeField()
    next_at = models.DateTimeField(null=True, blank=True)
    done_at = models.DateTimeField(null=True, blank=True)
    entry = models.OneToOneField("provenance.Entry", on_delete=models.PROTECT, related_name="+", null=True, blank=True)

    class Meta:
        """Waiting ones are found by a small index of their own."""

        indexes = [
            models.Index(fields=["next_at"], condition=Q(next_at__isnull=False), name="stamping_waiting"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(next_at=None, done_at__isnull=False) | Q(next_at__isnull=False, done_at=None),
                name="stamping_waits_or_is_done",
            ),
            models.CheckConstraint(
                condition=Q(entry=None) | Q(done_at__isnull=False), name="stamping_logged_when_done"
            ),
        ]

    def __str__(self) -> str:
        return f"timestamp of {self.manifest_id}"
