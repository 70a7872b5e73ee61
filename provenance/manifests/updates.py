"""Update manifests: they add to a seal, such as a timestamp that came late, and change no byte of what was sealed.

An update manifest has no hard binding of its own and one parent: the manifest it updates, in the same file. What the
file claims is still what the first one said, and what is wrong with that one is wrong with the file. No Django.
"""

from collections.abc import Mapping
from typing import Any

from provenance.manifests import status

LONGEST = 16  # updates of one seal; more are not followed
BINDING = "c2pa.hash."
PARENT = "parentOf"

Row = Mapping[str, Any]


def line(label: str, manifests: Row) -> list[str]:
    """Return the labels from the active manifest down to the one that says what the file is; itself if no update."""
    found = [label]
    while len(found) <= LONGEST:
        parent = updated(mapping(manifests.get(found[-1])))
        if not parent or parent in found or not isinstance(manifests.get(parent), dict):
            break
        found.append(parent)
    return found


def updated(manifest: Row) -> str:
    """Return the label of the manifest that this one updates, or nothing."""
    said = [str(each.get("label")) for each in rows(manifest.get("assertions"))]
    parents = [each for each in rows(manifest.get("ingredients")) if each.get("relationship") == PARENT]
    if (
        any(each.startswith(BINDING) for each in said)
        or len(parents) != 1
        or len(rows(manifest.get("ingredients"))) != 1
    ):
        return ""
    found = parents[0].get("active_manifest")
    return found if isinstance(found, str) else ""


def failures(report: Row, manifests: Row, labels: list[str]) -> list[str]:
    """Return every failure on record about the manifests that were updated: then, and looked at again now."""
    found: list[str] = []
    for each in labels[:-1]:
        for ingredient in rows(mapping(manifests.get(each)).get("ingredients")):
            results = mapping(ingredient.get("validation_results"))
            found += [code for code, _ in status.codes(results.get("activeManifest"), "failure")]
    for delta in rows(mapping(report.get("validation_results")).get("ingredientDeltas")):
        address = str(delta.get("ingredientAssertionURI"))
        if any(f"/c2pa/{each}/" in address for each in labels[:-1]):
            found += [code for code, _ in status.codes(delta.get("validationDeltas"), "failure")]
    return found


def mapping(value: object) -> Row:
    """Return a JSON object, or an empty one for anything else."""
    return value if isinstance(value, dict) else {}


def rows(value: object) -> list[Row]:
    """Return the objects of a JSON list, or none for anything else."""
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []
