"""Whose face is this? Against everybody's, against one's own of before, against those who asked to be protected."""

from typing import Final

import numpy as np

from consent.accounts.models import Person
from consent.cameos import gallery, likeness, seclusion
from consent.cameos.likeness import Taken
from consent.cameos.liveness import Finding
from consent.cameos.models import Cameo, Template
from consent.errors import TemplateError

CONFLICT: Final = Finding(
    "conflict", "This face may already be enrolled on another account, so a person will look into it."
)
STRANGER: Final = Finding("stranger", "This may not be the face you enrolled before, so a person will look into it.")
PROTECTED: Final = Finding(
    "protected", "This face may be one that is protected at somebody's request, so a person will look into it."
)


@seclusion.discreet
def doubts(person: Person, taken: Taken) -> tuple[Finding, ...]:
    """Return what a person has to look into; raises TemplateError when the gallery cannot be asked.

    One-to-many: everybody else's cameo and everybody on the registry, each hit read again in PostgreSQL before it
    counts. It counts from the line upwards: below, the faces of strangers would keep too many honest people waiting.
    One-to-one: a later enrolment must be the face of the first.
    """
    own = Cameo.objects.filter(owner=person).first()
    gallery.the_gallery.refresh()
    hits = gallery.the_gallery.search(taken.vector, besides=own.pk if own else None)
    sure = [hit for hit in hits if hit.is_strong and gallery.stands(hit.template)]
    found = [PROTECTED if hit.is_protected else CONFLICT for hit in sure]
    return (*dict.fromkeys(found), *((STRANGER,) if own and not _is_still(own, taken) else ()))


def _is_still(own: Cameo, taken: Taken) -> bool:
    template = Template.objects.select_related("cameo").filter(cameo=own, modality=Template.Modality.FACE).first()
    if template is None:
        return True
    try:
        return float(np.dot(likeness.opened(template)["vector"], taken.vector)) >= gallery.LEAST
    except TemplateError:
        return False
