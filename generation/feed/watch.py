"""May this person see this clip now? Asked before every page, every byte and every list."""

from collections.abc import Iterable
from enum import StrEnum
from pathlib import Path

from django.conf import settings
from django.db.models import Q, QuerySet

from consent import gate
from generation.feed.models import Clip
from safety import cases

KIND = "clip"  # what safety calls our subjects


class Sight(StrEnum):
    """What a person gets: the video; a calm word that it is gone; nothing, not even that it exists."""

    SHOWN = "shown"
    GONE = "gone"
    UNKNOWN = "unknown"


def seen(clip: Clip, *, viewer: int) -> Sight:
    """Return what this person gets of the clip at this moment."""
    if not is_theirs(clip, viewer=viewer):
        return Sight.UNKNOWN
    return Sight.SHOWN if serves(clip) else Sight.GONE


def is_theirs(clip: Clip, *, viewer: int) -> bool:
    """Return whether the person made the clip, is cast in it, or may know of it because everybody may."""
    cast = clip.render.job.draft.castings.filter(person_id=viewer)
    return clip.maker_id == viewer or clip.visibility == Clip.Visibility.PUBLIC or cast.exists()


def serves(clip: Clip) -> bool:
    """Return whether the clip may be served to those who may know of it; consent is asked now, not remembered."""
    return bool(servable([clip]))


def servable(clips: Iterable[Clip]) -> list[Clip]:
    """Return those clips that stand: released, not restricted, and still consented to."""
    here = [clip for clip in clips if clip.state == Clip.State.RELEASED]
    standing = gate.standing([clip.public_id for clip in here]) if here else set()
    return [c for c in here if c.public_id in standing and not cases.is_restricted(KIND, c.public_id)]


def of(person: int) -> QuerySet[Clip]:
    """Return every clip a person made or is cast in, newest first."""
    theirs = Q(maker_id=person) | Q(render__job__draft__castings__person_id=person)
    return (
        Clip.objects.filter(theirs)
        .select_related("render__job__draft", "maker", "manifest")
        .prefetch_related("render__job__draft__castings")
        .order_by("-released_at")
        .distinct()
    )


def file(clip: Clip) -> Path:
    """Return where the sealed bytes lie."""
    return Path(settings.MEDIA_HOME) / clip.path
