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

SAME: Final = 0.45  # grey levels (RMS over the thumb) below which two moments count as one picture
MOVING: Final = 1.2  # grey levels a third of a second apart, above which there is something to repeat
AGAIN: Final = int(FPS)  # pictures after which it would be odd to see the same one
EVEN: Final = 1.1e-3  # seconds by which even steps differ once they are written down as whole milliseconds
PROGRAMS: Final = ("virtual", "obs ", "manycam", "v4l2loopback", "xsplit", "snap camera", "droidcam")


def repeated(seen: Observation) -> float:
    """Return for how many seconds the recording shows, while something moves, what it showed before."""
    thumbs = seen.thumbs
    if len(thumbs) < 3 * AGAIN:
        return 0.0
    moving = _apart(thumbs[:-4], thumbs[4:]) > MOVING
    longest = 0
    for lag in range(AGAIN, len(thumbs) - 4):
        same = (_apart(thumbs[:-lag], thumbs[lag:]) < SAME)[: len(thumbs) - max(lag, 4)]
        longest = max(longest, _longest(same & moving[: same.size]))
    return longest / FPS


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


def _apart(one: NDArray[np.float32], other: NDArray[np.float32]) -> NDArray[np.float64]:
    return np.asarray(np.sqrt(((one - other) ** 2).mean(axis=1)), np.float64)


def _longest(flags: NDArray[np.bool_]) -> int:
    edges = np.flatnonzero(np.diff(np.concatenate([[False], flags, [False]]).astype(int)))
    return int((edges[1::2] - edges[::2]).max(initial=0))
