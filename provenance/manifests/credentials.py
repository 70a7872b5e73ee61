"""A file's credentials under our own anchors."""

from pathlib import Path

from provenance.manifests import findings, reading, signing
from provenance.manifests.findings import Findings


def read(path: Path) -> Findings:
    """Return what can be said about a file from the file and our anchors alone; any file, never an exception."""
    return findings.interpret(reading.read(path, anchors=signing.anchors(), times=signing.times()))


def read_own(path: Path) -> Findings:
    """Return the same about a file that this very process has just written.

    Raises:
        OSError: the file is gone.
    """
    return findings.interpret(reading.read_own(path, anchors=signing.anchors(), times=signing.times()))
