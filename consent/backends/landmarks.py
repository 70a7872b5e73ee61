"""Landmarks: MediaPipe's FaceLandmarker gives 478 points, the head's pose and the face's expression.

The model (``face_landmarker.task``, float16, Apache-2.0) sees faces at arm's length. Following a
face through a recording costs about 6 ms a picture on one core; a single picture about 20 ms.
"""

import contextlib
import hashlib
import os
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

os.environ.setdefault("GLOG_minloglevel", "3")  # read when the library is loaded, below

import mediapipe as mp
from mediapipe.tasks.python import BaseOptions, vision
from numpy.typing import NDArray

from consent.backends import Mesh, Picture
from consent.errors import EngineMissingError


class FaceLandmarker:
    """One face's mesh, pose, blink and jaw."""

    name = "MediaPipe FaceLandmarker float16/1"
    licence = "Apache-2.0"

    def __init__(self, task: Path) -> None:
        self._model = task.read_bytes()
        self.sha256 = hashlib.sha256(self._model).hexdigest()

    def read(self, picture: Picture) -> Mesh | None:
        """Return the face in one RGB picture, or None."""
        with self._opened(vision.RunningMode.IMAGE) as landmarker:
            return _mesh(landmarker.detect(_image(picture)), picture.shape)

    def follow(self, pictures: Iterable[tuple[float, Picture]]) -> Iterator[tuple[float, Picture, Mesh | None]]:
        """Follow one face through (seconds, RGB picture) pairs in order; None where it is lost."""
        last = -1
        with self._opened(vision.RunningMode.VIDEO) as landmarker:
            for seconds, picture in pictures:
                last = max(last + 1, round(seconds * 1000))  # the library insists on growing milliseconds
                yield seconds, picture, _mesh(landmarker.detect_for_video(_image(picture), last), picture.shape)

    @contextlib.contextmanager
    def _opened(self, mode: vision.RunningMode) -> Iterator[vision.FaceLandmarker]:
        options = vision.FaceLandmarkerOptions(
            base_options=BaseOptions(model_asset_buffer=self._model),
            running_mode=mode,
            num_faces=1,
            output_face_blendshapes=True,
            output_facial_transformation_matrixes=True,
        )
        try:
            with _hushed():
                landmarker = vision.FaceLandmarker.create_from_options(options)
        except (RuntimeError, ValueError, OSError) as surprise:
            raise EngineMissingError("The landmarks engine is not available: its model cannot be opened.") from surprise
        with landmarker:
            yield landmarker


@contextlib.contextmanager
def _hushed() -> Iterator[None]:
    """Keep the library's start-up chatter, written by C++ to descriptor 2, out of the log."""
    sys.stderr.flush()
    kept = os.dup(2)
    with Path(os.devnull).open("w", encoding="utf-8") as nowhere:
        os.dup2(nowhere.fileno(), 2)
    try:
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)


def _image(picture: Picture) -> Any:  # noqa: ANN401 - the library has no types
    return mp.Image(image_format=mp.ImageFormat.SRGB, data=np.ascontiguousarray(picture))


def _mesh(result: Any, shape: tuple[int, ...]) -> Mesh | None:  # noqa: ANN401 - the library has no types
    if not result.face_landmarks:
        return None
    height, width = shape[:2]
    points = np.array([(p.x, p.y, p.z) for p in result.face_landmarks[0]], np.float32)
    yaw, pitch, roll = _angles(np.asarray(result.facial_transformation_matrixes[0], np.float64))
    shapes = {shape.category_name: float(shape.score) for shape in result.face_blendshapes[0]}
    return Mesh(
        landmarks=points * np.array([width, height, width], np.float32),
        yaw=yaw,
        pitch=pitch,
        roll=roll,
        blink=(shapes["eyeBlinkLeft"] + shapes["eyeBlinkRight"]) / 2,
        jaw=shapes["jawOpen"],
    )


def _angles(matrix: NDArray[np.float64]) -> tuple[float, float, float]:
    """Return yaw, pitch and roll in degrees from the 4x4 pose (x right, y up, z toward the camera)."""
    turned = matrix[:3, :3] / np.linalg.norm(matrix[:3, :3], axis=0)
    look = turned[:, 2]
    yaw = np.degrees(np.arctan2(look[0], look[2]))  # picture right is the person's own left
    pitch = np.degrees(np.arctan2(look[1], np.hypot(look[0], look[2])))
    roll = np.degrees(np.arctan2(-turned[1, 0], turned[1, 1]))
    return float(yaw), float(pitch), float(roll)
