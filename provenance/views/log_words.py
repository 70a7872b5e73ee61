"""What the log's pages say to somebody who doubts: a headline, a sentence, lines of evidence."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone

from provenance import ledger
from provenance.log.finding import PLACE
from provenance.log.overview import Overview, Vouching
from provenance.log.replay import Life
from provenance.log.sparse import Standing

UNPROVEN = "The tree above this entry is not as it was signed, so it cannot be proven. Do not rely on this log."
SOON = timedelta(minutes=1)  # a fact gets its place within seconds; beyond this the log is behind


@dataclass(frozen=True, slots=True)
class Line:
    """One line of evidence: its subject, a sentence, proven | claimed | missing | waiting | failed, a moment."""

    subject: str
    sentence: str
    state: str
    when: datetime | None = None


def entries(count: int) -> str:
    """Return a count of entries."""
    return "1 entry" if count == 1 else f"{count:,} entries"


def title(found: Overview) -> str:
    """Return the answer."""
    if not found.holds:
        return "This log does not hold"
    return f"The public log has {entries(found.last.size)}"


def lead(found: Overview) -> str:
    """Return the sentence under it."""
    if not found.holds:
        return (
            "What is shown here is not what we signed. Do not rely on it, and keep your own checkpoint: it is evidence."
        )
    return "It only grows. Whoever keeps one checkpoint can prove later that nothing before it was changed or left out."


def lines(found: Overview) -> list[Line]:
    """Return what was checked just now."""
    return [signature(found), whole(found), growth(found), witnesses(found), lag(found)]


def signature(found: Overview) -> Line:
    """Say who signed the newest checkpoint."""
    if found.head is None:
        return Line("Signature", "The newest checkpoint does not bear our key's signature.", "failed")
    return Line(
        "Signature",
        "The newest checkpoint is signed with the log's key, by our own clock on",
        "proven",
        found.last.created_at,
    )


def whole(found: Overview) -> Line:
    """Say whether the tree is the signed one."""
    if found.is_whole:
        return Line(
            "Tree",
            "As it is kept, it leads to the root that was signed. With the archive below you compute all of it anew.",
            "proven",
        )
    return Line("Tree", "The tree does not lead to the root that was signed.", "failed")


def growth(found: Overview) -> Line:
    """Say whether it begins with what was signed before."""
    if not found.earlier:
        return Line("Growth", "There is one checkpoint so far, so there is nothing yet to compare it with.", "missing")
    broken = [each for each, begins in found.earlier if not begins]
    if broken:
        return Line(
            "Growth", f"It does not begin with the {entries(broken[0].size)} signed on", "failed", broken[0].created_at
        )
    count, first = len(found.earlier), found.earlier[0][0]
    tried = "an earlier checkpoint" if count == 1 else f"{count} earlier checkpoints"
    return Line("Growth", f"It begins with {tried} that we tried, the oldest of", "proven", first.created_at)


def witnesses(found: Overview) -> Line:
    """Say who else vouches for it."""
    asked, now = len(found.vouching), found.cosigned
    if not asked:
        sentence = (
            "Nobody but us vouches that everybody is shown this same log. Keep a checkpoint; compare it with others."
        )
        return Line("Witnesses", sentence, "missing")
    if not now:
        return Line("Witnesses", "No witness has cosigned the newest checkpoint yet.", "waiting")
    return Line("Witnesses", f"{now} of {asked} witnesses saw this same checkpoint and cosigned it.", "proven")


def lag(found: Overview) -> Line:
    """Say what is not in it yet."""
    if found.waiting_since is None:
        return Line("Waiting", "Every fact that was written down has its place and is signed.", "claimed")
    if timezone.now() - found.waiting_since < SOON:
        return Line(
            "Waiting",
            "New facts will have their place within seconds; the oldest was written down on",
            "waiting",
            found.waiting_since,
        )
    return Line("Waiting", "The log is behind: a fact has waited for its place since", "failed", found.waiting_since)


def witness(each: Vouching, size: int) -> Line:
    """Say what one witness saw."""
    if each.at is None:
        return Line(each.witness.name, "has cosigned nothing yet", "missing")
    state = "proven" if each.size == size else "claimed"
    return Line(each.witness.name, f"cosigned the log of {entries(each.size)}, by its own clock on", state, each.at)


def no_entry(index: int) -> str:
    """Say what there is instead of an entry."""
    last = ledger.checkpoint()
    if last is None:
        return "The log is empty so far."
    if last.size == 1:
        return f"The log has one entry, number 0; there is no entry {index:,}."
    return f"The log has {last.size:,} entries, numbered 0 to {last.size - 1:,}; there is no entry {index:,}."


def nothing_by(words: str) -> str:
    """Say that a search found nothing."""
    if not words:
        return "Write what to look for: an entry's number, a digest, or the label of a video's manifest."
    if PLACE.fullmatch(words):
        return no_entry(int(words))
    return "Nothing in the log bears this name: no commitment, no receipt's digest, no label of a video."


def standing(found: Life, *, is_seal: bool) -> tuple[str, str]:
    """Return the answer about a receipt or a seal, and the sentence under it."""
    it = "The seal" if is_seal else "It"
    made, ended = found.standing.made, found.standing.ended
    if ended is not None:
        begun = "" if made is None else f"Entry {made:,} made it. "
        return f"{it} no longer stands", f"{begun}Entry {ended:,} ended it, and what was ended never stands again."
    if made is not None:
        return f"{it} stands", f"Entry {made:,} made it, and no entry up to the newest checkpoint ended it."
    return (
        "Not in the log",
        "No entry up to the newest checkpoint made or ended a receipt or a seal of this name. That is proven too.",
    )


def moment(standing: Standing) -> str:
    """Return how something stood, in a few words."""
    if standing.ended is not None:
        return f"Ended by entry {standing.ended:,}"
    return "Not there" if standing.made is None else f"Stands, made by entry {standing.made:,}"
