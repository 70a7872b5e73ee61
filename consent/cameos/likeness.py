"""A likeness, kept and opened: a face vector to recognise it by, a portrait that an engine may draw.

Opened in the ml process alone; what comes out is never pickled, logged or passed to a task.
"""

import io
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from consent.cameos import seclusion, vault
from consent.cameos.models import Cameo, Protected, Template
from consent.errors import TemplateError
from consent.permit import Likeness

FACE, PORTRAIT = Template.Modality.FACE, Template.Modality.PORTRAIT


@dataclass(frozen=True, slots=True)
class Taken(seclusion.Secluded):
    """What a live capture yields.

    ``vector`` float32 (128,), unit length; ``portrait`` uint8 RGB (H, W, 3); ``landmarks`` float32 (478, 3)
    in pixels of the portrait; the digests name the models that made them.
    """

    vector: NDArray[np.float32] = field(repr=False)
    portrait: NDArray[np.uint8] = field(repr=False)
    landmarks: NDArray[np.float32] = field(repr=False)
    face_model: str
    landmark_model: str


@seclusion.discreet
def keep(taken: Taken, *, cameo: Cameo) -> None:
    """Seal a likeness under its owner's key, in place of any earlier one; in the ml process, inside atomic()."""
    seclusion.enter()
    cameo.templates.all().delete()
    _insert(cameo, FACE, _packed(vector=taken.vector), model=taken.face_model)
    picture = _packed(portrait=taken.portrait, landmarks=taken.landmarks)
    _insert(cameo, PORTRAIT, picture, model=taken.landmark_model)


@seclusion.discreet
def protect(entry: Protected, *, vector: NDArray[np.float32], model: str) -> None:
    """Seal the face of somebody on the registry under a key of its own."""
    seclusion.enter()
    sealed = vault.seal(_packed(vector=vector), name=entry.public_id, binding=f"{entry.public_id}/{FACE}")
    Template.objects.create(
        protected=entry, modality=FACE, ciphertext=sealed, key_name=entry.public_id, model_sha256=model
    )


@seclusion.discreet
def open(cameo: int) -> Likeness:  # noqa: A001 - the door's word: a likeness is opened
    """Return what an engine may draw of this cameo (its primary key).

    Raises TemplateError when there is none, or when it does not open: the key was destroyed, a byte differs.
    """
    template = Template.objects.select_related("cameo__owner").filter(cameo_id=cameo, modality=PORTRAIT).first()
    if template is None or template.cameo is None:
        raise TemplateError
    arrays = opened(template)
    handle = template.cameo.owner.get_username()
    return Likeness(cameo=cameo, handle=handle, portrait=arrays["portrait"], landmarks=arrays["landmarks"])


@seclusion.discreet
def opened(template: Template) -> dict[str, NDArray[Any]]:
    """Return a template's arrays, in the ml process alone. Raises TemplateError."""
    seclusion.enter()
    binding = f"{template.whose}/{template.modality}"
    plain = vault.unseal(bytes(template.ciphertext), name=template.key_name, binding=binding)
    with np.load(io.BytesIO(plain), allow_pickle=False) as stored:
        return dict(stored.items())


def _insert(cameo: Cameo, modality: str, plain: bytes, *, model: str) -> None:
    name = cameo.owner.public_id
    sealed = vault.seal(plain, name=name, binding=f"{cameo.public_id}/{modality}")
    Template.objects.create(cameo=cameo, modality=modality, ciphertext=sealed, key_name=name, model_sha256=model)


def _packed(**arrays: NDArray[Any]) -> bytes:
    buffer = io.BytesIO()
    np.savez_compressed(buffer, allow_pickle=False, **arrays)
    return buffer.getvalue()
