import json
from pathlib import Path

import numpy as np
import pytest
from django.core.management import CommandError, call_command

from consent.trials import actor, pose
from consent.trials.asked import Asked
from consent.trials.lift import PortraitError, lift
from consent.trials.pose import Stage, Turn
from consent.trials.score import Score
from provenance import media
from tests.consent import films

SIZE = {"width": 320, "height": 240}


def test_a_turned_head_moves_its_nose_further_than_its_ears_and_the_wall_not_at_all(mesh_model: Path) -> None:
    head = lift(films.astronaut(), **SIZE, model=mesh_model)
    stage = Stage(head)
    across, _ = stage._moved(Turn(yaw=20))
    at = [(head.points[n] / pose.GRID).astype(int) for n in (1, 234, 454)]
    nose, right, left = (float(across[y, x]) for x, y in at)
    assert nose > 3 * max(abs(right), abs(left))
    assert abs(across[2, 2]) < 0.01
    assert nose * pose.GRID > 10


def test_the_search_for_pixels_ends_close_to_the_truth(mesh_model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    head = lift(films.astronaut(), **SIZE, model=mesh_model)
    quick = Stage(head).show(head.picture, Turn(yaw=24, pitch=5)).astype(int)
    monkeypatch.setattr(pose, "ROUNDS", 40)
    exact = Stage(head).show(head.picture, Turn(yaw=24, pitch=5)).astype(int)
    assert np.abs(quick - exact).mean() < 1.0


def test_a_head_that_does_not_turn_is_the_photograph(mesh_model: Path) -> None:
    head = lift(films.astronaut(), **SIZE, model=mesh_model)
    assert np.abs(Stage(head).show(head.picture, Turn()).astype(int) - head.picture).mean() < 1.5


def test_the_score_holds_each_pose_and_speaks_after_the_last() -> None:
    voice = actor.speak("12", seed=1)
    score = Score(asked=Asked(poses=("left", "down"), digits="12"), said=voice)
    assert score.turn(1.4).yaw > 20
    assert score.turn(3.0).pitch < -14
    assert score.mouth(score.speaks_at - 0.5) == 0
    spoken = [score.mouth(score.speaks_at + t / 10) for t in range(int(10 * len(voice) / actor.RATE))]
    assert max(spoken) > 0.5
    assert min(spoken) < 0.1


def test_the_command_films_what_was_asked(tmp_path: Path) -> None:
    asked = tmp_path / "challenge.json"
    asked.write_text(json.dumps({"id": "x", "challenge": {"poses": [], "digits": "7"}}))
    out = tmp_path / "out.webm"
    call_command("act", challenge=asked, out=out)
    told = media.probe(out)
    assert (told.width, told.height) == (640, 480)
    assert media.sound(out).samples.std() > 0.005


@pytest.mark.parametrize(
    ("content", "name", "says"),
    [
        ('{"poses": ["sideways"], "digits": "1"}', "a.mp4", "no challenge an actor can answer"),
        ('{"poses": ["left"]}', "a.mp4", "no challenge an actor can answer"),
        ("[", "a.mp4", "holds no challenge"),
        ('{"poses": ["left"], "digits": "1"}', "a.avi", "must end in"),
    ],
)
def test_the_command_says_in_one_sentence_what_it_cannot_do(tmp_path: Path, content: str, name: str, says: str) -> None:
    asked = tmp_path / "challenge.json"
    asked.write_text(content)
    with pytest.raises(CommandError, match=says):
        call_command("act", challenge=asked, out=tmp_path / name)


def test_a_portrait_without_a_face_is_refused(mesh_model: Path) -> None:
    with pytest.raises(PortraitError, match="No face was found"):
        lift(np.full((200, 200, 3), 120, np.uint8), **SIZE, model=mesh_model)
