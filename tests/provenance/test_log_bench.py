"""``manage.py bench provenance log``: it measures what it says, and leaves nothing behind."""

import json

import pytest
from django.core.management import CommandError, call_command

from provenance.log.models import Checkpoint, Entry, StandingPage, Tile
from provenance.management.bench import log
from provenance.management.commands import bench_provenance

pytestmark = pytest.mark.django_db(transaction=True)


def test_the_log_is_measured_in_a_room_of_its_own(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for where, name, small in ((bench_provenance, "FEWEST", 1001), (log, "BATCH", 500), (log, "PROOFS", 20)):
        monkeypatch.setattr(where, name, small)
    call_command("bench", "provenance", "log", "--entries", "1001", "--json")
    found = json.loads(capsys.readouterr().out)["log"]
    assert found["entries"] == 1001
    assert found["fsync"] in {"on", "off"}
    rates = found["appends_per_s"]
    assert min(rates["about_receipts"], rates["other"]) <= rates["all"] <= max(rates["about_receipts"], rates["other"])
    for name in ("proof_ms", "path_ms", "growth_ms", "standing_ms"):
        assert 0 < found[name]["p50"] <= found[name]["p95"]
    assert [model.objects.count() for model in (Entry, Tile, Checkpoint, StandingPage)] == [0, 0, 0, 0]


@pytest.mark.parametrize("words", [["nothing"], ["log", "--entries", "5"]])
def test_what_cannot_be_measured_is_said_in_one_sentence(words: list[str]) -> None:
    with pytest.raises(CommandError) as refused:
        call_command("bench_provenance", *words)
    assert refused.value.returncode == 2
