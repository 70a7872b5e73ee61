"""Publish: others than its maker and the people in it may see a video, once everybody in it said yes to that too.

Every change of who may see it is judged anew, by the gate's second confirm, in the transaction that makes the change.
"""

from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from consent import gate
from consent.permit import Reason, Refusal, Use
from generation.feed.models import Clip, Link
from generation.feed.watch import KIND
from safety import cases

Visibility = Clip.Visibility
GONE = Refusal(Reason.WITHDRAWN, "This video is not shown any more.", advice="Make a new one if everybody agrees.")


def show(clip: str, *, visibility: Clip.Visibility) -> Refusal | None:
    """Let these people see the clip (public id), or return the no of somebody in it; None is done.

    Private needs nobody's yes. A no changes nothing.
    """
    if visibility is Visibility.PRIVATE:
        hide(clip)
        return None
    with transaction.atomic():
        refusal = ask(clip, visibility=visibility)
        if refusal is None and not change(clip, visibility=visibility):
            refusal = GONE
        if refusal is not None:
            transaction.set_rollback(True)
    return refusal


def ask(clip: str, *, visibility: Clip.Visibility) -> Refusal | None:
    """Ask everybody in it, by the permit it was made under."""
    permit = gate.permit_of(clip)
    if permit is None:
        return GONE
    return gate.confirm(permit, subject=clip, use=Use.PUBLISH, shared=visibility.value)


@transaction.atomic
def hide(clip: str) -> None:
    """Take the clip back to its maker and the people in it; links end. Safe to repeat."""
    gate.retire(clip, use=Use.PUBLISH)
    change(clip, visibility=Visibility.PRIVATE)


def change(clip: str, *, visibility: Clip.Visibility) -> bool:
    """Write down who may see it; False when it is gone, or waits for a person who looks at it."""
    found = Clip.objects.select_for_update().filter(public_id=clip, state=Clip.State.RELEASED).first()
    if found is None or (visibility is not Visibility.PRIVATE and cases.is_restricted(KIND, clip)):
        return False
    Clip.objects.filter(pk=found.pk).update(visibility=visibility)
    tell(found, public=visibility is Visibility.PUBLIC)
    if visibility is Visibility.LINK:
        Link.objects.get_or_create(clip=found, revoked_at=None)
    else:
        end_links(found)
    return True


def tell(clip: Clip, *, public: bool) -> None:
    """Let everybody be led from the pictures to the seal of a public clip, and nobody to that of any other."""
    from provenance import seal  # noqa: PLC0415 - web processes publish seldom and need no signing library until then

    if public:
        seal.disclose(clip.manifest_id, path=Path(settings.MEDIA_HOME) / clip.path)
    else:
        seal.conceal(clip.manifest_id)


def end_links(clip: Clip) -> int:
    """Revoke every link to a clip; return how many there were."""
    return Link.objects.filter(clip=clip, revoked_at=None).update(revoked_at=timezone.now())


@transaction.atomic
def renew(clip: Clip) -> Link | None:
    """Revoke the link and make another, for a clip that is shown by link; None for any other."""
    found = Clip.objects.select_for_update().filter(pk=clip.pk, visibility=Visibility.LINK).first()
    if found is None or found.state != Clip.State.RELEASED:
        return None
    end_links(found)
    return Link.objects.create(clip=found)


def link_of(clip: Clip) -> Link | None:
    """Return the link in force."""
    return Link.objects.filter(clip=clip, revoked_at=None).first()
