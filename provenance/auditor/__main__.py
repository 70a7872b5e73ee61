"""``countenance-audit FILE --anchors ROOTS.pem``: is this file theirs and unaltered, whoever runs their server?"""

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

from provenance.auditor.file import Audit, Given, audit, small
from provenance.errors import ProvenanceError
from provenance.manifests import shown
from provenance.manifests.status import Verdict

PROVEN, UNUSABLE, UNLOGGED = 0, 2, 3
STATUS = {
    Verdict.UNKNOWN_SIGNER: 4,
    Verdict.INVALID: 5,
    Verdict.TAMPERED: 6,
    Verdict.NO_CREDENTIALS: 7,
    Verdict.UNREADABLE: 8,
    Verdict.OURS_WITHDRAWN: 9,
}
ABOUT = "Say whose file this is and whether it was altered, from the file, the signer's roots and the log's proof."
CODES = """\
exit status:
  0  sealed under these roots, unaltered; with --proof: its entry is in the log too
  2  something on the command line cannot be used; one sentence says what
  3  sealed under these roots, but something about it failed: a proof that was given does not hold or is not of
     this file, what it was made from has credentials that do not hold, or a yes came after the sealing
  4  intact, signed by somebody whom these roots do not vouch for
  5  credentials that do not hold (expired, revoked, badly made)
  6  altered after signing
  7  no credentials: that proves nothing
  8  not a file that can be read
  9  sealed under these roots, and taken back since, as the proof of standing shows

Nothing is fetched and nothing is sent. Whether the file was withdrawn is told from a proof of standing alone;
where the mark in its pictures leads, only a server could say.
"""


class Parser(argparse.ArgumentParser):
    """Says what is wrong in one sentence."""

    def error(self, message: str) -> NoReturn:
        """End with a sentence and the way to more."""
        self.exit(UNUSABLE, f"countenance-audit: {shown.text(message)} (see --help)\n")


def parser() -> Parser:
    """Return what the command takes."""
    made = Parser("countenance-audit", description=ABOUT, epilog=CODES)
    made.formatter_class = argparse.RawDescriptionHelpFormatter
    made.add_argument("file", type=Path, help="the file to judge")
    made.add_argument("--anchors", type=Path, required=True, metavar="ROOTS.pem", help="the roots that count as theirs")
    made.add_argument(
        "--proof", type=Path, action="append", default=[], metavar="FILE.tlog-proof",
        help="the log's proof of its sealing, or of an agreement behind it; may be given more than once",
    )  # fmt: skip
    made.add_argument("--log-key", default="", metavar="VKEY", help="the log's key, name+id+key, or a file of it")
    made.add_argument(
        "--standing", type=Path, metavar="FILE", help="the log's proof of whether the seal still stood, and when"
    )
    made.add_argument(
        "--witness", action="append", default=[], metavar="VKEY", help="a witness's key; each must have cosigned"
    )
    made.add_argument(
        "--time-anchors", type=Path, metavar="ROOTS.pem", help="the roots of the timestamp authorities you believe"
    )
    made.add_argument("--json", action="store_true", help="write exactly one JSON object")
    return made


def main(arguments: Sequence[str] | None = None) -> int:
    """Judge one file, say so, and return the exit status."""
    asked = parser().parse_args(arguments)
    try:
        found = audit(asked.file, anchors=small(asked.anchors), given=given(asked))
    except ProvenanceError as error:
        sys.stderr.write(f"countenance-audit: {error}\n")
        return UNUSABLE
    said = json.dumps(found.data(), indent=2) if asked.json else "\n".join(lines(found))
    sys.stdout.write(said + "\n")
    return status(found)


def given(asked: argparse.Namespace) -> Given:
    """Return what the file is checked with besides the roots."""
    return Given(
        proofs=[small(each) for each in asked.proof],
        standing=small(asked.standing) if asked.standing else "",
        log_key=key(asked.log_key),
        witnesses=list(map(key, asked.witness)),
        times=small(asked.time_anchors) if asked.time_anchors else "",
    )


def key(said: str) -> str:
    """Return a key: as it was given, or out of the file that was named."""
    return said if not said or "+" in said else small(Path(said)).strip()


def status(found: Audit) -> int:
    """Return the exit status: 0 for what is proven theirs alone, with nothing that failed beside it."""
    if found.verdict is not Verdict.OURS:
        return STATUS[found.verdict]
    has_failed = found.record.is_broken or any(each.state == "failed" for each in found.answers)
    return UNLOGGED if has_failed else PROVEN


def lines(found: Audit) -> list[str]:
    """Return the answer for a terminal: nothing a file contains can steer it."""
    data = found.data()
    signer, manifest, entry = data["signer"] or {}, data["manifest"] or {}, data["entry"]
    place = f"{entry['index']} of {entry['size']} in {entry['origin']}, {entry['at']}" if entry else "-"
    return [
        f"verdict     {data['verdict']}",
        f"            {data['headline']}. {data['sentence']}",
        *(f"{name:<11} {each['state']:<8} {each['sentence']}" for name, each in data["parts"].items()),
        f"signed by   {signer.get('name') or '-'} ({signer.get('organisation') or '-'})",
        f"manifest    {manifest.get('label') or '-'}",
        f"sha256      {data['sha256'] or '-'}",
        f"log entry   {place}",
        *(f"receipt     {each['receipt']} by {each['attested_by']}, {each['ledger']}" for each in data["consent"]),
        *(f"problem     {each}" for each in data["problems"]),
    ]


if __name__ == "__main__":
    sys.exit(main())
