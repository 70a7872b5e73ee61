"""``manage.py evaluate fingerprints``: how often a video of ours is known again by its looks and its sound."""

import json
import os
import tempfile
import time
from argparse import ArgumentParser
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any, Final

import numpy as np
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone

from provenance import media
from provenance.backends import edits, fingerprint_sound
from provenance.errors import MediaError
from provenance.log import entries
from provenance.manifests.models import Manifest
from provenance.marks import fingerprints, lookup

SECONDS: Final = 5.0  # of each video
SIDE: Final = 640  # pixels of its longer side
RATE: Final = 48_000  # samples per second
CONFIDENT: Final = 1.96


@dataclass
class Told:
    """What one edit, or all of them, came to: tries, and those that were found."""

    n: int = 0
    found: int = 0

    def add(self, *, found: bool) -> None:
        """Count one."""
        self.n, self.found = self.n + 1, self.found + found

    def data(self, found: str, rate: str) -> dict[str, Any]:
        """Return the figures with Wilson's interval of 95 %."""
        return {"n": self.n, found: self.found, rate: round(self.found / max(1, self.n), 5), "ci95": self.interval()}

    def interval(self) -> list[float]:
        """Return Wilson's interval."""
        if not self.n:
            return [0.0, 1.0]
        share, z = self.found / self.n, CONFIDENT**2 / self.n
        middle, half = share + z / 2, CONFIDENT * (share * (1 - share) / self.n + z / (4 * self.n)) ** 0.5
        return [round(max(0.0, (middle - half) / (1 + z)), 5), round(min(1.0, (middle + half) / (1 + z)), 5)]


@dataclass
class Trial:
    """One kind of fingerprint: recall by edit, hits on other videos than the one that was edited, seconds spent."""

    edits: dict[str, Told] = field(default_factory=dict)
    wrong: Told = field(default_factory=Told)
    spent: list[float] = field(default_factory=list)

    def ask(self, name: str, row: int, question: Callable[[], Sequence[lookup.Match]]) -> None:
        """Ask once, and count."""
        begun = time.perf_counter()
        found = [each.manifest for each in question()]
        self.spent.append(time.perf_counter() - begun)
        self.edits.setdefault(name, Told()).add(found=row in found)
        self.wrong.add(found=bool(set(found) - {row}))

    def data(self) -> dict[str, Any]:
        """Return the figures."""
        return {
            "edits": {name: told.data("found", "recall") for name, told in self.edits.items()},
            "false_positives": self.wrong.data("hits", "rate"),
            "ms_per_query": round(1000 * float(np.median(self.spent)), 2) if self.spent else None,
        }


class Command(BaseCommand):
    """Measure the fingerprints on real encodes of a folder's videos; leaves no rows and no files behind."""

    help = "Measure fingerprints: each video is recorded, edited, encoded, and looked up among all of them."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the folder."""
        parser.add_argument("--videos", type=Path, help="a folder of videos; the first five seconds of each are used")
        parser.add_argument("--json", action="store_true", help="one JSON object on stdout")

    def handle(self, *_args: object, **options: Any) -> None:  # noqa: ANN401 - Django's
        """Exit 0 when it was measured, whatever the figures; 2 with one sentence when it could not be."""
        os.environ.setdefault("SVT_LOG", "1")  # else the AV1 encoder tells of every file
        if lacking := edits.missing():
            raise CommandError(f"These encoders are missing here: {', '.join(lacking)}.", returncode=2)
        videos = _videos(options["videos"])
        with transaction.atomic(), tempfile.TemporaryDirectory(prefix="fingerprints-") as folder:
            found = self._measured(videos, Path(folder))
            transaction.set_rollback(True)
        self.stdout.write(json.dumps(found) if options["json"] else "\n".join(_lines(found)))

    def _measured(self, videos: Sequence[Path], folder: Path) -> dict[str, Any]:
        rows, seen, sound = {}, Trial(), Trial()
        for path in videos:
            if clip := _clip(path):
                rows[path] = _recorded(clip, path)
            else:
                self.stderr.write(f"{path.name} has no picture that can be read; left out")
        if not rows:
            raise CommandError("None of these files is a video that can be read.", returncode=2)
        for number, (path, row) in enumerate(rows.items(), start=1):
            self.stderr.write(f"\r{number} of {len(rows)} videos", ending="" if number < len(rows) else "\n")
            _try_pictures(seen, path, row, folder)
            _try_sound(sound, path, row, folder)
        return {**seen.data(), "audio": sound.data(), "videos": len(rows), "seconds": SECONDS}


def _videos(folder: Path | None) -> list[Path]:
    if folder is None or not folder.is_dir():
        raise CommandError("Say where the videos are: --videos FOLDER.", returncode=2)
    found = sorted(path for path in folder.iterdir() if path.is_file() and not path.name.startswith("."))
    if not found:
        raise CommandError(f"There are no files in {folder}.", returncode=2)
    return found


def _clip(path: Path) -> edits.Clip | None:
    """Return the first seconds of a video, or None."""
    try:
        rate = media.probe(path, limits=fingerprints.LIMITS).fps or 25.0
        return edits.Clip(list(_pictures(path)), Fraction(rate).limit_denominator(1001)) if rate > 1 else None
    except MediaError:
        return None


def _pictures(path: Path) -> Iterator[edits.Picture]:
    for frame in media.frames(path, max_side=SIDE, limits=fingerprints.LIMITS):
        if frame.t >= SECONDS:
            return
        yield frame.rgb


def _recorded(clip: edits.Clip, path: Path) -> int:
    """Return the row of a seal with the fingerprints of this clip, taken as they are when it is made."""
    entry = entries.append("asset.sealed", {"manifest": str(path)})
    label = f"urn:countenance:trial:{entry.pk}"
    digests = {"file_sha256": "0" * 64, "stream_digest": "", "clearance_digest": ""}
    row = Manifest.objects.create(render=label, label=label, entry=entry, sealed_at=timezone.now(), **digests)
    taker = fingerprints.Taker()
    for number, one in enumerate(clip.pictures):
        taker.look(np.asarray(one @ np.array([0.299, 0.587, 0.114]), np.uint8), float(number / clip.rate))
    words = fingerprint_sound.words(_sound(path, fingerprint_sound.RATE))
    fingerprints.record(fingerprints.Prints(fingerprints.hashed(taker.seen), words), manifest=row.pk)
    return row.pk


def _sound(path: Path, rate: int) -> edits.Samples:
    return media.sound(path, rate=rate, limits=fingerprints.LIMITS).samples[: int(SECONDS * rate)]


def _try_pictures(trial: Trial, path: Path, row: int, folder: Path) -> None:
    clip = _clip(path)
    if clip is None:
        return
    for name, edit in edits.EDITS.items():
        edited = edits.write(edit.change(clip), folder / "edited.mp4", codec=edit.codec, crf=edit.crf)
        taken = fingerprints.Prints(fingerprints.of_pictures(edited, seconds=SECONDS), np.zeros(0, np.uint32))
        trial.ask(name, row, lambda taken=taken: lookup.look(taken))  # type: ignore[misc]


def _try_sound(trial: Trial, path: Path, row: int, folder: Path) -> None:
    samples = _sound(path, RATE)
    if not len(samples):
        return
    for name, (codec, bits, how) in edits.SOUNDS.items():
        edited = edits.heard(samples, RATE, how)
        file = edits.write_sound(edited, folder / "edited.mka", rate=RATE, codec=codec, bits=bits)
        phases = fingerprints.of_sound(file)
        trial.ask(name, row, lambda phases=phases: lookup.hear(*phases))  # type: ignore[misc]


def _lines(found: Mapping[str, Any]) -> Iterator[str]:
    for kind, figures in (("pictures", found), ("sound", found["audio"])):
        for name, told in figures["edits"].items():
            yield f"{kind} {name:<16} {told['found']} of {told['n']} known again, 95 %: {told['ci95']}"
        wrong = figures["false_positives"]
        yield f"{kind}: {wrong['hits']} of {wrong['n']} led to another video, 95 %: {wrong['ci95']}"
        yield f"{kind}: {figures['ms_per_query']} ms for one question"
