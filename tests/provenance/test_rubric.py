"""Our manifests are what the C2PA conformance programme asks for: by its own rubric, and by rules that always run."""

import copy
import io
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import c2pa
import pytest

from provenance.backends import c2pa as engine
from provenance.backends import keys
from provenance.manifests.claim import CONSENT, CREATED
from tests.provenance import material, rules
from tests.provenance.test_seal import filmed, sealed
from tests.vectors.vector import MP4, us

pytestmark = pytest.mark.django_db

RUBRIC = os.environ.get("COUNTENANCE_RUBRIC", "")
WHERE = (
    "COUNTENANCE_RUBRIC names no folder; to ask the official rubric, let it name one that holds "
    "c2pa-org/conformance-public and adobe/json-formula-py from GitHub"
)
KINDS = ["generate", "generate, marked", "remix", "remix of two", "update"]
Report = dict[str, Any]


def crjson(media: bytes) -> Report:
    """Return c2pa-python's own validator output about an mp4, under our anchors."""
    trust = {"trust": {"trust_anchors": keys.anchors()}, "verify": {"remote_manifest_fetch": False}}
    with c2pa.Reader(MP4, io.BytesIO(media), context=c2pa.Context.from_dict({"version": 1, **trust})) as reader:
        found: Report = json.loads(reader.crjson())
    return found


@pytest.fixture
def made(tmp_path: Path) -> Callable[[str], Report]:
    """Return what makes a file of each kind and reads it back."""

    def make(kind: str) -> Report:
        one = sealed(tmp_path, source_type="trainedAlgorithmicMedia")
        mix = {"source_type": "compositeWithTrainedAlgorithmicMedia"}
        if kind == "generate":
            return crjson(one.path.read_bytes())
        if kind == "generate, marked":
            return crjson(filmed(tmp_path, seconds=3).path.read_bytes())
        if kind == "update":
            settings = engine.settings(keys.anchors(), CREATED)
            return crjson(material.updated(one.path.read_bytes(), MP4, us(), settings=settings))
        two = sealed(tmp_path, render="render-2", parents=(one.path,), **mix)
        if kind == "remix":
            return crjson(two.path.read_bytes())
        return crjson(sealed(tmp_path, render="render-3", parents=(one.path, two.path), **mix).path.read_bytes())

    return make


@pytest.mark.parametrize("kind", KINDS)
def test_a_manifest_of_ours_breaks_no_rule(kind: str, made: Callable[[str], Report]) -> None:
    found = made(kind)
    assert {each["label"]: rules.broken(each) for each in found["manifests"]} == {
        each["label"]: set() for each in found["manifests"]
    }
    held = {each["code"] for each in found["manifests"][0]["validationResults"]["success"]}
    assert {"signingCredential.trusted", "claimSignature.validated", "assertion.bmffHash.match"} <= held


def test_the_signer_vouches_for_actions_mark_and_consent(made: Callable[[str], Report]) -> None:
    active = made("generate")["manifests"][0]
    assert {"c2pa.actions.v2", "c2pa.soft-binding", CONSENT} <= set(rules.named(active))
    gathered = {each["url"].rpartition("/")[2] for each in active["claim.v2"]["gathered_assertions"]}
    assert gathered == {"cawg.training-mining"}


def done(manifest: Report) -> list[Report]:
    """Return the actions, to be changed."""
    found: list[Report] = manifest["assertions"]["c2pa.actions.v2"]["actions"]
    return found


SPOILED: dict[str, Callable[[Report], object]] = {
    "label": lambda it: it.update(label="urn:uuid:1"),
    "version": lambda it: it["claim.v2"]["claim_generator_info"].update(specVersion="2.2.0"),
    "generator": lambda it: it["claim.v2"]["claim_generator_info"].pop("version"),
    "begins once": lambda it: done(it).reverse(),
    "source type": lambda it: done(it)[0].update(digitalSourceType="of something opened"),
    "opens its parent": lambda it: done(it)[0]["parameters"].update(ingredients=[]),
    "all actions": lambda it: it["assertions"]["c2pa.actions.v2"].pop("allActionsIncluded"),
    "known actions": lambda it: done(it).append({"action": "c2pa.nonsense"}),
    "known assertions": lambda it: it["assertions"].update(nodot={}),
    "marked": lambda it: it["assertions"].pop("c2pa.soft-binding"),
    "bound once": lambda it: it["assertions"].update({"c2pa.hash.data": {}}),
    "ingredients": lambda it: it["assertions"]["c2pa.ingredient.v3"].pop("validationResults"),
    "holds": lambda it: it["validationResults"]["failure"].append({"code": "general.error"}),
}


def test_every_rule_is_noticed_when_it_is_broken(made: Callable[[str], Report]) -> None:
    remix = made("remix")["manifests"][0]
    assert set(SPOILED) == set(rules.RULES)
    for rule, spoil in SPOILED.items():
        worse = copy.deepcopy(remix)
        spoil(worse)
        assert rules.broken(worse) == {rule}


@pytest.mark.long
@pytest.mark.skipif(not RUBRIC, reason=WHERE)
@pytest.mark.parametrize("kind", KINDS)
def test_the_official_rubric_finds_nothing_false(kind: str, made: Callable[[str], Report], tmp_path: Path) -> None:
    found = judged(made(kind), tmp_path / "report.json")
    assert {word: [each["trait"] for each in found[word]["validation"]] for word in ("false", "warning")} == {
        "false": [],
        "warning": [],
    }
    assert len(found["true"]["validation"]) >= 31


@pytest.mark.long
@pytest.mark.skipif(not RUBRIC, reason=WHERE)
def test_the_official_rubric_notices_what_is_missing(made: Callable[[str], Report], tmp_path: Path) -> None:
    worse = made("generate")
    del worse["manifests"][0]["assertions"]["c2pa.actions.v2"]["allActionsIncluded"]
    wrong = judged(worse, tmp_path / "report.json")["false"]["validation"]
    assert [each["trait"] for each in wrong] == ["mandatory_all_actions_included"]


def judged(report: Report, path: Path) -> Report:
    """Return what the programme's own evaluator says, in a process of its own."""
    path.write_text(json.dumps(report), encoding="utf-8")
    rubrics = Path(RUBRIC) / "conformance-public" / "asset-rubrics"
    command: list[str | Path] = [
        sys.executable, rubrics / "c2pa_conformance_rubric_evaluator.py",
        rubrics / "asset-rubric-conformance0.2-spec2.4.yml", path, "--spec-version", "2.4",
    ]  # fmt: skip
    formula = {**os.environ, "PYTHONPATH": str(Path(RUBRIC) / "json-formula-py" / "src")}
    done = subprocess.run(command, env=formula, capture_output=True, text=True, check=True, timeout=120)
    found: Report = json.loads(done.stdout)
    return found
