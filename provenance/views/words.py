"""What a report says to a person: one headline, three lines, no term that needs explaining."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from provenance.manifests.status import Verdict
from provenance.verify import Report

HEADLINES = {
    Verdict.OURS: ("Ours, and unaltered", "We made this with AI, and nothing in it has changed since."),
    Verdict.OURS_WITHDRAWN: (
        "Ours, and since withdrawn",
        "We made this with AI. Somebody in it, or we, have taken it back: please do not share it.",
    ),
    Verdict.UNKNOWN_SIGNER: (
        "Signed by someone we do not know",
        "The file is as it was signed. The name below is what the signer says; we cannot vouch for it.",
    ),
    Verdict.INVALID: (
        "Credentials do not hold",
        "There are credentials in this file, but they are out of date or badly made. Do not rely on them.",
    ),
    Verdict.TAMPERED: ("Altered after signing", "What is in this file is not what was signed."),
    Verdict.NO_CREDENTIALS: (
        "No credentials",
        "This file carries nothing to check. That proves nothing: most files carry none, and they can be removed.",
    ),
    Verdict.UNREADABLE: ("We cannot read this file", "So nothing can be said about it."),
}
MARKED = (
    "Ours once; these bytes are not proven",
    "The pictures carry our mark, so they come from a video of ours. What was changed since cannot be told.",
)


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the answer: its subject, a sentence, and proven, claimed or missing."""

    subject: str
    sentence: str
    proof: str


def headline(report: Report) -> tuple[str, str]:
    """Return the answer and the sentence under it."""
    if report.verdict is Verdict.NO_CREDENTIALS and report.marks["invisible"].startswith("found"):
        return MARKED
    return HEADLINES[report.verdict]


def lines(report: Report) -> tuple[Line, Line, Line]:
    """Return the three lines: bytes, people, record."""
    return of_bytes(report), of_people(report), of_record(report)


def is_ours(report: Report) -> bool:
    """Return whether our seal holds on these bytes."""
    return report.verdict in {Verdict.OURS, Verdict.OURS_WITHDRAWN}


def of_bytes(report: Report) -> Line:
    """Return what is known of the file itself."""
    if is_ours(report):
        return Line("Bytes", "Every picture and every sound is as we sealed it.", "proven")
    if report.verdict is Verdict.UNKNOWN_SIGNER and report.findings.is_bound:
        return Line("Bytes", "Unchanged since a signer unknown to us signed them.", "claimed")
    if report.verdict is Verdict.TAMPERED:
        return Line("Bytes", "They are not those that were signed.", "missing")
    return Line("Bytes", "Nothing shows whether they were changed.", "missing")


def of_people(report: Report) -> Line:
    """Return what is known of the people whose likeness is in it."""
    receipts = report.findings.consent
    if not is_ours(report):
        return Line("People", "Nothing shows who is in it, or whether they agreed.", "missing")
    if not receipts:
        return Line("People", "Made without anybody's enrolled likeness, as the seal says.", "claimed")
    count = "One person agreed" if len(receipts) == 1 else f"{len(receipts)} agreements were given"
    if all(each.get("ledger") == "included" for each in receipts):
        sentence = f"{count}; the receipts are in the public log. {attestation(receipts)}"
        return Line("People", sentence, proof(receipts))
    return Line("People", f"{count}, as the seal says; the log does not show it here.", "claimed")


def proof(receipts: Sequence[Mapping[str, Any]]) -> str:
    """Return *proven* where every agreement was signed by the person's own key; our word alone proves nothing."""
    return "proven" if all(each.get("attested_by") == "passkey" for each in receipts) else "claimed"


def attestation(receipts: Sequence[Mapping[str, Any]]) -> str:
    """Return who stands behind the agreements."""
    signed = sum(each.get("attested_by") == "passkey" for each in receipts)
    if not signed:
        return "We alone attest them so far."
    if signed == len(receipts):
        return "Each was signed with the person's own passkey."
    return f"{signed} of {len(receipts)} were signed with the person's own passkey; we alone attest the rest."


def of_record(report: Report) -> Line:
    """Return what is known of the seal's entry in the public log."""
    match report.record.ledger:
        case "included":
            return Line("Record", f"The seal is in the public log. Today it is {report.record.standing}.", "proven")
        case "pending":
            return Line("Record", "The seal is written down and will be in the public log within seconds.", "claimed")
        case _:
            return Line("Record", "No entry in our public log was found for this file.", "missing")
