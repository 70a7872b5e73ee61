"""The process that may open templates: the ml worker, which leaves no core dump and lets no other process look in."""

import contextlib
import ctypes
import os
import resource
import sys
from typing import Final

from consent.errors import TemplateError

OUTSIDE: Final = {"web", "light"}  # COUNTENANCE_ROLE of the processes that never open a template
PR_SET_DUMPABLE: Final = 4  # linux/prctl.h

_secluded: set[int] = set()  # process ids; a fork has to do it again


def enter() -> None:
    """Make this process safe for an open template, once; raises TemplateError in a process that is not for it."""
    if os.environ.get("COUNTENANCE_ROLE") in OUTSIDE:
        raise TemplateError("Likenesses are opened in the ml process alone.")
    if os.getpid() in _secluded:
        return
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform == "linux":
        with contextlib.suppress(OSError, AttributeError):  # another C library; the limit above still holds
            ctypes.CDLL(None).prctl(PR_SET_DUMPABLE, 0, 0, 0, 0)
    _secluded.add(os.getpid())
