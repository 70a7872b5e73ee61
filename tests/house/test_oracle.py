import io
import tarfile
from pathlib import Path

import pytest

from config import oracle


def package(name: str) -> bytes:
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w:gz") as archive:
        archive.addfile(tarfile.TarInfo(name), io.BytesIO())
    return file.getvalue()


@pytest.mark.skipif(oracle.here() not in oracle.INTEGRITY, reason="no library for this platform")
def test_a_package_with_other_bytes_than_the_known_ones_is_never_unpacked() -> None:
    forged = package(f"package/prebuilds/{oracle.here()}/{oracle.library(Path()).name}")
    with pytest.raises(ValueError, match="known by its hash"):
        oracle.unpacked(forged)


def test_what_cannot_be_fetched_ends_in_a_sentence_and_the_rest_of_the_set_up_goes_on(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setenv("COUNTENANCE_HOME", str(tmp_path))
    monkeypatch.setattr(oracle, "REGISTRY", "http://127.0.0.1:9")
    monkeypatch.setattr(oracle, "INTEGRITY", {oracle.here(): ""})
    oracle.main()
    assert capsys.readouterr().err.endswith("that proof will fail\n")
    assert not list(tmp_path.rglob("*.so"))


def test_a_platform_without_a_library_is_told_so(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(oracle, "INTEGRITY", {})
    oracle.main()
    assert "so that proof is skipped" in capsys.readouterr().err
