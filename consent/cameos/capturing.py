"""How the recording was made: from a loop, by a camera? Measures; ``liveness`` draws the lines.

Compression takes a sensor's grain away: five of six recordings of real people have none left between most pictures, so
a missing grain is told to the person who decides a case, as a cue, and counts for nothing else. Even times are another
matter: those six have them because they were encoded anew, but a browser stamps each picture when it arrives.
Chromium's steps differ by 14 to 260 ms within eight seconds even when a file plays the camera (measured, VP8, VP9 and
MP4). A rhythm in the picture's brightness, as between a screen's and a camera's, was measured too and left out: people
in lamplight have it as often.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from consent.cameos.observation import FPS, Observation

MOVING: Final = 3.0  # grey levels (RMS over the thumb) within a stretch, from its middle: there is something to repeat
STRETCH: Final = 9  # pictures: three quarters of a second
AGAIN: Final = int(FPS)  # pictures after which it would be odd to see the same ones
BETWEEN: Final = (0.0, 0.25, 0.5, 0.75)  # of a step: a moment shown again rarely falls on the same tick
EVEN: Final = 1.1e-3  # seconds by which even steps differ once they are written down as whole milliseconds
PROGRAMS: Final = ("virtual", "obs ", "manycam", "v4l2loopback", "xsplit", "snap camera", "droidcam")


def repeated(seen: Observation) -> float:
    """Return how alike the two most alike stretches are in which something moves, a second or more apart.

    In grey levels: the median over the stretch of the thumbs' RMS distance, at the best offset; inf where no two can be
    compared. What is shown twice differs only by what compression makes of it.
    """
    thumbs = seen.thumbs.astype(np.float64)
    starts = np.flatnonzero(_moving(thumbs))
    if not starts.size:
        return float("inf")
    alike = thumbs @ thumbs.T / thumbs.shape[1]
    lags = range(AGAIN, len(thumbs) - STRETCH)
    return min((_least(alike, lag, by, starts) for lag in lags for by in BETWEEN), default=float("inf"))


def is_virtual(seen: Observation) -> bool:
    """Return whether the file names a camera that is a program; one that does not name it proves nothing."""
    said = " ".join(seen.tags.values()).lower()
    return any(name in said for name in PROGRAMS)


def is_even(seen: Observation) -> bool:
    """Return whether all pictures, from the first to the last, come as evenly as a file can say."""
    return seen.pts.size > AGAIN and float(np.ptp(np.diff(seen.pts))) <= EVEN


def cues(seen: Observation) -> tuple[str, ...]:
    """Return what a person who decides should know of the file itself; none of it decides anything."""
    if seen.grain.size and float(np.percentile(seen.grain, 95)) == 0.0:
        return ("It holds no grain at all, as a sensor's pictures do before they are compressed.",)
    return ()


def _moving(thumbs: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Return of which pictures a stretch starts in which something moves."""
    if len(thumbs) < STRETCH:
        return np.zeros(0, np.bool_)
    stretches = np.lib.stride_tricks.sliding_window_view(thumbs, STRETCH, axis=0)
    middle = stretches.mean(axis=2, keepdims=True)
    return np.asarray(np.sqrt(((stretches - middle) ** 2).mean(axis=1)).max(axis=1) >= MOVING, np.bool_)


def _least(alike: NDArray[np.float64], lag: int, by: float, starts: NDArray[np.intp]) -> float:
    """Return the least median distance of stretches ``lag`` and a part of a step apart, from all inner products."""
    count = len(alike) - lag - 1
    first = np.arange(count)
    near, far = first + lag, first + lag + 1
    shown = (1 - by) ** 2 * alike[near, near] + by**2 * alike[far, far] + 2 * by * (1 - by) * alike[near, far]
    square = alike[first, first] + shown - 2 * ((1 - by) * alike[first, near] + by * alike[first, far])
    inside = starts[starts <= count - STRETCH]
    if not inside.size:
        return float("inf")
    apart = np.sqrt(np.maximum(square, 0))[inside[:, None] + np.arange(STRETCH)]
    return float(np.median(apart, axis=1).min())
