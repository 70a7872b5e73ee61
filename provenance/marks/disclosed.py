"""Who may be led to a seal by mark or fingerprint: everybody, once its video is public, and nobody before.

A fingerprint can be guessed at and content can be tried, so whoever asks by content learns of public videos only. The
file itself, with its seal, is another matter: who has it has been given it.
"""

from collections.abc import Iterable

from django.db.models import QuerySet

from provenance.marks.lookup import Match
from provenance.marks.models import Disclosed, Mark


def disclose(manifest: int, *, store: bytes) -> None:
    """Let everybody be led to this seal (row) and be given its manifest store; safe to repeat."""
    Disclosed.objects.update_or_create(manifest_id=manifest, defaults={"store": store})


def conceal(manifest: int) -> None:
    """Lead nobody to this seal any more; safe to repeat."""
    Disclosed.objects.filter(manifest=manifest).delete()


def labels(found: Iterable[Match]) -> list[tuple[str, float]]:
    """Return label and score of those seals that are public and stand, in the order given."""
    found = list(found)
    rows = _open().filter(manifest__in=[each.manifest for each in found])
    known = dict(rows.values_list("manifest", "manifest__label"))
    return [(known[each.manifest], each.score) for each in found if each.manifest in known]


def marked(payload: int) -> str:
    """Return the label of the seal that a mark's number leads to, if that is public and stands; else nothing."""
    row = Mark.objects.filter(payload=payload, manifest__isnull=False).values_list("manifest", flat=True).first()
    told = labels([Match(row, 1.0)]) if row else []
    return told[0][0] if told else ""


def store(label: str) -> bytes:
    """Return the manifest store of a seal that is public and stands; else nothing."""
    row = _open().filter(manifest__label=label).values_list("store", flat=True).first()
    return bytes(row) if row else b""


def _open() -> QuerySet[Disclosed]:
    return Disclosed.objects.filter(manifest__withdrawn_entry=None)
