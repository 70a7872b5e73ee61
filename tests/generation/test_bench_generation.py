"""What measuring the engine promises: one JSON object, nothing left behind, one sentence when it could not."""

import json

import pytest
from django.core.management import CommandError, call_command

from generation.models import Draft, Job, Render

pytestmark = pytest.mark.django_db


def test_measuring_prints_one_object_and_leaves_no_rows(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("bench_generation", "--json", "--sizes", "64x64", "--seconds", "1")
    told = json.loads(capsys.readouterr().out)
    assert told["engine"] == "Countenance World"
    assert {clip["size"] for clip in told["clips"]} == {"64x64"}
    assert all(clip["frames"] == 24 and clip["frame_cpu_ms"] > 0 for clip in told["clips"])
    assert not any(model.objects.exists() for model in (Draft, Job, Render))


@pytest.mark.parametrize("size", ["6", "9000x9000", "axb"])
def test_what_cannot_be_measured_is_one_sentence_and_exit_2(size: str) -> None:
    with pytest.raises(CommandError) as caught:
        call_command("bench_generation", "--sizes", size)
    assert caught.value.returncode == 2
    assert str(caught.value).count(".") >= 1
