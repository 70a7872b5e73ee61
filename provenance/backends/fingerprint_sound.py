"""Chromaprint: sound becomes 32-bit words, eight a second, that stay much the same when it is compressed.

After the reference (Lukáš Lalinský's libchromaprint, MIT, algorithm TEST2; "How does Chromaprint work?", 2011): the
energy of the twelve notes in overlapping windows, smoothed over five of them, and sixteen trained comparisons of
neighbouring areas of that picture, two bits each. Written out here because the library comes in no Python package,
and as Debian's brings twenty-six more; a test compares it with the words that the library itself gives.
"""

from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from provenance.errors import MediaError

RATE: Final = 11025  # samples per second, mono
FRAME, HOP = 4096, 4096 // 3  # samples
LOWEST, HIGHEST = 28, 3520  # Hz
NOTES: Final = 12
SMOOTH: Final = np.array([0.25, 0.75, 1.0, 0.75, 0.25])
SILENT: Final = 0.01  # of a window's length as a vector; below, it is nothing
WIDEST: Final = 16  # windows that one word looks at
GRAY: Final = np.array([0, 1, 3, 2], np.uint32)
CLASSIFIERS: Final = (  # shape, lowest note, notes, windows, and where the answer changes
    (0, 4, 3, 15, (1.98215, 2.35817, 2.63523)),
    (4, 4, 6, 15, (-1.03809, -0.651211, -0.282167)),
    (1, 0, 4, 16, (-0.298702, 0.119262, 0.558497)),
    (3, 8, 2, 12, (-0.105439, 0.0153946, 0.135898)),
    (3, 4, 4, 8, (-0.142891, 0.0258736, 0.200632)),
    (4, 0, 3, 5, (-0.826319, -0.590612, -0.368214)),
    (1, 2, 2, 9, (-0.557409, -0.233035, 0.0534525)),
    (2, 7, 3, 4, (-0.0646826, 0.00620476, 0.0784847)),
    (2, 6, 2, 16, (-0.192387, -0.029699, 0.215855)),
    (2, 1, 3, 2, (-0.0397818, -0.00568076, 0.0292026)),
    (5, 10, 1, 15, (-0.53823, -0.369934, -0.190235)),
    (3, 6, 2, 10, (-0.124877, 0.0296483, 0.139239)),
    (2, 1, 1, 14, (-0.101475, 0.0225617, 0.231971)),
    (3, 5, 6, 4, (-0.0799915, -0.00729616, 0.063262)),
    (1, 9, 2, 12, (-0.272556, 0.019424, 0.302559)),
    (3, 4, 2, 14, (-0.164292, -0.0321188, 0.0846339)),
)

Words = NDArray[np.uint32]
Area = tuple[float, float, float, float]


def words(samples: NDArray[np.float32]) -> Words:
    """Return the words of mono sound at ``RATE``; none for less than 2.8 seconds."""
    count = (len(samples) - FRAME) // HOP + 1
    if count < WIDEST + len(SMOOTH) - 1:
        return np.zeros(0, np.uint32)
    coarse = np.round(samples.clip(-1, 1) * 32767) / 32767  # the library takes 16-bit samples
    windows = np.lib.stride_tricks.sliding_window_view(coarse, FRAME)[::HOP][:count] * np.hamming(FRAME)
    energy = np.abs(np.fft.rfft(windows, axis=1)) ** 2 @ _notes()
    smooth = np.apply_along_axis(np.convolve, 0, energy, SMOOTH, mode="valid")
    length = np.linalg.norm(smooth, axis=1, keepdims=True)
    return _words(np.where(length < SILENT, 0, smooth / np.maximum(length, SILENT)))


def track(path: Path) -> NDArray[np.float32]:
    """Return the sound of a file that we wrote ourselves, mono at ``RATE``; empty where it has none.

    Raises:
        MediaError: it is no such file.
    """
    import av  # noqa: PLC0415 - only whoever seals needs it

    blocks: list[NDArray[np.float32]] = [np.zeros(0, np.float32)]
    try:
        with av.open(str(path)) as container:
            resampler = av.AudioResampler(format="flt", layout="mono", rate=RATE)
            heard = container.decode(container.streams.audio[0]) if container.streams.audio else ()
            for frame in [*heard, None]:
                blocks += [part.to_ndarray().astype(np.float32).ravel() for part in resampler.resample(frame)]
    except (av.FFmpegError, ValueError) as error:
        raise MediaError("The encoded file cannot be read back.") from error
    return np.concatenate(blocks)


@lru_cache(maxsize=1)
def _notes() -> NDArray[np.float64]:
    """Return (frequencies, 12): which note each frequency counts for."""
    table = np.zeros((FRAME // 2 + 1, NOTES))
    at = np.arange(round(FRAME * LOWEST / RATE), round(FRAME * HIGHEST / RATE))
    octave = np.log2(at * RATE / FRAME / 27.5)
    table[at, (NOTES * (octave - np.floor(octave))).astype(int)] = 1
    return table


def _words(picture: NDArray[np.float64]) -> Words:
    sums = np.zeros((len(picture) + 1, NOTES + 1))
    sums[1:, 1:] = picture.cumsum(0).cumsum(1)
    found = np.zeros(len(picture) - WIDEST + 1, np.uint32)
    for shape, low, notes, width, limits in CLASSIFIERS:
        plus, minus = (
            sum((_total(sums, _laid(part, low, notes, width), len(found)) for part in parts), np.zeros(len(found)))
            for parts in _shape(shape)
        )
        level = np.searchsorted(np.array(limits), np.log(1 + plus) - np.log(1 + minus), side="right")
        found = found << np.uint32(2) | GRAY[level]
    return found


def _total(sums: NDArray[np.float64], area: tuple[int, int, int, int], count: int) -> NDArray[np.float64]:
    """Return the sum over an area at each of ``count`` places."""
    left, right, down, up = area
    rows = sums[right : right + count] - sums[left : left + count]
    return rows[:, up] - rows[:, down]


def _laid(part: Area, low: int, notes: int, width: int) -> tuple[int, int, int, int]:
    """Return a part of a classifier's area in windows and notes."""
    begin, end, bottom, top = part
    return _whole(begin, width), _whole(end, width), low + _whole(bottom, notes), low + _whole(top, notes)


def _whole(share: float, of: int) -> int:
    """Return a share of a length in whole steps, as the library rounds: down, twice a third being two such thirds."""
    return of if share == 1 else int(3 * share + 0.5) * (of // 3) if share in (1 / 3, 2 / 3) else int(share * of)


def _shape(number: int) -> tuple[tuple[Area, ...], tuple[Area, ...]]:
    """Return which parts of the area are added, and which are taken off: (from, to, lowest, highest)."""
    half, third = 0.5, 1 / 3
    shapes: Any = (
        (((0, 1, 0, 1),), ()),
        (((0, 1, half, 1),), ((0, 1, 0, half),)),
        (((half, 1, 0, 1),), ((0, half, 0, 1),)),
        (((0, half, half, 1), (half, 1, 0, half)), ((0, half, 0, half), (half, 1, half, 1))),
        (((0, 1, third, 2 / 3),), ((0, 1, 0, third), (0, 1, 2 / 3, 1))),
        (((third, 2 / 3, 0, 1),), ((0, third, 0, 1), (2 / 3, 1, 0, 1))),
    )
    plus, minus = shapes[number]
    return plus, minus
