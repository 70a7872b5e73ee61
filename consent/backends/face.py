"""Faces: YuNet finds them, SFace tells them apart.

Both networks come from the OpenCV Zoo (int8, block-quantised). SFace gets its faces through
insightface's alignment (five points to the ArcFace template). Three traps are closed here:

* the graph lists its weights among its inputs, which the runtime refuses: they are taken off in memory;
* the weights are packed, and would be unpacked again for every face: that is done once, with the same vectors
  (to 1e-6) for 12 ms a face instead of 31;
* with a scaling of (x - 127.5) / 127.5, as is usual elsewhere, every face matches every other face: mean is 0 and
  deviation 1, and a self-test on two known people refuses to start a recogniser that cannot tell them apart.
"""

import hashlib
import importlib.util
import warnings
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import onnx
import skimage.data
from insightface.utils.face_align import norm_crop
from numpy.typing import NDArray
from onnx.numpy_helper import from_array, to_array
from onnx.reference import ReferenceEvaluator

from consent.backends import CERTAIN, Face, Picture
from consent.errors import EngineMissingError

cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_ERROR)  # it warns about targets nobody asked for
WIDEST = 640  # pixels; YuNet sees faces from 10 px to 300 px, and time grows with the area
DOUBTFUL = 0.5  # half turned away, half hidden, blurred; a cat, a cup and three of 17 other harmless things, too
# The self-test, measured with the right scaling: the same person .95, the two people .18;
# with the wrong one: .98 and .89. The line between lies far from both.
SAME_AT_LEAST, OTHER_AT_MOST = 0.75, 0.40


class SFace:
    """YuNet and SFace behind one interface."""

    name = "YuNet 2023mar + SFace 2021dec, int8"
    licence = "Apache-2.0 (OpenCV Zoo)"
    mean, deviation = 0.0, 1.0

    def __init__(self, detector: Path, recogniser: Path) -> None:
        self.sha256 = hashlib.sha256(recogniser.read_bytes()).hexdigest()
        try:
            self._detector = cv2.FaceDetectorYN.create(str(detector), "", (320, 320), CERTAIN, 0.3, 50)
            self._recogniser = self._runner(recogniser)
            self._test()
        except EngineMissingError:
            raise
        except Exception as surprise:  # four libraries, one answer
            raise EngineMissingError(f"The face engine is not available: {type(surprise).__name__}.") from surprise

    def find(self, picture: Picture, *, strict: bool = True) -> list[Face]:
        """Return the faces in an RGB picture, largest first; boxes and points in its pixels.

        Not ``strict``: also what looks like one only a little. Then a thing may be taken for a face.
        """
        height, width = picture.shape[:2]
        scale = min(1.0, WIDEST / max(height, width))
        bgr = cv2.cvtColor(picture, cv2.COLOR_RGB2BGR)
        if scale < 1:
            bgr = cv2.resize(bgr, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
        self._detector.setScoreThreshold(CERTAIN if strict else DOUBTFUL)
        self._detector.setInputSize((bgr.shape[1], bgr.shape[0]))
        rows: Any = self._detector.detect(bgr)[1]  # None when there is no face, whatever cv2's stub says
        found = [] if rows is None else [_face(row, scale=scale) for row in rows]
        return sorted(found, key=lambda face: face.size, reverse=True)

    def vector(self, picture: Picture, face: Face) -> NDArray[np.float32]:
        """Return the face's vector: float32 (128,), unit length."""
        with warnings.catch_warnings():  # insightface 2.1 calls a method that scikit-image 0.26 renames
            warnings.simplefilter("ignore", FutureWarning)
            crop = norm_crop(picture, face.points)
        self._recogniser.setInput(cv2.dnn.blobFromImage(crop, 1 / self.deviation, mean=(self.mean,) * 3))
        raw = np.asarray(self._recogniser.forward(), np.float32).ravel()
        length = float(np.linalg.norm(raw))
        unit: NDArray[np.float32] = (raw / max(length, 1e-9)).astype(np.float32)
        return unit

    def _runner(self, path: Path) -> cv2.dnn.Net:
        """Return the network with its weights unpacked, once instead of for every face."""
        model = onnx.load(str(path))
        graph, known = model.graph, {one.name: to_array(one) for one in model.graph.initializer}
        data = [wanted for wanted in graph.input if wanted.name == "data"]
        del graph.input[:]
        graph.input.extend(data)
        for node in list(graph.node):
            if all(name in known for name in node.input):
                unpacked: Any = ReferenceEvaluator(node).run(None, {name: known[name] for name in node.input})
                value = known[node.output[0]] = unpacked[0]
                graph.initializer.append(from_array(value, node.output[0]))
                graph.node.remove(node)
        return cv2.dnn.readNetFromONNX(np.frombuffer(model.SerializeToString(), np.uint8))

    def _test(self) -> None:
        """Refuse a recogniser that cannot tell Eileen Collins from Grace Hopper, or not herself from herself."""
        collins: Picture = skimage.data.astronaut()  # type: ignore[no-untyped-call]  # Eileen Collins, NASA, public domain
        hopper = _hopper()
        mirrored = np.ascontiguousarray(collins[:, ::-1])
        dimmer = np.asarray(cv2.convertScaleAbs(cv2.resize(collins, (384, 384)), alpha=0.8, beta=10), np.uint8)
        first, same, dim, other = (self._only(picture) for picture in (collins, mirrored, dimmer, hopper))
        if min(first @ same, first @ dim) < SAME_AT_LEAST or max(first @ other, same @ other) > OTHER_AT_MOST:
            raise EngineMissingError("The face engine is not available: it cannot tell two known people apart.")

    def _only(self, picture: Picture) -> NDArray[np.float32]:
        found = self.find(picture)
        if len(found) != 1:
            raise EngineMissingError("The face engine is not available: it does not find a known face.")
        return self.vector(picture, found[0])


def _face(row: NDArray[np.float32], *, scale: float) -> Face:
    left, top, width, height = (float(value) / scale for value in row[:4])
    points = (row[4:14].reshape(5, 2) / scale).astype(np.float32)
    return Face(box=(left, top, left + width, top + height), points=points, score=float(row[14]))


def _hopper() -> Picture:
    """Return Rear Admiral Grace Hopper's Navy portrait (public domain), which matplotlib carries."""
    spec = importlib.util.find_spec("matplotlib")
    if spec is None or spec.origin is None:
        raise EngineMissingError("The face engine is not available: matplotlib, which carries a test face, is missing.")
    picture = cv2.imread(str(Path(spec.origin).parent / "mpl-data" / "sample_data" / "grace_hopper.jpg"))
    if picture is None:
        raise EngineMissingError("The face engine is not available: matplotlib's test face is missing.")
    return np.asarray(cv2.cvtColor(picture, cv2.COLOR_BGR2RGB), np.uint8)
