"""What a case can be about: each kind's owner registers how to show it and what a decision does to it."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from safety.errors import CaseError


@dataclass(frozen=True, slots=True)
class Shown:
    """What a moderator may see of a subject: a title, lines of text, and held media if there is any.

    ``media`` is read by the case page alone, as an attachment that is not cached; it never gets a URL of its own.
    """

    title: str
    lines: tuple[str, ...] = ()
    media: Path | None = None
    media_type: str = "application/octet-stream"


@dataclass(frozen=True, slots=True)
class Handlers:
    """A kind's owner: all take the subject's id; ``resolved`` is called inside the decision's transaction, once."""

    show: Callable[[str], Shown]
    restrict: Callable[[str], None]
    restore: Callable[[str], None]
    resolved: Callable[[str, str], None]


_REGISTERED: dict[str, Handlers] = {}


def register(kind: str, handlers: Handlers) -> None:
    """Teach safety a kind of subject; the last registration counts, so that reloading is harmless."""
    _REGISTERED[kind] = handlers


def handlers(kind: str) -> Handlers:
    """Return the owner of a kind; CaseError when nobody has registered it."""
    try:
        return _REGISTERED[kind]
    except KeyError:
        raise CaseError(f"Nobody has said how a {kind} is shown and decided.") from None
