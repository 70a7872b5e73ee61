"""The embedded engine: what it understands, what it plays, what is seen and heard."""

import hashlib
import io
import os
from collections.abc import Callable
from functools import cache
from itertools import islice, pairwise

import av
import numpy as np
import pytest
import skimage.data
from numpy.typing import NDArray

from consent.backends import face_engine, landmark_engine
from generation.backends import Cast, Order, Rendering, engine
from generation.backends.world.canvas import NoPictureError
from generation.backends.world.parse import Action, Thing, parse
from generation.backends.world.setup import stage
from generation.backends.world.simulate import Play, simulate
from generation.backends.world.sound import RATE
from generation.errors import EngineError

Picture = NDArray[np.uint8]
JUGGLER = "@olive juggles three oranges on the beach at sunset"


def ignore(_: float) -> None: ...


@cache
def likeness() -> Cast:
    """A public-domain portrait with its landmarks, as consent hands them out."""
    portrait = np.ascontiguousarray(skimage.data.astronaut()[12:236, 113:337])  # type: ignore[no-untyped-call]
    mesh = landmark_engine().read(portrait)
    assert mesh is not None
    return Cast(handle="olive", portrait=portrait, landmarks=mesh.landmarks)


def ask(
    prompt: str, *, cast: bool = False, size: tuple[int, int] = (320, 180), seconds: int = 1, seed: int = 3
) -> Rendering:
    people = (likeness(),) if cast else ()
    order = Order(
        prompt=prompt, width=size[0], height=size[1], seconds=seconds, fps=24, style="realistic", seed=seed, cast=people
    )  # fmt: skip
    return engine("world").render(order, ignore)


def play(prompt: str, *, cast: tuple[str, ...] = (), seed: int = 3) -> Play:
    return simulate(stage(parse(prompt, cast=cast), seed=seed), seconds=3, fps=24)


# -- words


@pytest.mark.parametrize(
    ("prompt", "place", "hour", "action", "things"),
    [
        ("a red ball drops on the beach", "beach", "day", Action.DROP, (Thing("ball", 1, "red"),)),
        ("Two basketballs bounce in the gym", "gym", "day", Action.BOUNCE, (Thing("basketball", 2),)),
        ("3 green apples fall at night in the street", "street", "night", Action.DROP, (Thing("apple", 3, "green"),)),
        ("@olive juggles oranges at sunset by the sea", "beach", "sunset", Action.JUGGLE, (Thing("orange", 3),)),
        ("an orange ball rolls down the stairs", "park", "day", Action.STAIRS, (Thing("ball", 1, "orange"),)),
        ("a tower of blue cubes collapses", "park", "day", Action.TOPPLE, (Thing("cube", 6, "blue"),)),
        ("ten dominoes on the kitchen table", "kitchen", "day", Action.DOMINOES, (Thing("domino", 10),)),
        ("@olive throws a tennis ball", "park", "day", Action.THROW, (Thing("tennis ball", 1),)),
        ("", "park", "day", Action.DROP, (Thing("ball", 1),)),
    ],
)
def test_a_prompt_is_understood(prompt: str, place: str, hour: str, action: Action, things: tuple[Thing, ...]) -> None:
    scene = parse(prompt, cast=("olive",))
    assert (scene.place, scene.hour, scene.action, scene.things) == (place, hour, action, things)
    assert scene.left_out == ()


def test_words_it_does_not_know_are_named_and_not_pretended() -> None:
    scene = parse("seventeen penguins and @sten juggle 20 flaming apples", cast=("olive",))
    assert scene.left_out == ("seventeen", "penguins", "@sten", "20", "flaming")
    assert scene.things == (Thing("apple", 5),)
    assert not {"penguin", "penguins", "flaming"} & set(scene.vocabulary)


def test_a_prompt_with_nothing_known_shows_a_falling_ball_and_whoever_is_cast() -> None:
    scene = parse("entropy", cast=("olive",))
    assert (scene.action, scene.things, scene.left_out) == (Action.DROP, (Thing("ball", 1),), ("entropy",))
    assert {"ball", "person", "face"} <= set(scene.vocabulary)
    assert "person" not in parse("entropy").vocabulary


# -- physics


def test_a_ball_falls_as_long_as_gravity_says() -> None:
    prompt = "a ball drops in the gym"
    scene = stage(parse(prompt), seed=3)
    item = scene.items[0]
    first = play(prompt).touches[0]
    due = item.start + np.sqrt(2 * (item.at[2] - item.kind.size[2]) / 9.81)
    assert first.at == pytest.approx(due, abs=0.003)
    assert first.materials == ("boards", "rubber")


def test_a_ball_bounces_higher_on_boards_than_on_sand() -> None:
    def rebound(prompt: str) -> float:
        found = play(prompt)
        first = found.touches[0].at
        return float(found.places[int(first * 24) + 1 :, 0, 2].max())

    assert rebound("a ball bounces in the gym") > 0.35
    assert rebound("a ball bounces on the beach") < 0.15


def test_every_domino_falls_in_its_turn() -> None:
    for cast in ((), ("olive",)):
        found = play("twelve dominoes", cast=cast)
        heights = found.places[:, :, 2] / found.places[0, :, 2]
        assert (heights[-1] < 0.75).all()
        fell = (heights < 0.9).argmax(axis=0)
        assert (np.diff(fell) >= 0).all()
        assert fell[-1] > fell[0] + 4


def test_a_juggler_catches_everything() -> None:
    found = play(JUGGLER, cast=("olive",))
    catches = [touch for touch in found.touches if touch.materials == ("fruit", "hand")]
    assert len(catches) >= 9
    assert found.places[:, :, 2].min() > 0.1


# -- picture


@cache
def juggling() -> tuple[list[Picture], NDArray[np.float32]]:
    made = ask(JUGGLER, cast=True, size=(640, 360), seconds=2)
    return list(islice(made.frames, 48)), made.sound()


def coded(pictures: list[Picture]) -> list[Picture]:
    """Return what is left of the pictures after H.264 at CRF 26."""
    file = io.BytesIO()
    with av.open(file, "w", format="mp4") as out:
        stream = out.add_stream("libx264", rate=24, options={"crf": "26", "preset": "veryfast"})
        stream.height, stream.width = pictures[0].shape[:2]
        stream.pix_fmt = "yuv420p"
        for picture in pictures:
            out.mux(stream.encode(av.VideoFrame.from_ndarray(picture, "rgb24")))
        out.mux(stream.encode(None))
    file.seek(0)
    with av.open(file, "r") as back:
        return [np.asarray(frame.to_ndarray(format="rgb24"), np.uint8) for frame in back.decode(video=0)]


def test_the_enrolled_face_is_recognised_in_the_coded_clip() -> None:
    faces = face_engine()

    def vector(picture: Picture) -> NDArray[np.float32]:
        face = max(faces.find(picture), key=lambda found: found.size)
        assert face.size > 90 or picture.shape[0] != 360
        found = faces.vector(picture, face)
        return found / np.linalg.norm(found)

    enrolled = vector(likeness().portrait)
    likes = [float(vector(picture) @ enrolled) for picture in coded(juggling()[0])[::8]]
    assert min(likes) > 0.5


def test_nobody_is_in_the_picture_who_was_not_cast() -> None:
    pictures = list(ask("a ball drops in the park", size=(640, 360)).frames)
    assert not any(face_engine().find(picture) for picture in coded(pictures)[::6])


def test_the_frames_are_as_many_and_as_large_as_ordered() -> None:
    pictures, _ = juggling()
    assert len(pictures) == 48
    assert {(picture.shape, picture.dtype) for picture in pictures} == {((360, 640, 3), np.dtype(np.uint8))}
    assert float(np.mean([np.abs(a.astype(int) - b).mean() for a, b in pairwise(pictures)])) > 0.3


def digest(made: Rendering) -> str:
    whole = hashlib.sha256()
    for picture in made.frames:
        whole.update(picture.tobytes())
    whole.update(made.sound().tobytes())
    return whole.hexdigest()


def test_the_same_seed_gives_the_same_video_and_another_seed_another() -> None:
    first = digest(ask("two balls bounce in the street", seed=5))
    assert digest(ask("two balls bounce in the street", seed=5)) == first
    assert digest(ask("two balls bounce in the street", seed=6)) != first


def test_the_same_face_gives_the_same_head() -> None:
    pictures = [next(ask(JUGGLER, cast=True, seed=9).frames) for _ in range(2)]
    assert np.array_equal(pictures[0], pictures[1])


def test_two_seeds_differ_to_the_eye() -> None:
    one, other = (next(ask("@olive waves", cast=True, seed=seed).frames).astype(int) for seed in (1, 2))
    assert np.abs(one - other).mean() > 3


# -- sound


def onset(wave: NDArray[np.float32]) -> float:
    """Return when the wave first rises far above what came before, in seconds."""
    loud = np.abs(wave).max(axis=1)
    return float(np.argmax(loud > 8 * np.quantile(loud[: RATE // 4], 0.99)) / RATE)


def test_a_contact_is_heard_within_a_frame_of_being_seen() -> None:
    made = ask("a ball drops in the gym", seconds=2)
    list(made.frames)
    first = play("a ball drops in the gym").touches[0].at
    assert onset(made.sound()) == pytest.approx(first, abs=1 / 24)


def test_the_sound_is_as_long_as_the_pictures_and_never_too_loud() -> None:
    _, heard = juggling()
    assert (heard.shape, heard.dtype) == ((2 * RATE, 2), np.dtype(np.float32))
    assert 0.02 < float(np.abs(heard).max()) < 1
    assert not np.array_equal(heard[:, 0], heard[:, 1])


# -- what it says of itself, and when it cannot


def test_without_opengl_it_says_what_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    def absent(**_: object) -> None:
        raise Exception("libEGL.so.1 is not there")  # noqa: TRY002 - what the loader really raises

    world = engine("world")
    assert world.available() == ""
    monkeypatch.setattr("moderngl.create_context", absent)
    assert world.available() == NoPictureError.__doc__
    with pytest.raises(EngineError, match="OpenGL"):
        next(ask("a ball drops").frames)


def test_it_names_the_source_that_is_true_of_each_video() -> None:
    assert ask("a ball drops", cast=True).source_type == "compositeSynthetic"
    assert ask("a ball drops").source_type == "algorithmicMedia"


@pytest.mark.parametrize("spoil", [lambda face, marks: (face[:, :, 0], marks), lambda face, marks: (face, marks[:100])])
def test_a_broken_likeness_ends_in_one_sentence(spoil: Callable[..., tuple[object, object]]) -> None:
    whole = likeness()
    portrait, landmarks = spoil(whole.portrait, whole.landmarks)
    cast = (Cast(handle="olive", portrait=portrait, landmarks=landmarks),)
    order = Order(prompt="", width=64, height=64, seconds=1, fps=24, style="anime", seed=1, cast=cast)
    with pytest.raises(EngineError, match="cannot be drawn"):
        engine("world").render(order, ignore)


def test_more_people_than_the_stage_holds_are_refused() -> None:
    order = Order(prompt="", width=64, height=64, seconds=1, fps=24, style="", seed=1, cast=(likeness(),) * 3)
    with pytest.raises(EngineError, match="at most 2 people"):
        engine("world").render(order, ignore)


def test_a_process_split_off_after_drawing_says_so_instead_of_waiting_for_ever() -> None:
    assert engine("world").available() == ""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.write(writer, engine("world").available().encode())
        os._exit(0)
    os.close(writer)
    with os.fdopen(reader) as said:
        assert "restart the worker" in said.read()
    assert os.waitpid(child, 0)[1] == 0
