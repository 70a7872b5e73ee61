"""Door: any file in, a report out; a bad file is a result, never an exception."""

import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from django.db import Error

from provenance.errors import ProvenanceError
from provenance.manifests import credentials, record
from provenance.manifests.findings import Findings
from provenance.manifests.status import Verdict
from provenance.marks import invisible

__all__ = ["Report", "Verdict", "examine", "examine_upload"]

NOT_READ = {"invisible": "not read", "render": None, "manifest": None}


@dataclass(frozen=True, slots=True)
class Report:
    """What is known about a file: from its bytes, from the mark in its pictures, from our records."""

    findings: Findings
    verdict: Verdict
    record: record.Record
    marks: Mapping[str, Any] = field(default_factory=lambda: dict(NOT_READ))

    def data(self) -> dict[str, Any]:
        """Return the report as plain JSON: the shape that the command and the API promise."""
        found = self.findings
        return {
            "verdict": str(self.verdict),
            "signer": asdict(found.signer) if found.signer else None,
            "manifest": asdict(found.manifest) if found.manifest else None,
            "timestamp": asdict(found.stamp) if found.stamp else None,
            "ingredients": [asdict(each) for each in found.ingredients],
            "consent": [dict(each) for each in found.consent],
            "ledger": self.record.ledger,
            "standing": self.record.standing,
            "marks": dict(self.marks),
            "problems": [*found.problems, *self.record.problems],
        }


def examine(path: Path) -> Report:
    """Return what can be said about any file at all.

    The class is about the active manifest. Nothing is fetched; without a database the standing is unknown.
    """
    found = credentials.read(path)
    if found.verdict is Verdict.NO_CREDENTIALS:
        return Report(found, found.verdict, missing(), marks=look_for_mark(path, found.mime))
    if found.verdict is not Verdict.OURS or found.manifest is None:
        return Report(found, found.verdict, missing())
    known = record.look_up(found.manifest.label, path)
    found = replace(found, consent=record.receipts(found.consent))
    is_withdrawn = known.standing == "withdrawn"
    return Report(found, Verdict.OURS_WITHDRAWN if is_withdrawn else found.verdict, known)


def examine_upload(chunks: Iterable[bytes]) -> Report:
    """Return what can be said about a file that arrives in pieces; it is kept only while it is looked at."""
    with tempfile.NamedTemporaryFile(prefix="verify-") as file:
        for chunk in chunks:
            file.write(chunk)
        file.flush()
        return examine(Path(file.name))


def missing() -> record.Record:
    """Return the record of a file that is not under our seal: none was looked for."""
    return record.Record(ledger="unknown", standing=record.unknown())


def look_for_mark(path: Path, mime: str) -> dict[str, Any]:
    """Return what the invisible mark says about a video without credentials; finding none proves nothing."""
    if not mime.startswith("video/"):
        return dict(NOT_READ)
    try:
        reading = invisible.read(path)
    except (ProvenanceError, Error):
        return dict(NOT_READ)
    if not reading.looked:
        return dict(NOT_READ)
    if reading.render is None:
        return {**NOT_READ, "invisible": "found, record unknown" if reading.pilot or reading.ident else "none"}
    return {"invisible": "found", "render": reading.render, "manifest": record.released(reading.render) or None}
