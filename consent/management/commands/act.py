"""``manage.py act``: film a portrait answering a challenge."""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

import numpy as np
import skimage.data
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from numpy.typing import NDArray
from PIL import Image, UnidentifiedImageError

from consent.trials.actor import CODECS, perform
from consent.trials.asked import Asked, AskedError
from consent.trials.lift import PortraitError


class Command(BaseCommand):
    """Film a portrait that takes the poses and says the digits of a challenge."""

    help = "Film a portrait answering a challenge: true parallax, blinks, lips, spoken digits, the screen's light."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the challenge, the portrait and where the film goes."""
        parser.add_argument(
            "--challenge", type=Path, required=True, help='JSON: {"poses": [...], "digits": "..."} and more'
        )
        parser.add_argument("--portrait", type=Path, help="an image of one face; default: scikit-image's astronaut")
        parser.add_argument("--out", type=Path, required=True, help="a file that ends in .mp4 or .webm")
        parser.add_argument("--seed", type=int, default=1)
        parser.add_argument("--json", action="store_true", help="one JSON object on stdout")

    def handle(self, **options: Any) -> None:  # noqa: ANN401 - Django's
        """Film it, or say in one sentence why not."""
        out: Path = options["out"]
        if out.suffix not in CODECS:
            raise CommandError("The film's name must end in .mp4 or .webm.")
        model = settings.WEIGHTS["face_landmarker.task"]
        if model is None:
            raise CommandError("The actor needs face_landmarker.task: run `manage.py models fetch` first.")
        told = _challenge(options["challenge"])
        portrait = _portrait(options["portrait"])
        try:
            seconds = perform(portrait, told=told, out=out, model=model, seed=options["seed"])
        except PortraitError as surprise:
            raise CommandError(str(surprise)) from surprise
        done = {"out": str(out), "seconds": round(seconds, 2)}
        self.stdout.write(json.dumps(done) if options["json"] else f"Filmed {seconds:.1f} s: {out}")


def _challenge(path: Path) -> dict[str, Any]:
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
        asked: dict[str, Any] = told.get("challenge", told)
    except (OSError, ValueError, AttributeError) as surprise:
        raise CommandError(f"{path} holds no challenge: it needs poses and digits.") from surprise
    try:
        Asked.read(asked)
    except AskedError as surprise:
        raise CommandError(f"{path}: {surprise}") from surprise
    return asked


def _portrait(path: Path | None) -> NDArray[np.uint8]:
    if path is None:
        astronaut: NDArray[np.uint8] = skimage.data.astronaut()  # type: ignore[no-untyped-call]
        return astronaut
    try:
        with Image.open(path) as image:
            return np.asarray(image.convert("RGB"), np.uint8)
    except (OSError, UnidentifiedImageError, ValueError) as surprise:
        raise CommandError(f"{path} is no picture that can be read.") from surprise
