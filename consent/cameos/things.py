"""Cameos of animals and objects: no challenge, one clip, and refused when a human face or voice is in it.

The lighter path must not be a way round the other one, so it errs against people: a face in a single look, or one
spoken word, refuses. What is kept is one picture, sealed under a key of the thing's own.
"""

import io
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Final

import numpy as np
from django.db import transaction
from numpy.typing import NDArray
from PIL import Image

from consent import backends
from consent.accounts.models import Person
from consent.backends import Picture
from consent.cameos import seclusion, vault
from consent.cameos.liveness import Finding, Verdict
from consent.cameos.models import Thing
from consent.cameos.observation import LIMITS, RATE, SIDE
from consent.receipts.issue import issue
from provenance import media

LOOKS: Final = 4.0  # a second
SHORTEST: Final = 2.0  # seconds
PORTRAIT: Final = 512  # pixels
SENTENCES: Final = {
    "human_face": "There is a human face in it: people enrol themselves, with the challenge.",
    "human_voice": "There is a human voice in it: record it again, without anybody speaking.",
    "length": "The recording is too short: show it for two seconds at least.",
}


@dataclass(frozen=True, slots=True)
class Looked:
    """What a clip of a thing gave: the verdict, why, and the picture to keep when it is *live*."""

    verdict: Verdict
    findings: tuple[Finding, ...]
    picture: Picture | None = field(default=None, repr=False)


def look(path: Path) -> Looked:
    """Look for people in a clip of an animal or an object; raises MediaError or EngineMissingError."""
    finder, seer, listener = backends.face_engine(), backends.landmark_engine(), backends.speech_engine()
    heard = media.sound(path, rate=RATE, limits=LIMITS).samples
    best, sharpest, last, faces = None, -1.0, 0.0, 0
    for frame in media.frames(path, fps=LOOKS, max_side=SIDE, limits=LIMITS):
        faces += bool(finder.find(frame.rgb)) or seer.read(frame.rgb) is not None
        sharp, last = _sharpness(frame.rgb), frame.t
        if sharp > sharpest:
            best, sharpest = frame.rgb.copy(), sharp
    against = {
        "human_face": faces > 0,
        "human_voice": bool(heard.size and listener.transcribe(heard)),
        "length": last < SHORTEST - 1 / LOOKS,
    }
    findings = tuple(Finding(name, SENTENCES[name]) for name, is_so in against.items() if is_so)
    return Looked("spoof" if findings else "live", findings, None if findings else best)


def keep(owner: Person, *, picture: Picture, kind: str, name: str) -> Thing:
    """Make the thing's cameo, for its owner alone; inside the caller's atomic()."""
    seclusion.enter()
    thing = Thing(owner=owner, kind=kind, name=name)
    thing.ciphertext = vault.seal(_png(picture), name=thing.public_id, binding=f"{thing.public_id}/portrait")
    thing.save()
    issue("thing.enrolled", owner.pk, {"thing": thing.public_id, "kind": kind, "kept": ["one picture, encrypted"]})
    return thing


def opened(thing: Thing) -> NDArray[np.uint8]:
    """Return the thing's picture, RGB (512, 512, 3), in the ml process; raises TemplateError."""
    seclusion.enter()
    binding = f"{thing.public_id}/portrait"
    with Image.open(io.BytesIO(vault.unseal(bytes(thing.ciphertext), name=thing.public_id, binding=binding))) as image:
        return np.asarray(image.convert("RGB"), np.uint8)


@transaction.atomic
def withdraw(thing: Thing) -> None:
    """Unmake it: the row goes now, its key when this commits."""
    issue("thing.withdrawn", thing.owner_id, {"thing": thing.public_id})
    name = thing.public_id
    thing.delete()
    transaction.on_commit(partial(vault.destroy, name))


def _sharpness(picture: Picture) -> float:
    grey = picture[::2, ::2, 1].astype(np.float32)
    return float(np.abs(np.diff(grey, axis=0)).mean() + np.abs(np.diff(grey, axis=1)).mean())


def _png(picture: Picture) -> bytes:
    height, width = picture.shape[:2]
    side = min(height, width)
    top, left = (height - side) // 2, (width - side) // 2
    square = Image.fromarray(picture[top : top + side, left : left + side])
    buffer = io.BytesIO()
    square.resize((PORTRAIT, PORTRAIT), Image.Resampling.LANCZOS).save(buffer, "PNG")
    return buffer.getvalue()
