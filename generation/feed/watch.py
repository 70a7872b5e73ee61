"""May this person see this clip now? Asked before every page, every byte and every list."""

from collections.abc import Iterable
from enum import StrEnum
from pathlib import Path
from secrets import compare_digest

from django.conf import settings
from django.db.models import Q, QuerySet

from consent import gate, people
from consent.permit import Use
from generation.feed.models import Clip, Link
from safety import cases

KIND = "clip"  # what safety calls our subjects
NOBODY = 0  # somebody who is not signed in


class Sight(StrEnum):
    """What a person gets: the video; a calm word that it is gone; nothing, not even that it exists."""

    SHOWN = "shown"
    GONE = "gone"
    UNKNOWN = "unknown"


def seen(clip: Clip, *, viewer: int = NOBODY, token: str = "") -> Sight:
    """Return what a person, or whoever holds a link's token, gets of the clip at this moment.

    Its maker and the people in it may see it as long as its making stands; everybody else needs that those in it said
    yes to publishing too. Consent is asked now, not remembered.
    """
    if is_theirs(clip, viewer=viewer):
        return Sight.SHOWN if serves(clip) else Sight.GONE
    if not is_open(clip, viewer=viewer, token=token):
        return Sight.UNKNOWN
    return Sight.SHOWN if serves(clip, use=Use.PUBLISH) else Sight.GONE


def is_theirs(clip: Clip, *, viewer: int) -> bool:
    """Return whether the person made the clip or is in it, by what was asked for or by what was allowed."""
    if viewer == NOBODY:
        return False
    if clip.maker_id == viewer or people.depicted(viewer, subjects=[clip.public_id]):
        return True
    return clip.render.job.draft.castings.filter(person_id=viewer).exists()


def is_open(clip: Clip, *, viewer: int, token: str = "") -> bool:
    """Return whether its maker lets this person know of it: by a link, as a follower, as anybody."""
    if viewer != NOBODY and people.blocks(clip.maker_id, other=viewer):
        return False
    match clip.visibility:
        case Clip.Visibility.PUBLIC:
            return True
        case Clip.Visibility.FOLLOWERS:
            return viewer != NOBODY and people.follows(viewer, dst=clip.maker_id)
        case Clip.Visibility.LINK:
            return bool(token) and holds(clip, token=token)
        case _:
            return False


def holds(clip: Clip, *, token: str) -> bool:
    """Return whether this is the token of the clip's link in force."""
    link = Link.objects.filter(clip=clip, revoked_at=None).first()
    return link is not None and compare_digest(link.token, token)


def serves(clip: Clip, *, use: Use = Use.GENERATE) -> bool:
    """Return whether the clip may be served now, to those in it or, for the use *publish*, to others."""
    return bool(servable([clip], use=use))


def servable(clips: Iterable[Clip], *, use: Use = Use.GENERATE) -> list[Clip]:
    """Return those clips that stand: released, not restricted, and still consented to."""
    here = [clip for clip in clips if clip.state == Clip.State.RELEASED]
    standing = gate.standing([clip.public_id for clip in here], use=use) if here else set()
    return [c for c in here if c.public_id in standing and not cases.is_restricted(KIND, c.public_id)]


def still(clip: int, *, viewer: int, token: str = "") -> bool:
    """Return whether a clip (primary key) that is being sent may be sent on; its row is read anew."""
    found = Clip.objects.select_related("render__job__draft").filter(pk=clip).first()
    return found is not None and seen(found, viewer=viewer, token=token) is Sight.SHOWN


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
