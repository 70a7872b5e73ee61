"""``bench enrolment``: judging is measured on a recording that is really judged."""

import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from consent.management.commands import bench_enrolment


def test_judging_is_measured_capture_after_capture(film: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def here(work: Any, *_arguments: object) -> Any:  # noqa: ANN401 - whatever the work gives
        if work is bench_enrolment.film:
            return 9.0
        return bench_enrolment.decoder(film) if work is bench_enrolment.decoder else bench_enrolment.judged(film, 2)

    monkeypatch.setattr(bench_enrolment, "apart", here)
    out = StringIO()
    call_command("bench", "enrolment", "--json", stdout=out, stderr=StringIO())
    found = json.loads(out.getvalue())
    assert list(found) == [
        "seconds",
        "captures",
        "wall_p50_s",
        "wall_max_s",
        "cpu_s",
        "peak_mb",
        "growth_mb",
        "verdicts",
    ]
    assert 0 < found["wall_p50_s"] < 60
    assert found["peak_mb"] > 100
    assert "judged 2 times" in bench_enrolment.table(found)


def test_too_few_captures_are_refused_in_one_sentence() -> None:
    with pytest.raises(CommandError, match="more than 5 captures") as refused:
        call_command("bench_enrolment", captures=3)
    assert refused.value.returncode == 2
