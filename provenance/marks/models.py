"""The marks' table: which number in a picture stands for which render."""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q
from django.db.models.lookups import Exact, GreaterThan

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


class Fingerprint(models.Model):
    """The PDQ hash of one window of one picture of a sealed video.

    ``at`` is in seconds, ``window`` numbers as in ``backends/fingerprint.py``. ``bits`` are 32 bytes; ``bands`` are
    the same bits dealt into sixteen hands of sixteen, each with the hand's number before it: two hashes that differ in
    at most 31 bits have a hand in which at most one differs, so that an index over hands finds every such pair.

    Trusted? It finds what looks alike; what the video is, its seal says. If lost? A video that lost seal and mark is
    not known again.
    """

    manifest = models.ForeignKey("provenance.Manifest", on_delete=models.CASCADE, related_name="fingerprints")
    at = models.FloatField()
    window = models.PositiveSmallIntegerField()
    bits = models.BinaryField(max_length=32)
    bands = ArrayField(models.IntegerField(), size=16)

    class Meta:
        """The index over hands is the search; what is new goes into it at once, or every question would read it all."""

        indexes = [GinIndex(fields=["bands"], fastupdate=False, name="fingerprint_bands")]
        constraints = [
            models.CheckConstraint(
                condition=Exact(models.Func("bits", function="octet_length", output_field=models.IntegerField()), 32),
                name="fingerprint_bits_are_32_bytes",
            ),
            models.CheckConstraint(condition=Q(bands__len=16), name="fingerprint_has_16_bands"),
        ]

    def __str__(self) -> str:
        return f"{bytes(self.bits).hex()[:8]} at {self.at:.1f} s"


class SoundFingerprint(models.Model):
    """The Chromaprint words of a sealed video's sound, eight a second, each a 32-bit number with its sign.

    Trusted? It finds what sounds alike. If lost? Sound that was taken out of a video is not known again.
    """

    manifest = models.OneToOneField("provenance.Manifest", on_delete=models.CASCADE, related_name="sound_fingerprint")
    words = ArrayField(models.IntegerField())

    class Meta:
        """Words are looked up one by one."""

        indexes = [GinIndex(fields=["words"], fastupdate=False, name="sound_fingerprint_words")]

    def __str__(self) -> str:
        return f"{len(self.words)} words"


class Disclosed(models.Model):
    """A seal that anybody may be led to by mark or fingerprint: its video is public, and this is its manifest store.

    Without this row nobody is told of a seal they do not hold. Trusted? The store proves itself. If lost? Stripped
    videos cannot be given back their credentials until they are disclosed again.
    """

    manifest = models.OneToOneField("provenance.Manifest", on_delete=models.CASCADE, related_name="disclosed")
    store = models.BinaryField()
    disclosed_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        """A store is something."""

        constraints = [
            models.CheckConstraint(
                condition=GreaterThan(
                    models.Func("store", function="octet_length", output_field=models.IntegerField()), 0
                ),
                name="disclosed_store_is_something",
            )
        ]

    def __str__(self) -> str:
        return str(self.manifest_id)
