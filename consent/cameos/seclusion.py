"""The process that may open templates: the ml worker, which leaves no core dump and lets no other process look in.

What is open there stays there: it is never pickled (:class:`Secluded`), and no trace of an exception shows it
(:func:`discreet`), whoever prints that trace with the values of its frames.
"""

import contextlib
import ctypes
import os
import resource
import sys
import traceback
from collections.abc import Callable
from functools import wraps
from typing import Final, NoReturn, ParamSpec, TypeVar

from consent.errors import TemplateError

INSIDE: Final = "ml"  # the COUNTENANCE_ROLE of the one process that opens templates
PR_SET_DUMPABLE: Final = 4  # linux/prctl.h

P = ParamSpec("P")
R = TypeVar("R")

_secluded: set[int] = set()  # process ids; a fork has to do it again


def enter() -> None:
    """Make this process safe for an open template, once; raises TemplateError in every process but the ml worker."""
    if os.environ.get("COUNTENANCE_ROLE") != INSIDE:
        raise TemplateError("Likenesses are opened in the ml process alone.")
    if os.getpid() in _secluded:
        return
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform == "linux":
        with contextlib.suppress(OSError, AttributeError):  # another C library; the limit above still holds
            ctypes.CDLL(None).prctl(PR_SET_DUMPABLE, 0, 0, 0, 0)
    _secluded.add(os.getpid())


class Secluded:
    """What holds somebody's face in the open: it cannot leave this process by being pickled."""

    __slots__ = ()

    def __reduce__(self) -> NoReturn:
        """Raise TypeError."""
        raise TypeError("Somebody's face is never pickled.")


def discreet(work: Callable[P, R]) -> Callable[P, R]:
    """Let no exception of this function carry the values it worked on: of its frames only their places remain known.

    The frames are emptied, also those of exceptions that it came from, and so are the arguments. An exception's own
    words are kept; what is raised here says nothing of values, and ``config.logs`` leaves foreign words out.
    """

    @wraps(work)
    def done(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return work(*args, **kwargs)
        except Exception as surprise:
            del args, kwargs
            _empty(surprise)
            raise

    return done


def _empty(surprise: BaseException) -> None:
    seen: list[BaseException | None] = [surprise]
    while seen:
        one = seen.pop()
        if one is not None:
            if one.__traceback__ is not None:
                traceback.clear_frames(one.__traceback__.tb_next or one.__traceback__)
            seen += [one.__cause__, one.__context__]
