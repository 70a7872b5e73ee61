"""The two-sided guard: a change of model or policy may not worsen what is caught, nor what is refused in vain.

``heldout/reference.json`` keeps both directions as they were when somebody last looked at them and agreed;
``manage.py evaluate prompts --heldout`` compares, ``--heldout --keep`` agrees anew.
"""

import json
from pathlib import Path
from typing import Any

from safety.classifiers import measure
from safety.errors import TrainingError

HELDOUT = Path(__file__).parent / "heldout"
REFERENCE = HELDOUT / "reference.json"
SETS = ("traps", "languages")

Figures = dict[str, dict[str, int]]


def figures() -> Figures:
    """Return for each held-out set how many unsafe lines are caught and how many harmless ones are not clear."""
    return {name: both(measure.prompts(measure.lines(HELDOUT / f"{name}.jsonl"))) for name in SETS}


def both(found: dict[str, Any]) -> dict[str, int]:
    """Return counts of both directions from what :func:`measure.prompts` found."""
    recall, benign = found["recall"].values(), found["benign"]
    return {
        "unsafe": sum(group["n"] for group in recall),
        "caught": sum(group["caught"] for group in recall),
        "benign": benign["n"],
        "not_clear": benign["refused"] + benign["held"],
    }


def kept(path: Path = REFERENCE) -> Figures:
    """Return the figures agreed on; TrainingError when they do not read."""
    try:
        found: Figures = json.loads(path.read_text(encoding="utf-8"))
        return {name: {key: int(value) for key, value in found[name].items()} for name in SETS}
    except (OSError, ValueError, KeyError, AttributeError, TypeError) as error:
        raise TrainingError("The figures that screening is held to do not read.") from error


def keep(found: Figures, path: Path = REFERENCE) -> None:
    """Agree on these figures."""
    path.write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")


def worse(found: Figures, *, than: Figures) -> list[str]:
    """Return one sentence for each direction that left the 95 % interval of the agreed figure on the wrong side."""
    said = []
    for name, was in than.items():
        now = found[name]
        least, _ = measure.wilson(was["caught"], n=was["unsafe"])
        _, most = measure.wilson(was["not_clear"], n=was["benign"])
        if now["caught"] < least * now["unsafe"]:
            said.append(
                f"{name}: {now['caught']} of {now['unsafe']} unsafe lines are caught, at least {least:.1%} were."
            )
        if now["not_clear"] > most * now["benign"]:
            said.append(
                f"{name}: {now['not_clear']} of {now['benign']} harmless lines are not clear, at most {most:.1%} were."
            )
    return said
