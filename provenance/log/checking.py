"""Any file of this log, checked: proofs of entries, standings and growth, receipts, checkpoints. Pure.

The auditors' page and ``python -m provenance.auditor.proofs`` both ask :func:`check`, so that whoever repeats a check
without us repeats the same one. No Django, no database.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from provenance.errors import ProofFileError
from provenance.log import checkpoint, growthproof, receiptproof, standingproof, tlogproof
from provenance.log.checkpoint import Head
from provenance.log.sparse import Standing
from provenance.log.tlogproof import MOST, Trust

Commitments = Callable[[int], bytes]  # the 32 bytes at a place, as far as the reader knows them; else none


@dataclass(frozen=True, slots=True)
class Checked:
    """What a file proves, in one sentence; of which checkpoint; who cosigned it when (POSIX seconds).

    ``index`` is the entry's place, ``name`` the receipt or seal, ``older`` the first of two checkpoints, where the
    file has one.
    """

    sentence: str
    head: Head
    cosigned: tuple[tuple[str, int], ...] = ()
    index: int | None = None
    name: str = ""
    older: Head | None = None


def nothing_known(_: int) -> bytes:
    """Return no commitment."""
    return b""


def check(text: str, *, trust: Trust, known: Commitments = nothing_known) -> Checked:
    """Return what a file proves to somebody with this trust.

    Args:
        text: the file.
        trust: whom to believe.
        known: what the reader knows to stand at a place; needed for a proof that does not open its leaf.

    Raises:
        LogFormatError: in one sentence what does not hold, or that this is no file of a log.
    """
    if len(text) > MOST:
        raise ProofFileError("This file is longer than any proof of a log.")
    text = text.replace("\r\n", "\n").lstrip("\ufeff")  # an editor or a form may have rewritten the ends of lines
    if text.startswith(tlogproof.FIRST):
        return entry(text, trust, known)
    if text.startswith(standingproof.FIRST):
        return standing(text, trust)
    if text.lstrip().startswith("{"):
        return receipt(text, trust) if '"digest"' in text else growth(text, trust)
    if text.partition("\n")[0].strip() == trust.origin:
        return signed(text, trust)
    raise ProofFileError("This is no file of this log: no proof, no checkpoint.")


def entry(text: str, trust: Trust, known: Commitments) -> Checked:
    """Check that something is in the log."""
    file = tlogproof.read(ended(text))
    done = tlogproof.verify(file, trust=trust, commitment=b"" if file.body else known(file.index))
    words = " and says what is written in this file" if done.body else ""
    sentence = f"Entry {done.index} is in the log of {done.head.size:,} entries{words}."
    return Checked(sentence, done.head, done.cosigned, index=done.index)


def standing(text: str, trust: Trust) -> Checked:
    """Check how a receipt or a seal stood."""
    file = standingproof.read(ended(text))
    done = standingproof.verify(file, trust=trust)
    sentence = f"When the log had {done.head.size:,} entries, this {told(done.standing)}."
    return Checked(sentence, done.head, done.cosigned, name=file.name)


def told(standing: Standing) -> str:
    """Return a standing as the end of a sentence."""
    made = "unknown to it" if standing.made is None else f"made by entry {standing.made}"
    if standing.ended is not None:
        return f"was {made} and ended by entry {standing.ended}"
    return "was not in it" if standing.made is None else f"stood, {made}"


def receipt(text: str, trust: Trust) -> Checked:
    """Check that a receipt's words are those committed to, and that the log has their digest."""
    digest, done = receiptproof.verify(text, trust=trust)
    sentence = f"The receipt says what was committed to, and entry {done.index} of the log names its digest."
    return Checked(sentence, done.head, done.cosigned, index=done.index, name=digest)


def growth(text: str, trust: Trust) -> Checked:
    """Check that the log only grew."""
    done = growthproof.verify(growthproof.read(text), trust=trust)
    sentence = f"The log of {done.new.size:,} entries begins with that of {done.old.size:,}: nothing in it was changed."
    return Checked(sentence, done.new, older=done.old)


def signed(text: str, trust: Trust) -> Checked:
    """Check that a checkpoint is the log's own."""
    head = checkpoint.read(ended(text), origin=trust.origin, public=trust.public)
    cosigned = tlogproof.witnessed(ended(text), trust)
    return Checked(f"This log signed that it had {head.size:,} entries.", head, cosigned)


def ended(text: str) -> str:
    """Return a text with the one line end that forms and editors drop."""
    return text.rstrip("\n") + "\n"


def data(found: Checked) -> Mapping[str, object]:
    """Return it as plain JSON."""
    return {
        "holds": True,
        "sentence": found.sentence,
        "size": found.head.size,
        "root": found.head.root.hex(),
        "index": found.index,
        "name": found.name,
        "older_size": None if found.older is None else found.older.size,
        "cosigned": [list(each) for each in found.cosigned],
    }
