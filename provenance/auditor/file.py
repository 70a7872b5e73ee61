"""One file, judged by somebody who trusts nobody's server: the file, our roots, a proof from the log, the log's key.

Needs c2pa-python and cryptography. No Django, no database, nothing is fetched: what a server could say of it (whether
it was withdrawn since, where its mark leads) is answered with *cannot be told here*.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, cast

from cryptography import x509

from provenance.auditor import opened
from provenance.auditor.opened import Entry
from provenance.errors import LogFormatError, ProvenanceError
from provenance.log import standingproof, tree
from provenance.log.sparse import Standing
from provenance.log.tlogproof import ProofFile, Trust
from provenance.manifests import findings, parts, reading, shown
from provenance.manifests.findings import Findings
from provenance.manifests.parts import Part, Record
from provenance.manifests.status import Verdict

UNREAD: Mapping[str, Any] = {"invisible": "not read", "render": None, "manifest": None}
LARGEST = 1 << 20  # bytes of a file of certificates, a key or a proof
HERE = "unknown here; only the log's newest state can tell"


class AuditError(ProvenanceError):
    """What was handed to the auditor cannot be used."""


@dataclass(frozen=True, slots=True)
class Given:
    """What a file is checked with besides the roots; all of it may be missing.

    ``proofs`` are texts of proof files, of its sealing and of the agreements behind it; ``standing`` the text of a
    proof of how the seal stands; ``log_key`` and ``witnesses`` keys as ``name+id+key``; ``times`` the roots of
    timestamp authorities in PEM.
    """

    proofs: Sequence[str] = ()
    standing: str = ""
    log_key: str = ""
    witnesses: Sequence[str] = ()
    times: str = ""


@dataclass(frozen=True, slots=True)
class Audit:
    """What was found: ``entry`` is the sealing's own entry in the log, where a proof of it held."""

    findings: Findings
    record: Record
    sha256: str
    entry: Entry | None = None

    @property
    def verdict(self) -> Verdict:
        """Return the one word about the file."""
        is_ended = self.record.standing == "withdrawn" and self.findings.verdict is Verdict.OURS
        return Verdict.OURS_WITHDRAWN if is_ended else self.findings.verdict

    @property
    def headline(self) -> tuple[str, str]:
        """Return the answer in a few words, and the sentence under it."""
        return parts.headline(self.findings, self.verdict, UNREAD)

    @property
    def answers(self) -> tuple[Part, ...]:
        """Return the eight answers, from the table that the page speaks from."""
        return parts.answers(self.findings, self.verdict, self.record, UNREAD)

    def data(self) -> dict[str, Any]:
        """Return everything as plain JSON, safe to look at."""
        found, (title, sentence), entry = self.findings, self.headline, self.entry
        told = {
            "verdict": str(self.verdict),
            "headline": title,
            "sentence": sentence,
            "parts": {
                each.name: {"state": each.state, "code": each.code, "sentence": each.sentence} for each in self.answers
            },
            "sha256": self.sha256,
            "signer": asdict(found.signer) if found.signer else None,
            "manifest": asdict(found.manifest) if found.manifest else None,
            "ingredients": [asdict(each) for each in found.ingredients],
            "consent": [dict(each) for each in found.consent],
            "ledger": self.record.ledger,
            "entry": asdict(replace_head(entry)) if entry else None,
            "problems": [*found.problems, *self.record.problems],
        }
        return cast("dict[str, Any]", shown.everything(told))


@dataclass(frozen=True, slots=True)
class Told:
    """An entry for the report: with the tree's size and root (hex) in place of the checkpoint."""

    kind: str
    fact: dict[str, Any]
    at: str
    index: int
    size: int
    root: str
    origin: str
    witnesses: int


def replace_head(entry: Entry) -> Told:
    """Return an entry with plain numbers and texts alone."""
    head = entry.head
    return Told(entry.kind, entry.fact, entry.at, entry.index, head.size, head.root.hex(), head.origin, entry.witnesses)


def audit(path: Path, *, anchors: str, given: Given | None = None) -> Audit:
    """Return what can be said about a file under these roots and this log's key.

    Args:
        path: any file; what is wrong with it is a finding.
        anchors: the roots that count as ours, in PEM.
        given: what else there is to check it with.

    Raises:
        AuditError: there are no roots, or proofs without a key.
        LogFormatError: this is no log's key, or no proof file; one that is and does not hold is a finding.
    """
    given = given or Given()
    check(anchors)
    if given.times:
        check(given.times)
    trust = whom(given)
    entries, broken = weighed(list(map(opened.read, given.proofs)), trust=trust)
    found = findings.interpret(reading.read(path, anchors=anchors, times=given.times))
    digest = sha256(path)
    if found.verdict is not Verdict.OURS or found.manifest is None:
        return Audit(found, Record(ledger="unknown", standing=HERE), digest)
    sealing = next((each for each in entries if is_sealing(each, found.manifest.label)), None)
    consent = tuple({**each, **logged(each, entries)} for each in found.consent)
    known = record(found, sealing, digest, released=released(entries, found.manifest.label), asked=bool(given.proofs))
    known = replace(known, problems=(*broken, *known.problems), is_broken=known.is_broken or bool(broken))
    if given.standing:
        known = stood(known, given.standing, label=found.manifest.label, trust=trust)
    return Audit(replace(found, consent=consent), known, digest, sealing)


def whom(given: Given) -> Trust:
    """Return whom to believe."""
    if not given.log_key and (given.proofs or given.standing):
        raise AuditError("A proof is checked with the log's key: give it with --log-key.")
    return opened.trusted(given.log_key, given.witnesses) if given.log_key else Trust("", b"")


def stood(known: Record, text: str, *, label: str, trust: Trust) -> Record:
    """Return the record with what a proof of standing shows: that the seal stood at a checkpoint, or had ended."""
    try:
        file = standingproof.read(text)
        proven = standingproof.verify(file, trust=trust)
    except LogFormatError as error:
        return replace(known, problems=(*known.problems, str(error)), is_broken=True)
    if file.name != label or proven.standing == Standing():
        other = "the proof of standing is of another seal"
        return replace(known, problems=(*known.problems, other), is_broken=True)
    word = "standing" if proven.standing.stands else "withdrawn"
    return replace(known, standing=word, standing_size=proven.head.size)


def weighed(files: Sequence[ProofFile], *, trust: Trust) -> tuple[list[Entry], list[str]]:
    """Return the entries that are proven, and one sentence for every proof that does not hold."""
    entries: list[Entry] = []
    broken: list[str] = []
    for each in files:
        try:
            entries.append(opened.prove(each, trust=trust))
        except LogFormatError as error:
            broken.append(str(error))
    return entries, broken


def check(anchors: str) -> None:
    """Refuse roots that are none: under no roots nothing would ever be ours."""
    try:
        found = x509.load_pem_x509_certificates(anchors.encode())
    except ValueError:
        found = []
    if not found:
        raise AuditError("There is no certificate in PEM in the file of anchors.")


def is_sealing(entry: Entry, label: str) -> bool:
    """Return whether an entry reports the sealing of the manifest of this label."""
    return entry.kind == "asset.sealed" and entry.fact.get("manifest") == label


def released(entries: Sequence[Entry], label: str) -> set[str]:
    """Return the digests of the files that the log says were released under a seal, its late timestamp's too."""
    kinds = ("asset.sealed", "asset.stamped")
    own = [each for each in entries if each.kind in kinds and each.fact.get("manifest") == label]
    return {str(each.fact.get("file_sha256")) for each in own}


def record(found: Findings, entry: Entry | None, digest: str, *, released: set[str], asked: bool) -> Record:
    """Return what the proven entry of a sealing says of the file, as the table's record."""
    if entry is None:
        other = ("no proof given is of this file's sealing",) if asked else ()
        return Record(ledger="unknown", standing=HERE, problems=other, is_broken=asked)
    named = [each.get("entry") for each in found.consent]
    problems: tuple[str, ...] = () if digest in released else (parts.DIFFERS,)
    if entry.fact.get("receipts") != named:
        problems += ("the log names other agreements than the seal",)
    return Record(
        ledger="included",
        standing=HERE,
        problems=problems,
        is_broken=entry.fact.get("receipts") != named,
        index=entry.index,
        size=entry.head.size,
        witnesses=entry.witnesses,
    )


def logged(receipt: Mapping[str, Any], entries: Sequence[Entry]) -> dict[str, Any]:
    """Return whether one of the proven entries names this very receipt, and where it stands."""
    digest = str(receipt.get("receipt") or "")
    found = next((each for each in entries if len(digest) == 2 * tree.SIZE and names(each, digest)), None)
    return {"ledger": "included" if found else "unknown", "index": found.index if found else None}


def names(entry: Entry, digest: str) -> bool:
    """Return whether a fact about consent names a receipt; a sealing's own entry is no proof of anybody's yes."""
    values = [each for value in entry.fact.values() for each in (value if isinstance(value, list) else [value])]
    return entry.kind != "asset.sealed" and digest in values


def sha256(path: Path) -> str:
    """Return a file's SHA-256 in hex, or nothing where there is no file that could be read."""
    try:
        if not path.is_file():
            return ""
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return ""


def small(path: Path) -> str:
    """Return the text of a small file that was named on the command line.

    Raises:
        AuditError: it cannot be read, or is too large to be what it should be.
    """
    try:
        if path.stat().st_size > LARGEST:
            raise AuditError(f"{path.name} is far too large for what it should be.")
        return path.read_text(encoding="utf-8")
    except (OSError, ValueError) as error:
        raise AuditError(f"{shown.text(path.name)} cannot be read as text.") from error
