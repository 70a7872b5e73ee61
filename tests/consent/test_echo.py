from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from consent.cameos import challenge, lights, liveness
from consent.cameos.challenge import Challenge
from consent.cameos.echo import PLAUSIBLE, Echo, Unseen, echo
from consent.cameos.lights import NEUTRAL, linear
from consent.cameos.observation import Observation

SKIN = np.array([0.42, 0.22, 0.15])


def asked() -> Challenge:
    return challenge.make()


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
    told: Challenge, *, by: Challenge | None = None, bright: float = 0.3, late: float = 0.1, behind: float = 0.1
) -> Observation:
    """Somebody before a screen that shows what ``by`` asked for; the camera's noise is a tenth of a grey level."""
    rng = np.random.default_rng(5)
    times = np.arange(0, told.seconds, 1 / 12)
    light = shown(by or told, times - late)
    noise = rng.normal(1, 0.004, (2, times.size, 3))
    nothing = np.zeros(times.size)
    return Observation(
        times=times,
        pose=rng.normal(0, 1.5, (times.size, 2)),
        mouth=nothing,
        eyes=nothing,
        size=nothing + 0.4,
        shape=np.zeros((times.size, 478, 2), np.float32),
        loud=nothing,
        skin=SKIN * (1 + bright * light) * noise[0],
        room=0.2 * (1 + behind * bright * light) * noise[1],
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
    assert answer.behind <= liveness.BEHIND
    assert answer.delay == pytest.approx(late, abs=0.06)
    assert liveness._echo(answer) == "passed"


def test_a_face_that_no_screen_lights_is_refused() -> None:
    told = asked()
    assert all(liveness._echo(came(lit(told, bright=0.0), told)) == "failed" for _ in range(5))


def test_the_light_of_another_sequence_is_refused() -> None:
    for _ in range(30):
        told = asked()
        other = replace(told, lights=lights.make(start_s=told.digits_s))
        assert liveness._echo(came(lit(told, by=other), told)) == "failed", (told.lights, other.lights)


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


def test_light_that_falls_on_everything_alike_is_a_plane() -> None:
    told = asked()
    assert liveness._plane(came(lit(told, behind=1.0), told)) == "failed"
    assert liveness._plane(came(lit(told, behind=0.3), told)) == "passed"
    assert liveness._plane(came(lit(told, behind=0.0), told)) == "passed"


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
