"""Each attack differs from the honest answer in what it claims to be wrong with it, and the dial turns that."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import islice, pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from consent import backends
from consent.cameos import challenge
from consent.trials import actor, camera, people, species, voice
from consent.trials.actor import Player
from consent.trials.asked import Asked
from consent.trials.attacks import display, objects, paper, protocol, strangers
from consent.trials.attacks.scene import Scene
from consent.trials.people import Sitter
from consent.trials.pose import Turn
from consent.trials.species import ATTACKS, FILMED, Attempt

Film = Callable[..., Scene]
WIDE, HIGH = 320, 240


def told(seed: int) -> dict[str, Any]:
    rng = np.random.default_rng(seed)
    return challenge.make(below=lambda most: int(rng.integers(most))).told()


@pytest.fixture
def said(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What is said, in order; a hum stands in for the voice, whose words are heard in tests/consent/test_trials.py."""
    words: list[str] = []

    def hum(text: str, _voice: voice.Voice) -> NDArray[np.float32]:
        words.append(text)
        return np.sin(np.arange(int(0.5 * len(text) * voice.RATE)) / 40).astype(np.float32)

    monkeypatch.setattr(voice, "say", hum)
    return words


@pytest.fixture
def players(monkeypatch: pytest.MonkeyPatch) -> list[Player]:
    """Everybody who plays, in order."""
    seen: list[Player] = []
    plain = Player.__init__

    def noted(self: Player, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - whatever it takes
        plain(self, *args, **kwargs)
        seen.append(self)

    monkeypatch.setattr(Player, "__init__", noted)
    return seen


@pytest.fixture
def scene(mesh_model: Path, said: list[str]) -> Film:
    def made(strength: float = 0.5, *, seed: int = 3) -> Scene:
        rng = np.random.default_rng(seed)
        victim, other = (actor.drawn(people.portrait(Sitter(number), model=mesh_model), rng) for number in (0, 1))
        plain = replace(victim, dim=1.0, side=0.0, has_glasses=False)
        return Scene(
            asked=Asked.read(told(seed)),
            earlier=(Asked.read(told(seed + 1)), Asked.read(told(seed + 2))),
            part=plain,
            other=other,
            strength=strength,
            rng=rng,
            model=mesh_model,
            size=(WIDE, HIGH),
        )

    return made


def skin(player: Player, t: float) -> NDArray[np.float64]:
    """Return the mean colour of nose and cheeks."""
    x, y = player.head.points[[1, 50, 280]].mean(axis=0).astype(int)
    return np.asarray(player.see(t)[y - 12 : y + 12, x - 12 : x + 12].mean(axis=(0, 1)), np.float64)


def middles(asked: Asked) -> list[float]:
    return [light.start_s + light.ease_s + light.hold_s / 2 + 0.1 for light in asked.lights]


def redness(player: Player, times: list[float]) -> NDArray[np.float64]:
    return np.array([np.log(colour[0] / colour[1]) for colour in (skin(player, t) for t in times)])


def test_an_honest_face_is_tinted_by_each_colour_in_turn(scene: Film, players: list[Player]) -> None:
    stage = scene()
    player = stage.player()
    shown = [np.log((light.rgb[0] + 90) / (light.rgb[1] + 90)) for light in stage.asked.lights]
    assert np.corrcoef(redness(player, middles(stage.asked)), shown)[0, 1] > 0.9


def test_without_an_echo_the_face_keeps_its_colour(scene: Film, players: list[Player]) -> None:
    stage = scene(0.0)
    protocol.no_echo(stage)
    honest = np.ptp(redness(stage.player(), middles(stage.asked)))
    assert np.ptp(redness(players[0], middles(stage.asked))) < 0.2 * honest


def test_another_voice_is_another_pitch() -> None:
    rng = np.random.default_rng(1)
    for _ in range(20):
        own = voice.drawn(rng)
        assert not 0.85 < voice.unlike(own, rng).pitch / own.pitch < 1.15


def test_a_splice_jumps_where_it_was_cut(scene: Film) -> None:
    stage = scene(0.0)
    cut = stage.asked.cues[1] - 0.05
    times = np.array([cut - 0.12, cut - 0.06, cut - 0.01, cut + 0.01])
    shown = _shown(protocol.splice, stage, times)
    steps = [float(np.abs(two.astype(int) - one).mean()) for one, two in pairwise(shown)]
    assert steps[2] > 1.5 * max(steps[:2])


def test_a_swapped_face_is_another_person_to_the_face_engine(scene: Film) -> None:
    for strength in (0.1, 0.5):
        stage = scene(strength, seed=5)
        end = stage.player().seconds
        before, after = _shown(strangers.swap, stage, np.array([0.2, end - 0.2]))
        engine = backends.face_engine()
        first, second = (engine.vector(picture, engine.find(picture)[0]) for picture in (before, after))
        assert float(first @ second) < 0.42


def test_two_people_are_two_faces_for_as_long_as_the_dial_says(scene: Film) -> None:
    for strength, share in ((0.0, 1.0), (1.0, 0.33)):
        stage = scene(strength)
        times = np.linspace(0.5, stage.player().seconds - 0.5, 12)
        engine = backends.face_engine()
        two = [len(engine.find(picture)) > 1 for picture in _shown(strangers.two_people, stage, times)]
        assert abs(sum(two) / len(two) - share) < 0.2


def test_a_clip_shown_again_is_the_same_picture_for_as_long_as_the_dial_says(scene: Film) -> None:
    for strength, share in ((0.0, 1.0), (0.5, 0.67), (1.0, 0.33)):
        stage = scene(strength)
        stage.asked = replace(stage.asked, poses=("left", "up", "left", "down"))
        first, third = stage.asked.cues[0], stage.asked.cues[2]
        span = stage.asked.cues[3] - third
        shown = protocol._again(stage.asked, share=1 - strength * 2 / 3)
        assert shown(third + 0.01) == pytest.approx(first + 0.01)
        assert shown(third + (share - 0.05) * span) < third
        assert shown(third + (share + 0.05) * span) >= third
        assert shown(first + 0.5) == first + 0.5


def test_who_has_one_clip_a_pose_waits_until_a_pose_is_asked_for_twice(
    mesh_model: Path, said: list[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(camera, "film", lambda _take, _out: None)
    for number in range(4):
        attempt = Attempt("same_clip", number, seed=2)
        session = species.film(attempt, tmp_path, challenges=_challenges, model=mesh_model)
        assert protocol.asks_again(session.told)


def test_an_injected_stream_has_no_grain_even_times_and_repeats(scene: Film) -> None:
    take = strangers.injection(scene(0.0))
    first = list(islice(take.pictures, 6))
    assert np.ptp(np.diff([t for t, _ in first])) < 1e-9
    assert any(np.array_equal(one, two) for (_, one), (_, two) in pairwise(first))
    honest = list(islice(species.honest(scene()).pictures, 6))
    assert np.ptp(np.diff([t for t, _ in honest])) > 1e-3
    assert not any(np.array_equal(one, two) for (_, one), (_, two) in pairwise(honest))


def test_the_best_injected_stream_repeats_its_noise_alone(scene: Film) -> None:
    first = [t for t, _ in islice(strangers.injection(scene(1.0)).pictures, 6)]
    assert np.ptp(np.diff(first)) > 1e-3


def test_a_waved_print_stays_a_plane_and_a_bent_one_does_not() -> None:
    x = np.linspace(-150, 150, 21, dtype=np.float32)
    for bend, is_straight in ((0.0, True), (0.6, False)):
        angle = bend * x / 160
        z = ((np.cos(angle) - 1) * 160 / bend if bend else 0 * x).astype(np.float32)
        across, down = paper._seen(x, np.full_like(x, 60), z, Turn(yaw=15, pitch=20), focal=500)
        fit = np.polyval(np.polyfit(across, down, 1), across)
        assert (float(np.abs(fit - down).max()) < 0.01) is is_straight


def test_a_print_never_opens_its_mouth_and_a_mask_has_living_eyes(scene: Film) -> None:
    stage = scene(0.6)
    player = stage.player()
    blinking = next(t / 50 for t in range(200) if player.score.blink(t / 50) > 0.95)
    times = np.array([0.1, blinking])
    eyes, mouth = player.head.points[[159, 145]], player.head.points[[13, 14]]
    still, worn = _shown(paper.waved, scene(0.6), times), _shown(paper.cut_out, stage, times)
    assert _change(worn, eyes) > 2 * _change(worn, mouth)
    assert _change(worn, eyes) > 1.5 * _change(still, eyes)


def test_a_print_gives_the_light_back_like_a_plane(scene: Film) -> None:
    stage = scene(0.5)
    t = middles(stage.asked)[0]
    dark = replace(stage, asked=replace(stage.asked, lights=()), rng=np.random.default_rng(3))
    stage.rng = np.random.default_rng(3)
    lit, plain = _shown(paper.waved, stage, np.array([t]))[0], _shown(paper.waved, dark, np.array([t]))[0]
    gain = lit[60:180, 100:220].astype(float).mean(axis=2) / plain[60:180, 100:220].astype(float).mean(axis=2)
    assert float(np.std(gain)) < 0.1


def test_a_display_shows_its_grid_and_its_frame_less_the_better_it_is() -> None:
    flat = np.full((HIGH, WIDE, 3), 128, np.uint8)
    rough, fair, fine = (display.Glass((WIDE, HIGH), strength=s, seed=1).show(flat, 0.3) for s in (0.0, 0.6, 1.0))
    middle = (slice(80, 160), slice(100, 220), 1)
    assert rough[middle].std() > 2 * fair[middle].std() > 4 * fine[middle].std()
    assert rough[HIGH // 2, 30:36].mean() < 60 < fine[HIGH // 2, 30:36].mean()


def test_a_person_filmed_as_a_thing_still_has_a_face_and_a_cat_has_none(scene: Film) -> None:
    engine = backends.face_engine()
    for strength in (0.0, 0.5, 1.0):
        (shown,) = _shown(objects.human, scene(strength), np.array([0.2]))
        assert engine.find(shown)
    (shown,) = _shown(objects.cat, scene(), np.array([0.2]))
    assert not engine.find(shown)


@pytest.mark.parametrize("name", FILMED)
def test_an_attempt_is_the_same_whenever_it_is_drawn_again(
    name: str, mesh_model: Path, said: list[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    taken: list[camera.Take] = []
    monkeypatch.setattr(camera, "film", lambda take, _out: taken.append(take))
    for number in (4, 4):
        species.film(Attempt(name, number, seed=11), tmp_path, challenges=_challenges, model=mesh_model)
    first, again = (next(iter(take.pictures)) for take in taken)
    np.testing.assert_array_equal(first[1], again[1])
    np.testing.assert_array_equal(taken[0].sound, taken[1].sound)


def test_every_attack_the_issue_names_is_there() -> None:
    assert len(ATTACKS) == 22


def _challenges(rng: np.random.Generator) -> dict[str, Any]:
    return challenge.make(below=lambda most: int(rng.integers(most))).told()


def _shown(maker: species.Maker, stage: Scene, times: NDArray[np.float64]) -> list[camera.Pixels]:
    """Return what the camera sees at these times, by asking the take for no others."""

    def chosen(_seconds: float, **_kwargs: int) -> Iterator[float]:
        yield from map(float, times)

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(camera, "ticking", chosen)
        return [picture for _, picture in maker(stage).pictures]


def _change(shown: list[camera.Pixels], points: NDArray[np.float32]) -> float:
    x, y = points.mean(axis=0).astype(int)
    one, two = (picture[y - 5 : y + 5, x - 8 : x + 8].astype(float) for picture in shown)
    return float(np.abs(one - two).mean())
