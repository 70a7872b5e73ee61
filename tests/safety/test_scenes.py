"""Scenes: with CLIP's weights they are looked at, without them that is said, and with broken ones nothing is shown."""

from pathlib import Path

import numpy as np
import pytest
from django.conf import settings as configured
from pytest_django import Settings
from skimage import data

from safety.classifiers.models import Screening
from tests.safety.stories import cleared, filmed, held, refused, show, watched, written

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="session")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small CLIP of random numbers, saved as open_clip saves one."""
    open_clip = pytest.importorskip("open_clip")
    torch = pytest.importorskip("torch")
    torch.manual_seed(1)
    eye = {"image_size": 32, "layers": 1, "width": 64, "patch_size": 16}
    text = {"context_length": 77, "vocab_size": 49408, "width": 64, "heads": 1, "layers": 1}
    model = open_clip.CLIP(embed_dim=32, vision_cfg=eye, text_cfg=text, quick_gelu=True)
    path = tmp_path_factory.mktemp("clip") / "clip.pt"
    torch.save(model.state_dict(), path)
    return path


@pytest.fixture
def installed(settings: Settings, tiny: Path) -> Path:
    settings.WEIGHTS = {**configured.WEIGHTS, "clip.pt": tiny}
    return tiny


def test_the_engine_reads_its_weights_and_compares_a_picture_with_sentences(tiny: Path) -> None:
    from safety.backends.clip import Clip  # noqa: PLC0415 - PyTorch, and only where it is installed

    engine = Clip(tiny)
    sentences = ("a photo of a cat", "a photo of the sea", "a photo of a house")
    cat, coffee = (np.asarray(one(), np.uint8) for one in (data.chelsea, data.coffee))  # type: ignore[no-untyped-call]
    shares = engine.match(cat, sentences)
    assert shares.dtype == np.float32
    assert float(shares.sum()) == pytest.approx(1.0, abs=1e-5)
    assert np.array_equal(shares, engine.match(cat, sentences))
    assert not np.allclose(shares, engine.match(coffee, sentences), atol=1e-6)
    assert np.allclose(shares[::-1], engine.match(cat, sentences[::-1]), atol=1e-6)


@pytest.mark.usefixtures("installed")
def test_with_the_weights_the_scene_is_looked_at_and_only_the_age_is_not() -> None:
    clearance = cleared(show(filmed([written()] * 30), engine="http", likeness=False, vocabulary=()))
    assert clearance.not_evaluated == ("apparent age",)
    assert "CLIP ViT-B/32" in Screening.objects.get(pk=clearance.id).engines
    assert held(show(watched(90), engine="http", vocabulary=())).policy == "not-evaluated"


def test_weights_that_do_not_load_are_no_absence(settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "clip.pt").write_bytes(b"no model")
    settings.WEIGHTS = {**configured.WEIGHTS, "clip.pt": tmp_path / "clip.pt"}
    assert refused(show(watched(90), engine="http", likeness=False, vocabulary=())).policy == "could-not-screen"


def test_a_bloody_scene_waits_for_a_person_and_says_when(settings: Settings, tmp_path: Path) -> None:
    settings.WEIGHTS = {**configured.WEIGHTS, "clip.pt": tmp_path / "clip.pt"}
    settings.SAFETY_ENGINES = {"scenes": "tests.doubles.eyes.GoryEye"}
    assert held(show(watched(90), engine="http", likeness=False, vocabulary=())).policy == "gore"
