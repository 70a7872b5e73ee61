"""Attacks that borrow an honest recording: the challenge handed in with it differs in what the attack is about."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from consent.cameos import challenge
from consent.cameos.observation import Observation
from consent.management import judging
from consent.trials import actor, camera, species, voice
from consent.trials.actor import Part
from consent.trials.attacks import borrowed
from consent.trials.attacks.borrowed import Handed, Loan, Session
from consent.trials.camera import Take
from consent.trials.species import BORROWED, Attempt
from consent.trials.voice import Voice
from provenance import media
from tests.consent import films

Lend = Callable[..., Loan]
SEEDS = range(8)


def drawn(rng: np.random.Generator) -> dict[str, Any]:
    return challenge.make(below=lambda most: int(rng.integers(most))).told()


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory) -> Session:
    """Two seconds of a grey wall, and of somebody's silence: what is borrowed is not looked at here."""
    out, size = tmp_path_factory.mktemp("borrowed") / "wall.webm", (64, 48)
    wall = np.full((48, 64, 3), 120, np.uint8)
    sound = np.zeros(2 * actor.RATE, np.float32)
    pictures = [(number / 10, wall) for number in range(20)]
    camera.film(Take(pictures=pictures, sound=sound, size=size, fps=10), out)
    return Session(told=drawn(np.random.default_rng(1)), path=out, seconds=2.0, part=Part(portrait=wall))


@pytest.fixture
def lend(session: Session) -> Lend:
    def lent(strength: float, *, seed: int = 3) -> Loan:
        rng = np.random.default_rng(seed)
        told = drawn(np.random.default_rng([seed, 1]))
        of = Session(told=told, path=session.path, seconds=session.seconds, part=session.part)
        return Loan(of=of, draw=partial(drawn, rng), strength=strength, rng=rng)

    return lent


def wrong(handed: Handed, loan: Loan, key: str) -> int:
    """Return in how many places what must be answered is not what was."""
    return sum(one != two for one, two in zip(handed.told[key], loan.of.told[key], strict=True))


def colours(told: dict[str, Any]) -> list[list[int]]:
    return [light["rgb"] for light in told["lights"]]


def rhythm(told: dict[str, Any]) -> list[tuple[float, float]]:
    return [(light["start_s"], light["hold_s"]) for light in told["lights"]]


def test_a_replay_waits_for_a_challenge_like_its_own_as_long_as_the_dial_says(lend: Lend) -> None:
    def apart(strength: float) -> float:
        loans = [lend(strength, seed=seed) for seed in SEEDS]
        return float(np.mean([wrong(borrowed.replay(one), one, "poses") for one in loans]))

    assert apart(1.0) < apart(0.0) - 0.5


def test_a_stale_answer_shares_what_the_dial_says_and_never_the_light(lend: Lend) -> None:
    for strength in (0.2, 0.6, 0.9):
        loan = lend(strength)
        handed = borrowed.stale(loan)
        assert (handed.told["cues"] == loan.of.told["cues"]) is (strength > 0.3)
        assert (wrong(handed, loan, "poses") == 0) is (strength > 0.3)
        assert (wrong(handed, loan, "digits") == 2) is (strength > 0.8)
        assert colours(handed.told) != colours(loan.of.told)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_wrong_order_is_one_that_might_have_been_asked_for(lend: Lend, seed: int) -> None:
    for strength in (0.1, 0.9):
        loan = lend(strength, seed=seed)
        poses = borrowed.order(loan).told["poses"]
        assert poses != loan.of.told["poses"]
        assert sorted(poses) == sorted(loan.of.told["poses"])
        assert all(one != two for one, two in pairwise(poses))


def test_wrong_digits_are_as_wrong_as_the_dial_says(lend: Lend) -> None:
    for strength, count in ((0.0, 6), (0.5, 3), (1.0, 1)):
        loan = lend(strength)
        handed = borrowed.digits(loan)
        assert wrong(handed, loan, "digits") == count
        assert all(one != two for one, two in pairwise(handed.told["digits"]))


def test_another_echo_has_the_same_rhythm_and_other_colours(lend: Lend) -> None:
    for strength, count in ((0.0, 6), (0.5, 3), (1.0, 2)):
        loan = lend(strength)
        handed = borrowed.other_echo(loan)
        assert rhythm(handed.told) == rhythm(loan.of.told)
        assert sum(one != two for one, two in zip(colours(handed.told), colours(loan.of.told), strict=True)) == count


def test_an_echo_comes_late_by_what_the_dial_says(lend: Lend) -> None:
    for strength, late in ((0.0, borrowed.LATEST), (1.0, borrowed.SOONEST)):
        loan = lend(strength)
        handed = borrowed.late_echo(loan)
        starts = zip(rhythm(handed.told), rhythm(loan.of.told), strict=True)
        assert [round(was[0] - asked[0], 3) for asked, was in starts] == [late] * len(loan.of.told["lights"])
        assert colours(handed.told) == colours(loan.of.told)


def test_poses_come_late_by_what_the_dial_says_and_nothing_else_does(lend: Lend) -> None:
    for strength, late in ((0.0, borrowed.LAGGING), (1.0, borrowed.BRISK)):
        loan = lend(strength)
        told = borrowed.late_poses(loan).told
        assert [round(was - asked, 3) for asked, was in zip(told["cues"], loan.of.told["cues"], strict=True)] == [
            late
        ] * len(told["cues"])
        assert told | {"cues": None} == loan.of.told | {"cues": None}


def test_digits_come_early_by_what_the_dial_says_and_nothing_else_does(lend: Lend) -> None:
    for strength, soon in ((0.0, borrowed.HASTY), (1.0, borrowed.EAGER)):
        loan = lend(strength)
        told = borrowed.early_digits(loan).told
        assert told["digits_s"] - loan.of.told["digits_s"] == pytest.approx(soon)
        assert told | {"digits_s": None} == loan.of.told | {"digits_s": None}


def test_another_voice_says_what_is_asked_and_the_lips_do_not_or_sooner(
    lend: Lend, monkeypatch: pytest.MonkeyPatch
) -> None:
    words: list[tuple[str, float]] = []

    def hum(text: str, by: Voice) -> NDArray[np.float32]:
        words.append((text, by.pitch))
        return np.full(actor.RATE // 4, 0.5, np.float32)

    monkeypatch.setattr(voice, "say", hum)
    for strength, count in ((0.1, 6), (0.9, 0)):
        loan = lend(strength)
        handed = borrowed.other_voice(loan)
        assert wrong(handed, loan, "digits") == count
        assert words[-1][0] == handed.told["digits"]
        assert words[-1][1] == pytest.approx(1.27)
        assert handed.anew == "sound"


def test_other_sound_is_put_under_the_same_pictures(session: Session, tmp_path: Path) -> None:
    out = tmp_path / "dubbed.webm"
    tone = 0.5 * np.sin(np.arange(2 * actor.RATE) / 20).astype(np.float32)
    camera.rewrap(session.path, out, sound=tone)
    shown, dubbed = (list(media.frames(path)) for path in (session.path, out))
    assert [one.t for one in shown] == pytest.approx([two.t for two in dubbed])
    assert all(np.array_equal(one.rgb, two.rgb) for one, two in zip(shown, dubbed, strict=True))
    assert media.sound(session.path).samples.std() < 0.01
    assert media.sound(out).samples.std() > 0.2


def test_a_virtual_camera_is_named_in_the_file_unless_the_dial_hides_it(lend: Lend) -> None:
    for strength, is_named in ((0.5, True), (0.9, False)):
        handed = borrowed.virtual_camera(lend(strength))
        label = " ".join(media.probe(handed.path).tags.values())
        assert any(name in label for name in borrowed.LABELS) is is_named
        assert len(list(media.frames(handed.path))) == 20


@pytest.mark.parametrize("name", BORROWED)
def test_what_is_handed_in_is_the_same_whenever_it_is_drawn_again(name: str, session: Session) -> None:
    first, again = (species.borrow(session, Attempt(name, 4, seed=11), challenges=drawn) for _ in range(2))
    assert first == again
    other = species.borrow(session, Attempt(name, 5, seed=11), challenges=drawn)
    assert other.told != first.told or name in {"late_echo", "late_poses", "early_digits", "virtual_camera"}


def test_a_borrowed_recording_is_looked_at_again_only_where_it_is_new(
    seen: Observation, film: Path, lend: Lend
) -> None:
    plain = Handed(film, lend(0.5).of.told)
    assert judging.again(seen, plain) is seen
    assert judging.again(None, plain) is None
    heard = judging.again(replace(seen, transcript="", loud=seen.loud * 0), replace(plain, anew="sound"))
    assert heard is not None
    assert heard.transcript == seen.transcript
    np.testing.assert_array_equal(heard.loud, seen.loud)
    named = judging.again(seen, borrowed.virtual_camera(lend(0.5)))
    assert named is not None
    assert judging.answer(named, lend(0.5).of.told).against.count("device") == 1
    assert judging.answer(None, plain.told).verdict == "spoof"


def test_nothing_is_live_on_the_alternative_path(seen: Observation) -> None:
    told = {"path": "alternative", "poses": list(films.POSES), "digits": films.DIGITS, "max_seconds": 20}
    assert judging.answer(seen, told).verdict == "unsure"
    assert judging.answer(seen, told | {"path": "standard"}).verdict == "live"
    assert judging.challenge(np.random.default_rng(1), path="alternative")["lights"] == []
