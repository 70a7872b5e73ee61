"""Take a clip away: nobody is served it any more, and the public log says that it was withdrawn."""

from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from consent import gate
from generation.feed.models import Clip, Link


@transaction.atomic
def withdraw(clip: str, *, reason: str) -> bool:
    """Withdraw by public id; False when it was gone already. The bytes stay for the retention task."""
    return leave(clip, state=Clip.State.WITHDRAWN, reason=reason) is not None


@transaction.atomic
def delete(clip: str, *, reason: str = "deleted.by-maker") -> bool:
    """Delete by public id, bytes and all; False when it was gone already."""
    gone = leave(clip, state=Clip.State.DELETED, reason=reason)
    if gone is None:
        return False
    path = Path(settings.MEDIA_HOME) / gone.path
    transaction.on_commit(lambda: path.unlink(missing_ok=True))
    return True


def leave(clip: str, *, state: Clip.State, reason: str) -> Clip | None:
    """Move a clip that is here to a state in which it is not, and say so in the log, once."""
    from provenance import seal  # noqa: PLC0415 - web processes withdraw seldom and need no signing library until then

    here = (Clip.State.RELEASED, Clip.State.HELD)
    gate.retire(clip)  # before the clip's own lock: appearance, then clip, as everywhere
    found = Clip.objects.select_for_update().filter(public_id=clip, state__in=here).first()
    if found is not None:
        Clip.objects.filter(pk=found.pk).update(state=state, ended_at=timezone.now())
        Link.objects.filter(clip=found, revoked_at=None).update(revoked_at=timezone.now())
        seal.withdraw(found.manifest_id, reason=reason)
    return found
