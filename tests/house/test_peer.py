import hashlib
import io
import tarfile
from base64 import b64encode
from pathlib import Path

import pytest

from config import peer


def archive(names: tuple[str, ...]) -> bytes:
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w:gz") as made:
        for name in names:
            made.addfile(tarfile.TarInfo(f"package/{name}"), io.BytesIO())
    return file.getvalue()


def test_a_package_with_other_bytes_than_the_known_ones_is_never_unpacked(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="known by its hash"):
        peer.unpacked(archive(peer.WANTED), tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_the_known_package_is_unpacked_without_what_nobody_asked_for(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    known = archive((*peer.WANTED, "../../outside", "pkg/more.js"))
    monkeypatch.setattr(peer, "INTEGRITY", b64encode(hashlib.sha512(known).digest()).decode())
    peer.unpacked(known, tmp_path / "it")
    found = {str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*") if path.is_file()}
    assert found == {f"it/{name}" for name in peer.WANTED}


def test_what_cannot_be_fetched_ends_in_a_sentence(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setenv("COUNTENANCE_HOME", str(tmp_path))
    monkeypatch.setattr("shutil.which", lambda _: "/usr/bin/node")
    monkeypatch.setattr(peer, "ADDRESS", "http://127.0.0.1:9/it.tgz")
    peer.main()
    assert capsys.readouterr().err.endswith("that proof will fail\n")


def test_a_machine_without_node_is_told_so(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr("shutil.which", lambda _: None)
    peer.main()
    assert "is skipped" in capsys.readouterr().err
