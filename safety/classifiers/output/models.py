"""Media that nobody may show, as lists of hashes from those who keep such lists."""

from django.db import models
from django.db.models import Q


class KnownMedia(models.Model):
    """One picture of a list, as its PDQ hash; the picture itself was never here.

    Trusted: yes, as far as whoever keeps the list. If lost: known media is not recognised until it is imported again.
    """

    list = models.CharField(max_length=64)
    pdq = models.CharField(max_length=64)  # hexadecimal
    added_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(name="known_media_once_a_list", fields=["list", "pdq"]),
            models.CheckConstraint(name="known_media_pdq", condition=Q(pdq__regex=r"^[0-9a-f]{64}$")),
            models.CheckConstraint(name="known_media_list", condition=~Q(list="")),
        ]

    def __str__(self) -> str:
        return f"{self.list} {self.pdq[:8]}"
