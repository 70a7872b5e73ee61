"""Release: from here on a video may be served to its maker and the people in it."""

from pathlib import Path

from django.conf import settings
from django.utils import timezone

from consent import gate
from consent.permit import Permit
from consent.permit import Refusal as ConsentRefusal
from generation.feed.models import Clip, opaque
from provenance.seal import Sealed
from safety import screen
from safety.clearance import Clearance
from safety.clearance import Refusal as SafetyRefusal


def release(
    render_id: int, *, maker: int, permit: Permit, clearance: Clearance, sealed: Sealed, digest: str, by: str
) -> Clip | ConsentRefusal | SafetyRefusal:
    """Insert the clip, inside the caller's transaction, or return the no that stands against it.

    ``digest`` is the encoded stream's; the caller rolls back on a no.
    """
    clip = opaque()
    # I3: the last word is consent's, in the transaction that makes the clip servable
    if refusal := gate.confirm(permit, subject=clip):
        return refusal
    if refused := screen.redeem(clearance, digest=digest, by=by):
        return refused
    return Clip.objects.create(
        public_id=clip,
        render_id=render_id,
        maker_id=maker,
        output_clearance_id=clearance.id,
        manifest_id=sealed.manifest,
        path=str(sealed.path.relative_to(Path(settings.MEDIA_HOME))),
        not_evaluated=list(clearance.not_evaluated),
        released_at=timezone.now(),
    )
