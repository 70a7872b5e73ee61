"""Door: open a case, register a kind of subject, ask whether a subject is restricted."""

from dataclasses import asdict
from pathlib import Path

from safety.clearance import Span
from safety.review import preserved, queue, subjects
from safety.review.subjects import Handlers, Shown

__all__ = ["Handlers", "Shown", "is_cleared", "is_restricted", "open", "preserve", "register"]


def open(  # noqa: A001 - the door's word
    *, kind: str, subject: str, policy: str, reason: str, digest: str = "", span: Span | None = None
) -> str:
    """Open a case about a subject inside the caller's ``atomic()`` and return its public id.

    One case is open for a subject at a time: the open one is returned and learns the new policy. ``digest``
    (hex SHA-256) names the bytes that were held, so that a decision covers them alone; ``span`` says where in them.
    CaseError outside a transaction. Appends no fact; the decision will append ``case.decided``.
    """
    return queue.open_case(
        kind=kind, subject=subject, policy=policy, reason=reason, digest=digest, span=asdict(span) if span else None
    )


def register(kind: str, handlers: Handlers) -> None:
    """Teach safety how a kind of subject is shown and what a decision does; from the owner's ``apps.ready``."""
    subjects.register(kind, handlers)


def is_restricted(kind: str, subject: str) -> bool:
    """Return whether a case about the subject waits for a person, or the last one was decided against it."""
    return queue.is_restricted(kind=kind, subject=subject)


def preserve(path: Path, *, requester: int, job: str, digest: str) -> None:
    """Seal the bytes of a video that was refused with ``must_be_preserved``, for a report; inside a transaction."""
    preserved.keep(requester=requester, job=job, digest=digest, media=path.read_bytes())


def is_cleared(kind: str, subject: str, *, policy: str, digest: str) -> bool:
    """Return whether a person has cleared exactly these bytes of the subject for this policy."""
    return bool(queue.cleared(kind=kind, subject=subject, digest=digest, policies=[policy]))
