"""Go on from quarantined bytes, once a person has cleared them; no engine is called again."""

from collections.abc import Sequence

from consent.permit import Permit
from consent.permit import Refusal as ConsentRefusal
from generation.errors import EncodeError
from generation.pipeline import workplace
from generation.pipeline.encode import judged, stream_digest
from generation.pipeline.footage import Encoded
from generation.pipeline.models import Job, Render
from generation.pipeline.render import redeem
from provenance import media
from provenance.media import Tap
from safety.clearance import Clearance
from safety.clearance import Refusal as SafetyRefusal


def resume(
    job: Job, render: Render, *, permit: Permit, clearance: Clearance, taps: Sequence[Tap]
) -> Encoded | ConsentRefusal | SafetyRefusal:
    """Spend the new tickets, hold the bytes against their digest, and let the judges see and hear everything again.

    Either ticket not good: its Refusal. Other bytes than those set aside: ``EncodeError``.
    """
    spent = redeem(job, permit=permit, clearance=clearance)
    if not isinstance(spent, tuple):
        return spent
    origin = render.continues or render
    path = workplace.held(origin.public_id)
    if not path.exists() or stream_digest(path) != origin.stream_digest:
        raise EncodeError("The video that was set aside is not there any more.")
    with judged():
        sound = media.sound(path)
        for tap in taps:
            tap.hear(sound)
    for picture in media.frames(path):
        with judged():
            for tap in taps:
                if tap.wants(picture.index, picture.t):
                    tap.see(picture)
    return Encoded(path=path, digest=origin.stream_digest)
