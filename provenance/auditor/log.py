"""``python -m provenance.auditor.log``: whether a log is what it signed, and which entry is not.

Given the log's key and its files (``manage.py log export`` writes them; its address shows the public ones), every
hash is computed anew: tiles from entries, roots from tiles, each signed checkpoint from the beginning of the tree,
the map of standings from the entries' words. No Django, no database, nothing of the operator's is believed.
"""

import argparse
import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from provenance.auditor.entries import said
from provenance.auditor.findings import Audit
from provenance.auditor.leaves import begins_with, older, settled, signed
from provenance.auditor.sources import Folder, Site, Source
from provenance.errors import LogFormatError
from provenance.log import checkpoint, cosignature
from provenance.log.tlogproof import Trust, witnessed


def audit(source: Source, *, trust: Trust, known: Source | None = None) -> Audit:
    """Return what is to be said of a log; files that cannot be read are a finding, never an exception.

    Args:
        source: its files.
        trust: its name and key, and the witnesses that are asked for.
        known: its files as the auditor, or another, kept them earlier: the log must begin with them.
    """
    done = Audit()
    try:
        head, note = signed(source, trust)
        done.size, done.root, done.cosigned = head.size, head.root.hex(), witnessed(note, trust)
        now = settled(done, source, head)
        said(done, source, head, now.leaves)
        older(done, source, trust, now)
        if known is not None:
            begins_with(done, known, trust, now)
    except LogFormatError as error:
        done.note(str(error))
    return done


def told(done: Audit) -> Iterator[str]:
    """Yield an audit in sentences."""
    yield f"{done.size:,} entries, {done.checkpoints:,} older checkpoints, the words of {done.words:,} entries."
    for name, at in done.cosigned:
        yield f"Cosigned by {name} at {at}."
    if not done.words:
        yield "The entries' words were not given, so they were not looked at."
    yield from (each.sentence for each in done.problems)
    yield "Everything holds." if done.holds else "This log does not hold."


def arguments(words: Sequence[str] | None) -> argparse.Namespace:
    """Return what the command line says."""
    parser = argparse.ArgumentParser(prog="python -m provenance.auditor.log", description=__doc__)
    parser.add_argument("source", help="the folder that was exported, or the log's address (https://…/log)")
    parser.add_argument("--key", required=True, help="the log's key as name+id+key")
    parser.add_argument("--known", type=Path, help="a folder of the same log, kept earlier: it must begin with it")
    parser.add_argument("--witness", action="append", default=[], help="a witness's key as name+id+key; each must sign")
    parser.add_argument("--json", action="store_true", help="write one JSON object")
    return parser.parse_args(words)


def main(words: Sequence[str] | None = None) -> int:
    """Audit a log; exit 0 if it holds, 3 if it does not, 2 with one sentence for a key that is none."""
    asked = arguments(words)
    try:
        origin, public = checkpoint.verifying(asked.key)
        witnesses = [cosignature.witness(each) for each in asked.witness]
    except LogFormatError:
        sys.stderr.write("This is not a key of a log or a witness, written as name+id+key.\n")
        return 2
    is_site = asked.source.startswith(("https://", "http://"))
    source: Source = Site(asked.source) if is_site else Folder(Path(asked.source))
    trust = Trust(origin, public, witnesses, quorum=len(witnesses))
    done = audit(source, trust=trust, known=Folder(asked.known) if asked.known else None)
    sys.stdout.write((json.dumps(done.data()) if asked.json else "\n".join(told(done))) + "\n")
    return 0 if done.holds else 3


if __name__ == "__main__":
    sys.exit(main())
