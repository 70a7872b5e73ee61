"""A file from elsewhere, seen and heard like a video that is made here: one sequential decode, in a limited child."""

from pathlib import Path

from provenance import media
from safety.classifiers.output.tap import OutputTap


def watched(path: Path) -> OutputTap:
    """Return a tap that was shown the whole file; MediaError with one sentence for a file that does not read."""
    tap = OutputTap()
    tap.hear(media.sound(path))
    for frame in media.frames(path):
        if tap.wants(frame.index, frame.t):
            tap.see(frame)
    return tap
