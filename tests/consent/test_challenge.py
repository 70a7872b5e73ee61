from itertools import pairwise

import pytest

from consent.cameos import agreement, challenge, lights
from consent.cameos.challenge import Challenge, words_in

DIGESTS = {"2026-11-20": "ec22c580c8ca9fa742f6feb3778300d2bdab1a1f02e9145aee95d6c7d24a611d"}


@pytest.mark.parametrize("number", range(200))
def test_no_sequence_of_colours_can_flash(number: int) -> None:  # WCAG 2.3.1, and the stricter lines of our own
    shown = challenge.make().lights
    starts = [light.start_s for light in shown]
    assert all(later - earlier >= 0.5 for earlier, later in pairwise(starts)), "at most two changes a second"
    assert all(light.hold_s >= 0.6 and light.ease_s >= 0.15 for light in shown)
    bright = [lights.luminance(rgb) for rgb in (lights.NEUTRAL, *(light.rgb for light in shown))]
    assert (max(bright) - min(bright)) / max(bright) < 0.20, "the mean luminance hardly swings"
    for light in shown:
        red, green, blue = lights.linear(light.rgb)
        assert red / (red + green + blue) < 0.8, "no saturated red"
        assert light.rgb[0] / sum(light.rgb) < 0.8
    assert all(earlier.rgb != later.rgb for earlier, later in pairwise(shown))


def test_colours_eased_from_one_to_the_next_stay_as_bright() -> None:
    for name, others in lights.APART.items():
        for other in others:
            ends = lights.srgb(lights.HUES[name]), lights.srgb(lights.HUES[other])
            for part in (0.25, 0.5, 0.75):
                between = tuple(round(a + part * (b - a)) for a, b in zip(*ends, strict=True))
                assert abs(lights.luminance(between) - lights.LUMINANCE) < 0.2 * lights.LUMINANCE  # type: ignore[arg-type]


def test_orders_and_rhythms_do_not_come_twice() -> None:
    made = [challenge.make().lights for _ in range(200)]
    assert len(set(made)) == 200
    assert len({tuple(light.rgb for light in one) for one in made}) > 180


@pytest.mark.parametrize("path", ["standard", "alternative"])
def test_everything_asked_has_its_time_and_none_overlaps(path: challenge.Path) -> None:
    asked = challenge.make(path)
    assert len(asked.cues) == len(asked.holds) == len(asked.poses)
    for cue, hold, following in zip(asked.cues, asked.holds, (*asked.cues[1:], asked.digits_s), strict=True):
        assert cue + hold + 1 < following
    ends = [light.end_s for light in asked.lights] or [asked.phrase_s + challenge.PHRASE]
    assert max(ends) <= asked.seconds <= asked.max_seconds <= 45
    assert Challenge.of(asked.told()) == asked


def test_a_challenge_of_before_asks_for_nothing_more() -> None:
    old = Challenge.of({"poses": ["left", "up"], "digits": "12", "max_seconds": 20})
    assert (old.cues, old.holds, old.lights, old.phrase, old.path) == ((), (), (), "", "standard")
    with_holds = {"poses": [{"pose": "left", "hold_s": 0.8}], "digits": "1", "max_seconds": 20}
    assert Challenge.of(with_holds).holds == (0.8,)


def test_words_are_heard_in_their_order() -> None:
    assert words_in("The river, a yellow window!", "river yellow window") == 3
    assert words_in("window river", "river window") == 1
    assert words_in("", "river window") == 0


def test_whoever_changes_a_word_of_the_agreement_changes_its_version() -> None:
    assert agreement.digest(days=365) == DIGESTS[agreement.VERSION]
    assert agreement.digest(days=365) != agreement.digest(days=1095), "the number of days is part of the text"
