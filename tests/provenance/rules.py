"""What C2PA 2.4 and the conformance programme 0.2 ask of a manifest, said once more by us.

The programme's own rubric is asked in ``make check-long`` where it is at hand; these rules always run. They are about
the shape of one manifest as crJSON, the validator output that the programme defines.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

Json = Mapping[str, Any]
BEGINNINGS = {"c2pa.created", "c2pa.opened"}
UNSEEN = {  # actions that change nothing a viewer sees, so they say nothing of how it was made
    "c2pa.converted", "c2pa.published", "c2pa.repackaged", "c2pa.transcoded", "c2pa.edited.metadata", "c2pa.placed",
    "c2pa.watermarked.bound", "c2pa.watermarked.unbound", "c2pa.redacted",
}  # fmt: skip
SEEN = {
    "c2pa.edited", "c2pa.adjustedColor", "c2pa.changedSpeed", "c2pa.cropped", "c2pa.deleted", "c2pa.drawing",
    "c2pa.dubbed", "c2pa.filtered", "c2pa.mixed", "c2pa.orientation", "c2pa.remixed", "c2pa.removed", "c2pa.resized",
    "c2pa.trimmed",
}  # fmt: skip
ASSERTIONS = {
    "c2pa.actions.v2", "c2pa.hash.bmff.v3", "c2pa.hash.data", "c2pa.ingredient.v3", "c2pa.soft-binding",
    "c2pa.time-stamp", "c2pa.certificate-status",
}  # fmt: skip
RELATIONSHIPS = {"parentOf", "componentOf", "inputTo"}


def broken(manifest: Json) -> set[str]:
    """Return the names of the rules that this manifest breaks."""
    return {name for name, holds in RULES.items() if not holds(manifest)}


def base(label: str) -> str:
    """Return an assertion's label without its number."""
    return label.split("__", maxsplit=1)[0]


def of(manifest: Json, label: str) -> list[Json]:
    """Return every assertion of this label."""
    return [data for name, data in manifest["assertions"].items() if base(name) == label]


def actions(manifest: Json) -> list[Json]:
    """Return every action, in order."""
    return [each for found in of(manifest, "c2pa.actions.v2") for each in found["actions"]]


def named(manifest: Json) -> Iterator[str]:
    """Yield the label of every assertion that the signer vouches for, in order."""
    for each in manifest["claim.v2"]["created_assertions"]:
        yield each["url"].rpartition("/")[2]


def begins_once(manifest: Json) -> bool:
    """Spec 2.4, 18.15: made or opened, once, first of all actions in the first assertion."""
    done = [each["action"] for each in actions(manifest)]
    first = next((label for label in named(manifest) if label.startswith("c2pa.actions")), "")
    return first == "c2pa.actions.v2" and done[0] in BEGINNINGS and len(BEGINNINGS & set(done)) == 1


def says_how_it_was_made(manifest: Json) -> bool:
    """Spec 2.4, 18.15.4.5; programme 0.2: what is made or seen to change has a source type, what is opened has none."""
    wanting = {"c2pa.created"} | SEEN
    return all(
        ("digitalSourceType" in each) == (each["action"] in wanting)
        for each in actions(manifest)
        if each["action"] in wanting | BEGINNINGS
    )


def opens_its_parent(manifest: Json) -> bool:
    """Spec 2.4, 18.15.4.7: what is opened is the one parent; without a parent nothing is opened."""
    parents = [name for name, data in manifest["assertions"].items() if data.get("relationship") == "parentOf"]
    opened = [each["parameters"]["ingredients"] for each in actions(manifest) if each["action"] == "c2pa.opened"]
    pointed = [each["url"].rpartition("/")[2] for group in opened for each in group]
    return pointed == parents and len(parents) == len(opened)


def is_marked_as_it_says(manifest: Json) -> bool:
    """Spec 2.4, 18.15: a bound mark needs its soft binding."""
    is_bound = any(each["action"] == "c2pa.watermarked.bound" for each in actions(manifest))
    bindings = of(manifest, "c2pa.soft-binding")
    whole = all(each["alg"] and each["blocks"] and all(one["value"] for one in each["blocks"]) for each in bindings)
    return is_bound == bool(bindings) and whole


def is_bound_once(manifest: Json) -> bool:
    """Spec 2.4, 15.10 and 11.2.3: one hard binding, of no older form; none in an update manifest."""
    bindings = [name for name in manifest["assertions"] if name.startswith("c2pa.hash.")]
    plain = all("url" not in manifest["assertions"][name] for name in bindings)
    return plain and len(bindings) == (0 if manifest["isUpdateManifest"] else 1)


def knows_its_ingredients(manifest: Json) -> bool:
    """Spec 2.4, 18.16: a known relationship; with a manifest go its results and its signature's hash."""
    found = of(manifest, "c2pa.ingredient.v3")
    together = ({"activeManifest", "validationResults", "claimSignature"} & set(each) for each in found)
    return all(each["relationship"] in RELATIONSHIPS for each in found) and all(
        len(each) in {0, 3} for each in together
    )


RULES: Mapping[str, Callable[[Json], bool]] = {
    "label": lambda it: it["label"].startswith("urn:c2pa:"),
    "version": lambda it: it["claim.v2"]["claim_generator_info"]["specVersion"].startswith("2.4."),
    "generator": lambda it: {"name", "version"} <= set(it["claim.v2"]["claim_generator_info"]),
    "begins once": begins_once,
    "source type": says_how_it_was_made,
    "opens its parent": opens_its_parent,
    "all actions": lambda it: all("allActionsIncluded" in each for each in of(it, "c2pa.actions.v2")),
    "known actions": lambda it: {each["action"] for each in actions(it)} <= BEGINNINGS | SEEN | UNSEEN,
    "known assertions": lambda it: all(
        base(each) in ASSERTIONS if each.startswith("c2pa.") else "." in each for each in it["assertions"]
    ),
    "marked": is_marked_as_it_says,
    "bound once": is_bound_once,
    "ingredients": knows_its_ingredients,
    "holds": lambda it: it["validationResults"]["failure"] == [],
}
