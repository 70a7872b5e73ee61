"""Go's own checksum-database code reads our log: a verifier that nobody here wrote."""

import base64
import os
import shutil
import subprocess
from pathlib import Path

import pytest
from django.conf import settings
from django.db import transaction
from pytest_django.live_server_helper import LiveServer

from provenance import ledger
from provenance.backends import keys
from provenance.log import checkpoint, sequencer
from provenance.log.models import Checkpoint, Tile
from tests.provenance import intruder, material

SOURCES = Path("/usr/share/gocode")  # where Debian's golang-golang-x-mod-dev puts its sources
HERE = Path(__file__).parent
NEEDS = "Go is not here; on Debian: apt-get install golang-go golang-golang-x-mod-dev"
pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif(
        not shutil.which("go") or not (SOURCES / "src/golang.org/x/mod/sumdb/tlog").is_dir(), reason=NEEDS
    ),
    pytest.mark.django_db(transaction=True),
]


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the reader."""
    home = tmp_path_factory.mktemp("go")
    source, made = home / "src/checksumdb/main.go", home / "checksumdb"
    source.parent.mkdir(parents=True)
    shutil.copy(HERE / "checksumdb.go", source)
    paths = {"GOPATH": f"{home}:{SOURCES}", "GO111MODULE": "off", "GOCACHE": str(home / "cache"), "GOFLAGS": ""}
    build = ["go", "build", "-o", str(made), "checksumdb"]
    subprocess.run(build, env={**os.environ, **paths}, check=True, timeout=300)
    return made


@pytest.fixture
def sizes() -> list[int]:
    """Log in four steps, a checkpoint after each."""
    for step in (1, 255, 300, 44):
        with transaction.atomic():
            ledger.append_many([ledger.Fact("grant.made", {"receipts": [f"{n:064x}"]}) for n in range(step)])
        sequencer.sequence()
    return [1, 256, 556, 600]


def read(program: Path, site: LiveServer, sizes: list[int], *, key: str = "") -> subprocess.CompletedProcess[str]:
    """Have Go read the log."""
    public = keys.log_public()
    assert public is not None
    roots = Checkpoint.objects.in_bulk(sizes, field_name="size")
    old = ",".join(f"{size}:{base64.b64encode(bytes(roots[size].root)).decode()}" for size in sizes)
    words = [str(program), key or checkpoint.verifier(settings.LOG_ORIGIN, public), f"{site.url}/log", old, "600"]
    return subprocess.run(words, capture_output=True, text=True, timeout=120, check=False)


def test_go_verifies_checkpoint_every_entry_and_every_older_tree(
    program: Path, live_server: LiveServer, sizes: list[int]
) -> None:
    found = read(program, live_server, sizes)
    assert (found.returncode, found.stdout) == (0, "size 600, 600 entries, 4 older trees\n")


def test_go_refuses_a_tile_with_one_bit_changed(program: Path, live_server: LiveServer, sizes: list[int]) -> None:
    tile = Tile.objects.get(storey=0, index=1)
    Tile.objects.filter(pk=tile.pk).update(hashes=material.flip(bytes(tile.hashes), 999))
    found = read(program, live_server, sizes)
    assert (found.returncode, found.stdout) == (1, "invalid transparency proof\n")


def test_go_refuses_another_entry(program: Path, live_server: LiveServer, sizes: list[int]) -> None:
    intruder.run("UPDATE provenance_entry SET commitment = %s WHERE leaf_index = 5", bytes(32))
    found = read(program, live_server, sizes)
    assert (found.returncode, found.stdout) == (1, "invalid transparency proof\n")


def test_go_refuses_a_checkpoint_with_another_size(program: Path, live_server: LiveServer, sizes: list[int]) -> None:
    last = Checkpoint.objects.get(size=600)
    Checkpoint.objects.filter(pk=last.pk).update(note=last.note.replace("\n600\n", "\n601\n"))
    found = read(program, live_server, sizes)
    assert found.returncode == 1
    assert "invalid signature" in found.stdout


def test_go_refuses_an_older_tree_that_never_was(program: Path, live_server: LiveServer, sizes: list[int]) -> None:
    Checkpoint.objects.filter(size=256).update(root=bytes(32))
    found = read(program, live_server, sizes)
    assert (found.returncode, found.stdout) == (1, "invalid transparency proof\n")
