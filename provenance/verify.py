"""Door: any file in, a report out; a bad file is a result, never an exception."""

import tempfile
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, cast

from django.db import Error

from provenance.errors import ProvenanceError
from provenance.manifests import credentials, parts, published, record, shown
from provenance.manifests.findings import Findings
from provenance.manifests.parts import Part
from provenance.manifests.status import Verdict
from provenance.marks import fingerprints, invisible, waiting

__all__ = ["Part", "Report", "Verdict", "examine", "examine_upload", "look", "published", "read", "waiting"]

NOT_READ: Mapping[str, Any] = {"invisible": "not read", "render": None, "manifest": None, "transplanted": None}
ASIDE = 256 << 20  # bytes of a file that is hashed while it is read; a larger one only if it is ours


@dataclass(frozen=True, slots=True)
class Report:
    """What is known about a file: from its bytes, from the mark in its pictures, from our records."""

    findings: Findings
    verdict: Verdict
    record: parts.Record
    marks: Mapping[str, Any] = field(default_factory=lambda: dict(NOT_READ))

    @property
    def may_be_marked(self) -> bool:
        """Return whether looking for our mark could tell more: a video that is not under our seal."""
        return self.verdict not in parts.OURS and self.findings.mime.startswith("video/")

    @property
    def headline(self) -> tuple[str, str]:
        """Return the answer in a few words, and the sentence under it."""
        return parts.headline(self.findings, self.verdict, self.marks)

    @property
    def answers(self) -> tuple[Part, ...]:
        """Return the eight answers, each proven, claimed, missing or failed."""
        return parts.answers(self.findings, self.verdict, self.record, self.marks)

    def data(self) -> dict[str, Any]:
        """Return the report as plain JSON: the shape that the command and the API promise; safe to look at."""
        found, (title, sentence) = self.findings, self.headline
        told = {
            "verdict": str(self.verdict),
            "headline": title,
            "sentence": sentence,
            "parts": {
                each.name: {"state": each.state, "code": each.code, "sentence": each.sentence} for each in self.answers
            },
            "signer": asdict(found.signer) if found.signer else None,
            "manifest": asdict(found.manifest) if found.manifest else None,
            "timestamp": asdict(found.stamp) if found.stamp else None,
            "ingredients": [asdict(each) for each in found.ingredients],
            "consent": [dict(each) for each in found.consent],
            "ledger": self.record.ledger,
            "standing": self.record.standing,
            "withdrawn_at": self.record.withdrawn_at.isoformat() if self.record.withdrawn_at else None,
            "marks": dict(self.marks),
            "problems": [*found.problems, *self.record.problems],
        }
        return cast("dict[str, Any]", shown.everything(told))


def examine(path: Path, *, search: bool = False) -> Report:
    """Return what can be said about any file at all.

    The class is about the active manifest. Nothing is fetched; without a database the standing is unknown.

    Args:
        path: any file.
        search: look for our mark in every video that is not ours, not only in those without credentials.
    """
    report = read(path)
    wanted = report.verdict is Verdict.NO_CREDENTIALS or search
    return look(report, path) if wanted and report.may_be_marked else report


def read(path: Path) -> Report:
    """Return what the file itself and our records say, without looking into its pictures: well under a second."""
    with ThreadPoolExecutor(max_workers=1) as aside:
        hashed = aside.submit(record.sha256, path) if path.is_file() and path.stat().st_size <= ASIDE else None
        found = credentials.read(path)
        if found.verdict is not Verdict.OURS or found.manifest is None:
            return Report(found, found.verdict, missing())
        known = record.look_up(found.manifest.label, hashed.result if hashed else lambda: record.sha256(path))
    found = replace(found, consent=record.receipts(found.consent))
    is_withdrawn = known.standing == "withdrawn"
    return Report(found, Verdict.OURS_WITHDRAWN if is_withdrawn else found.verdict, known)


def look(report: Report, path: Path) -> Report:
    """Return the report with what the mark in the pictures says; takes seconds."""
    return replace(report, marks=look_for_mark(path))


def examine_upload(chunks: Iterable[bytes]) -> Report:
    """Return what can be said about a file that arrives in pieces; it is kept only while it is looked at."""
    with tempfile.NamedTemporaryFile(prefix="verify-") as file:
        for chunk in chunks:
            file.write(chunk)
        file.flush()
        return examine(Path(file.name))


def missing() -> parts.Record:
    """Return the record of a file that is not under our seal: none was looked for."""
    return parts.Record(ledger="unknown", standing=record.unknown())


def look_for_mark(path: Path) -> Mapping[str, Any]:
    """Return what the invisible mark says about a video that is not ours; finding none proves nothing."""
    try:
        reading = invisible.read(path)
    except (ProvenanceError, Error):
        return NOT_READ
    if not reading.looked:
        return NOT_READ
    if reading.render is None:
        return {**NOT_READ, "invisible": "found, record unknown" if reading.pilot or reading.ident else "none"}
    leads = {"render": reading.render, "manifest": record.released(reading.render) or None}
    return {"invisible": "found", **leads, "transplanted": is_transplanted(reading)}


def is_transplanted(reading: invisible.Reading) -> bool | None:
    """Return whether the pictures are other ones than the mark was given to; None where nothing can be compared."""
    if reading.render is None or not reading.rectified:
        return None
    try:
        is_same = fingerprints.agrees(reading.render, reading.rectified)
    except Error:  # verification works without a database
        return None
    return None if is_same is None else not is_same
