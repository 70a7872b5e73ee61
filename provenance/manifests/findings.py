"""From the reader's raw answer to what can be said about a file; no Django, so an auditor can run it alone.

The class is that of the ACTIVE manifest. What was wrong with the things a file was made from is listed, and never
changes the class: nobody's seal cleans its ingredients, and nobody's ingredient spoils a seal. But the seal is over
their manifests too: one that was changed since is bytes that are not those that were signed.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from provenance.manifests import containers, status, updates
from provenance.manifests.reading import Outcome, Reading
from provenance.manifests.status import Verdict

LABEL = re.compile(r"/c2pa/([^/]+)")
LONGEST = 500  # characters of any one text taken from a file
MOST = 200  # of anything listed
CONSENT = "io.countenance.consent"

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Signer:
    """Who signed, by the certificate in the file; anybody can write any name into a certificate of their own."""

    name: str
    organisation: str
    algorithm: str
    serial: str
    time: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """What the active manifest claims."""

    label: str
    title: str
    generator: str
    made_at: str
    source_type: str
    model: str
    actions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Ingredient:
    """Something the file was made from, with every failure on record about it."""

    title: str
    relationship: str
    manifest: str
    problems: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Stamp:
    """When a timestamp authority that we believe saw the signature, and the name in its certificate."""

    at: str
    by: str


@dataclass(frozen=True, slots=True)
class Findings:
    """What can be said about a file from the file alone."""

    verdict: Verdict
    signer: Signer | None = None
    manifest: Manifest | None = None
    ingredients: tuple[Ingredient, ...] = ()
    consent: tuple[Row, ...] = ()
    problems: tuple[str, ...] = ()
    is_bound: bool = False
    stamp: Stamp | None = None
    mime: str = ""
    raw: Row = field(default_factory=dict)


def interpret(reading: Reading) -> Findings:
    """Return what a reading says."""
    match reading.outcome:
        case Outcome.READ:
            return judge(reading)
        case Outcome.NONE:
            notes = (f"remote credentials named, not fetched: {short(reading.remote)}",) if reading.remote else ()
            return Findings(Verdict.NO_CREDENTIALS, problems=notes, mime=reading.mime)
        case Outcome.INCOMPLETE:
            return Findings(Verdict.TAMPERED, problems=(reading.note,), mime=reading.mime)
        case Outcome.MALFORMED:
            return Findings(Verdict.INVALID, problems=(reading.note,), mime=reading.mime)
        case Outcome.UNREADABLE:
            return Findings(Verdict.UNREADABLE, problems=(reading.note,), mime=reading.mime)


def judge(reading: Reading) -> Findings:
    """Return what a report says; a report that makes no sense is malformed credentials."""
    report = reading.report
    label, manifests = text(report.get("active_manifest")), mapping(report.get("manifests"))
    active = mapping(manifests.get(label))
    results = mapping(mapping(report.get("validation_results")).get("activeManifest"))
    failed, below = divide(status.codes(results, "failure"), label, is_store=reading.mime == containers.STORE)
    failed += since(report)
    held = [
        code for code, url in status.codes(results, "success") if status.is_binding(code) or owner(url) in {"", label}
    ]
    line = updates.line(label, manifests)
    failed += updates.failures(report, manifests, line)
    failed += [status.OLD_CLAIM] if is_old_of_ours(active, held) else []
    verdict = status.judge(failed, held)
    about = line[-1] if verdict is Verdict.OURS else label  # nothing doubtful is told under the name of the one on top
    said = mapping(manifests.get(about))
    ingredients = tuple(walk(report, manifests, line))[:MOST]
    unbound = [status.UNBOUND] if not status.is_bound(held) and not any(map(status.is_binding, failed)) else []
    named = [f"remote credentials named, not fetched: {short(reading.remote)}"] if reading.remote else []
    nested = [f"ingredient: {code}" for each in ingredients for code in each.problems]
    problems = [*failed, *unbound, *named, *(f"ingredient: {code}" for code in below), *nested]
    return Findings(
        verdict,
        signer=signer(mapping(active.get("signature_info"))),
        manifest=manifest(about, said),
        ingredients=ingredients,
        consent=consent(said) if verdict is Verdict.OURS else (),
        problems=tuple(dict.fromkeys(map(short, problems)))[:MOST],
        is_bound=status.is_bound(held)
        and not any(status.TABLE.get(each) is status.Meaning.TAMPERED for each in failed),
        stamp=stamp(results, label, active),
        mime=reading.mime,
        raw=report,
    )


def since(report: Row) -> list[str]:
    """Return the failures that show a manifest below to be another than the one that was signed over.

    What was wrong with it before is on record in the ingredient and changes nothing; this was done to the file later.
    """
    deltas = rows(mapping(report.get("validation_results")).get("ingredientDeltas"))
    found = (code for each in deltas for code, _ in status.codes(each.get("validationDeltas"), "failure"))
    return [code for code in dict.fromkeys(found) if code in status.REFERENCES]


def is_old_of_ours(active: Row, held: list[str]) -> bool:
    """Return whether a claim of the first version would pass for ours: we never wrote one.

    For these the library believes any timestamp authority at all (``legacy timestamp cert trusted``), so whoever found
    a key of ours after its end could date a seal back.
    """
    return status.TRUSTED in held and active.get("claim_version") != status.CLAIM_VERSION


def stamp(results: Row, label: str, active: Row) -> Stamp | None:
    """Return the timestamp of the active manifest's signature, if an authority on our list gave it."""
    end = f", trust list: {status.STAMPS}"
    own = [each for each in rows(results.get("success")) if owner(text(each.get("url"))) in {"", label}]
    said = [text(each.get("explanation")) for each in own if each.get("code") == status.STAMPED]
    by = next((each for each in said if each.endswith(end)), "")  # a "legacy" one names no list: nobody vouches for it
    at = text(mapping(active.get("signature_info")).get("time"))
    return Stamp(at=at, by=by.removesuffix(end).partition(": ")[2]) if by and at else None


def divide(failures: list[tuple[str, str]], label: str, *, is_store: bool) -> tuple[list[str], list[str]]:
    """Return failures of the active manifest and those of its ingredients.

    A hard binding is always about the bytes at hand, whichever manifest of the file declares it (an update manifest
    leaves it to its parent). A bare manifest store has no such bytes.
    """
    failed: list[str] = []
    below: list[str] = []
    for code, url in failures:
        if is_store and status.is_binding(code) and code.endswith(".mismatch"):
            continue
        is_own = status.is_binding(code) or owner(url) in {"", label}
        (failed if is_own and status.TABLE.get(code) is not status.Meaning.INGREDIENT else below).append(code)
    return failed, below


def owner(url: str) -> str:
    """Return the label of the manifest that a JUMBF address points into; nothing when it is relative."""
    found = LABEL.search(url)
    return found[1] if found else ""


def walk(report: Row, manifests: Row, line: list[str]) -> Iterator[Ingredient]:
    """Yield every ingredient of every manifest in the file with all failures on record about it.

    What an update manifest updates is no ingredient, unless there is something against it: it is the very same file.
    """
    deltas = rows(mapping(report.get("validation_results")).get("ingredientDeltas"))
    for each in deltas:
        codes = [code for code, _ in status.codes(each.get("validationDeltas"), "failure")]
        if codes:
            yield Ingredient(
                title="", relationship="", manifest=text(each.get("ingredientAssertionURI")), problems=tuple(codes)
            )
    for label in from_the_top(manifests, text(report.get("active_manifest"))):
        found = [account(ingredient) for ingredient in rows(mapping(manifests[label]).get("ingredients"))]
        yield from (each for each in found if each.problems or label not in line[:-1])


def from_the_top(manifests: Row, label: str) -> list[str]:
    """Return every label, the active one and what it was made from first: the library gives them in no order."""
    waiting, found = [label], dict.fromkeys([label] if label in manifests else [])
    while waiting:
        below = rows(mapping(manifests.get(waiting.pop(0))).get("ingredients"))
        fresh = [each for each in map(parent, below) if each in manifests and each not in found]
        found.update(dict.fromkeys(fresh))
        waiting += fresh
    return [*found, *sorted(set(manifests) - set(found))]


def parent(ingredient: Row) -> str:
    """Return the label of an ingredient's own manifest, or nothing."""
    label = ingredient.get("active_manifest")
    return label if isinstance(label, str) else ""


def account(ingredient: Row) -> Ingredient:
    """Return one ingredient; claims of the first version keep their failures in ``validation_status``."""
    results = mapping(ingredient.get("validation_results"))
    codes = [code for code, _ in status.codes(results.get("activeManifest"), "failure")]
    for delta in rows(results.get("ingredientDeltas")):
        codes += [code for code, _ in status.codes(delta.get("validationDeltas"), "failure")]
    old = [text(each.get("code")) for each in rows(ingredient.get("validation_status"))]
    codes += [code for code in old if status.TABLE.get(code) is not status.Meaning.FINE]
    label = text(ingredient.get("active_manifest"))
    if not label and not codes:
        codes.append("no-provenance")
    return Ingredient(
        title=text(ingredient.get("title")),
        relationship=text(ingredient.get("relationship")),
        manifest=label,
        problems=tuple(dict.fromkeys(codes)),
    )


def signer(info: Row) -> Signer | None:
    """Return who signed, as the certificate says."""
    if not info:
        return None
    return Signer(
        name=text(info.get("common_name")),
        organisation=text(info.get("issuer")),
        algorithm=text(info.get("alg")),
        serial=text(info.get("cert_serial_number")),
        time=text(info.get("time")),
    )


def manifest(label: str, active: Row) -> Manifest | None:
    """Return what the active manifest claims."""
    if not label:
        return None
    actions = [each for found in assertions(active, "c2pa.actions") for each in rows(found.get("actions"))]
    begun = next((each for each in actions if each.get("digitalSourceType")), {})
    agent = begun.get("softwareAgent")
    makers = rows(active.get("claim_generator_info"))
    return Manifest(
        label=short(label),
        title=text(active.get("title")),
        generator=named(makers[0]) if makers else text(active.get("claim_generator")),
        made_at=text(begun.get("when")),
        source_type=text(begun.get("digitalSourceType")).rpartition("/")[2],
        model=named(agent) if isinstance(agent, dict) else text(agent),
        actions=tuple(text(each.get("action")) for each in actions)[:MOST],
    )


def consent(active: Row) -> tuple[Row, ...]:
    """Return the receipts that our own assertion names."""
    found = [each for said in assertions(active, CONSENT) for each in rows(said.get("receipts"))]
    return tuple(
        {
            "receipt": text(each.get("sha256")),
            "entry": each.get("entry"),
            "leaf_index": each.get("leaf_index"),
            "attested_by": "passkey" if each.get("attested_by") == "passkey" else "operator",
        }
        for each in found[:MOST]
    )


def assertions(active: Row, label: str) -> list[Row]:
    """Return the data of every assertion of this base label, whatever version."""
    wanted = re.compile(re.escape(label) + r"(\.v\d+)?(__\d+)?")
    found = [each for each in rows(active.get("assertions")) if wanted.fullmatch(text(each.get("label")))]
    return [mapping(each.get("data")) for each in found]


def named(agent: Row) -> str:
    """Return a generator's name and version."""
    return f"{text(agent.get('name'))} {text(agent.get('version'))}".strip()


def mapping(value: object) -> Row:
    """Return a JSON object, or an empty one for anything else."""
    return value if isinstance(value, dict) else {}


def rows(value: object) -> list[Row]:
    """Return the objects of a JSON list, or none for anything else."""
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def text(value: object) -> str:
    """Return a short text, or nothing for anything else."""
    return short(value) if isinstance(value, str) else ""


def short(value: str) -> str:
    """Return a text cut to a length that a page can show."""
    return value if len(value) <= LONGEST else value[: LONGEST - 1] + "…"
