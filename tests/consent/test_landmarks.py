import numpy as np
import pytest
from pytest_django import Settings

from consent import backends
from consent.backends.landmarks import _angles
from consent.cameos.observation import Observation
from consent.errors import EngineMissingError
from tests.consent import films


def turned(*, yaw: float = 0, pitch: float = 0, roll: float = 0) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    """A head's pose as matrix: x right, y up, z to the camera; roll first, then pitch, then yaw."""
    a, b, c = np.radians([yaw, -pitch, -roll])
    about_y = np.array([[np.cos(a), 0, np.sin(a)], [0, 1, 0], [-np.sin(a), 0, np.cos(a)]])
    about_x = np.array([[1, 0, 0], [0, np.cos(b), -np.sin(b)], [0, np.sin(b), np.cos(b)]])
    about_z = np.array([[np.cos(c), -np.sin(c), 0], [np.sin(c), np.cos(c), 0], [0, 0, 1]])
    matrix = np.eye(4)
    matrix[:3, :3] = about_y @ about_x @ about_z
    return matrix


@pytest.mark.parametrize(
    ("yaw", "pitch", "roll"), [(0, 0, 0), (20, 0, 0), (-35, 0, 0), (0, 15, 0), (0, -15, 0), (0, 0, 12), (20, 10, 0)]
)
def test_angles_are_read_back_from_the_matrix(yaw: float, pitch: float, roll: float) -> None:
    assert _angles(turned(yaw=yaw, pitch=pitch, roll=roll)) == pytest.approx((yaw, pitch, roll), abs=1e-6)


def test_a_portrait_is_read_straight_and_its_mirror_image_too() -> None:
    engine, picture = backends.landmark_engine(), films.astronaut()
    mesh = engine.read(picture)
    assert mesh is not None
    mirrored = engine.read(np.ascontiguousarray(picture[:, ::-1]))
    assert mirrored is not None
    assert mesh.landmarks.shape == (478, 3)
    assert abs(mesh.yaw) < 4
    assert mesh.roll == pytest.approx(-mirrored.roll, abs=2)
    assert mesh.blink < 0.2
    nose = mesh.landmarks[1, :2]
    assert np.hypot(*(nose - (224, 122))) < 12, "pixels, not fractions"


def test_the_persons_own_left_is_positive_and_so_is_up(seen: Observation) -> None:
    at = dict(zip(films.POSES, (1.4, 3.0, 4.6, 6.2), strict=True))  # the middle of each hold in the actor's score
    straight = seen.pose - np.nanmedian(seen.pose, axis=0)
    held = {pose: straight[int(np.argmin(np.abs(seen.times - t)))] for pose, t in at.items()}
    assert held["left"][0] > 10
    assert held["right"][0] < -10
    assert held["up"][1] > 8
    assert held["down"][1] < -8


def test_where_there_is_no_face_there_is_no_mesh() -> None:
    assert backends.landmark_engine().read(np.full((240, 320, 3), 90, np.uint8)) is None


def test_a_model_that_was_not_fetched_is_named(settings: Settings) -> None:
    settings.WEIGHTS = settings.WEIGHTS | {"face_landmarker.task": None}
    with pytest.raises(EngineMissingError, match=r"face_landmarker\.task was not fetched"):
        backends.landmark_engine()


def test_the_choosers_still_choose_after_their_engines_were_imported() -> None:
    for choose in (backends.face_engine, backends.landmark_engine, backends.speech_engine):
        assert choose() is choose()
        assert choose().sha256
