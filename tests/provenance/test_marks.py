"""The two marks: a number that survives, a line that everyone can read."""

import itertools
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone
from pytest_django import Settings

from provenance import media, seal
from provenance.backends import watermarks
from provenance.backends.watermark import code, reader, search
from provenance.backends.watermark.chips import PILOTS, Layout
from provenance.backends.watermark.embed import Embedder
from provenance.backends.watermark.rotation import rotation
from provenance.errors import MediaError
from provenance.marks import invisible
from provenance.marks.models import PAYLOADS, Mark
from provenance.marks.visible import Stamp
from tests.provenance import clips, material

KEY = b"k" * 32
WIDTH, HEIGHT, COUNT = 640, 360, 60
Planes = list[clips.Picture]
Edit = Callable[[clips.Picture], Any]


def psnr(before: clips.Picture, after: clips.Picture) -> float:
    return float(10 * np.log10(255**2 / np.square(before.astype(float) - after).mean()))


def planes(kind: str, *, count: int = 24, width: int = WIDTH, height: int = HEIGHT) -> Planes:
    shown = clips.pictures(kind, width=width, height=height, count=count)
    return [np.ascontiguousarray(cv2.cvtColor(one, cv2.COLOR_RGB2GRAY)) for one in shown]


def marked(kind: str, *, ident: int = 1234, key: bytes = KEY, count: int = 24) -> Planes:
    embedder = watermarks().embedder(width=WIDTH, height=HEIGHT, ident=ident, key=key)
    copies = [plane.copy() for plane in planes(kind, count=count)]
    for plane in copies:
        embedder.apply(plane)
    return copies


# -- the word and its code


@pytest.mark.parametrize("ident", [0, 1, 2**47, 2**48 - 1, 0x123456789ABC])
def test_a_word_gives_back_its_number(ident: int) -> None:
    bits = code.word(ident, key=KEY)
    assert bits.shape == (64,)
    assert code.ident(bits, key=KEY) == ident
    assert code.ident(bits, key=b"other") is None


def test_no_bit_of_a_word_can_be_turned() -> None:
    bits = code.word(77, key=KEY)
    for place in range(64):
        turned = bits.copy()
        turned[place] ^= 1
        assert code.ident(turned, key=KEY) is None


def test_the_code_survives_noise() -> None:
    noise = np.random.default_rng(3)
    sigma = 10 ** (-3 / 20) * (code.RATE / 2) ** 0.5  # an Eb/N0 of 3 dB
    for _ in range(20):
        word = noise.integers(0, 2, 64).astype(np.uint8)
        received = code.encode(word) + noise.normal(0, sigma, 256).astype(np.float32)
        assert any(np.array_equal(guess, word) for guess in code.decode(received))  # the keyed check picks


def test_the_code_is_tail_biting() -> None:
    word = np.random.default_rng(4).integers(0, 2, 64).astype(np.uint8)
    assert np.array_equal(np.roll(code.encode(word), 4 * 9), code.encode(np.roll(word, 9)))


def test_the_tile_belongs_to_its_key() -> None:
    ours, theirs = Layout(KEY), Layout(b"other")
    assert int(ours.is_pilot.sum()) == PILOTS
    assert abs(float((ours.signs * theirs.signs).mean())) < 0.05
    word = code.word(5, key=KEY)
    assert np.array_equal(np.sign(ours.soft(ours.tile(word))), code.encode(word))
    assert ours.pilot.score(ours.tile(word)) == pytest.approx(PILOTS**0.5)


# -- putting it in


@pytest.mark.parametrize("kind", ["portrait", "texture", "flat"])
def test_every_picture_stays_above_42_db(kind: str) -> None:
    pairs = list(zip(planes(kind), marked(kind), strict=True))
    assert min(psnr(before, after) for before, after in pairs) >= 42.0
    assert all(not np.array_equal(before, after) for before, after in pairs)


def test_black_and_white_pictures_stay_in_range() -> None:
    embedder = watermarks().embedder(width=WIDTH, height=HEIGHT, ident=1, key=KEY)
    for level in (0, 255):
        plane = np.full((HEIGHT, WIDTH), level, np.uint8)
        embedder.apply(plane)
        assert psnr(np.full_like(plane, level), plane) >= 42.0


def test_a_plane_with_padding_is_marked_in_place() -> None:
    padded = np.full((HEIGHT, WIDTH + 32), 90, np.uint8)
    watermarks().embedder(width=WIDTH, height=HEIGHT, ident=1, key=KEY).apply(padded[:, :WIDTH])
    assert (padded[:, :WIDTH] != 90).any()
    assert (padded[:, WIDTH:] == 90).all()


def test_a_plane_of_another_size_is_a_surprise() -> None:
    with pytest.raises(ValueError, match="360 x 640"):
        watermarks().embedder(width=WIDTH, height=HEIGHT, ident=1, key=KEY).apply(np.zeros((HEIGHT, 320), np.uint8))


# -- finding it again


def stretched(plane: clips.Picture) -> clips.Picture:
    picture: Any = cv2.resize(plane[20:330, 30:600], (WIDTH, HEIGHT), interpolation=cv2.INTER_LINEAR)
    return np.asarray(picture)


def turned(plane: clips.Picture) -> clips.Picture:
    picture: Any = cv2.warpAffine(plane, cv2.getRotationMatrix2D((320, 180), 2, 1.06), (WIDTH, HEIGHT))
    return np.asarray(picture)


def boxed(plane: clips.Picture) -> clips.Picture:
    small = cv2.resize(plane[10:-10, 15:-15], (480, 270), interpolation=cv2.INTER_AREA)
    picture: Any = cv2.copyMakeBorder(small, 45, 45, 80, 80, cv2.BORDER_CONSTANT, value=(16,))
    return np.asarray(picture)


@pytest.mark.parametrize(
    "edit",
    [
        lambda plane: plane,
        lambda plane: np.ascontiguousarray(plane[:, ::-1]),
        lambda plane: plane[36:324, 20:600],
        lambda plane: (0.7 * plane + 30).astype(np.uint8),
        stretched,
        turned,
        boxed,
    ],
    ids=["none", "mirrored", "cropped", "pale", "stretched", "turned", "boxed"],
)
def test_the_number_is_found_after_edits(edit: Edit) -> None:
    found = reader.read([edit(plane) for plane in marked("texture", ident=0xC0FFEE)], key=KEY)
    assert found.ident == 0xC0FFEE
    assert found.log10_fpr <= -9


@pytest.mark.parametrize(("kind", "search"), [("portrait", True), ("texture", False), ("flat", False)])
def test_unmarked_pictures_say_nothing(kind: str, *, search: bool) -> None:
    found = reader.read(planes(kind), key=KEY, search=search)
    assert found.ident is None
    assert not found.is_marked


def test_another_key_reads_nothing() -> None:
    found = reader.read(marked("texture"), key=b"another key")
    assert found.ident is None
    assert not found.is_marked


def test_direct_reads_with_many_wrong_keys_find_nothing() -> None:
    pictures = marked("portrait", count=4)
    for number in range(40):
        found = reader.read(pictures, key=b"wrong %d" % number, search=False)
        assert found.ident is None
        assert found.score < 10.74


def test_whoever_averages_copies_with_several_numbers_gets_one_of_them_or_none() -> None:
    copies = [marked("texture", ident=ident, count=12) for ident in range(100, 104)]
    mixed = [np.mean(same, axis=0).round().astype(np.uint8) for same in zip(*copies, strict=True)]
    found = reader.read(mixed, key=KEY, search=False)
    assert found.ident in {None, *range(100, 104)}
    assert found.is_marked


def test_a_number_that_is_not_sure_enough_is_not_given(monkeypatch: pytest.MonkeyPatch) -> None:
    pictures = marked("texture")
    assert reader.read(pictures, key=KEY, search=False).ident == 1234
    monkeypatch.setattr(reader, "ACCEPTED", -1e9)
    found = reader.read(pictures, key=KEY, search=False)
    assert (found.ident, found.is_marked) == (None, True)


def test_a_pilot_alone_never_counts_towards_a_number() -> None:
    embedder = Embedder(width=WIDTH, height=HEIGHT, tile=rotation(KEY).layouts[3].pilot.values)
    pictures = planes("texture")
    for plane in pictures:
        embedder.apply(plane)
    found = reader.read(pictures, key=KEY, search=False)
    assert (found.ident, found.is_marked) == (None, True)
    assert found.score < 10.74 < found.pilot


def test_the_bound_is_what_the_proof_says() -> None:
    score = 10.75
    expected = 40 * 2.0**48 * np.exp(-(score**2) / 2)
    assert 10 ** reader.log10_bound(score) == pytest.approx(expected)
    assert reader.log10_bound(10.75) <= reader.ACCEPTED < reader.log10_bound(10.73)
    assert reader.log10_bound(-3.0) > 0


def test_no_reading_tries_more_than_the_bound_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    tries = itertools.count()
    judge, grids = reader._judge, search.grids
    small = lambda shape: (grid[:: len(grid) // 8] for grid in grids(shape))  # noqa: E731 - each keeps its best six
    monkeypatch.setattr(reader, "grids", small)
    monkeypatch.setattr(reader, "_judge", lambda *args, **options: (next(tries), judge(*args, **options))[1])
    reader.read([boxed(plane) for plane in planes("flat", count=4)], key=KEY)
    assert next(tries) == reader.MOST_TRIES


def test_no_pictures_hold_no_mark() -> None:
    assert reader.read([], key=KEY) == reader.NOTHING


# -- from file to file, by the room's own functions


@pytest.fixture
def sent(db: None, tmp_path: Path) -> tuple[Mark, Path]:
    mark = invisible.reserve("render-1")
    embedder = invisible.embedder(WIDTH, HEIGHT, mark)
    stamp = Stamp(WIDTH, HEIGHT, "@felix · AI · Countenance")

    def both(y: clips.Picture, t: float) -> None:
        stamp.draw(y, t)
        embedder.apply(y)

    shown = clips.pictures("texture", width=WIDTH, height=HEIGHT, count=COUNT)
    return mark, clips.write(tmp_path / "sent.mp4", shown, in_place=both)


@pytest.mark.parametrize(
    ("crf", "edit"),
    [
        (23, None),
        (28, None),
        (23, lambda rgb: cv2.resize(rgb, (320, 180), interpolation=cv2.INTER_AREA)),
        (23, lambda rgb: rgb[30:330, 32:592]),
    ],
    ids=["crf 23", "crf 28", "half size", "cropped"],
)
def test_a_clip_leads_back_to_its_render(sent: tuple[Mark, Path], tmp_path: Path, crf: int, edit: Edit | None) -> None:
    mark, path = sent
    reading = invisible.read(clips.again(path, tmp_path / "again.mp4", crf=crf, edit=edit))
    assert (reading.ident, reading.render, reading.pilot) == (mark.payload, "render-1", True)
    assert reading.log10_fpr <= -9


def test_a_mark_whose_record_is_gone_is_still_ours(sent: tuple[Mark, Path]) -> None:
    mark, path = sent
    payload = mark.payload
    mark.delete()
    reading = invisible.read(path)
    assert (reading.ident, reading.render, reading.pilot) == (payload, None, True)


def test_without_our_key_nobody_looks_and_no_key_is_made(
    sent: tuple[Mark, Path], settings: Settings, tmp_path: Path
) -> None:
    settings.KEY_HOME = tmp_path / "elsewhere"
    reading = invisible.read(sent[1])
    assert reading == invisible.Reading(ident=None, pilot=False, render=None, log10_fpr=0.0, looked=False)
    assert not (tmp_path / "elsewhere").exists()


def test_a_file_that_breaks_off_is_read_as_far_as_it_goes(sent: tuple[Mark, Path], tmp_path: Path) -> None:
    whole = clips.again(sent[1], tmp_path / "whole.mkv").read_bytes()
    half = tmp_path / "half.mkv"
    half.write_bytes(whole[: int(len(whole) * 0.5)])
    with pytest.raises(MediaError):
        list(media.luma(half))
    assert invisible.read(half).ident == sent[0].payload


def test_what_is_no_video_is_one_sentence(db: None, tmp_path: Path) -> None:
    (tmp_path / "x.mp4").write_bytes(b"nothing")
    with pytest.raises(MediaError, match="not a video"):
        invisible.read(tmp_path / "x.mp4")


def test_a_sound_file_has_no_pictures_to_read(db: None, tmp_path: Path) -> None:
    with pytest.raises(MediaError, match="holds no video"):
        invisible.read(clips.wave(tmp_path / "tone.wav"))


# -- the record


def test_the_same_render_gets_the_same_mark(db: None) -> None:
    assert invisible.reserve("render-1") == invisible.reserve("render-1")
    assert invisible.reserve("render-2").payload != invisible.reserve("render-1").payload


def test_a_sealed_mark_leads_to_its_manifest(db: None, tmp_path: Path) -> None:
    source = material.saved(tmp_path, material.clip(), "plain.mp4")
    sealing = seal.begin(render="render-1", width=material.WIDTH, height=material.HEIGHT, handle="felix")
    statement = seal.Statement(
        title="clip.mp4",
        model="World",
        model_version="1.0",
        source_type="algorithmicMedia",
        made_at=timezone.now(),
        stream_digest="a" * 64,
        clearance_digest="b" * 64,
        receipts=(),
    )
    done = sealing.finish(source, destination=tmp_path / "sealed.mp4", statement=statement)
    assert invisible.reserve("render-1").manifest_id == done.manifest


@pytest.mark.django_db(transaction=True)
def test_simultaneous_reservations_agree() -> None:
    payloads: list[int] = []

    def work(barrier: threading.Barrier) -> None:
        try:
            barrier.wait()
            payloads.append(invisible.reserve("render-1").payload)
        finally:
            connection.close()

    barrier = threading.Barrier(6)
    threads = [threading.Thread(target=work, args=[barrier]) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(payloads) == 6
    assert len(set(payloads)) == 1
    assert Mark.objects.count() == 1


@pytest.mark.parametrize("payload", [0, -1, PAYLOADS])
def test_a_payload_that_does_not_fit_is_refused(db: None, payload: int) -> None:
    with pytest.raises(IntegrityError, match="mark_payload_is_48_bits"), transaction.atomic():
        Mark.objects.create(render="x", payload=payload)


def test_two_renders_cannot_share_a_payload(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    numbers = iter([41, 41, 42])
    monkeypatch.setattr("secrets.randbelow", lambda _: next(numbers))
    assert invisible.reserve("render-1").payload == 42
    assert invisible.reserve("render-2").payload == 43


def test_the_engine_is_not_loaded_before_it_is_asked_for() -> None:
    begin = "import os, sys, django\nos.environ['DJANGO_SETTINGS_MODULE'] = 'config.settings'\ndjango.setup()\n"
    look = "import provenance.marks.invisible, provenance.marks.visible\nsys.exit('cv2' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", begin + look], timeout=60, check=False).returncode == 0


# -- the visible mark


@pytest.mark.parametrize(("width", "height"), [(640, 360), (1920, 1080), (360, 640), (480, 480)])
@pytest.mark.parametrize("level", [16, 90, 160, 235])
def test_the_line_can_be_read_on_any_ground_wherever_it_is(width: int, height: int, level: int) -> None:
    stamp = Stamp(width, height, "@felix · AI · Countenance")
    rows, columns = stamp.cover.shape
    assert rows >= 14
    assert columns < width
    for t in range(0, 60, 3):
        plane = np.full((height, width), level, np.uint8)
        stamp.draw(plane, float(t))
        x, y = stamp.place(float(t))
        inside = plane[y : y + rows, x : x + columns].astype(int)
        letters, ground = np.percentile(inside, 98), np.percentile(inside, 40)
        assert letters - ground > 80
        untouched = plane.copy()
        untouched[y : y + rows, x : x + columns] = level
        assert (untouched == level).all()
        assert 0 <= x <= width - columns
        assert 0 <= y <= height - rows


def test_the_line_moves_slowly_and_steadily() -> None:
    stamp = Stamp(WIDTH, HEIGHT, "@felix · AI")
    places = [stamp.place(tick / 30) for tick in range(60 * 30 + 1)]
    steps = [abs(a[0] - b[0]) + abs(a[1] - b[1]) for a, b in itertools.pairwise(places)]
    assert places[0] != places[60]
    assert max(steps) <= 2
    assert places[0] == places[-1]
    assert len({(x > WIDTH / 2, y > HEIGHT / 2) for x, y in places}) == 4


def test_the_same_moment_shows_the_same_place() -> None:
    first, second = Stamp(WIDTH, HEIGHT, "@felix · AI"), Stamp(WIDTH, HEIGHT, "@felix · AI")
    one, other = np.full((HEIGHT, WIDTH), 90, np.uint8), np.full((HEIGHT, WIDTH), 90, np.uint8)
    first.draw(one, 7.7)
    second.draw(other, 1.0)
    other[:] = 90
    second.draw(other, 7.7)
    assert np.array_equal(one, other)


def test_a_long_handle_still_fits() -> None:
    stamp = Stamp(360, 640, f"@{'m' * 60} · AI · Countenance")
    plane = np.full((640, 360), 90, np.uint8)
    stamp.draw(plane, 3.0)
    assert stamp.cover.shape[1] <= 360
    assert plane.max() > 140


def test_a_picture_is_stamped_in_well_under_half_a_millisecond() -> None:
    stamp, plane = Stamp(1280, 720, "@felix · AI · Countenance"), np.full((720, 1280), 90, np.uint8)
    begun = time.process_time()
    for tick in range(200):
        stamp.draw(plane, tick / 30)
    assert (time.process_time() - begun) / 200 < 0.0005
