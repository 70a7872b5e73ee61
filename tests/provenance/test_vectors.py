"""Every vector gets exactly its verdict."""

from pathlib import Path

import pytest
from django.conf import settings
from pytest_django import Settings

from provenance.manifests import credentials
from tests.vectors import build

Built = tuple[dict[str, build.Vector], Path]


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Built:
    """Return all vectors, made once, and the key folder they were made with."""
    home = tmp_path_factory.mktemp("vectors") / "keys"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(settings, "KEY_HOME", home)
        return build.vectors(), home


def test_every_vector_gets_exactly_its_verdict(built: Built, settings: Settings, tmp_path: Path) -> None:
    vectors, settings.KEY_HOME = built
    found = {}
    for name, vector in vectors.items():
        path = tmp_path / name
        path.write_bytes(vector.media)
        found[name] = credentials.read(path)
    wrong = {name: each.verdict for name, each in found.items() if each.verdict != vectors[name].verdict}
    unsaid = {name: vectors[name].problems - set(each.problems) for name, each in found.items()}
    assert wrong == {}
    assert {name: missing for name, missing in unsaid.items() if missing} == {}


def test_without_our_keys_nothing_is_ours(built: Built, settings: Settings, tmp_path: Path) -> None:
    path = tmp_path / "sealed.mp4"
    path.write_bytes(built[0]["sealed.mp4"].media)
    assert credentials.read(path).verdict == "valid-unknown-signer"
    assert not Path(settings.KEY_HOME).exists()


def test_a_clean_seal_has_no_problems(built: Built, settings: Settings, tmp_path: Path) -> None:
    vectors, settings.KEY_HOME = built
    for name in ("sealed.mp4", "sealed.png", "remix_of_ours.mp4"):
        path = tmp_path / name
        path.write_bytes(vectors[name].media)
        assert credentials.read(path).problems == ()
