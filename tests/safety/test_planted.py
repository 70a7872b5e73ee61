"""Harm that is in one place of a video only: in one second, in the sound, in the writing, in a single frame."""

import numpy as np
import pytest
from numpy.typing import NDArray
from pytest_django import Settings
from skimage import data

from safety.classifiers.models import Screening
from safety.classifiers.output.writing import is_ours
from safety.clearance import Answer, Clearance, Hold, Refusal
from tests.safety.stories import UNSAFE, cleared, filmed, held, refused, said, show, written

pytestmark = pytest.mark.django_db
FPS, HARMLESS = 24, "welcome to our garden, the roses are in bloom"


def scene(seconds: int) -> list[NDArray[np.uint8]]:
    """Return a harmless picture that moves a little."""
    coffee = np.asarray(data.coffee(), np.uint8)  # type: ignore[no-untyped-call]
    return [np.ascontiguousarray(coffee[:360, index % 40 : 560 + index % 40]) for index in range(seconds * FPS)]


def unlike(answer: Answer) -> Refusal | Hold:
    assert not isinstance(answer, Clearance), answer
    return answer


def test_a_harmless_film_with_harmless_words_seen_and_heard_is_cleared() -> None:
    film = [*scene(2), *[written(HARMLESS)] * FPS, *scene(1)]
    clearance = cleared(show(filmed(film, sound=said(HARMLESS, at=1, seconds=4)), likeness=False))
    assert clearance.not_evaluated == ()
    row = Screening.objects.get(pk=clearance.id)
    assert {"open_nsfw", "PP-OCRv6 small", "Whisper base, int8"} <= row.engines.keys()
    notes = [signal["note"] for signal in row.signals if signal["note"]]
    assert any("1 read" in note for note in notes), notes
    assert any("1 utterance" in note for note in notes), notes


def test_words_written_in_second_six_of_eight_are_read_and_told_with_their_place() -> None:
    refusal = refused(show(filmed([*scene(5), *[written("", "", UNSAFE, size=17)] * FPS, *scene(2)])))
    assert refusal.policy in {"violence", "gore"}
    assert refusal.span is not None
    assert (refusal.span.field, round(refusal.span.start)) == ("text in the picture", 5)
    assert refusal.span.end < 6
    assert refusal.span.box is not None
    left, top, right, bottom = refusal.span.box
    assert left < 0.1
    assert right > 0.7
    assert 0.4 < top < bottom < 0.6


def test_words_said_in_second_six_of_eight_are_heard_and_told_with_their_time() -> None:
    refusal = refused(show(filmed(scene(2), sound=said(UNSAFE, at=5, seconds=9))))
    assert refusal.policy in {"violence", "gore"}
    assert refusal.span is not None
    assert refusal.span.field == "speech"
    assert 4 < refusal.span.start < 6 < refusal.span.end < 11


def test_words_on_a_single_frame_are_read() -> None:
    film = scene(2)
    film[31] = written(UNSAFE, size=17)
    refusal = refused(show(filmed(film)))
    assert refusal.span is not None
    assert refusal.span.start == refusal.span.end == pytest.approx(31 / FPS)


def test_words_that_flash_up_over_the_same_scene_are_read() -> None:
    still = [written("", level=90)] * 3 * FPS
    still[40] = written(UNSAFE, size=17, level=90)
    assert refused(show(filmed(still))).span is not None


def test_harm_spread_over_two_signs_is_read_together() -> None:
    half = len(UNSAFE) // 2
    cut = UNSAFE.index(" ", half)
    unlike(show(filmed([written(UNSAFE[:cut], UNSAFE[cut + 1 :], size=22)] * FPS)))


def test_other_words_at_the_same_place_are_read_as_well() -> None:
    film = [*[written(HARMLESS, size=17)] * FPS, *[written(UNSAFE, size=17)] * FPS]
    assert refused(show(filmed(film))).span is not None


def test_a_line_that_stands_is_read_once() -> None:
    tap = filmed([written(HARMLESS)] * 5 * FPS)
    assert (tap.reader.read, len(tap.reader.lines)) == (1, 1)
    assert tap.reader.lines[0].last >= 4


@pytest.mark.parametrize(
    ("line", "is_mark"),
    [
        ("@felix · AI · Countenance", True),
        ("@feIix Al Countenance", True),
        ("lix · AI · Counten", True),
        ("Countenance", True),
        ("", False),
        ("felix kills them all", False),
        ("countenance of a liar, shame on him", False),
        ("AI", False),
    ],
)
def test_our_own_mark_is_not_taken_for_writing_and_nothing_else_passes_for_it(*, line: str, is_mark: bool) -> None:
    assert is_ours(line, mark="@felix · AI · Countenance") is is_mark


def test_more_writing_than_can_be_read_waits_for_a_person() -> None:
    rng = np.random.default_rng(3)
    letters = np.array(list("abcdefghijklmnopqrstuvwxyz "))
    walls = [["".join(rng.choice(letters, 30)) for _ in range(5)] for _ in range(24)]
    film = [written(*wall, level=40 + 60 * (at % 2)) for at, wall in enumerate(walls)]
    tap = filmed(film)
    assert tap.reader.skipped > 0
    unlike(show(tap))
    shares = [signal.score for signal in tap.reader.signals()]
    assert shares == [tap.reader.skipped / (tap.reader.read + tap.reader.skipped)]


def test_a_voice_of_which_no_word_is_understood_waits_for_a_person(settings: Settings) -> None:
    settings.SAFETY_ENGINES = {"speech": "tests.doubles.eyes.DullEar"}
    answer = held(show(filmed(scene(1), sound=np.ones(16_000, np.float32))))
    assert answer.policy == "unheard-speech"


def test_speech_played_backwards_waits_for_a_person() -> None:
    backwards = np.ascontiguousarray(said("one two three four five six seven eight nine ten")[::-1])
    unlike(show(filmed(scene(1), sound=backwards)))


def test_noise_and_music_are_no_speech() -> None:
    rng = np.random.default_rng(5)
    tone = np.sin(2 * np.pi * 330 * np.arange(64_000) / 16_000) / 3
    for sound in (rng.normal(0, 0.1, 64_000), tone):
        tap = filmed(scene(1), sound=sound.astype(np.float32))
        assert tap.said is not None
        assert tap.said.voiced == 0
        cleared(show(tap))
