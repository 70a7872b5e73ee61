"""The operator's own gazetteer, kept whole as it was imported, so that an old decision can be replayed."""

import hashlib

from django.db import models, transaction
from django.db.models import Q
from django.utils import timezone

from safety.classifiers.people import Figure, read

LONGEST = 200  # characters of a file's name


class OwnGazetteer(models.Model):
    """One import of public figures by the operator; the newest is in force, and it is the whole list.

    Trusted: yes, an operator's act. If lost: whom the operator added is no longer noticed; import the file again.
    """

    source = models.CharField(max_length=LONGEST)
    content = models.TextField()
    sha256 = models.CharField(max_length=64)
    count = models.PositiveIntegerField()
    is_current = models.BooleanField(default=True)
    imported_at = models.DateTimeField()
    replaced_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(name="gazetteer_one_current", fields=["is_current"], condition=Q(is_current=True)),
            models.CheckConstraint(name="gazetteer_digest", condition=Q(sha256__regex=r"^[0-9a-f]{64}$")),
            models.CheckConstraint(
                name="gazetteer_current_or_replaced",
                condition=Q(is_current=True, replaced_at__isnull=True) | Q(is_current=False, replaced_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.source}: {self.count}"


def keep(text: str, *, source: str) -> tuple[Figure, ...]:
    """Put this file in force in place of the last one, and return its figures; GazetteerError when it does not read."""
    figures = read(text, source=source)
    now = timezone.now()
    with transaction.atomic():
        OwnGazetteer.objects.select_for_update().filter(is_current=True).update(is_current=False, replaced_at=now)
        OwnGazetteer.objects.create(
            source=source[:LONGEST],
            content=text,
            sha256=hashlib.sha256(text.encode()).hexdigest(),
            count=len(figures),
            imported_at=now,
        )
    return figures
