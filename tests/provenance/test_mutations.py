"""Thousands of changed files: the reader neither dies nor hangs, nothing changed is ours, nothing whole is tampered."""

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from django.conf import settings

from provenance.backends import keys
from provenance.manifests import findings, reading
from provenance.manifests.findings import Findings
from tests.vectors import mutate, worker
from tests.vectors.mutate import Base

LONGEST = 2.0  # seconds of processor time
SEED = 20261120
INTACT = 20  # one in so many files is a stranger's that nobody changed


@pytest.fixture(scope="module")
def bases(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Base]]:
    """Yield the files that are changed, while the keys they were sealed with are there."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(settings, "KEY_HOME", tmp_path_factory.mktemp("keys"))
        yield mutate.bases()


@pytest.fixture(scope="module")
def reader(bases: list[Base], tmp_path_factory: pytest.TempPathFactory) -> Iterator[worker.Reader]:
    """Yield the process that reads."""
    with worker.reader(keys.anchors()) as it:
        yield it


def look(reader: worker.Reader, media: bytes) -> Findings:
    """Return what can be said about a file, unless it takes too long."""
    report, seconds = reader.read(media)
    assert seconds <= LONGEST
    return findings.interpret(reading.understand(json.dumps(report).encode(), 0))


@pytest.mark.parametrize(
    "count", [pytest.param(300, id="300"), pytest.param(10_000, id="10000", marks=pytest.mark.long)]
)
def test_changed_files(count: int, bases: list[Base], reader: worker.Reader, tmp_path: Path) -> None:
    rng = np.random.default_rng([SEED, count])
    before = {each.name: look(reader, each.media) for each in bases}
    assert {name: found.verdict == "ours" for name, found in before.items()} == {
        each.name: each.is_ours for each in bases
    }
    seen: Counter[str] = Counter()
    for number in range(count):
        one, other = (bases[rng.integers(len(bases))] for _ in range(2))
        is_intact = number % INTACT == 0
        media = mutate.intact(rng) if is_intact else mutate.changed(one, other, rng)
        kept = tmp_path / "last"
        kept.write_bytes(media)  # what a failure leaves to be looked at
        found = look(reader, media or b"\0")
        seen[found.verdict] += 1
        if is_intact:
            assert found.verdict == "valid-unknown-signer", (number, found.problems)
        elif found.verdict == "ours":
            assert is_rightly_ours(media, found, bases, before), (number, one.name, other.name)
    assert set(seen) == {"ours", "valid-unknown-signer", "invalid", "tampered", "no-credentials", "unreadable"}


def is_rightly_ours(media: bytes, found: Findings, bases: list[Base], before: dict[str, Findings]) -> bool:
    """Return whether a file is one of ours but for bytes that no hash covers, and says what that one says."""
    same = [each for each in bases if each.is_ours and mutate.differs_only_there(media, each)]
    return any(told(found) == told(before[each.name]) for each in same)


def told(found: Findings) -> tuple[object, ...]:
    """Return all that a page would say of it."""
    return found.manifest, found.signer, found.ingredients, found.consent, found.problems
