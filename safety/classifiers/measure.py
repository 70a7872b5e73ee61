"""How much prompt screening catches and how much it refuses in vain, on lines somebody else labelled."""

import json
import math
import time
from collections import defaultdict
from collections.abc import Callable, Iterable
from pathlib import Path

from safety.classifiers import prompt
from safety.classifiers.normalise import PAIRS
from safety.classifiers.verdict import judge
from safety.errors import TrainingError
from safety.policies.rules import Catalogue, catalogue

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


def lines(path: Path) -> list[tuple[str, bool, str]]:
    """Return (prompt, unsafe, category) for each line; TrainingError with one sentence when one does not read."""
    try:
        rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
        return [(str(row["prompt"]), bool(row["unsafe"]), str(row["category"])) for row in rows]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise TrainingError(f"{path.name} does not read as labelled prompts: {error}.") from error


def prompts(rows: Iterable[tuple[str, bool, str]], *, likeness: bool, obfuscation: str) -> dict[str, object]:
    """Return recall by the rows' categories, what benign prompts suffer, and milliseconds a prompt."""
    rules = catalogue()
    answers: dict[str, list[str]] = defaultdict(list)
    started, count = time.perf_counter(), 0
    for text, unsafe, category in rows:
        answers[category if unsafe else "benign"].append(
            _verdict(OBFUSCATIONS[obfuscation](text), rules=rules, likeness=likeness)
        )
        count += 1
    spent = time.perf_counter() - started
    benign = answers.pop("benign", [])
    return {
        "recall": {category: _caught(said) for category, said in sorted(answers.items())},
        "benign": _suffered(benign),
        "ms_per_prompt": round(1000 * spent / max(count, 1), 2),
        "policy": rules.version,
        "likeness": likeness,
        "obfuscation": obfuscation or None,
    }


def _verdict(text: str, *, rules: Catalogue, likeness: bool) -> str:
    return judge(prompt.look(text, rules=rules).signals, rules=rules, picture=False, likeness=likeness).verdict


def _caught(said: list[str]) -> dict[str, object]:
    caught = sum(verdict != "clear" for verdict in said)
    return {"n": len(said), "caught": caught, "rate": _rate(caught, len(said)), "ci95": wilson(caught, n=len(said))}


def _suffered(said: list[str]) -> dict[str, object]:
    refused, held = said.count("refuse"), said.count("hold")
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
