"""``manage.py evaluate faces``: how well the face engine tells people apart, and what that allows."""

import csv
import json
import os
from argparse import ArgumentParser
from pathlib import Path
from statistics import NormalDist
from typing import Any

import numpy as np
from django.core.management.base import BaseCommand, CommandError
from numpy.typing import NDArray
from PIL import Image, ImageOps, UnidentifiedImageError

from consent import backends
from consent.backends import FaceEngine
from consent.cameos import gallery
from consent.errors import EngineMissingError
from consent.trials.rates import Told, interval

Vector = NDArray[np.float32]
Pair = tuple[str, str, bool]
COLUMNS = ("file_x", "file_y", "Decision")
SAME = {"yes": True, "no": False}
MOST_PIXELS = 50_000_000
FEW = 100  # impostors under which no tail is drawn


class Command(BaseCommand):
    """Measure the face engine on labelled pairs of photographs; writes no rows and keeps no vector."""

    help = "Measure the face engine on pairs of photographs (CSV: file_x, file_y, Decision=Yes/No; files beside it)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the pairs."""
        parser.add_argument("--pairs", type=Path, help="a CSV with the columns file_x, file_y, Decision")
        parser.add_argument("--json", action="store_true", help="one JSON object on stdout")

    def handle(self, *_args: object, **options: Any) -> None:  # noqa: ANN401 - Django's
        """Exit 0 when it was measured, whatever the figures; 2 with one sentence when it could not be."""
        if options["pairs"] is None:
            raise CommandError("Say which pairs to measure: --pairs FILE.csv.", returncode=2)
        try:
            engine = backends.face_engine()
        except EngineMissingError as missing:
            raise CommandError(str(missing), returncode=2) from missing
        pairs = _pairs(options["pairs"])
        vectors = self._vectors(engine, options["pairs"].parent, sorted({name for pair in pairs for name in pair[:2]}))
        told, failures = _scored(pairs, vectors), sum(vector is None for vector in vectors.values())
        found = _found(told, failures)
        if options["json"]:
            self.stdout.write(json.dumps(found))
        (self.stderr if options["json"] else self.stdout).write("\n".join(_lines(found, told)))

    def _vectors(self, engine: FaceEngine, folder: Path, names: list[str]) -> dict[str, Vector | None]:
        """Return each picture's vector, None where no face was found; progress goes to stderr."""
        vectors: dict[str, Vector | None] = {}
        for number, name in enumerate(names, start=1):
            picture = _picture(folder, name)
            found = engine.find(picture)
            vectors[name] = engine.vector(picture, found[0]) if found else None
            self.stderr.write(f"\r{number} of {len(names)} pictures", ending="" if number < len(names) else "\n")
        return vectors


def _pairs(path: Path) -> list[Pair]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:  # a spreadsheet may put a mark in front
            rows = [_row(row) for row in csv.DictReader(file)]
    except (OSError, UnicodeDecodeError, csv.Error) as surprise:
        raise CommandError(f"{path} cannot be read as a CSV file.", returncode=2) from surprise
    if not rows or not {name.lower() for name in COLUMNS} <= set(rows[0]):
        raise CommandError(f"{path} holds no pairs: its columns must be file_x, file_y, Decision.", returncode=2)
    if any(not row["file_x"] or not row["file_y"] or row["decision"].lower() not in SAME for row in rows):
        raise CommandError(f"{path} has a row without both files and a Decision of Yes or No.", returncode=2)
    pairs = [(row["file_x"], row["file_y"], SAME[row["decision"].lower()]) for row in rows]
    if len({is_same for _, _, is_same in pairs}) == 1:
        raise CommandError(f"{path} must hold pairs of both kinds, Yes and No.", returncode=2)
    return pairs


def _row(row: dict[str | None, str | None]) -> dict[str, str]:
    """Return a row as it was meant: spaces and the columns' case do not matter, nor does what has no column."""
    return {name.strip().lower(): (value or "").strip() for name, value in row.items() if name is not None}


def _picture(folder: Path, name: str) -> NDArray[np.uint8]:
    """Return a picture that lies in the CSV's folder or below it, the way up it was taken."""
    path, home = Path(os.path.abspath(folder / name)), Path(os.path.abspath(folder))  # noqa: PTH100 - links stay links
    if home not in path.parents:
        raise CommandError(f"{name} does not lie beside the CSV.", returncode=2)
    try:
        with Image.open(path) as image:
            if image.width * image.height > MOST_PIXELS:
                raise CommandError(f"{name} is larger than {MOST_PIXELS // 1_000_000} megapixels.", returncode=2)
            return np.asarray(ImageOps.exif_transpose(image).convert("RGB"), np.uint8)
    except (OSError, SyntaxError, UnidentifiedImageError, ValueError, Image.DecompressionBombError) as surprise:
        raise CommandError(f"{name} is missing, or no picture that can be read.", returncode=2) from surprise


def _scored(pairs: list[Pair], vectors: dict[str, Vector | None]) -> Told:
    """Return the scores; a pair with an undetected face scores nothing and is counted apart."""
    scores: dict[bool, list[float]] = {True: [], False: []}
    for one, two, is_same in pairs:
        first, second = vectors[one], vectors[two]
        if first is not None and second is not None:
            scores[is_same].append(float(first @ second))
    if not scores[True] or not scores[False]:
        raise CommandError("Too few faces were found to measure anything.", returncode=2)
    return Told(genuine=np.array(scores[True]), impostor=np.array(scores[False]))


def _found(told: Told, failures: int) -> dict[str, Any]:
    return {
        "tar_at_far_1e-3": round(told.tar_at(1e-3), 5),
        "eer": round(told.eer(), 5),
        "accuracy_at_threshold": round(told.accuracy(gallery.LEAST), 5),
        "n_genuine": int(told.genuine.size),
        "n_impostor": int(told.impostor.size),
        "failures_to_detect": failures,
    }


def _lines(found: dict[str, Any], told: Told) -> list[str]:
    """Return the same for people, and how large a gallery the line allows."""
    line, let_in = gallery.LEAST, int(np.sum(told.impostor >= gallery.LEAST))
    low, high = interval(let_in, told.impostor.size)
    shown = [f"{name:22} {value}" for name, value in found.items()]
    shown.append(f"At the line of {line}: {let_in} of {told.impostor.size} impostors ({low:.2%} to {high:.2%}).")
    return [*shown, _allowed(told, line)]


def _allowed(told: Told, line: float) -> str:
    """Say up to how many people (N) the line keeps one wrong hit anywhere as rare as it must be, and what limits it."""
    if told.impostor.size < FEW:
        return "These are too few impostors to say for how large a gallery that is enough."
    spread = float(told.impostor.std(ddof=1))
    far = max(NormalDist().cdf((float(told.impostor.mean()) - line) / max(spread, 1e-6)), 1e-12)
    size = int(gallery.WRONG_HITS / far)
    return (
        f"A normal tail puts the false accept rate at {far:.1e}: N x FAR stays below {gallery.WRONG_HITS:g} up to"
        f" N = {size}. For a larger gallery the line rises: {gallery.line(1000):.2f} at 1000, with"
        f" {_missed(told, 1000):.1%} of the genuine below it by their own tail; {gallery.line(100_000):.2f} at 100,000,"
        f" with {_missed(told, 100_000):.1%}.\nWhat limits it: {told.impostor.size} impostor pairs cannot show a rate"
        " this small by counting, so it is the tail's, an extrapolation; pairs share pictures and people and count for"
        " less than they are."
    )


def _missed(told: Told, size: int) -> float:
    """Return which share of the genuine a gallery of this size would not know again."""
    spread = max(float(told.genuine.std()), 1e-6)
    return NormalDist().cdf((gallery.line(size) - float(told.genuine.mean())) / spread)
