"""Verifiers that nobody here wrote agree with us about every vector, but for those that are named, each with why.

They look at the seal on top alone. So of laundered files they say what we say about the seal, and nothing of what is
wrong below it, which we tell among the problems.
"""

import importlib.util
import shutil
from collections.abc import Mapping
from pathlib import Path

import pytest

from config import peer
from config.home import HOME
from tests.provenance import peers
from tests.vectors import build

pytestmark = pytest.mark.long

BROKEN = "it refuses a file that breaks off or goes on after its end; we read what is whole of it, and the bytes differ"
STORE = "it takes no manifest without a file"
NO_FILE = "it holds a manifest without a file against no bytes at all; we say whose it is, and that nothing is bound"
TWO = "it judges one manifest of several; we choose none"
ZEROS = "it takes a manifest of zeros for none; something is there, and it is malformed"
RENAMED = "its reader no longer finds, or gives up on, a manifest whose part was renamed; what was signed is missing"
REMOTE = "it calls a manifest that lies elsewhere, and is not fetched, invalid; nothing in the file is"
HUGE = "it reads a manifest that says it is longer than its box; the other two call it malformed"
CROWD = "it reads files of very many boxes, for many seconds; we read none of more than 20,000"
FAR = "it looks one manifest below the one on top, and this one is two below"
OVER = "it looks at our update on top alone; what it updates is a stranger's, and so is the file"

ENCYPHER = {
    "updated_foreign.mp4": ("ours", OVER),
    "edited_manifest_far_below.mp4": ("ours", FAR),
    "cut_by_a_byte.mp4": (peers.REFUSED, BROKEN),
    "cut_in_half.mp4": (peers.REFUSED, BROKEN),
    "cut_in_half.mov": (peers.REFUSED, BROKEN),
    "junk_appended.mp4": (peers.REFUSED, BROKEN),
    "foreign_manifest_alone.c2pa": (peers.REFUSED, STORE),
    "two_files_in_one.mp4": ("tampered", TWO),
    "ours_then_foreign.mp4": ("tampered", TWO),
    "foreign_then_ours.mp4": ("tampered", TWO),
    "two_manifests.mp4": ("tampered", TWO),
    "manifest_of_zeros.mp4": ("no-credentials", ZEROS),
    "missing_assertion.jpg": ("no-credentials", RENAMED),
    "remote_manifest.jpg": ("invalid", REMOTE),
    "thirty_thousand_boxes.mp4": ("tampered", CROWD),
}
WASM = {
    "updated_foreign.mp4": ("ours", OVER),
    "cut_by_a_byte.mp4": (peers.REFUSED, BROKEN),
    "junk_appended.mp4": (peers.REFUSED, BROKEN),
    "manifest_alone.c2pa": ("tampered", NO_FILE),
    "foreign_manifest_alone.c2pa": ("tampered", NO_FILE),
    "missing_assertion.jpg": (peers.REFUSED, RENAMED),
    "manifest_that_says_it_is_huge.mp4": ("ours", HUGE),
    "thirty_thousand_boxes.mp4": ("tampered", CROWD),
}


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> build.Built:
    """Return all vectors and whom to believe."""
    return build.made(tmp_path_factory.mktemp("vectors"))


def different(built: build.Built, theirs: Mapping[str, str]) -> dict[str, str]:
    """Return what others say otherwise."""
    wanted = {name: each.verdict for name, each in built.vectors.items()}
    return {name: said for name, said in theirs.items() if not peers.agree(wanted[name], said)}


def named(reasons: Mapping[str, tuple[str, str]]) -> dict[str, str]:
    """Return the answers without why."""
    return {name: said for name, (said, _) in reasons.items()}


def test_a_core_of_its_own_agrees(built: build.Built) -> None:
    if importlib.util.find_spec("encypher_c2pa") is None:
        pytest.fail("encypher-c2pa is not there: make check-long installs it.")
    theirs = {
        name: peers.encypher(each.media, anchors=built.ours, clocks=built.clock) for name, each in built.vectors.items()
    }
    assert different(built, theirs) == named(ENCYPHER)


@pytest.mark.skipif(shutil.which("node") is None, reason="Node is not here, so c2pa-wasm cannot be asked")
def test_the_reader_of_browsers_agrees(built: build.Built, tmp_path: Path) -> None:
    package = peer.package(HOME)
    if not package.exists():
        pytest.fail("c2pa-wasm is not there: make check-long fetches it, once registry.npmjs.org can be reached.")
    build.build(tmp_path, built.vectors)
    files = {name: tmp_path / name for name in built.vectors}
    theirs = peers.wasm(files, anchors=built.anchors, package=package, wish=tmp_path / "wish.json")
    assert different(built, theirs) == named(WASM)
