"""The bench of sealing measures what it says and leaves nothing."""

import pytest

from provenance.management.bench import sealing
from provenance.manifests.models import Manifest
from provenance.marks.models import Mark

pytestmark = pytest.mark.django_db


def test_sealing_and_verifying_are_measured_and_nothing_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sealing, "HEAVY", 500_000)
    monkeypatch.setattr(sealing, "SIZE", (320, 192))
    found = sealing.measure(seconds=0.5, turns=1)
    assert found["seal"]["frames"] == 12
    assert found["seal"]["added_share"] > 0
    assert found["seal"]["decode_encode_ms_per_frame"] > 0
    assert found["verify"]["bytes"] > 500_000
    assert found["verify"]["verify_to_read"] > 1
    assert [line.split()[0] for line in sealing.lines(found)] == ["seal", "verify"]
    assert not Manifest.objects.exists()
    assert not Mark.objects.exists()
