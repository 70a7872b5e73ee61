"""The whole road with nothing stood in for: the embedded engine draws, every judge looks, the file verifies."""

from pathlib import Path

import av
import pytest
from pytest_django import Settings

from generation.models import Clip, Job
from generation.pipeline import run
from generation.pipeline.submit import submit
from generation.studio.compose import Wish
from provenance.verify import examine
from tests import cast

pytestmark = pytest.mark.django_db


def test_the_embedded_engine_makes_a_sealed_clip_with_sound(settings: Settings) -> None:
    job = submit(Wish("a basketball bounces off a wooden floor", seconds=1, seed=3), maker=cast.felix().pk)
    run.make(job.pk)
    job.refresh_from_db()
    assert job.state == Job.State.DONE, job.refusal
    clip = Clip.objects.get()
    assert clip.render.source_type
    assert clip.render.vocabulary
    path = Path(settings.MEDIA_HOME) / clip.path
    assert examine(path).verdict == "ours"
    with av.open(str(path)) as container:
        assert {stream.type for stream in container.streams} >= {"video", "audio"}
