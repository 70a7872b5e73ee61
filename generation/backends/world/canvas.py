"""An OpenGL 3.3 context without a window, made by the process that draws."""

import os
import sys
from typing import Any

import moderngl

from generation.errors import EngineError

LIBRARIES = (("libGL.so.1", "libEGL.so.1"), ("libOpenGL.so.0", "libEGL.so.1"), ("libEGL.so.1", "libEGL.so.1"))


class NoPictureError(EngineError):
    """No OpenGL could be had on this machine; install libegl1 and libgl1-mesa-dri (Debian, Ubuntu)."""


_drawn_in: set[int] = set()


def context() -> "moderngl.Context":
    """Return a new context with no window: CGL on macOS, EGL elsewhere; raise NoPictureError without one."""
    if _drawn_in and os.getpid() not in _drawn_in:  # the driver's threads did not come along: it would wait for ever
        raise NoPictureError("This process was split off from one that had already drawn; restart the worker.")
    ways: list[dict[str, Any]] = [{}]
    if sys.platform == "linux":
        ways = [{"backend": "egl", "libgl": gl, "libegl": egl} for gl, egl in LIBRARIES]
    for way in ways:
        try:
            made = moderngl.create_context(standalone=True, require=330, **way)
        except Exception:  # noqa: BLE001, S112 - the loader raises bare Exception for every missing library
            continue
        _drawn_in.add(os.getpid())
        return made
    raise NoPictureError
