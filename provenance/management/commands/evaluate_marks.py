"""``manage.py evaluate marks``: what the invisible mark costs and survives, on anybody's videos."""

import json
from itertools import islice
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from provenance import media
from provenance.backends.watermark.trial.edits import EDITS, HARDER
from provenance.backends.watermark.trial.film import Film, missing, picture
from provenance.backends.watermark.trial.tally import Tally
from provenance.errors import MediaError

SECONDS, FEWEST, USUAL = 5.0, 8, 25.0  # of each clip; pictures that make one; a second, when the file does not say
SMALLEST = 90  # pixels: a chip to a pixel


class Command(BaseCommand):
    """Mark, edit, encode and read every clip; exit 0 when it was measured, whatever the figures; 2 when it was not."""

    help = "Measure the invisible mark on a folder of videos: PSNR, exact readings after each edit, false positives."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the folder."""
        parser.add_argument("--videos", type=Path, required=True, help="a folder of clips; the first 5 s of each count")
        parser.add_argument("--edits", nargs="+", choices=[*EDITS, *HARDER], help="these edits alone")
        parser.add_argument("--json", action="store_true", help="one JSON object on stdout")

    def handle(self, *_: object, **options: Any) -> None:  # noqa: ANN401 - Django's own signature
        """Measure and tell."""
        if lacking := missing():
            raise CommandError(f"This machine's FFmpeg cannot encode with {', '.join(lacking)}.", returncode=2)
        every, tally = {**EDITS, **HARDER}, Tally()
        chosen = {name: every[name] for name in options["edits"] or every}
        for path in files(options["videos"]):
            if (film := self._film(path)) is not None:
                tally.clip(film, chosen)
                self.stderr.write(f"{path.name}: {tally.psnr[-1]:.2f} dB")
        if not tally.psnr:
            raise CommandError(f"There is no video that can be read in {options['videos']}.", returncode=2)
        found = tally.found()
        self.stdout.write(json.dumps(found) if options["json"] else "\n".join(lines(found)))

    def _film(self, path: Path) -> Film | None:
        try:
            rate = media.probe(path).fps or USUAL
            pictures = [picture(frame.rgb) for frame in islice(media.frames(path), round(rate * SECONDS))]
        except MediaError as problem:
            self.stderr.write(f"{path.name} is left out: {problem}")
            return None
        if len(pictures) < FEWEST or min(pictures[0].y.shape) < SMALLEST:
            self.stderr.write(f"{path.name} is left out: it is too short or too small to carry the mark.")
            return None
        return Film(tuple(pictures), rate)


def files(folder: Path) -> list[Path]:
    """Return the files of a folder and below, hidden ones left out; none when there is no such folder."""
    return sorted(path for path in folder.rglob("*") if path.is_file() and not path.name.startswith("."))


def lines(found: dict[str, Any]) -> list[str]:
    """Return the same for people."""
    shown = [
        f"{name:16} {row['exact']} of {row['n']} exact, {row['bit_accuracy']:.1%} of the bits"
        for name, row in {**found["edits"], **found["harder"]}.items()
    ]
    false, read, search = found["false_positives"], found["read_ms"], found["search_ms"]
    visible = f"{found['psnr_db']} dB (worst {found['worst_psnr_db']}), SSIM {found['ssim']}"
    none = f"found where there was none: {false['hits']} of {false['n']}"
    return [
        f"{found['clips']} clips: {visible}, {found['embed_ms_per_frame']} ms a picture",
        *shown,
        f"wrong numbers: {found['wrong']}; {none}, by proof at most {false['computed_rate']:.0e} a reading",
        f"read in {read['mean']:.0f} ms (most {read['max']:.0f}), by search {search['mean']:.0f} ({search['max']:.0f})",
    ]
