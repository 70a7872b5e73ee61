"""Sealing: a video leaves with a manifest that others trust, once, or does not leave."""

import base64
import hashlib
import json
import os
import threading
from datetime import UTC, datetime
from pathlib import Path

import av
import c2pa
import iscc_lib
import numpy as np
import pytest
from django.db import IntegrityError, connection, transaction
from PIL import Image

from provenance import ledger, seal
from provenance.backends import keys
from provenance.errors import SealError
from provenance.log import entries, sequencer
from provenance.log.models import Entry
from provenance.manifests import claim
from provenance.manifests.models import Manifest
from provenance.marks import invisible, moments
from provenance.marks.models import Mark
from tests.provenance import clips, material
from tests.vectors import lineage

pytestmark = pytest.mark.django_db


def statement(**changes: object) -> seal.Statement:
    """Return what is claimed about the test's clip."""
    said: dict[str, object] = {
        "title": "clip.mp4",
        "model": "World",
        "model_version": "1.0",
        "source_type": "algorithmicMedia",
        "made_at": datetime(2026, 3, 3, 12, 0, tzinfo=UTC),
        "stream_digest": "a" * 64,
        "clearance_digest": "b" * 64,
        "receipts": (),
    }
    return seal.Statement(**{**said, **changes})  # type: ignore[arg-type]


def sealed(tmp_path: Path, *, render: str = "render-1", **changes: object) -> seal.Sealed:
    """Return the test's clip, sealed."""
    source = material.saved(tmp_path, material.clip(), "plain.mp4")
    sealing = seal.begin(render=render, width=material.WIDTH, height=material.HEIGHT, handle="felix")
    return sealing.finish(source, destination=tmp_path / f"{render}.mp4", statement=statement(**changes))


def read(path: Path) -> dict[str, object]:
    """Return c2pa-python's own report under our anchors."""
    context = c2pa.Context.from_dict({"version": 1, "trust": {"trust_anchors": keys.anchors()}})
    with path.open("rb") as file, c2pa.Reader("video/mp4", file, context=context) as reader:
        found: dict[str, object] = json.loads(reader.json())
    return found


def test_a_sealed_file_is_trusted_by_c2pa_python_under_our_anchors(tmp_path: Path) -> None:
    done = sealed(tmp_path)
    found = read(done.path)
    assert found["validation_state"] == "Trusted"
    assert found["active_manifest"] == done.label
    assert done.file_sha256 == hashlib.sha256(done.path.read_bytes()).hexdigest()
    assert done.path.stat().st_mode & 0o777 == 0o600


def test_the_manifest_says_what_is_true_of_a_render(tmp_path: Path) -> None:
    with transaction.atomic():
        entry = ledger.append(ledger.Fact("grant.made", {"receipt": "c" * 64}))
    sequencer.sequence()
    done = sealed(tmp_path, receipts=(seal.ReceiptRef("c" * 64, entry),))
    active = read(done.path)["manifests"][done.label]  # type: ignore[index]
    said = {each["label"]: each["data"] for each in active["assertions"]}
    actions = said["c2pa.actions.v2"]["actions"]
    assert [each["action"] for each in actions] == ["c2pa.created", "c2pa.watermarked.bound", "c2pa.edited"]
    assert actions[0]["digitalSourceType"].endswith("/algorithmicMedia")
    assert actions[0]["softwareAgent"] == {"name": "World", "version": "1.0"}
    assert said["c2pa.actions.v2"]["allActionsIncluded"] is True
    assert active["claim_generator_info"][0]["specVersion"] == "2.4.0"
    leaf = bytes(Entry.objects.get(pk=entry).commitment).hex()
    named = {"sha256": "c" * 64, "entry": entry, "leaf": leaf, "leaf_index": 0, "attested_by": "operator"}
    assert said[claim.CONSENT]["receipts"] == [named]
    assert said[claim.CONSENT]["clearance_sha256"] == "b" * 64
    assert {each["use"] for each in said["cawg.training-mining"]["entries"].values()} == {"notAllowed"}


def test_the_soft_binding_holds_the_payload_that_is_in_the_pictures(tmp_path: Path) -> None:
    sealing = seal.begin(render="render-1", width=material.WIDTH, height=material.HEIGHT, handle="felix")
    done = sealed(tmp_path)
    active = read(done.path)["manifests"][done.label]  # type: ignore[index]
    binding = next(each["data"] for each in active["assertions"] if each["label"] == "c2pa.soft-binding")
    assert int.from_bytes(base64.b64decode(binding["blocks"][0]["value"]), "big") == sealing.payload


def filmed(tmp_path: Path, *, seconds: int) -> seal.Sealed:
    """Return a clip of a photograph panned over, marked picture by picture and sealed."""
    width, height, rate = 640, 360, 6
    sealing = seal.begin(render="filmed", width=width, height=height, handle="felix")
    shown = clips.pictures("portrait", width=width, height=height, count=seconds * rate)
    path = clips.write(tmp_path / "marked.mp4", shown, rate=rate, in_place=sealing.mark)
    return sealing.finish(path, destination=tmp_path / "filmed.mp4", statement=statement())


def test_a_screenshot_has_nearly_the_code_that_the_manifest_names_for_its_moment(tmp_path: Path) -> None:
    done = filmed(tmp_path, seconds=5)
    active = read(done.path)["manifests"][done.label]  # type: ignore[index]
    bindings = [each["data"] for each in active["assertions"] if each["label"].startswith("c2pa.soft-binding")]
    listed = next(each for each in bindings if each["alg"] == "io.iscc.v0")
    codes = {each["scope"]["timespan"]["start"]: each["value"] for each in listed["blocks"]}
    assert list(codes) == [0, 2000, 4000]
    with av.open(str(done.path)) as file:
        shots = {
            round(float(frame.time) * 1000): Image.fromarray(frame.to_ndarray(format="rgb24"))
            for frame in file.decode(video=0)
        }
    apart = {at: bits_apart(code, iscc_of(shots[at])) for at, code in codes.items()}
    assert max(apart.values()) <= 6  # of 64
    assert bits_apart(codes[0], iscc_of(Image.fromarray(material.picture()))) > 12  # another picture altogether


def iscc_of(shot: Image.Image) -> str:
    """Return the Image-Code of a picture as anyone takes it: grey, 32 x 32, bicubic."""
    small = shot.convert("L").resize((32, 32), Image.Resampling.BICUBIC)
    return str(iscc_lib.gen_image_code_v0(small.tobytes())["iscc"])


def bits_apart(one: str, other: str) -> int:
    """Return how many of 64 bits differ."""
    bodies = (int.from_bytes(iscc_lib.iscc_decode(each)[4], "big") for each in (one, other))
    return (next(bodies) ^ next(bodies)).bit_count()


def test_a_long_video_names_a_bounded_number_of_moments() -> None:
    seen = moments.Moments()
    y = np.full((36, 64), 120, np.uint8)
    for second in range(600):
        seen.look(y, float(second))
    assert len(seen.codes) == moments.MOST


def test_marking_changes_the_luma_plane_in_place() -> None:
    y = np.full((material.HEIGHT, material.WIDTH), 120, np.uint8)
    seal.begin(render="render-1", width=material.WIDTH, height=material.HEIGHT, handle="felix").mark(y, 0.0)
    assert (y != 120).any()


def test_finishing_twice_gives_the_same_seal(tmp_path: Path) -> None:
    first = sealed(tmp_path)
    assert sealed(tmp_path) == first
    assert Entry.objects.filter(kind="asset.sealed").count() == 1


def test_a_sealed_render_whose_file_changed_is_never_sealed_again(tmp_path: Path) -> None:
    first = sealed(tmp_path)
    first.path.write_bytes(b"something else")
    with pytest.raises(SealError, match="sealed before"):
        sealed(tmp_path)
    first.path.unlink()
    with pytest.raises(SealError, match="sealed before"):
        sealed(tmp_path)


def test_the_fact_and_the_row_come_together(tmp_path: Path) -> None:
    done = sealed(tmp_path)
    entry = Entry.objects.get(pk=done.entry)
    said = json.loads(entry.body)
    assert said["kind"] == "asset.sealed"
    assert said["fact"]["manifest"] == done.label
    assert said["fact"]["file_sha256"] == done.file_sha256
    assert Manifest.objects.get(pk=done.manifest).entry_id == entry.pk


def test_a_crash_before_the_row_leaves_nothing_but_a_file_that_is_replaced(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def die(**_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(Manifest.objects, "create", die)
        with pytest.raises(KeyboardInterrupt):
            sealed(tmp_path)
    assert not Entry.objects.exists()
    assert sealed(tmp_path).path.exists()
    assert Entry.objects.filter(kind="asset.sealed").count() == 1
    assert not [each for each in os.listdir(tmp_path) if each.startswith(".")]  # noqa: PTH208


def test_a_video_is_not_sealed_as_a_photograph(tmp_path: Path) -> None:
    with pytest.raises(SealError, match="digital source type"):
        sealed(tmp_path, source_type="digitalCapture")
    assert not (tmp_path / "render-1.mp4").exists()


def test_what_is_no_video_is_not_sealed(tmp_path: Path) -> None:
    sealing = seal.begin(render="render-1", width=320, height=240, handle="felix")
    with pytest.raises(SealError, match="nothing was released"):
        sealing.finish(material.saved(tmp_path, b"no video"), destination=tmp_path / "out.mp4", statement=statement())
    assert sorted(each.name for each in tmp_path.iterdir()) == ["file"]


def test_a_remix_of_a_clean_parent_is_sealed_and_names_it(tmp_path: Path) -> None:
    parent = sealed(tmp_path)
    remix = sealed(tmp_path, render="render-2", parents=(parent.path,), source_type="compositeSynthetic")
    found = read(remix.path)
    assert found["validation_state"] == "Trusted"
    assert parent.label in found["manifests"]  # type: ignore[operator]


def test_the_number_in_a_parents_pictures_stays_in_the_record(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    parent = sealed(tmp_path)
    number = int(Mark.objects.get(render="render-1").payload)
    reading = invisible.Reading(ident=number, pilot=True, render="render-1", log10_fpr=-20.0)
    monkeypatch.setattr(invisible, "read", lambda path: reading if path == parent.path else pytest.fail("not a parent"))
    sealed(tmp_path, render="render-2", parents=(parent.path,), source_type="compositeSynthetic")
    assert Mark.objects.get(render="render-2").parents == [f"{number:012x}"]
    assert Mark.objects.get(render="render-1").parents == []


def test_a_tampered_or_foreign_or_bare_parent_is_not_laundered(tmp_path: Path) -> None:
    parent = sealed(tmp_path)
    start, end = material.box(parent.path.read_bytes(), b"mdat")
    spoilt = [
        material.flip(parent.path.read_bytes(), (start + end) // 2),
        material.sign(material.clip(), "video/mp4", material.stranger()),
        material.clip(),
    ]
    for number, media in enumerate(spoilt):
        path = material.saved(tmp_path, media, f"parent-{number}.mp4")
        with pytest.raises(SealError, match="cannot be built upon"):
            sealed(tmp_path, render="render-3", parents=(path,))


def test_a_receipt_can_be_found_in_the_log_though_it_had_no_place_yet(tmp_path: Path) -> None:
    with transaction.atomic():
        entry = ledger.append(ledger.Fact("grant.made", {"receipt": "c" * 64}))
    done = sealed(tmp_path, receipts=(seal.ReceiptRef("c" * 64, entry),))
    active = read(done.path)["manifests"][done.label]  # type: ignore[index]
    said = next(each["data"] for each in active["assertions"] if each["label"] == claim.CONSENT)["receipts"][0]
    assert said["leaf_index"] is None
    assert bytes.fromhex(said["leaf"]) == bytes(Entry.objects.get(pk=entry).commitment)


def test_no_parent_is_laundered_however_deep_its_trouble_lies(tmp_path: Path) -> None:
    clean = {"remix_of_ours.mp4", "remix_of_a_remix.mp4"}
    for number, (name, vector) in enumerate(lineage.lineage().items()):
        path = material.saved(tmp_path, vector.media, name)
        if name in clean:
            assert sealed(tmp_path, render=f"over-{number}", parents=(path,)).path.exists()
            continue
        with pytest.raises(SealError, match="cannot be built upon"):
            sealed(tmp_path, render=f"over-{number}", parents=(path,))


def test_a_good_parent_does_not_help_a_bad_one(tmp_path: Path) -> None:
    good, bad = sealed(tmp_path).path, material.saved(tmp_path, material.clip(), "bare.mp4")
    with pytest.raises(SealError, match="cannot be built upon"):
        sealed(tmp_path, render="render-2", parents=(good, bad))


def test_a_withdrawn_video_is_not_built_upon(tmp_path: Path) -> None:
    parent = sealed(tmp_path)
    with transaction.atomic():
        seal.withdraw(parent.manifest, reason="consent.revoked")
    with pytest.raises(SealError, match="withdrawn"):
        sealed(tmp_path, render="render-2", parents=(parent.path,))


def test_a_seal_is_withdrawn_once(tmp_path: Path) -> None:
    done = sealed(tmp_path)
    for _ in range(2):
        with transaction.atomic():
            seal.withdraw(done.manifest, reason="consent.revoked")
    assert Entry.objects.filter(kind="asset.withdrawn").count() == 1
    assert json.loads(Entry.objects.get(kind="asset.withdrawn").body)["fact"]["manifest"] == done.label


def test_nothing_is_withdrawn_that_was_never_sealed() -> None:
    with pytest.raises(SealError, match="no such seal"):
        seal.withdraw(12345, reason="consent.revoked")


@pytest.mark.django_db(transaction=True)
def test_withdrawing_needs_the_transaction_of_its_cause(tmp_path: Path) -> None:
    done = sealed(tmp_path)
    with pytest.raises(SealError, match="transaction"):
        seal.withdraw(done.manifest, reason="consent.revoked")


def test_a_render_has_one_manifest(tmp_path: Path) -> None:
    row = Manifest.objects.values().get(pk=sealed(tmp_path).manifest)
    other = entries.append("asset.sealed", {})
    with pytest.raises(IntegrityError, match="render"), transaction.atomic():
        Manifest.objects.create(**{**row, "id": None, "label": "another", "entry_id": other.pk})


def test_a_payload_appended_in_a_free_box_breaks_the_seal(tmp_path: Path) -> None:
    done = sealed(tmp_path)
    hidden = (1008).to_bytes(4, "big") + b"free" + os.urandom(1000)
    path = material.saved(tmp_path, done.path.read_bytes() + hidden, "hidden.mp4")
    assert read(path)["validation_state"] == "Invalid"


@pytest.mark.django_db(transaction=True)
def test_two_workers_that_finish_one_render_leave_one_seal(tmp_path: Path) -> None:
    found: list[seal.Sealed] = []
    source = material.saved(tmp_path, material.clip(), "plain.mp4")

    def work() -> None:
        try:
            sealing = seal.begin(render="render-1", width=material.WIDTH, height=material.HEIGHT, handle="felix")
            found.append(sealing.finish(source, destination=tmp_path / "out.mp4", statement=statement()))
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(3)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert len(found) == 3
    assert len(set(found)) == 1
    assert hashlib.sha256((tmp_path / "out.mp4").read_bytes()).hexdigest() == found[0].file_sha256
