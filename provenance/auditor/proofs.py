"""``python -m provenance.auditor.proofs FILE --key VKEY``: whether a file that the log gave out proves what it says.

It takes a proof of an entry (``.tlog-proof``), of a standing, of growth between two checkpoints, or a checkpoint; it
needs Python and ``cryptography``, asks nobody and believes the key alone. No Django, no database.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from provenance.errors import LogFormatError
from provenance.log import checking, checkpoint, cosignature, tree
from provenance.log.checking import Checked
from provenance.log.tlogproof import Trust


def arguments(words: Sequence[str] | None) -> argparse.Namespace:
    """Return what the command line says."""
    parser = argparse.ArgumentParser(prog="python -m provenance.auditor.proofs", description=__doc__)
    parser.add_argument("file", type=Path, help="the file, as it was downloaded")
    parser.add_argument("--key", required=True, help="the log's key as name+id+key")
    parser.add_argument("--commitment", default="", help="the entry's 32 bytes in hex, for a proof without its words")
    parser.add_argument("--witness", action="append", default=[], help="a witness's key as name+id+key; each must sign")
    parser.add_argument("--json", action="store_true", help="write one JSON object")
    return parser.parse_args(words)


def main(words: Sequence[str] | None = None) -> int:
    """Check one file; exit 0 if it holds, 3 if it does not, 2 with one sentence if that cannot be asked."""
    asked = arguments(words)
    try:
        trust, commitment = trusted(asked.key, asked.witness), thirty_two(asked.commitment)
        text = asked.file.read_text(encoding="utf-8")
    except (LogFormatError, ValueError, OSError) as error:
        sys.stderr.write(f"{unasked(error)}\n")
        return 2
    try:
        found = checking.check(text, trust=trust, known=lambda _: commitment)
    except LogFormatError as error:
        return say({"holds": False, "sentence": str(error)}, as_json=asked.json) or 3
    return say(dict(checking.data(found)), as_json=asked.json, cosigned=found)


def trusted(key: str, witnesses: Sequence[str]) -> Trust:
    """Return whom to believe.

    Raises:
        LogFormatError: a key is none.
    """
    origin, public = checkpoint.verifying(key)
    wanted = [cosignature.witness(each) for each in witnesses]
    return Trust(origin, public, wanted, quorum=len(wanted))


def thirty_two(written: str) -> bytes:
    """Return a commitment's bytes; none where none was given.

    Raises:
        ValueError: it is not 32 bytes in hex.
    """
    found = bytes.fromhex(written)
    if len(found) not in {0, tree.SIZE}:
        raise ValueError
    return found


def unasked(error: Exception) -> str:
    """Return in one sentence why nothing could be checked."""
    match error:
        case LogFormatError():
            return "This is not a key of a log or a witness, written as name+id+key."
        case OSError():
            return f"The file cannot be read: {error.strerror}."
        case UnicodeDecodeError():
            return "The file is not text, so it is no proof of a log."
        case _:
            return "A commitment is 32 bytes, written as 64 hexadecimal digits."


def say(found: dict[str, object], *, as_json: bool, cosigned: Checked | None = None) -> int:
    """Write what was found."""
    if as_json:
        sys.stdout.write(json.dumps(found) + "\n")
        return 0
    by = [f"Cosigned by {name} at {at}." for name, at in (cosigned.cosigned if cosigned else ())]
    last = "It holds." if found["holds"] else "This does not hold."
    sys.stdout.write("\n".join([str(found["sentence"]), *by, last]) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
