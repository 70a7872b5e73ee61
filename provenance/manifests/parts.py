"""From what was found to eight answers: each question apart, each proven, claimed, missing or failed.

Nothing here reads a file or a database: findings, record and mark come in, answers go out, so that the page, the API,
the command and the auditor judge alike. No Django.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from provenance.manifests import shown, status, words
from provenance.manifests.findings import Findings, Ingredient, mapping
from provenance.manifests.status import Meaning, Verdict

DIFFERS = "not-byte-identical"  # the seal holds, yet bytes it does not cover are not those we released
OURS = {Verdict.OURS, Verdict.OURS_WITHDRAWN}
MARKED = {
    "mark.found": "marked",
    "mark.unsealed": "marked",
    "mark.unknown": "marked-unknown",
    "mark.transplanted": "transplanted",
}  # what a mark makes of the headline
NAME = 80  # characters of a stranger's name


@dataclass(frozen=True, slots=True)
class Record:
    """What records say of a seal.

    ``ledger`` is included, pending, absent or unknown; ``standing`` is standing, withdrawn or unknown since when.
    ``is_broken``: there is a proof, and it does not hold. ``index`` and ``size`` are the entry's place and the
    checkpoint's size; ``witnesses`` how many others signed that checkpoint and were checked. ``standing_size``: the
    size of the log at whose checkpoint the standing was proven, where it was.
    """

    ledger: str
    standing: str
    problems: tuple[str, ...] = ()
    render: str = ""
    is_broken: bool = False
    withdrawn_at: datetime | None = None
    index: int | None = None
    size: int | None = None
    witnesses: int = 0
    standing_size: int | None = None


@dataclass(frozen=True, slots=True)
class Part:
    """One answer: to which question, by which line of the table, how sure, and in words."""

    name: str
    code: str
    state: str
    sentence: str


def answers(found: Findings, verdict: Verdict, record: Record, mark: Mapping[str, Any]) -> tuple[Part, ...]:
    """Return the eight answers about a file, in the order in which they are asked."""
    is_ours = verdict in OURS
    return (
        of_bytes(found, record, mark, is_ours=is_ours),
        of_signer(found, is_ours=is_ours),
        of_ingredients(found, verdict),
        of_consent(found.consent, record, is_ours=is_ours),
        of_standing(record, is_ours=is_ours),
        of_time(found),
        of_log(record, is_ours=is_ours),
        of_mark(mark),
    )


def headline(found: Findings, verdict: Verdict, mark: Mapping[str, Any]) -> tuple[str, str]:
    """Return the answer to everything in a few words, and the sentence under it.

    A mark says most where nothing else speaks for the file; credentials that were broken are still the first news.
    """
    title, sentence = words.HEADLINES[str(verdict)]
    said = of_mark(mark)
    if verdict is Verdict.UNREADABLE:
        return title, shown.text(next(iter(found.problems), sentence))[: NAME * 3]
    if verdict in OURS or said.code not in MARKED:
        return title, sentence
    if verdict in {Verdict.INVALID, Verdict.TAMPERED}:
        return title, f"{sentence} {said.sentence}"
    return words.HEADLINES[MARKED[said.code]]


def say(code: str, **said: object) -> Part:
    """Return the table's line of this code."""
    state, sentence = words.SAID[code]
    return Part(code.partition(".")[0], code, state, sentence.format(**said))


def of_bytes(found: Findings, record: Record, mark: Mapping[str, Any], *, is_ours: bool) -> Part:
    """Answer whether the bytes are those that were signed."""
    if is_ours:
        return say("bytes.padding" if DIFFERS in record.problems else "bytes.intact")
    if found.verdict is Verdict.TAMPERED:
        return say("bytes.altered")
    if found.is_bound:
        is_unknown = found.verdict is Verdict.UNKNOWN_SIGNER
        return say("bytes.theirs", name=signed_by(found)) if is_unknown else say("bytes.unvouched")
    return say("bytes.once" if str(mark["invisible"]).startswith("found") else "bytes.nothing")


def of_signer(found: Findings, *, is_ours: bool) -> Part:
    """Answer whose signature it is."""
    if is_ours:
        return say("signer.ours")
    if found.verdict is Verdict.UNKNOWN_SIGNER:
        return say("signer.unknown", name=signed_by(found))
    if found.verdict in {Verdict.NO_CREDENTIALS, Verdict.UNREADABLE}:
        return say("signer.nothing")
    problems = set(found.problems)
    if "signingCredential.expired" in problems:
        return say("signer.expired")
    if problems & {"signingCredential.revoked", "signingCredential.ocsp.revoked"}:
        return say("signer.revoked")
    return say("signer.once" if {status.SIGNED, status.TRUSTED} <= codes(found, "success") else "signer.broken")


def signed_by(found: Findings) -> str:
    """Return the name in the signer's certificate, as a page can show it."""
    name = found.signer.name or found.signer.organisation if found.signer else ""
    return shown.text(name or "nobody")[:NAME]


def codes(found: Findings, kind: str) -> set[str]:
    """Return the codes of one kind that the reader gave about the active manifest."""
    return {code for code, _ in status.codes(checks(found), kind)}


def checks(found: Findings) -> Mapping[str, Any]:
    """Return what the reader said about the active manifest."""
    return mapping(mapping(found.raw.get("validation_results")).get("activeManifest"))


def of_ingredients(found: Findings, verdict: Verdict) -> Part:
    """Answer whether everything the file was made from was clean; the worst of them decides."""
    if verdict not in OURS | {Verdict.UNKNOWN_SIGNER}:
        return say("ingredients.nothing")
    if not found.ingredients:
        return say("ingredients.none")
    weights = [weigh(each) for each in found.ingredients]
    count, worst = files(len(weights)), max(weights)
    if worst == 0:
        return say("ingredients.clean" if verdict in OURS else "ingredients.theirs", count=count)
    code = ("ingredients.bare", "ingredients.unknown", "ingredients.failed")[worst - 1]
    return say(code, count=count, bad=weights.count(worst))


def weigh(ingredient: Ingredient) -> int:
    """Return 0 for one that held, 1 for none at all, 2 for an unknown signer, 3 for credentials that do not hold."""
    unknown = {code for code, meaning in status.TABLE.items() if meaning is Meaning.UNKNOWN}
    bare = {"no-provenance", "ingredient.unknownProvenance"}
    problems = set(ingredient.problems)
    return 3 if problems - unknown - bare else 2 if problems & unknown else 1 if problems else 0


def files(count: int) -> str:
    """Return how many files, in words."""
    return "one other file" if count == 1 else f"{count} other files"


def of_consent(receipts: Sequence[Mapping[str, Any]], record: Record, *, is_ours: bool) -> Part:
    """Answer whether the people in it had agreed when it was made, and by whose key that is shown."""
    if not is_ours:
        return say("consent.nothing")
    if not receipts:
        return say("consent.nobody")
    count = "One person agreed" if len(receipts) == 1 else f"{len(receipts)} agreements were given"
    whose = attestation(receipts)
    if not all(each.get("ledger") == "included" for each in receipts):
        return say("consent.unlogged", count=count, whose=whose)
    if any(is_late(each, record) for each in receipts):
        return say("consent.late", count=count)
    are_theirs = all(each.get("attested_by") == "passkey" for each in receipts)
    return say("consent.passkey" if are_theirs else "consent.operator", count=count, whose=whose)


def is_late(receipt: Mapping[str, Any], record: Record) -> bool:
    """Return whether the log holds an agreement only after the seal that stands on it."""
    index = receipt.get("index")
    return isinstance(index, int) and record.index is not None and index > record.index


def attestation(receipts: Sequence[Mapping[str, Any]]) -> str:
    """Return who stands behind the agreements."""
    signed = sum(each.get("attested_by") == "passkey" for each in receipts)
    if not signed:
        return "We alone attest them so far."
    if signed == len(receipts):
        return f"{'That yes' if signed == 1 else 'Each'} was signed with the person's own passkey."
    return f"{signed} of {len(receipts)} were signed with the person's own passkey; we alone attest the rest."


def of_standing(record: Record, *, is_ours: bool) -> Part:
    """Answer whether the seal still stands."""
    if not is_ours:
        return say("standing.nothing")
    if record.standing == "withdrawn":
        when = f" on {day(record.withdrawn_at.isoformat())}" if record.withdrawn_at else ""
        return say("standing.withdrawn", when=when)
    if record.standing == "standing":
        size = record.standing_size
        return say("standing.stands") if size is None else say("standing.proven", size=f"{size:,}")
    return say("standing.unknown", standing=record.standing)


def of_time(found: Findings) -> Part:
    """Answer when it was made, and by whose clock."""
    stamped = found.signer.time if found.signer else ""
    made = found.manifest.made_at if found.manifest else ""
    if found.verdict in {Verdict.INVALID, Verdict.TAMPERED} or not (stamped or made):
        return say("time.nothing")
    if found.stamp:
        by = shown.text(found.stamp.by)[:NAME]
        return say("time.stamped", when=day(found.stamp.at), by=f": {by}" if by else "")
    return say("time.untrusted", when=day(stamped)) if stamped else say("time.claimed", when=day(made))


def day(when: str) -> str:
    """Return an instant as people write it, in UTC; what is no instant is quoted."""
    try:
        return f"{datetime.fromisoformat(when):%-d %B %Y, %H:%M} UTC"
    except ValueError:
        return f"“{shown.text(when)[:40]}”"


def of_log(record: Record, *, is_ours: bool) -> Part:
    """Answer whether the seal is in the public log."""
    if not is_ours:
        return say("log.nothing")
    if record.is_broken:
        return say("log.broken")
    if record.ledger != "included":
        return say(f"log.{record.ledger}")
    place = "" if record.index is None else f" as entry {record.index:,}"
    size = f" of {record.size:,}" if record.size else ""
    count = "one witness" if record.witnesses == 1 else f"{record.witnesses} witnesses"
    return say("log.included", place=place, size=size, witnessed=f", and {count} with it" if record.witnesses else "")


def of_mark(mark: Mapping[str, Any]) -> Part:
    """Answer whether our mark is in the pictures."""
    if mark["invisible"] == "found":
        leads = "mark.found" if mark.get("manifest") else "mark.unsealed"
        return say("mark.transplanted" if mark.get("transplanted") else leads)
    codes_of = {"none": "mark.nothing", "found, record unknown": "mark.unknown"}
    return say(codes_of.get(mark["invisible"], "mark.unread"))
