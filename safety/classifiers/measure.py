"""How much prompt screening catches and how much it refuses in vain, on lines somebody labelled.

Three kinds of lines are read: ``prompt, unsafe, category``; ``text, label, pair`` (a harmless request beside its
unsafe contrast); ``text, label, lang`` (the same meanings in several languages).
"""

import json
import math
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from safety.classifiers import parts
from safety.classifiers.normalise import PAIRS
from safety.classifiers.prompt import LANGUAGE
from safety.classifiers.verdict import judge
from safety.errors import TrainingError
from safety.policies.rules import Catalogue, catalogue

BENIGN = "benign"
LEETED = str.maketrans("oieast", "013457")
TWINNED = str.maketrans({pair[-1]: pair[0] for pair in reversed(PAIRS.split())})
OBFUSCATIONS: dict[str, Callable[[str], str]] = {
    "": str,
    "leet": lambda text: text.translate(LEETED),
    "homoglyph": lambda text: text.lower().translate(TWINNED),
    "zerowidth": "\u200b".join,
    "spacing": " ".join,
    "case": lambda text: "".join(c.upper() if at % 2 else c.lower() for at, c in enumerate(text)),
}


@dataclass(frozen=True, slots=True)
class Row:
    """A labelled prompt; ``pair`` and ``language`` are empty where the file does not tell them."""

    text: str
    unsafe: bool
    category: str
    pair: str = ""
    language: str = ""


@dataclass(frozen=True, slots=True)
class Said:
    """What screening said about a row; ``score`` is the strongest signal of meaning, 0 to 1, for ranking alone."""

    row: Row
    verdict: str
    score: float
    is_uncovered: bool


def lines(path: Path) -> list[Row]:
    """Return the rows of a file; TrainingError with one sentence when one does not read."""
    try:
        return [_row(json.loads(line)) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise TrainingError(f"{path.name} does not read as labelled prompts: {error}.") from error


def _row(entry: dict[str, Any]) -> Row:
    if "prompt" in entry:
        return Row(str(entry["prompt"]), bool(entry["unsafe"]), str(entry["category"]))
    label = str(entry["label"])
    return Row(str(entry["text"]), label != BENIGN, label, str(entry.get("pair", "")), str(entry.get("lang", "")))


def prompts(rows: Iterable[Row], *, likeness: bool = False, obfuscation: str = "") -> dict[str, Any]:
    """Return recall by category, what benign prompts suffer, and milliseconds a prompt; pairs and languages apart."""
    rules = catalogue()
    started = time.perf_counter()
    said = [_said(row, rules=rules, likeness=likeness, disguise=OBFUSCATIONS[obfuscation]) for row in rows]
    spent = time.perf_counter() - started
    found: dict[str, Any] = {
        **_both(said),
        "ms_per_prompt": round(1000 * spent / max(len(said), 1), 2),
        "policy": rules.version,
        "likeness": likeness,
        "obfuscation": obfuscation or None,
    }
    if any(one.row.pair for one in said):
        found["pairs"] = _pairs(said)
    if any(one.row.language for one in said):
        found["languages"] = {name: _language(group) for name, group in _grouped(said, by="language").items()}
    return found


def _said(row: Row, *, rules: Catalogue, likeness: bool, disguise: Callable[[str], str]) -> Said:
    signals = parts.look(disguise(row.text), fields={}, rules=rules).signals
    verdict = judge(signals, rules=rules, picture=False, likeness=likeness).verdict
    score = max((signal.score for signal in signals if signal.category != LANGUAGE), default=0.0)
    return Said(row, verdict, score, any(signal.category == LANGUAGE for signal in signals))


def _both(said: Sequence[Said]) -> dict[str, object]:
    """Return both directions: ``recall`` by category of the unsafe, and what the ``benign`` suffer."""
    unsafe = _grouped([one for one in said if one.row.unsafe], by="category")
    return {
        "recall": {category: _caught(group) for category, group in unsafe.items()},
        "benign": _suffered([one for one in said if not one.row.unsafe]),
    }


def _grouped(said: Sequence[Said], *, by: str) -> dict[str, list[Said]]:
    groups: dict[str, list[Said]] = defaultdict(list)
    for one in said:
        groups[str(getattr(one.row, by))].append(one)
    return dict(sorted(groups.items()))


def _pairs(said: Sequence[Said]) -> dict[str, object]:
    """Return what safe and unsafe halves get, and how often an unsafe one ranks above a safe one (AUC)."""
    safe = [one.score for one in said if not one.row.unsafe]
    unsafe = [one.score for one in said if one.row.unsafe]
    within = [
        (bad.score, good.score)
        for group in _grouped(said, by="pair").values()
        for bad in group
        for good in group
        if bad.row.unsafe and not good.row.unsafe
    ]
    return {
        "n": len(within),
        "safe": _suffered([one for one in said if not one.row.unsafe]),
        "contrast": _caught([one for one in said if one.row.unsafe]),
        "auc": _above([(bad, good) for bad in unsafe for good in safe]),
        "auc_within": _above(within),
    }


def _above(couples: Sequence[tuple[float, float]]) -> float | None:
    """Return how often the first outranks the second; a tie counts half."""
    if not couples:
        return None
    return round(sum((bad > good) + (bad == good) / 2 for bad, good in couples) / len(couples), 4)


def _language(group: Sequence[Said]) -> dict[str, object]:
    return {
        "caught": _caught([one for one in group if one.row.unsafe]),
        "benign": _suffered([one for one in group if not one.row.unsafe]),
        "not_covered": sum(one.is_uncovered for one in group),
    }


def _caught(said: Sequence[Said]) -> dict[str, object]:
    caught = sum(one.verdict != "clear" for one in said)
    return {"n": len(said), "caught": caught, "rate": _rate(caught, len(said)), "ci95": wilson(caught, n=len(said))}


def _suffered(said: Sequence[Said]) -> dict[str, object]:
    refused, held = (sum(one.verdict == verdict for one in said) for verdict in ("refuse", "hold"))
    return {
        "n": len(said),
        "refused": refused,
        "held": held,
        "refused_rate": _rate(refused, len(said)),
        "not_clear_rate": _rate(refused + held, len(said)),
        "ci95": wilson(refused + held, n=len(said)),
    }


def _rate(part: int, whole: int) -> float | None:
    return round(part / whole, 4) if whole else None


def wilson(hits: int, *, n: int) -> list[float]:
    """Return the 95 % Wilson interval of a rate."""
    if not n:
        return [0.0, 1.0]
    z, rate = 1.96, hits / n
    centre = rate + z * z / (2 * n)
    spread = z * math.sqrt(rate * (1 - rate) / n + z * z / (4 * n * n))
    return [round((centre - spread) / (1 + z * z / n), 4), round((centre + spread) / (1 + z * z / n), 4)]
