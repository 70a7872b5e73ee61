"""How the recording was made: by a camera, by a program? Measures; ``liveness`` draws the lines.

Compression takes a sensor's grain away: five of six recordings of real people have none left between most pictures, so
a missing grain is told to the person who decides a case, as a cue, and counts for nothing else. Even times are another
matter: those six have them because they were encoded anew, but a browser stamps each picture when it arrives.
Chromium's steps differ by 14 to 260 ms within eight seconds even when a file plays the camera (measured, VP8, VP9 and
MP4). A rhythm in the picture's brightness, as between a screen's and a camera's, was measured too and left out: people
in lamplight have it as often.
"""

from typing import Final

import numpy as np

from consent.cameos.observation import FPS, Observation

FEW: Final = int(FPS)  # pictures: of fewer, nothing is said
EVEN: Final = 1.1e-3  # seconds by which even steps differ once they are written down as whole milliseconds
PROGRAMS: Final = ("virtual", "obs ", "manycam", "v4l2loopback", "xsplit", "snap camera", "droidcam")


def is_virtual(seen: Observation) -> bool:
    """Return whether the file names a camera that is a program; one that does not name it proves nothing."""
    said = " ".join(seen.tags.values()).lower()
    return any(name in said for name in PROGRAMS)


def is_even(seen: Observation) -> bool:
    """Return whether all pictures, from the first to the last, come as evenly as a file can say."""
    return seen.pts.size > FEW and float(np.ptp(np.diff(seen.pts))) <= EVEN


def cues(seen: Observation) -> tuple[str, ...]:
    """Return what a person who decides should know of the file itself; none of it decides anything."""
    if seen.grain.size and float(np.percentile(seen.grain, 95)) == 0.0:
        return ("It holds no grain at all, as a sensor's pictures do before they are compressed.",)
    return ()
