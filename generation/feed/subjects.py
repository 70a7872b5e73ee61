"""Teaches safety how to show, hide and bring back a clip."""

from pathlib import Path

from django.conf import settings

from generation.feed.models import Clip
from generation.feed.watch import KIND
from generation.feed.withdraw import withdraw
from safety import cases


def register() -> None:
    """Teach safety what a clip is."""
    cases.register(KIND, cases.Handlers(show=show, restrict=restrict, restore=restore, resolved=resolved))


def show(subject: str) -> cases.Shown:
    """Return what a moderator needs of a clip."""
    clip = Clip.objects.select_related("maker", "render__job__draft").get(public_id=subject)
    return cases.Shown(
        title=f"A video by @{clip.maker.get_username()}",
        lines=(clip.render.job.draft.prompt, f"released {clip.released_at:%Y-%m-%d %H:%M} UTC, {clip.visibility}"),
        media=Path(settings.MEDIA_HOME) / clip.path,
        media_type="video/mp4",
    )


def restrict(subject: str) -> None:
    """Stop serving the clip while somebody looks at it."""
    Clip.objects.filter(public_id=subject, state=Clip.State.RELEASED).update(state=Clip.State.HELD)


def restore(subject: str) -> None:
    """Serve the clip again, if consent still stands when it is asked for."""
    Clip.objects.filter(public_id=subject, state=Clip.State.HELD).update(state=Clip.State.RELEASED)


def resolved(subject: str, decision: str) -> None:
    """Act on a decision: clear brings the clip back, refuse withdraws it for good."""
    if decision == "clear":
        restore(subject)
    else:
        withdraw(subject, reason="review.refused")
