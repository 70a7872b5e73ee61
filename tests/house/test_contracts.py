"""The import contracts hold, and each one bites: its violation, injected into a copy, breaks it and is named."""

import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from django.conf import settings

APPS = ("config", "generation", "consent", "safety", "provenance")

# contract -> the file that gets a line, and the line
VIOLATIONS = {
    "stack": ("provenance/log/tree.py", "import safety.clearance"),
    "doors": ("generation/studio/compose.py", "import safety.review.decide"),
    "roots": ("safety/__init__.py", "import safety.review"),
    "config": ("config/urls.py", "import consent.grants"),
    "settings": ("consent/people.py", "import config.settings"),
    "render": ("generation/pipeline/submit.py", "import generation.backends"),
    "mint": ("consent/people.py", "import consent.grants.mint"),
    "screening": ("safety/cases.py", "import safety.classifiers.screenings"),
    "tasks": ("generation/pipeline/submit.py", "import generation.tasks"),
    "trials": ("consent/people.py", "import consent.trials.actor"),
    "actors": ("consent/cameos/likeness.py", "import consent.trials.actor"),
    "engines": ("generation/studio/compose.py", "import cv2"),
    "faces": ("consent/gate.py", "import consent.backends.face"),
    "auditor": ("provenance/manifests/status.py", "import django"),
    "inside-provenance": ("provenance/log/tree.py", "import provenance.marks.invisible"),
    "inside-safety": ("safety/policies/__init__.py", "import safety.review"),
    "inside-consent": ("consent/receipts/issue.py", "import consent.grants"),
    "inside-generation": ("generation/feed/withdraw.py", "import generation.pipeline"),
}


def contracts() -> list[str]:
    text = (settings.ROOT / "pyproject.toml").read_text(encoding="utf-8")
    return [contract["id"] for contract in tomllib.loads(text)["tool"]["importlinter"]["contracts"]]


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The packages, without their data, in a place where they may be broken."""
    home = tmp_path_factory.mktemp("contracts")
    only_code = shutil.ignore_patterns("__pycache__", "templates", "static", "migrations")
    for app in APPS:
        shutil.copytree(settings.ROOT / app, home / app, ignore=only_code)
        if app != "config":
            (home / app / "migrations").mkdir()
            (home / app / "migrations" / "__init__.py").touch()
    shutil.copy(settings.ROOT / "pyproject.toml", home)
    return home


def broken(home: Path, *only: str) -> set[str]:
    """The ids of the contracts that are broken in this tree."""
    names = {
        contract["name"]: contract["id"]
        for contract in tomllib.loads((home / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    }
    options = [option for each in only for option in ("--contract", each)]
    done = subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache", *options],
        cwd=home,
        capture_output=True,
        text=True,
        check=False,
        env={"PATH": "/usr/bin:/bin", "PYTHONPATH": str(home)},
    )
    found = {names[line.split(" BROKEN")[0]] for line in done.stdout.splitlines() if " BROKEN" in line}
    assert bool(found) == (done.returncode != 0), done.stdout + done.stderr
    return found


def test_every_contract_is_kept(copy: Path) -> None:
    assert broken(copy) == set()


def test_every_contract_has_a_violation_here() -> None:
    assert set(contracts()) == set(VIOLATIONS)


@pytest.mark.parametrize("contract", VIOLATIONS)
def test_each_contract_bites(copy: Path, contract: str) -> None:
    name, line = VIOLATIONS[contract]
    file = copy / name
    before = file.read_text(encoding="utf-8")
    file.write_text(f"{before}\n{line}\n", encoding="utf-8")
    try:
        assert contract in broken(copy, contract)
    finally:
        file.write_text(before, encoding="utf-8")
