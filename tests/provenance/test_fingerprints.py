"""Fingerprints: a video of ours is known again by its looks and its sound, and no other is taken for it."""

import ctypes
import ctypes.util
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from django.db import IntegrityError, transaction
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from provenance import media, seal
from provenance.backends import fingerprint, fingerprint_sound
from provenance.errors import MediaError
from provenance.manifests.models import Manifest
from provenance.marks import disclosed, fingerprints, lookup
from provenance.marks.fingerprints import Picture, Prints
from provenance.marks.models import Disclosed, Fingerprint, SoundFingerprint
from tests.provenance import clips, material, prints
from tests.provenance.test_seal import statement

HASH = st.binary(min_size=32, max_size=32).map(lambda data: np.frombuffer(data, np.uint8))
SECOND = fingerprint_sound.RATE
OURS = ("astronaut", "coffee", "chelsea", "rocket", "camera")

# What libchromaprint 1.5.1 gives for the two sounds below (algorithm TEST2, fed with 16-bit samples at 11,025 Hz).
TUNE = [
    1518620814, 1522835630, 1522835630, 2022093231, 2021819069, 2021819132, 2022801964, 2015400492, 2015423276,
    2015373596, 2016422157, 2014718255, 2048276782, 2055604526, 2055603598, 1518665870, 1518616718, 1522835646,
    1522835630, 2022089135, 2021819069, 2021819100, 2022867500, 2015396396, 2015424300, 2015373596, 2016422157,
]  # fmt: skip
NOISE = [
    3716020223, 3716019709, 3716011485, 3716142557, 3716117853, 3581769087, 3581769087, 3615323519, 3615324031,
    3615446879, 3615479135, 3749705055, 3757954397, 3757954397, 3716019581, 3749574013, 3749705087, 3749705087,
    3749705727,
]  # fmt: skip


def tune(seconds: float = 6, *, shift: int = 0) -> NDArray[np.float32]:
    t = np.arange(int(SECOND * seconds))
    notes = np.roll(np.array([262, 330, 392, 523, 440, 349, 294, 494]), shift) * 2 ** (5 * shift / 12)
    wave = 0.3 * np.sin(2 * np.pi * notes[(t // 2756) % 8] * t / SECOND) + 0.1 * np.sin(2 * np.pi * 587 * t / SECOND)
    return np.asarray(wave, np.float32)


def noise() -> NDArray[np.float32]:
    return (0.2 * np.random.default_rng(11).standard_normal(SECOND * 5)).astype(np.float32)


def library() -> Any:  # noqa: ANN401 - a library
    name = ctypes.util.find_library("chromaprint")
    if name is None:
        pytest.skip("libchromaprint is not on this machine (apt-get install libchromaprint1)")
    found = ctypes.CDLL(name)
    found.chromaprint_new.restype = ctypes.c_void_p
    return found


def theirs(samples: NDArray[np.float32]) -> list[int]:
    """What libchromaprint gives."""
    lib, whole = library(), np.round(samples.clip(-1, 1) * 32767).astype(np.int16)
    context, words, count = ctypes.c_void_p(lib.chromaprint_new(1)), ctypes.POINTER(ctypes.c_uint32)(), ctypes.c_int()
    assert lib.chromaprint_start(context, SECOND, 1)
    assert lib.chromaprint_feed(context, whole.ctypes.data_as(ctypes.c_void_p), len(whole))
    assert lib.chromaprint_finish(context)
    assert lib.chromaprint_get_raw_fingerprint(context, ctypes.byref(words), ctypes.byref(count))
    return words[: count.value]


# -- what is taken


@pytest.mark.parametrize(("samples", "expected"), [(tune(), TUNE), (noise(), NOISE)], ids=["tune", "noise"])
def test_the_words_of_a_sound_are_the_librarys_to_the_bit(samples: NDArray[np.float32], expected: list[int]) -> None:
    assert fingerprint_sound.words(samples).tolist() == expected


@pytest.mark.long
@pytest.mark.parametrize("seed", range(50))
def test_the_words_of_any_sound_are_the_librarys_where_it_is_installed(seed: int) -> None:
    random = np.random.default_rng(seed)
    steps = random.integers(100, 3000, 12)
    samples = (tune(9, shift=seed % 8) + 0.05 * random.standard_normal(SECOND * 9)).astype(np.float32)
    samples *= np.float32(np.repeat(steps / 3000, SECOND * 9 // 12 + 1)[: len(samples)])
    assert fingerprint_sound.words(samples).tolist() == theirs(samples)


def test_too_little_sound_has_no_words() -> None:
    assert len(fingerprint_sound.words(tune(2.7))) == 0
    assert len(fingerprint_sound.words(tune(2.8))) == 1


def test_luma_and_a_grey_picture_have_the_same_hash() -> None:
    plane = prints.pan("camera", count=1)[0]
    (upright, mirrored), quality = media.hashes(plane)
    (same, _), _ = media.hashes(np.repeat(plane[:, :, None], 3, 2))
    assert np.bitwise_count(upright ^ same).sum() <= 2  # grey by weights that do not quite add up to one
    assert (media.hashes(np.ascontiguousarray(plane[:, ::-1]))[0][0] == mirrored).all()
    assert quality == 100


def test_bars_are_found_and_a_dark_scene_is_not_taken_for_one() -> None:
    planes = [np.pad(one, ((30, 30), (0, 0)), constant_values=16) for one in prints.pan("coffee")]
    top, bottom, left, right = fingerprint.content([fingerprint.small(one) for one in planes])
    assert (left, right) == (0, fingerprint.SIDE)
    assert abs(top - 32) <= 1
    assert abs(bottom - 224) <= 1
    night = np.full((180, 320), 18, np.uint8)
    night[80:90, 130:140] = 90
    assert fingerprint.content([fingerprint.small(night)]) == (0, 256, 0, 256)


def test_pictures_with_nothing_in_them_have_no_fingerprint() -> None:
    assert prints.made([np.full((180, 320), 90, np.uint8)] * 4).pictures == ()
    assert prints.made([]).pictures == ()


def test_two_pictures_a_second_are_taken_and_a_still_scene_once() -> None:
    taker = fingerprints.Taker()
    for i, plane in enumerate(plane for one in prints.pan("chelsea", static=True) for plane in [one] * 12):
        taker.look(plane, i / 24)
    assert [at for at, _ in taker.seen] == [0, 0.5, 1, 1.5, 2, 2.5]
    assert len(fingerprints.distinct(fingerprints.hashed(taker.seen))) == 1
    assert len(fingerprints.distinct(prints.made(prints.pan("chelsea")).pictures)) == 6


def test_a_taker_does_not_change_what_it_looks_at() -> None:
    plane = prints.pan("rocket", count=1)[0]
    before = plane.copy()
    fingerprints.Taker().look(plane, 0.0)
    assert (plane == before).all()


# -- the search is complete


@given(HASH, st.integers(0, 15), st.lists(st.permutations(range(16)), min_size=16, max_size=16))
@settings(max_examples=100, deadline=None)
def test_hashes_31_bits_apart_share_a_hand_in_which_at_most_one_bit_differs(
    one: NDArray[np.uint8], spared: int, order: list[list[int]]
) -> None:
    turned = {hand: order[hand][: 1 if hand == spared else 2] for hand in range(16)}  # the worst way to lay 31 bits
    other = prints.flipped(one, [16 * at + (at + hand) % 16 for hand, places in turned.items() for at in places])
    assert np.bitwise_count(one ^ other).sum() == lookup.NEAR
    assert set(lookup.neighbours(other)) & set(fingerprints.bands(one[None])[0])


def test_two_bits_turned_in_every_hand_would_not_be_found() -> None:
    one = np.zeros(32, np.uint8)
    hands = [[place for place in range(256) if fingerprints.bands(prints.flipped(one, [place])[None])[0][hand] & 0xFFFF]
             for hand in range(16)]  # fmt: skip
    assert sorted(place for hand in hands for place in hand) == list(range(256))
    other = prints.flipped(one, [place for hand in hands for place in hand[:2]])
    assert not set(lookup.neighbours(other)) & set(fingerprints.bands(one[None])[0])


@pytest.mark.django_db
def test_the_database_finds_what_a_scan_of_everything_finds() -> None:
    random = np.random.default_rng(2)
    rows = {prints.seal().pk: random.integers(0, 256, 32, np.uint8) for _ in range(60)}
    for pk, one in rows.items():
        fingerprints.record(Prints((Picture(0.0, (fingerprint.Hash(0, one, one),)),), prints.SILENCE), manifest=pk)
    for pk, one in rows.items():
        asked = prints.flipped(one, random.choice(256, int(random.integers(25, 38)), replace=False).tolist())
        scan = {at for at, those in rows.items() if np.bitwise_count(asked ^ those).sum() <= lookup.NEAR}
        found = lookup.candidates([Picture(0.0, (fingerprint.Hash(0, asked, asked),))])
        assert set(found) == scan, pk


# -- have we made this?


@pytest.fixture
def library_of_ours() -> dict[str, Manifest]:
    return {name: prints.seal(prints.made(prints.pan(name)), render=name) for name in OURS}


def crop(off: float) -> Any:  # noqa: ANN401 - a function of planes
    return lambda one: one[
        round(off / 2 * 180) : 180 - round(off / 2 * 180), round(off / 2 * 320) : 320 - round(off / 2 * 320)
    ]


EDITS: dict[str, Any] = {
    "nothing": lambda one: one,
    "smaller": lambda one: cv2.resize(one, (106, 60), interpolation=cv2.INTER_AREA),
    "mirrored": np.fliplr,
    "crop 10": crop(0.10),
    "crop 20": crop(0.20),
    "crop 30": crop(0.30),
    "square": lambda one: one[:, 70:250],
    "bars": lambda one: np.pad(one, ((26, 26), (0, 0))),
    "brighter": lambda one: (one * 0.8 + 40).astype(np.uint8),
    "covered": lambda one: np.concatenate([one[:-22], np.full((22, 320), 250, np.uint8)]),
    "covered, in bars": lambda one: np.pad(EDITS["covered"](one), ((26, 26), (0, 0))),
    "noise": lambda one: (one + np.random.default_rng(1).normal(0, 8, one.shape)).clip(0, 255).astype(np.uint8),
}


@pytest.mark.django_db
@pytest.mark.parametrize("name", EDITS)
def test_an_edited_video_is_known_again_and_no_other(library_of_ours: dict[str, Manifest], name: str) -> None:
    for title, row in library_of_ours.items():
        planes = [np.ascontiguousarray(EDITS[name](one)) for one in prints.pan(title)]
        assert [each.manifest for each in lookup.look(prints.asked(planes))] == [row.pk], title


@pytest.mark.django_db
@pytest.mark.usefixtures("library_of_ours")
def test_somebody_elses_video_is_none_of_ours() -> None:
    for name in ("coins", "moon", "page", "brick", "grass"):
        assert lookup.look(prints.asked(prints.pan(name))) == ()
    assert lookup.look(prints.asked([])) == ()


@pytest.mark.django_db
def test_the_best_match_comes_first_and_says_how_much_agrees(library_of_ours: dict[str, Manifest]) -> None:
    mixed = [*prints.pan("coffee")[:4], *prints.pan("camera")[:2]]
    found = lookup.look(prints.asked(mixed))
    assert [each.manifest for each in found] == [library_of_ours["coffee"].pk, library_of_ours["camera"].pk]
    assert [round(each.score, 2) for each in found] == [0.67, 0.33]


@pytest.mark.django_db
def test_a_sound_is_known_again_cut_and_noisy_and_another_is_not() -> None:
    words = fingerprint_sound.words
    ours = prints.seal(prints.made([], words(tune())))
    noisy = tune()[SECOND:] * 0.3 + 0.01 * np.random.default_rng(3).standard_normal(SECOND * 5).astype(np.float32)
    assert [each.manifest for each in lookup.hear(words(noisy.astype(np.float32)))] == [ours.pk]
    assert lookup.hear(words(tune(shift=3))) == ()
    assert lookup.hear(words(noise())) == ()
    assert lookup.hear(prints.SILENCE) == ()


@pytest.mark.django_db
def test_a_sound_that_begins_between_two_words_is_known_by_those_half_a_step_later() -> None:
    words, half = fingerprint_sound.words, fingerprint_sound.HOP // 2
    ours = prints.seal(prints.made([], words(tune())))
    cut = tune()[5 * fingerprint_sound.HOP + half :]
    assert [each.score for each in lookup.hear(words(cut), words(cut[half:])) if each.manifest == ours.pk] >= [0.97]


def test_sounds_that_hardly_touch_do_not_agree() -> None:
    words = np.random.default_rng(5).integers(0, 2**32, 40, np.uint32)
    assert lookup.agreement(words[:11], words) == 1  # four seconds of sound, whole
    assert lookup.agreement(words[:7], words) == 0
    assert lookup.agreement(words[:20], words[9:]) < 0.7  # eleven of twenty words lie over one another
    assert lookup.agreement(words[:21], words[9:]) == 1


@pytest.mark.django_db
def test_a_held_tone_is_nobodys() -> None:
    tone = (0.3 * np.sin(2 * np.pi * 440 * np.arange(SECOND * 6) / SECOND)).astype(np.float32)
    prints.seal(prints.made([], fingerprint_sound.words(tone)))
    assert lookup.hear(fingerprint_sound.words(tone)) == ()
    assert lookup.hear(fingerprint_sound.words(np.zeros(SECOND * 6, np.float32))) == ()


# -- a mark that was copied into other pictures


@pytest.mark.django_db
@pytest.mark.usefixtures("library_of_ours")
def test_a_marks_picture_is_held_against_the_record_it_leads_to() -> None:
    for name in OURS:
        assert fingerprints.agrees(name, prints.pan(name)) is True
    assert fingerprints.agrees("coffee", prints.pan("astronaut")) is False
    assert fingerprints.agrees("camera", prints.pan("coins")) is False


@pytest.mark.django_db
@pytest.mark.usefixtures("library_of_ours")
def test_a_cropped_picture_laid_back_into_place_agrees_by_its_middle() -> None:
    for name in ("coffee", "rocket"):
        planes = [np.pad(one[18:162, 32:288], ((18, 18), (32, 32))) for one in prints.pan(name)]
        assert fingerprints.agrees(name, planes) is True


@pytest.mark.django_db
@pytest.mark.usefixtures("library_of_ours")
def test_a_deep_crop_off_the_centre_is_never_called_somebody_elses_picture() -> None:
    for name in OURS:
        planes = [np.pad(one[54:, 96:], ((54, 0), (96, 0))) for one in prints.pan(name)]
        assert fingerprints.agrees(name, planes) is not False, name


@pytest.mark.django_db
@pytest.mark.usefixtures("library_of_ours")
def test_nothing_is_said_where_there_is_no_record_or_nothing_to_see() -> None:
    assert fingerprints.agrees("unknown", prints.pan("coffee")) is None
    assert fingerprints.agrees("coffee", []) is None
    assert fingerprints.agrees("coffee", [np.full((180, 320), 90, np.uint8)]) is None


# -- the seal takes them


@pytest.mark.django_db
def test_a_seal_has_the_fingerprints_of_what_was_marked(tmp_path: Path) -> None:
    shown = clips.pictures("portrait", width=320, height=240, count=48)
    sealing = seal.begin(render="render-1", width=320, height=240, handle="felix")
    source = clips.write(tmp_path / "plain.mp4", shown, rate=24, tone=4.0, in_place=sealing.mark)
    done = sealing.finish(source, destination=tmp_path / "sealed.mp4", statement=statement())
    assert Fingerprint.objects.filter(manifest=done.manifest, window=0).count() >= 1
    assert SoundFingerprint.objects.get(manifest=done.manifest).words
    found = lookup.look(fingerprints.of(done.path))
    assert [(each.manifest, each.score) for each in found] == [(done.manifest, 1.0)]


@pytest.mark.django_db
def test_a_video_is_recorded_once_and_what_is_no_file_of_ours_is_an_error(tmp_path: Path) -> None:
    sealing = seal.begin(render="render-1", width=320, height=240, handle="felix")
    for i, one in enumerate(clips.pictures("portrait", width=320, height=240, count=24)):
        sealing.mark(np.ascontiguousarray(one[:, :, 1]), i / 24)
    source = material.saved(tmp_path, material.clip(), "plain.mp4")
    for _ in range(2):
        done = sealing.finish(source, destination=tmp_path / "sealed.mp4", statement=statement())
        assert 1 <= Fingerprint.objects.filter(manifest=done.manifest, window=0).count() <= 2
    with pytest.raises(MediaError):
        fingerprints.Taker().finish(material.saved(tmp_path, b"no video", "broken.mp4"))


@pytest.mark.django_db
def test_the_database_keeps_no_hash_that_is_none() -> None:
    row = prints.seal()
    for change in ({"bits": bytes(31)}, {"bands": [1] * 15}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Fingerprint.objects.create(
                **{"manifest": row, "at": 0.0, "window": 0, "bits": bytes(32), "bands": [1] * 16} | change
            )
    with pytest.raises(IntegrityError), transaction.atomic():
        Disclosed.objects.create(manifest=row, store=b"")


@pytest.mark.django_db
def test_only_what_is_public_and_stands_is_named() -> None:
    public, private, gone = (prints.seal(prints.made(prints.pan("coffee"))) for _ in range(3))
    for row in (public, gone):
        disclosed.disclose(row.pk, store=b"store")
    with transaction.atomic():
        seal.withdraw(gone.pk, reason="consent.revoked")
    found = lookup.look(prints.asked(prints.pan("coffee")))
    assert {each.manifest for each in found} == {public.pk, private.pk, gone.pk}
    assert disclosed.labels(found) == [(public.label, 1.0)]
    assert disclosed.store(public.label) == b"store"
    assert disclosed.store(private.label) == disclosed.store(gone.label) == disclosed.store("urn:nothing") == b""
    disclosed.conceal(public.pk)
    assert disclosed.labels(found) == []
