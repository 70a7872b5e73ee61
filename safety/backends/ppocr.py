"""PP-OCR: where text is in a picture, and what it says (PP-OCRv6 small, ONNX, Apache-2.0, PaddlePaddle).

Detection: BGR in -1..1, sides multiples of 32, one map of how likely each pixel belongs to text (Liao et al. 2020,
"Real-time Scene Text Detection with Differentiable Binarization"). Recognition: 48 pixels high, CTC over 18,708
characters of the living scripts that it was trained on. The steps between are those of PaddleOCR; the library that
packs the models would replace OpenCV by another build, so its models are used without it.
"""

import hashlib
from pathlib import Path

import cv2
import numpy as np
import onnxruntime
from numpy.typing import NDArray

SIDE = 640  # of the longer side, where text is looked for; text of 12 pixels in 1280 is still found
INSIDE, LIKELY = 0.3, 0.5  # of a pixel to belong to text, of a whole box to be text
GROWTH = 1.6  # the map shows a shrunken core; by so much of area over perimeter a box grows back
SMALLEST = 3  # pixels of the map
MOST = 200  # boxes in one picture
HEIGHT, WIDTH, LONGEST = 48, 320, 2400  # of a line to be read
UPRIGHT = 1.5  # a box this much higher than wide is a line turned by a quarter
DOUBTFUL = 0.9  # a less sure line is tried upside down as well

Corners = NDArray[np.float32]


class PpOcr:
    """Two sessions, one thread; 50 ms to find, 15 ms to read a line."""

    name = "PP-OCRv6 small"
    licence = "Apache-2.0"

    def __init__(self, detection: Path, recognition: Path) -> None:
        self.sha256 = hashlib.sha256(detection.read_bytes() + recognition.read_bytes()).hexdigest()
        self._finder, self._reader = _session(detection), _session(recognition)
        listed = self._reader.get_modelmeta().custom_metadata_map["character"].split("\n")
        self._characters = ["", *listed[: self._reader.get_outputs()[0].shape[2] - 2], " "]

    def find(self, rgb: NDArray[np.uint8]) -> list[Corners]:
        """Return the boxes of text in uint8 (H, W, 3): each float32 (4, 2), pixels, clockwise, in reading order."""
        small = _shrunk(rgb)
        (maps,) = self._finder.run(None, {"x": _input(small)})
        scale = np.array([rgb.shape[1] / small.shape[1], rgb.shape[0] / small.shape[0]], np.float32)
        boxes = [box * scale for box in _boxes(maps[0, 0])]
        return sorted(boxes, key=lambda box: (round(float(box[:, 1].min()) / max(rgb.shape[0] / 40, 1)), box[0, 0]))

    def read(self, rgb: NDArray[np.uint8], corners: Corners) -> tuple[str, float]:
        """Return what stands in one box, and how sure that is, 0 to 1."""
        line = _straightened(rgb, corners)
        upright = self._line(line)
        return upright if upright[1] >= DOUBTFUL else max(upright, self._line(line[::-1, ::-1]), key=_sureness)

    def _line(self, picture: NDArray[np.uint8]) -> tuple[str, float]:
        width = min(max(round(HEIGHT * picture.shape[1] / picture.shape[0]), 8), LONGEST)
        line = _input(np.asarray(cv2.resize(picture, (width, HEIGHT)), np.uint8))
        padded = np.pad(line, ((0, 0), (0, 0), (0, 0), (0, max(WIDTH - width, 0))))
        (steps,) = self._reader.run(None, {"x": padded})
        best, sure = steps[0].argmax(axis=1), steps[0].max(axis=1)
        kept = (best > 0) & (np.diff(best, prepend=0) != 0)  # CTC: repeats and blanks say nothing
        text = "".join(self._characters[at] for at in best[kept])
        return text, float(sure[kept].mean()) if kept.any() else 0.0


def _session(path: Path) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.enable_cpu_mem_arena = False  # lines are of every width: an arena would keep room for each
    return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])


def _input(rgb: NDArray[np.uint8]) -> NDArray[np.float32]:
    bgr = rgb[:, :, ::-1].astype(np.float32) / 127.5 - 1
    return np.ascontiguousarray(bgr.transpose(2, 0, 1)[None])


def _shrunk(rgb: NDArray[np.uint8]) -> NDArray[np.uint8]:
    scale = min(SIDE / max(rgb.shape[:2]), 1.0)
    height, width = (max(32, round(side * scale / 32) * 32) for side in rgb.shape[:2])
    return np.asarray(cv2.resize(rgb, (width, height), interpolation=cv2.INTER_AREA), np.uint8)


def _boxes(likely: NDArray[np.float32]) -> list[Corners]:
    """Return the boxes in a map, in its pixels: outlines, their smallest rectangles, grown back."""
    core = cv2.dilate((likely > INSIDE).astype(np.uint8), np.ones((2, 2), np.uint8))
    outlines, _ = cv2.findContours(core, cv2.RETR_LIST, cv2.CHAIN_APPROX_SIMPLE)
    found = []
    for outline in outlines[:MOST]:
        middle, (wide, high), angle = cv2.minAreaRect(outline)
        core_box = np.asarray(cv2.boxPoints((middle, (wide, high), angle)), np.float32)
        if min(wide, high) < SMALLEST or _mean(likely, core_box) < LIKELY:
            continue
        more = GROWTH * wide * high / (wide + high)  # 2 * distance, distance = area * growth / perimeter
        grown = cv2.boxPoints((middle, (wide + more, high + more), angle))
        found.append(_clockwise(np.asarray(grown, np.float32)))
    return found


def _mean(likely: NDArray[np.float32], box: Corners) -> float:
    left, top = np.maximum(np.floor(box.min(axis=0)).astype(int), 0)
    right, bottom = np.ceil(box.max(axis=0)).astype(int) + 1
    part = likely[top:bottom, left:right]
    mask = np.zeros(part.shape, np.uint8)
    cv2.fillPoly(mask, [np.round(box - (left, top)).astype(np.int32)], 1)
    return float(part[mask > 0].mean()) if mask.any() else 0.0


def _clockwise(box: NDArray[np.float32]) -> Corners:
    """Return the corners from the top left one on."""
    by_x = box[np.argsort(box[:, 0])]
    left, right = by_x[:2][np.argsort(by_x[:2, 1])], by_x[2:][np.argsort(by_x[2:, 1])]
    return np.array([left[0], right[0], right[1], left[1]], np.float32)


def _straightened(rgb: NDArray[np.uint8], corners: Corners) -> NDArray[np.uint8]:
    """Return the box as a level picture."""
    across, down = np.linalg.norm(corners - np.roll(corners, 1, axis=0), axis=1).reshape(2, 2).max(axis=0)[::-1]
    wide, high = max(int(across), 1), max(int(down), 1)
    target = np.array([[0, 0], [wide, 0], [wide, high], [0, high]], np.float32)
    turn = cv2.getPerspectiveTransform(corners.astype(np.float32), target)
    level = cv2.warpPerspective(rgb, turn, (wide, high), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(np.rot90(level) if high >= UPRIGHT * wide else level, np.uint8)


def _sureness(read: tuple[str, float]) -> float:
    return read[1]
