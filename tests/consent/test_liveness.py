from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from consent.cameos import capturing, challenge, liveness, movement, speech
from consent.cameos.challenge import Challenge, digits_in
from consent.cameos.observation import Observation, observe
from provenance.media import MediaError
from tests.consent import films

ASKED = Challenge(poses=films.POSES, digits=films.DIGITS)


def against(seen: Observation, asked: Challenge = ASKED) -> set[str]:
    return {finding.check for finding in liveness.judge(seen, asked).findings}


def test_the_actor_who_answers_the_challenge_is_accepted(seen: Observation) -> None:
    judged = liveness.judge(seen, ASKED)
    assert (judged.verdict, judged.findings) == ("live", ())
    assert judged.results["pad"] == "not available", "and it is said so"


def test_every_picture_of_the_actor_shows_a_face_and_it_is_one(seen: Observation) -> None:
    assert seen.present.all()
    assert {look.faces for look in seen.looks} == {1}


def test_wrong_digits_are_refused_in_words(seen: Observation) -> None:
    (finding,) = liveness.judge(seen, Challenge(poses=films.POSES, digits="482914")).findings
    assert finding.sentence == "The digits we heard are not the ones we asked for."


@pytest.mark.parametrize(
    "poses",
    [("up", "left", "right", "down"), ("left", "up", "right"), ("left", "up", "right", "down", "left"), ("left",) * 4],
)
def test_any_other_order_or_number_of_poses_is_refused(seen: Observation, poses: tuple[str, ...]) -> None:
    assert against(seen, Challenge(poses=poses, digits=films.DIGITS)) == {"poses"}


def test_a_recording_of_another_session_answers_nothing(seen: Observation) -> None:
    others = (challenge.make() for _ in range(8))
    fresh = [one for one in others if (one.poses, one.digits) != (films.POSES, films.DIGITS)]
    assert all(against(seen, one) for one in fresh)


def test_a_second_face_is_refused(tmp_path: Path, mesh_model: Path) -> None:
    two = films.honest(tmp_path / "two.mp4", mesh_model, portrait=films.company(), poses=("left",))
    assert "company" in against(observe(two))


def test_a_recording_without_a_face_is_refused(tmp_path: Path) -> None:
    nobody = np.full((360, 480, 3), 128, np.uint8)
    path = films.silent_film(tmp_path / "wall.mp4", films.still(nobody, seconds=5), seconds=5)
    assert against(observe(path)) == {"no_face"}


def test_a_photograph_with_a_voice_is_refused(tmp_path: Path) -> None:
    pictures = films.still(films.astronaut(), seconds=5.5)
    path = films.silent_film(tmp_path / "photo.mp4", pictures, seconds=5.5, says=films.DIGITS)
    assert against(observe(path)) == {"poses", "lips"}


def test_a_photograph_waved_about_takes_no_pose(tmp_path: Path) -> None:
    path = films.silent_film(tmp_path / "waved.mp4", films.waved(films.astronaut(), seconds=6), seconds=6)
    seen = observe(path)
    assert {"poses", "silence"} <= against(seen)


def test_what_a_homography_explains_has_no_relief(seen: Observation) -> None:
    flat = seen.shape[0]
    turned = np.array([[0.8, 0.1, 3], [-0.05, 1.1, 7], [1e-4, -2e-4, 1]])
    moved = np.hstack([flat, np.ones((len(flat), 1))]) @ turned.T
    explained = (moved[:, :2] / moved[:, 2:]).astype(np.float32)
    height = float(np.linalg.norm(flat[10] - flat[152]))
    assert movement.residue(flat, explained) < 0.001 * height
    posed = int(np.nanargmax(seen.pose[:, 0]))
    assert movement.residue(flat, seen.shape[posed]) > movement.RELIEF * height


def test_a_face_that_changes_half_way_is_refused(seen: Observation) -> None:
    first = seen.looks[0].vector
    assert first is not None
    other = np.roll(first, 17)
    half = len(seen.looks) // 2
    swapped = [type(look)(look.t, look.faces, other) if n > half else look for n, look in enumerate(seen.looks)]
    assert against(_with(seen, looks=swapped)) == {"changed"}


def test_lips_that_rest_while_digits_are_said_are_refused(seen: Observation) -> None:
    assert against(_with(seen, mouth=np.full_like(seen.mouth, 0.06))) == {"lips"}


def test_a_moment_shown_twice_is_refused_though_it_falls_between_two_ticks(seen: Observation) -> None:
    """Half a tick later, and with what compression does to a picture."""
    start, length, later = 12, 14, 40
    moment = (seen.thumbs[start : start + length] + seen.thumbs[start + 1 : start + length + 1]) / 2
    assert np.abs(np.diff(moment, axis=0)).mean(axis=1).max() > 1, "or nothing moves in it"
    again = seen.thumbs.copy()
    again[later : later + length] = moment + np.random.default_rng(1).normal(0, 0.2, moment.shape)
    assert against(_with(seen, thumbs=again)) == {"repeats"}


def test_a_room_in_which_nothing_moves_repeats_nothing(seen: Observation) -> None:
    assert capturing.repeated(_with(seen, thumbs=np.ones_like(seen.thumbs))) == float("inf")


def test_digits_said_before_they_are_asked_for_are_refused(seen: Observation) -> None:
    said = float(seen.times[speech.utterance(seen)][0])
    assert against(seen, replace(ASKED, digits_s=said + 2)) == {"early"}
    assert not against(seen, replace(ASKED, digits_s=said - 1))


def test_a_face_lost_beside_closed_eyes_is_no_blink(seen: Observation) -> None:
    """There is nothing to compare with where a face is seen again with closed eyes after a while."""
    eyes, pose = np.zeros_like(seen.eyes), seen.pose.copy()
    pose[10:30], eyes[30] = np.nan, 1.0
    assert movement.blinks(_with(seen, eyes=eyes, pose=pose)) == 0


def test_a_silent_answer_is_refused(seen: Observation) -> None:
    assert against(_with(seen, loud=np.zeros_like(seen.loud), transcript="")) == {"silence"}


@pytest.mark.parametrize("tick", [1e-3, 1 / 90_000], ids=["milliseconds", "a film's"])
def test_pictures_that_come_as_evenly_as_a_file_can_say_are_for_a_person_to_look_at(
    seen: Observation, tick: float
) -> None:
    even = np.round(np.arange(seen.pts.size) / 30 / tick) * tick
    judged = liveness.judge(_with(seen, pts=even), ASKED)
    assert (judged.verdict, [one.check for one in judged.findings]) == ("unsure", ["even"])
    late = even + np.where(np.arange(even.size) == 100, 0.004, 0.0)
    assert liveness.judge(_with(seen, pts=late), ASKED).verdict == "live", "one picture late is what a browser writes"


def test_even_times_say_nothing_of_a_recording_that_answers_no_challenge(seen: Observation) -> None:
    even = _with(seen, pts=np.arange(seen.pts.size) / 30)
    assert "even" not in liveness.unasked(even, movement.straightened(even))


def test_bytes_that_are_no_video_are_one_sentence(tmp_path: Path) -> None:
    path = tmp_path / "x.mp4"
    path.write_bytes(b"not a video" * 999)
    with pytest.raises(MediaError, match=r"^[A-Z][^\n]+\.$"):
        observe(path)


def test_challenges_are_fresh_and_repeat_nothing_twice_in_a_row() -> None:
    made = [challenge.make() for _ in range(200)]
    assert len({(one.poses, one.digits) for one in made}) == 200
    for one in made:
        for row in (one.poses, tuple(one.digits)):
            assert all(a != b for a, b in pairwise(row))
        assert Challenge.of(one.told()) == one


@pytest.mark.parametrize(
    ("heard", "digits"),
    [
        ("4 8 2 9 1 3.", "482913"),
        ("482,913", "482913"),
        ("Four, eight, two. Nine-one-three!", "482913"),
        ("oh for", "04"),
    ],
)
def test_digits_are_heard_as_numerals_and_as_words(heard: str, digits: str) -> None:
    assert digits_in(heard) == digits


def _with(seen: Observation, **changed: object) -> Observation:
    from dataclasses import replace  # noqa: PLC0415 - here alone

    return replace(seen, **changed)  # type: ignore[arg-type]  # names checked by the dataclass
