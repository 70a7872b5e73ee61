"""Every vector gets exactly its verdict, and asking for it reaches nobody."""

import http.server
import resource
import struct
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from pytest_django import Settings

from provenance.manifests import boxes, credentials, findings, reading
from provenance.manifests.findings import Findings
from tests.provenance import material
from tests.vectors import build, manifests, strange
from tests.vectors.build import Built
from tests.vectors.changed import boxed
from tests.vectors.vector import MP4

LONGEST = 2.0  # seconds of processor time that any file may take


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Built:
    """Return all vectors, made once."""
    return build.made(tmp_path_factory.mktemp("vectors"))


@pytest.fixture(scope="module")
def folder(built: Built, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return where all vectors lie."""
    place = tmp_path_factory.mktemp("files")
    build.build(place, built.vectors)
    return place


@pytest.fixture(scope="module")
def found(built: Built, folder: Path) -> dict[str, Findings]:
    """Return what we say about each: in the limited child where a file is made to harm, else right here."""
    harmful = {name for name, each in built.vectors.items() if each.verdict == "unreadable"}
    return {name: (look if name in harmful else glance)(folder / name, built) for name in built.vectors}


def look(path: Path, built: Built) -> Findings:
    """Return what can be said about a file, read in a child of its own, as every file from a stranger is."""
    return findings.interpret(reading.read(path, anchors=built.ours, times=built.clock))


def glance(path: Path, built: Built) -> Findings:
    """Return the same without the child, whose start is most of what a small file costs."""
    return findings.interpret(reading.read_own(path, anchors=built.ours, times=built.clock))


def theirs(path: Path, them: material.Stranger) -> Findings:
    """Return what somebody says who trusts a stranger: revocation is asked about signers one trusts."""
    return findings.interpret(reading.read(path, anchors=them.root))


def spent() -> float:
    """Return the seconds that the processor worked for our children."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def test_there_are_vectors_enough_and_of_every_verdict(built: Built) -> None:
    assert len(built.vectors) >= 100
    assert {each.verdict for each in built.vectors.values()} == {
        "ours", "valid-unknown-signer", "invalid", "tampered", "no-credentials", "unreadable",
    }  # fmt: skip


def test_every_vector_gets_exactly_its_verdict(built: Built, found: dict[str, Findings]) -> None:
    wanted = {name: each.verdict for name, each in built.vectors.items()}
    wrong = {name: (each.verdict, each.problems) for name, each in found.items() if each.verdict != wanted[name]}
    assert wrong == {}


def test_every_vector_says_what_is_wrong_with_it(built: Built, found: dict[str, Findings]) -> None:
    unsaid = {name: built.vectors[name].problems - set(each.problems) for name, each in found.items()}
    assert {name: missing for name, missing in unsaid.items() if missing} == {}


@pytest.mark.long
def test_every_vector_gets_the_same_verdict_in_the_limited_child_and_soon(
    built: Built, folder: Path, found: dict[str, Findings]
) -> None:
    cost = {}
    for name in built.vectors:
        before = spent()
        assert look(folder / name, built) == found[name]
        cost[name] = spent() - before
    assert {name: seconds for name, seconds in cost.items() if seconds > LONGEST} == {}


def test_a_clean_seal_has_no_problems(found: dict[str, Findings]) -> None:
    clean = (
        "released.mp4",
        "sealed.mp4",
        "sealed.png",
        "remix_of_ours.mp4",
        "remix_of_a_remix.mp4",
        "expired_ours_timestamped.mp4",
    )
    assert {name: found[name].problems for name in clean} == dict.fromkeys(clean, ())


def test_an_update_speaks_of_the_manifest_it_leaves_as_it_is(built: Built, found: dict[str, Findings]) -> None:
    updated = found["updated_twice.mp4"].manifest
    assert updated is not None
    assert (updated.title, updated.actions) == ("theirs", ("c2pa.created",))  # not "updated", and "c2pa.opened"


def test_a_timestamp_says_when(built: Built, found: dict[str, Findings]) -> None:
    signers = {name: found[name].signer for name in ("expired_ours.mp4", "expired_ours_timestamped.mp4")}
    assert {name: bool(signer and signer.time) for name, signer in signers.items()} == {
        "expired_ours.mp4": False,
        "expired_ours_timestamped.mp4": True,
    }


def test_without_our_keys_nothing_is_ours(built: Built, settings: Settings, tmp_path: Path) -> None:
    path = tmp_path / "sealed.mp4"
    path.write_bytes(built.vectors["sealed.mp4"].media)
    assert credentials.read(path).verdict == "valid-unknown-signer"
    assert not Path(settings.KEY_HOME).exists()


@pytest.fixture
def secret() -> Iterator[tuple[str, list[str]]]:
    """Yield the address of a server on this machine, and what it was asked."""
    asked: list[str] = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def handle_one_request(self) -> None:
            asked.append(self.rfile.readline().decode())

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}", asked
    server.shutdown()
    server.server_close()


def test_no_address_in_a_file_is_ever_asked(secret: tuple[str, list[str]], tmp_path: Path) -> None:
    url, asked = secret
    them = material.stranger(answers_at=f"{url}/ocsp")
    cloud = {"label": "c2pa.cloud-data", "data": {"label": "org.example.far", "size": 9, "location": {
        "url": f"{url}/cloud", "alg": "sha256", "hash": "AAAA"}, "content_type": "application/json"}}  # fmt: skip
    files = {
        "remote.jpg": manifests.remote(f"{url}/manifest"),
        "remote.mp4": material.sign(material.clip(), MP4, them, kept_at=f"{url}/manifest"),
        "ocsp.mp4": material.sign(material.clip(), MP4, them),
        "cloud.jpg": material.sign(material.still("JPEG"), "image/jpeg", them, extra=[cloud]),
    }
    verdicts = {name: theirs(material.saved(tmp_path, media, name), them).verdict for name, media in files.items()}
    assert asked == []
    assert verdicts["ocsp.mp4"] == "ours"
    assert {verdicts["remote.jpg"], verdicts["remote.mp4"]} == {"no-credentials"}


@pytest.mark.parametrize("count", [boxes.MOST - 10, boxes.MOST + 1])
def test_a_file_is_read_up_to_a_number_of_boxes_wherever_they_lie(count: int, tmp_path: Path) -> None:
    crowd = boxed(b"moov", boxed(b"trak", boxed(b"free", b"") * count))
    with material.saved(tmp_path, crowd).open("rb") as file:
        assert boxes.are_too_many(file) == (count > boxes.MOST)


@pytest.mark.parametrize("wide", [False, True])
def test_a_manifest_longer_than_its_box_is_noticed(wide: bool, built: Built, tmp_path: Path) -> None:
    start, end = material.box(built.vectors["sealed.mp4"].media, b"uuid")
    body = built.vectors["sealed.mp4"].media[start + 8 : end]
    at = body.index(b"jumb") - 4
    said = int.from_bytes(body[at : at + 4], "big")
    for more, told in ((0, False), (1, True)):
        changed = body[:at] + (said + more).to_bytes(4, "big") + body[at + 4 :]
        head = struct.pack(">I4sQ", 1, b"uuid", len(body) + 16) if wide else struct.pack(">I4s", len(body) + 8, b"uuid")
        with material.saved(tmp_path, head + changed).open("rb") as file:
            assert boxes.overflow(file) is told


def test_hostile_texts_come_back_as_they_are_and_cut(found: dict[str, Findings]) -> None:
    told = found["hostile_strings.mp4"].manifest
    assert told is not None
    assert told.title == strange.TITLE  # escaping is the matter of who shows it
    assert len(found["two_thousand_assertions.jpg"].problems) <= findings.MOST
