from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from numpy.typing import NDArray

from consent.cameos import challenge, lights, liveness
from consent.cameos.challenge import Challenge
from consent.cameos.echo import PLAUSIBLE, Echo, Unseen, echo
from consent.cameos.lights import NEUTRAL, Light, linear
from consent.cameos.observation import Observation

SKIN = np.array([0.42, 0.22, 0.15]) * np.random.default_rng(4).uniform(0.7, 1.3, (23, 3))
WALLS = np.linspace(0.05, 0.6, 16)[:, None]
STARTS = (12.0, 13.0, 14.1, 15.0, 15.9, 17.0, 18.0)


def asked() -> Challenge:
    return challenge.make()


def sequence(*names: str, starts: tuple[float, ...] = STARTS) -> tuple[Light, ...]:
    """These colours at these times."""
    return tuple(
        Light(rgb=lights.srgb(lights.HUES[name]), start_s=start, hold_s=round(end - start - lights.EASE, 2))
        for name, (start, end) in zip(names, pairwise(starts), strict=True)
    )


def shown(told: Challenge, times: NDArray[np.float64]) -> NDArray[np.float64]:
    """The screen's light at these times, (n, 3): computed here anew, by the words of the challenge."""
    colours = []
    for t in times:
        colour = np.array(NEUTRAL, float)
        for light in told.lights:
            if t >= light.start_s:
                colour += min(1.0, (t - light.start_s) / light.ease_s) * (np.array(light.rgb) - colour)
        if t >= told.lights[-1].end_s:
            colour = np.array(NEUTRAL, float)
        red, green, blue = (round(value) for value in colour)
        colours.append(linear((red, green, blue)))
    return np.array(colours)


def lit(
    told: Challenge,
    *,
    by: Challenge | None = None,
    bright: float = 0.3,
    late: float = 0.1,
    behind: float = 0.1,
    busy: float = 0.0,
) -> Observation:
    """Somebody before a screen that shows what ``by`` asked for; the camera's noise is a tenth of a grey level.

    ``busy``: by how much the colours behind them change for other reasons, in three of four places.
    """
    rng = np.random.default_rng(5)
    times = np.arange(0, told.seconds, 1 / 12)
    light = shown(by or told, times - late)
    noise, grain = rng.normal(1, 0.004, (times.size, 23, 3)), rng.normal(1, 0.004, (times.size, 16, 3))
    moving = busy * np.where(np.arange(16) % 4, 1.0, 0.0)[None, :, None] * rng.normal(0, 1, (times.size, 16, 3))
    nothing = np.zeros(times.size)
    return Observation(
        times=times,
        pose=rng.normal(0, 1.5, (times.size, 2)),
        mouth=nothing,
        eyes=nothing,
        size=nothing + 0.4,
        shape=np.zeros((times.size, 478, 2), np.float32),
        loud=nothing,
        skin=SKIN * (1 + bright * light)[:, None] * noise,
        room=WALLS * (1 + behind * bright * light)[:, None] * grain * np.exp(moving),
        thumbs=np.zeros((times.size, 4), np.float32),
        pts=times,
        grain=nothing,
        lattice=0.0,
        looks=[],
        transcript="",
    )


def came(seen: Observation, told: Challenge) -> Echo:
    answer = echo(seen, told)
    assert isinstance(answer, Echo)
    return answer


@pytest.mark.parametrize("late", [0.0, 0.1, 0.3, 0.5])
def test_the_light_that_was_asked_for_comes_back_as_late_as_it_did(late: float) -> None:
    told = asked()
    answer = came(lit(told, late=late), told)
    assert answer.score > 0.8
    assert answer.behind < 0
    assert answer.delay == pytest.approx(late, abs=0.06)
    assert liveness._echo(answer) == "passed"


def test_a_face_that_no_screen_lights_is_refused() -> None:
    told = asked()
    assert all(liveness._echo(came(lit(told, bright=0.0), told)) == "failed" for _ in range(5))


@pytest.mark.parametrize("seed", range(20))
def test_the_light_of_another_sequence_is_refused(seed: int) -> None:
    rng = np.random.default_rng(seed)
    told = challenge.make(below=lambda most: int(rng.integers(most)))
    other = replace(told, lights=lights.make(start_s=told.digits_s, below=lambda most: int(rng.integers(most))))
    assert liveness._echo(came(lit(told, by=other), told)) == "failed", (told.lights, other.lights)


@pytest.mark.parametrize(
    ("names", "starts"),
    [
        ("magenta blue green violet teal magenta", (12.0, 13.0, 14.1, 15.0, 15.65, 16.65, 17.7)),
        ("magenta blue green violet teal magenta", (12.0, 13.15, 14.25, 15.3, 16.2, 17.35, 18.3)),
        ("magenta blue green violet teal violet", (12.0, 13.1, 14.35, 15.2, 15.9, 16.8, 17.8)),
        ("magenta blue green blue teal magenta", STARTS),
        ("violet blue green violet teal magenta", STARTS),
    ],
)
def test_nearly_the_same_sequence_is_another_one(names: str, starts: tuple[float, ...]) -> None:
    plain = replace(asked(), seconds=20.0)
    told = replace(plain, lights=sequence("magenta", "blue", "green", "violet", "teal", "magenta"))
    other = replace(plain, lights=sequence(*names.split(), starts=starts))
    assert liveness._echo(came(lit(told), told)) == "passed"
    assert liveness._echo(came(lit(told, by=other), told)) == "failed"


def test_the_right_colours_in_another_order_are_refused() -> None:
    told = asked()
    first, second, *rest = told.lights
    swapped = (replace(first, rgb=second.rgb), replace(second, rgb=first.rgb), *rest)
    if swapped[1].rgb == swapped[2].rgb:
        swapped = (swapped[0], replace(swapped[1], rgb=lights.srgb(lights.HUES["teal"])), *rest)
    assert liveness._echo(came(lit(told, by=replace(told, lights=swapped)), told)) == "failed"


@pytest.mark.parametrize("late", [0.8, 1.2, -0.4])
def test_light_that_comes_too_late_or_before_it_was_shown_is_refused(late: float) -> None:
    told = asked()
    answer = came(lit(told, late=late), told)
    assert not PLAUSIBLE[0] <= answer.delay <= PLAUSIBLE[1]
    assert liveness._echo(answer) == "failed"


@pytest.mark.parametrize("bright", [0.1, 0.3, 3.0], ids=["in a lamp's light", "in an ordinary room", "in the dark"])
def test_light_that_falls_on_everything_alike_is_a_plane(bright: float) -> None:
    told = asked()
    assert liveness._plane(came(lit(told, bright=bright, behind=1.0), told)) == "failed"
    assert liveness._plane(came(lit(told, bright=bright, behind=0.44), told)) == "passed", "a wall 25 cm behind them"
    assert liveness._plane(came(lit(told, bright=bright, behind=0.0), told)) == "passed"


def test_a_wall_close_behind_the_head_is_for_a_person_to_look_at() -> None:
    told = asked()
    assert liveness._plane(came(lit(told, behind=0.65), told)) == "unsure"


@pytest.mark.parametrize("seed", range(4))
def test_what_moves_behind_somebody_hides_no_plane_and_makes_none(seed: int) -> None:
    rng = np.random.default_rng(seed)
    told = challenge.make(below=lambda most: int(rng.integers(most)))
    assert liveness._plane(came(lit(told, behind=1.0, busy=10.0), told)) == "failed"
    assert liveness._plane(came(lit(told, behind=0.1, busy=10.0), told)) == "passed"


def test_a_shine_on_some_of_the_skin_does_not_hide_the_echo() -> None:
    told = asked()
    seen = lit(told)
    shining = seen.skin.copy()
    shining[::2, :9] = 1.0  # as glasses do, that slip over a third of the places and back, all the time
    assert came(replace(seen, skin=shining), told).score > 0.95


def test_a_face_not_seen_while_the_colours_were_shown_is_refused() -> None:
    told = asked()
    seen = lit(told)
    hidden = replace(seen, pose=np.where(seen.times[:, None] > told.digits_s - 2, np.nan, seen.pose))
    answer = echo(hidden, told)
    assert isinstance(answer, Unseen)
    assert liveness._echo(answer) == "failed"


def test_where_no_colours_were_asked_for_none_are_missed() -> None:
    told = challenge.make("alternative")
    assert echo(lit(asked()), told) is None
    assert liveness._echo(None) == liveness._plane(None) == "not available"
