"""Files named by their truth or defect, each with the verdict it must get.

They are made anew for every run: ours by the keys of the day, the others by strangers who exist for one run.
``python -m pytest tests/provenance/test_vectors.py`` builds and judges them; nothing here is kept in the repository.
"""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from django.conf import settings

from provenance.backends import keys
from tests.provenance.clock import Clock, running
from tests.provenance.material import clip
from tests.vectors import changed, lineage, manifests, signers, strange
from tests.vectors.manifests import remote
from tests.vectors.vector import MEDIA, Vector, foreign, ours, released

__all__ = ["Built", "Vector", "build", "foreign", "made", "ours", "remote", "vectors"]


@dataclass(frozen=True)
class Built:
    """All vectors, the key folder they were made with, and in PEM: our root, that of the clock we trust, both."""

    vectors: dict[str, Vector]
    home: Path
    ours: str
    clock: str

    @property
    def anchors(self) -> str:
        """Return whom to believe."""
        return self.ours + self.clock


def made(folder: Path) -> Built:
    """Return all vectors, with keys of their own in this folder."""
    for name in ("keys", "clock", "other"):
        (folder / name).mkdir()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(settings, "KEY_HOME", folder / "keys")
        with running(folder / "clock", "Clock") as known, running(folder / "other", "Other") as other:
            return Built(vectors(known, other), folder / "keys", keys.anchors(), known.root)


def vectors(clock: Clock, other: Clock) -> dict[str, Vector]:
    """Return every vector by its file's name, once the short certificates have ended.

    Args:
        clock: a timestamp authority whose root is among our anchors.
        other: one that nobody here knows.
    """
    end = time.monotonic() + signers.SHORT.total_seconds() + 1
    found = joined(
        signers.expired(clock, other), signers.unknown(), whole(), changed.changed(), changed.hidden(),
        manifests.moved(), manifests.gone(), manifests.damaged(), strange.strange(), strange.bombs(),
        strange.hostile(), lineage.lineage(), lineage.updates(),
    )  # fmt: skip
    time.sleep(max(0.0, end - time.monotonic()))
    return found


def joined(*parts: Mapping[str, Vector]) -> dict[str, Vector]:
    """Return all of them; no name is used twice."""
    found = {name: vector for part in parts for name, vector in part.items()}
    assert len(found) == sum(map(len, parts))
    return found


def whole() -> dict[str, Vector]:
    """Return files nobody touched, of every kind: ours, a stranger's, unsigned."""
    with TemporaryDirectory() as folder:
        made = {"released.mp4": Vector(released(clip(), Path(folder)), "ours")}
    for ending, (mime, make) in MEDIA.items():
        media = make()
        made[f"sealed.{ending}"] = Vector(ours(media, mime), "ours")
        made[f"unknown_signer.{ending}"] = Vector(foreign(media, mime), "valid-unknown-signer")
        made[f"never_signed.{ending}"] = Vector(media, "no-credentials")
    return made


def build(folder: Path, found: Mapping[str, Vector]) -> None:
    """Write vectors into a folder."""
    for name, vector in found.items():
        (folder / name).write_bytes(vector.media)
