"""How a video leaves the worker: sealed first, then released in one transaction with everybody's last word."""

import hashlib
from pathlib import Path
from typing import TypedDict

import rfc8785
from django.conf import settings
from django.db import transaction
from django.utils import timezone

from consent import people
from consent.permit import Permit
from consent.permit import Refusal as ConsentRefusal
from generation.feed.models import Clip
from generation.feed.release import release as put_out
from generation.pipeline.endings import close, drop_held, judging
from generation.pipeline.footage import Encoded
from generation.pipeline.lease import Lease
from generation.pipeline.models import Job, Render
from provenance import seal
from provenance.seal import ReceiptRef, Sealed, Sealing, Statement
from safety.clearance import Clearance
from safety.clearance import Refusal as SafetyRefusal


class SealFrame(TypedDict):
    """What the seal needs to know before the first picture."""

    render: str
    width: int
    height: int
    handle: str


def frame(job: Job, render: Render) -> SealFrame:
    """Return whose mark the pictures carry; a continued attempt keeps the mark already in them."""
    return {
        "render": source(render),
        "width": job.draft.width,
        "height": job.draft.height,
        "handle": handle(job),
    }


def source(render: Render) -> str:
    """Return the id of the attempt whose pictures these are."""
    return (render.continues or render).public_id


def handle(job: Job) -> str:
    """Return the maker's handle, without the ``@``."""
    return people.display([job.maker_id])[job.maker_id][0]


def finish(sealing: Sealing, render: Render, *, encoded: Encoded, permit: Permit, clearance: Clearance) -> Sealed:
    """Seal the encoded file into the media home under its attempt's name; no row leads to it yet."""
    made = render.continues or render
    statement = Statement(
        title="AI video",  # a manifest outlives every wish to take it back: nobody is named in it
        model=made.engine,
        model_version=made.engine_version,
        source_type=made.source_type,
        made_at=made.started_at,
        stream_digest=encoded.digest,
        clearance_digest=clearance_digest(clearance),
        receipts=tuple(
            ReceiptRef(digest=one.receipt, entry=permit.entry, attested_by=one.attested_by) for one in permit.cameos
        ),
    )
    return sealing.finish(encoded.path, destination=destination(render), statement=statement)


def destination(render: Render) -> Path:
    """Return where the sealed file lies."""
    return Path(settings.MEDIA_HOME) / f"{source(render)}.mp4"


def clearance_digest(clearance: Clearance) -> str:
    """Return what the manifest says of the clearance: a commitment to the row, not the ticket itself."""
    about = {
        "handle": clearance.handle,
        "kind": clearance.kind.value,
        "policy": clearance.policy_version,
        "subject": clearance.subject_digest,
    }
    return hashlib.sha256(rfc8785.dumps(about)).hexdigest()


def release(
    lease: Lease, render: Render, *, encoded: Encoded, permit: Permit, clearance: Clearance, sealed: Sealed
) -> Clip | ConsentRefusal | SafetyRefusal:
    """Ask consent once more, spend the output's clearance, insert the clip and end the job: all of it or nothing.

    A no undoes all that was written here, withdraws the seal in the log and deletes the file.
    """
    with judging():
        clip = put_out(render.pk, maker=lease.job.maker_id, permit=permit, clearance=clearance, sealed=sealed,
                       digest=encoded.digest, by=render.public_id)  # fmt: skip
        if isinstance(clip, Clip):
            done(lease, render, encoded)
        else:
            transaction.set_rollback(True)
    if not isinstance(clip, Clip):
        take_back(sealed)
    return clip


def done(lease: Lease, render: Render, encoded: Encoded) -> None:
    """End the job in the release's own transaction; raises, and so undoes the release, if the lease was lost."""
    close(lease, Job.State.DONE, stage="done", progress=1.0, finished_at=timezone.now())
    Render.objects.filter(pk=render.pk).update(
        state=Render.State.RELEASED, stream_digest=encoded.digest, ended_at=timezone.now()
    )
    drop_held(lease.job)


def take_back(sealed: Sealed) -> None:
    """Withdraw a seal that was never released, and delete its file."""
    with transaction.atomic():
        seal.withdraw(sealed.manifest, reason="never.released")
    sealed.path.unlink(missing_ok=True)
