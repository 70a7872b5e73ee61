"""The gallery: the face of every cameo, opened once in the ml process, to ask whose face this is.

Paused and frozen cameos are in it too: their owners are protected as much as anyone, and so is everybody on the
protected registry. It follows the
database: templates that appear are opened, those that go are forgotten, and a hit is read again in
PostgreSQL before it counts. A template that does not open is tried again at every refresh and counted
in ``unopened``; when none of them opens, the gallery refuses to be asked.

The line. On 55 photographs of five adults (275 pairs of the same person, 1210 of two) SFace gives
.767 +- .08 (least .569) to the same person and .067 +- .100 (most .334) to two. At 0.45 every pair is
right: TAR 1.00, FAR 0 of 1210. One wrong hit anywhere in a gallery of N must stay rarer than 1 in
1000, so the line rises with N along the normal tail of the impostors: .45 up to 14 people, .54 at
1000, .63 at 100,000. That tail is an extrapolation from few people, and said so.
"""

import logging
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
from django.db.models import Q, QuerySet
from numpy.typing import NDArray

from consent.cameos import likeness
from consent.cameos.models import Cameo, Protected, Template
from consent.cameos.seclusion import Secluded, discreet
from consent.errors import TemplateError

log = logging.getLogger(__name__)

LEAST = 0.45
IMPOSTORS = NormalDist(mu=0.067, sigma=0.100)
WRONG_HITS = 1e-3  # N x FAR
DOUBT = 0.07  # below the line by less than this: a person looks

KEPT = (Cameo.State.LIVE, Cameo.State.PAUSED, Cameo.State.FROZEN)
COUNTED = Q(cameo__state__in=KEPT) | Q(protected__state=Protected.State.IN_FORCE)


@dataclass(frozen=True, slots=True)
class Hit:
    """A face in the gallery: whose, how alike (-1 to 1, never shown), and whether it is beyond doubt.

    ``cameo`` is a cameo's primary key; of somebody on the protected registry, their entry's, negative. ``template`` is
    the primary key of the row that was opened.
    """

    cameo: int
    template: int
    score: float
    is_strong: bool

    @property
    def is_protected(self) -> bool:
        """Return whether it is a face on the registry."""
        return self.cameo < 0


def line(size: int) -> float:
    """Return the likeness from which two faces are one person's, in a gallery of this many."""
    return max(LEAST, IMPOSTORS.inv_cdf(1 - WRONG_HITS / max(1, size)))


def alike(known: Mapping[int, tuple[int, NDArray[np.float32]]], vector: NDArray[np.float32], *, size: int) -> list[Hit]:
    """Return whom a face resembles, likeliest first: ``known`` is template -> (cameo, vector), ``size`` how many."""
    if not known:
        return []
    scores = np.stack([kept for _, kept in known.values()]) @ vector
    strong = line(size)
    hits = [
        Hit(cameo=cameo, template=key, score=float(score), is_strong=bool(score >= strong))
        for (key, (cameo, _)), score in zip(known.items(), scores, strict=True)
        if score >= strong - DOUBT
    ]
    return sorted(hits, key=lambda hit: hit.score, reverse=True)


class Gallery(Secluded):
    """All live templates, opened; one per process, and one process that opens them."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._known: dict[int, tuple[int, NDArray[np.float32]]] = {}
        self.unopened = 0

    @discreet
    def refresh(self) -> None:
        """Follow the database: two short statements when nothing changed. Raises TemplateError if nothing opens."""
        with self._lock:
            rows = Template.objects.filter(COUNTED, modality=likeness.FACE)
            present = self._keep(rows)
            for template in rows.filter(pk__in=present - set(self._known)).select_related("cameo", "protected"):
                self._open(template)
            self.unopened = len(present) - len(self._known)
            if present and not self._known:
                raise TemplateError("No face in the gallery can be opened.")

    @discreet
    def search(self, vector: NDArray[np.float32], *, besides: int | None = None) -> list[Hit]:
        """Return every cameo that may be this face, the likeliest first; ``besides`` leaves one cameo out."""
        known = {key: kept for key, kept in self._known.items() if kept[0] != besides}
        return alike(known, vector, size=len(known))

    def forget(self) -> None:
        """Let go of every face that may no longer be kept, and open none."""
        with self._lock:
            self._keep(Template.objects.filter(COUNTED, modality=likeness.FACE))

    def __len__(self) -> int:
        return len(self._known)

    def _keep(self, rows: QuerySet[Template]) -> set[int]:
        """Keep the opened faces of these rows alone; return the primary keys of the rows."""
        present = set(rows.values_list("pk", flat=True))
        self._known = {key: value for key, value in self._known.items() if key in present}
        return present

    def _open(self, template: Template) -> None:
        try:
            vector = np.asarray(likeness.opened(template)["vector"], np.float32)
        except TemplateError:
            log.error("template %s does not open", template.pk)  # noqa: TRY400 - no trace: it would hold the template
        else:
            self._known[template.pk] = (template.cameo_id or -(template.protected_id or 0), vector)


def stands(template: int) -> bool:
    """Return whether a hit counts: PostgreSQL, asked now, still holds that template and its owner still keeps it."""
    return Template.objects.filter(COUNTED, pk=template, modality=likeness.FACE).exists()


the_gallery = Gallery()
