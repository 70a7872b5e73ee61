"""Eight tiles out of one key, the frame as it was sealed, and what many clips together show: nothing."""

import secrets
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from provenance.backends import keys, watermarks
from provenance.backends.watermark import geometry, reader, rotation, search
from provenance.backends.watermark.chips import PILOTS, ROWS, Chips, Layout, Plane
from provenance.backends.watermark.code import word
from provenance.marks import invisible
from provenance.marks.models import UNREADABLE, Mark
from provenance.marks.visible import ABSENT, may_be_absent
from tests.provenance import clips, material
from tests.provenance.test_marks import HEIGHT, KEY, WIDTH, Edit, boxed, marked, planes, psnr

IDENTS = st.integers(0, 2**48 - 1)


# -- eight tiles


def test_the_eight_tiles_of_a_key_have_nothing_in_common() -> None:
    pilots = [layout.pilot.values.ravel() for layout in rotation.rotation(KEY).layouts]
    likeness = np.corrcoef(pilots) - np.eye(rotation.TURNS)
    assert np.abs(likeness).max() < 5 / PILOTS**0.5


@settings(max_examples=50)
@given(IDENTS)
def test_a_number_has_one_place_in_one_tile(ident: int) -> None:
    placed = rotation.turn(ident, key=KEY)
    assert placed == rotation.turn(ident, key=KEY)
    layout = rotation.rotation(KEY).layouts[placed.which]
    back = np.roll(rotation.tile(ident, key=KEY), (-placed.down, -placed.across), (0, 1))
    assert np.array_equal(back, layout.tile(word(ident, key=KEY)))


def test_numbers_use_all_tiles_and_begin_anywhere() -> None:
    placed = [rotation.turn(ident, key=KEY) for ident in range(400)]
    assert {one.which for one in placed} == set(range(rotation.TURNS))
    assert len({(one.which, one.down, one.across) for one in placed}) > 390


@pytest.mark.parametrize("which", range(rotation.TURNS))
def test_every_tile_is_read_directly(which: int) -> None:
    ident = next(number for number in range(1000) if rotation.turn(number, key=KEY).which == which)
    found = reader.read(marked("texture", ident=ident, count=6), key=KEY, search=False)
    assert (found.ident, found.is_marked) == (ident, True)


# -- what an attacker sees who collects clips


def residual(kind: str, ident: int, *, count: int = 2) -> Chips:
    """Return what the mark added to a clip, as chips: more than any attacker sees, who has no original."""
    before, after = planes(kind, count=count), marked(kind, ident=ident, count=count)
    added = np.mean([b.astype(np.float32) - a for a, b in zip(before, after, strict=True)], axis=0)
    chips: Any = cv2.resize(added.astype(np.float32), (160, 90), interpolation=cv2.INTER_AREA)
    return np.asarray(chips / chips.std(), np.float32)


def likeness(seen: Chips, pilot: Chips) -> float:
    """Return the correlation of what is seen with a pilot, at the best of all shifts."""
    match = np.fft.irfft2(np.fft.rfft2(seen) * np.conj(np.fft.rfft2(pilot)), s=seen.shape)
    return float(match.max() / np.linalg.norm(seen) / np.linalg.norm(pilot))


def test_averaging_many_clips_does_not_reveal_the_pilot_of_one() -> None:
    idents = range(9000, 9024)
    residuals = [residual("flat", ident) for ident in idents]
    average = np.mean(residuals, axis=0)
    own = [rotation.rotation(KEY).layouts[rotation.turn(ident, key=KEY).which].pilot.values for ident in idents]
    alone = [likeness(seen, pilot) for seen, pilot in zip(residuals, own, strict=True)]
    together = [likeness(average, pilot) for pilot in own]
    assert min(alone) > 0.35  # each clip alone shows its pilot to whoever knows it: half of its amplitude
    assert max(together) < 0.2  # of 24 clips, no more is left of any than one twenty-fourth part, and noise
    noise = [likeness(average, Layout(b"%d" % number).pilot.values) for number in range(8)]
    assert np.mean(together) < np.mean(noise) + 0.12


@pytest.mark.parametrize(("kind", "is_damaged"), [("texture", False), ("portrait", True)])
def test_averaging_sixteen_pictures_does_not_remove_it_without_damage(kind: str, *, is_damaged: bool) -> None:
    """Where detail stands still, what is averaged is that detail too: subtracting it leaves a ruin."""
    pictures = marked(kind, ident=77, count=32)
    guess = np.mean([one - cv2.GaussianBlur(one.astype(np.float32), (0, 0), 6) for one in pictures[::2]], axis=0)
    cleaned = [(one - guess).round().clip(0, 255).astype(np.uint8) for one in pictures]
    assert (psnr(pictures[9], cleaned[9]) < 32) == is_damaged
    assert is_damaged or reader.read(cleaned, key=KEY).ident == 77


# -- the frame as it was sealed


def tilted(plane: clips.Picture) -> clips.Picture:
    corners = np.array([[0, 0], [WIDTH, 0], [WIDTH, HEIGHT], [0, HEIGHT]], np.float32)
    moved = corners + np.array([[10, -5], [-8, 6], [9, 4], [11, -6]], np.float32)
    warp = cv2.getPerspectiveTransform(corners, moved)
    picture: Any = cv2.warpPerspective(plane, warp, (WIDTH, HEIGHT), borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(picture)


@pytest.mark.parametrize(
    "edit",
    [
        lambda plane: plane,
        lambda plane: np.ascontiguousarray(plane[:, ::-1]),
        lambda plane: plane[30:330, 40:600],
        tilted,
        boxed,
    ],
    ids=["none", "mirrored", "cropped", "tilted", "boxed"],
)
def test_what_was_done_to_the_frame_is_undone(edit: Edit) -> None:
    sealed = marked("portrait", ident=0xABCDEF, count=24)
    edited = [edit(plane) for plane in sealed]
    found = reader.read(edited, key=KEY)
    assert found.ident == 0xABCDEF
    back = found.rectify(edited[10], width=WIDTH, height=HEIGHT)
    inside = back[60:-60, 80:-80].astype(float), sealed[10][60:-60, 80:-80].astype(float)
    assert np.corrcoef(inside[0].ravel(), inside[1].ravel())[0, 1] > 0.97
    assert np.abs(inside[0] - inside[1]).mean() < 6


def test_a_tile_that_begins_in_what_was_cut_off_is_put_back() -> None:
    turns = ((number, rotation.turn(number, key=KEY)) for number in range(9999))
    ident = next(number for number, placed in turns if placed.across < 8 and placed.down < 6)
    sealed = marked("portrait", ident=ident, count=12)
    edited = [np.ascontiguousarray(plane[:, 64:]) for plane in sealed]  # sixteen chips
    back = reader.read(edited, key=KEY).rectify(edited[5], width=WIDTH, height=HEIGHT)
    assert np.abs(back[60:300, 80:560].astype(float) - sealed[5][60:300, 80:560]).mean() < 6


def apart(truth: geometry.Matrix, grid: list[geometry.Matrix], shape: tuple[int, int]) -> float:
    """Return how many chips (RMS, after the best shift) the nearest matrix of a grid lies away from the truth."""
    across, down = np.meshgrid(np.linspace(0, shape[1], 9), np.linspace(0, shape[0], 7))
    points = np.stack([across.ravel(), down.ravel()], 1)[None]
    there = cv2.perspectiveTransform(points, np.linalg.inv(truth))[0]
    away = [there - cv2.perspectiveTransform(points, np.linalg.inv(matrix))[0] for matrix in grid]
    return min(float(np.sqrt(np.square(one - one.mean(0)).sum(1).mean())) for one in away)


def test_what_a_camera_sees_is_nearer_to_a_keystone_than_to_any_size_or_turn() -> None:
    shape, draw = (225, 400), np.random.default_rng(1)
    flat, slanted = (list(grid(*shape)) for grid in (search.even, search.keystones))
    corners = np.array([[0, 0], [400, 0], [400, 225], [0, 225]], np.float32)
    distances = []
    for _ in range(20):
        moved = corners + draw.uniform(-0.02, 0.02, (4, 2)).astype(np.float32) * np.array([400, 225], np.float32)
        truth = np.asarray(cv2.getPerspectiveTransform(corners / np.float32(geometry.UNIT), moved), np.float64)
        distances.append((apart(truth, slanted, shape), apart(truth, flat, shape)))
    near, far = np.mean(distances, axis=0)
    assert near < 0.85 * far
    assert near < 0.8


def test_a_tall_frame_is_put_back_where_it_was() -> None:
    shown = clips.pictures("portrait", width=360, height=640, count=12)
    sealed: list[Plane] = [np.asarray(cv2.cvtColor(one, cv2.COLOR_RGB2GRAY), np.uint8) for one in shown]
    embedder = watermarks().embedder(width=360, height=640, ident=5, key=KEY)
    for plane in sealed:
        embedder.apply(plane)
    edited = [plane[40:] for plane in sealed]
    back = reader.read(edited, key=KEY).rectify(edited[3], width=360, height=640)
    assert np.abs(back[80:600, 20:-20].astype(float) - sealed[3][80:600, 20:-20]).mean() < 3


def test_where_nothing_was_found_nothing_is_put_back() -> None:
    with pytest.raises(ValueError, match="unknown"):
        reader.NOTHING.rectify(np.zeros((ROWS, ROWS), np.uint8), width=90, height=90)


# -- the room


def written(folder: Path, name: str, mark: Mark | None, *, count: int = 40) -> Path:
    embedder = invisible.embedder(WIDTH, HEIGHT, mark) if mark else None
    shown = clips.pictures("texture", width=WIDTH, height=HEIGHT, count=count)
    return clips.write(folder / name, shown, in_place=(lambda y, _: embedder.apply(y)) if embedder else None)


def test_a_reading_carries_the_frame_in_the_shape_it_was_sealed_in(db: None, tmp_path: Path) -> None:
    sent = written(tmp_path, "sent.mp4", invisible.reserve("render-1"))
    wider = clips.again(sent, tmp_path / "cut.mp4", edit=lambda rgb: rgb[30:])
    reading = invisible.read(wider)
    assert (reading.render, len(reading.rectified)) == ("render-1", invisible.RECTIFIED)
    assert {plane.shape for plane in reading.rectified} == {(HEIGHT, WIDTH)}
    assert reading.rectified[0][:20].mean() < reading.rectified[0][60:].mean() / 2  # what was cut off is black


def test_unmarked_videos_carry_no_frames(db: None, tmp_path: Path) -> None:
    keys.secret(invisible.KEY)
    reading = invisible.read(written(tmp_path, "plain.mp4", None), search=False)
    assert (reading.ident, reading.pilot, reading.rectified) == (None, False, ())


def test_a_parents_number_is_kept_because_a_second_mark_wipes_it_out(db: None, tmp_path: Path) -> None:
    first, second = invisible.reserve("render-1"), invisible.reserve("render-2")
    parent = written(tmp_path, "parent.mp4", first)
    assert invisible.parents(second, [parent, parent]) == [f"{first.payload:012x}"]
    second.refresh_from_db()
    assert second.parents == [f"{first.payload:012x}"]


def test_parents_without_a_mark_or_without_pictures_have_no_number(db: None, tmp_path: Path) -> None:
    keys.secret(invisible.KEY)
    mark = invisible.reserve("render-1")
    still = material.saved(tmp_path, b"nothing", "broken.mp4")
    assert invisible.parents(mark, [clips.wave(tmp_path / "tone.wav"), still]) == []
    mark.refresh_from_db()
    assert mark.parents == []


def test_a_parent_whose_number_is_lost_is_still_ours(db: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    parent = written(tmp_path, "parent.mp4", invisible.reserve("render-1"), count=8)
    monkeypatch.setattr(reader, "grids", lambda _: [])  # looking any further would find no more
    monkeypatch.setattr(reader, "ACCEPTED", -1e9)  # the pilot stands, no number is sure enough
    assert invisible.parents(invisible.reserve("render-2"), [parent]) == [UNREADABLE]


def test_the_visible_mark_is_on_everything_that_leaves() -> None:
    assert [place for place in ABSENT if may_be_absent(place)] == ["measurement"]
    assert not may_be_absent("a place nobody thought of")


# -- by the thousand


@pytest.mark.long
@pytest.mark.timeout(3600)
def test_nothing_is_found_in_ten_thousand_tries() -> None:
    """Unmarked pictures and pictures marked by others, direct and by search, a fresh key for each."""
    tries, largest = {"direct": 0, "search": 0}, 0.0
    views = [reader.seen(shown) for kind in ("portrait", "texture", "flat") for shown in (planes(kind), marked(kind))]
    for number in range(10_000):
        search = number % 100 == 0
        for found, _ in reader.tries(views[number % 6], key=secrets.token_bytes(32), search=search):
            assert found.ident is None
            largest = max(largest, found.score)
        tries["search" if search else "direct"] += 1
    assert tries == {"direct": 9900, "search": 100}
    assert largest < 10.74
