"""The one road: nothing is drawn before consent and safety said yes, nothing leaves before they say so again."""

import structlog

from consent import gate
from consent.permit import Permit, Witnessed
from generation.errors import LeaseLostError
from generation.feed.models import Clip
from generation.pipeline import leaving, tickets, workplace
from generation.pipeline.encode import encode
from generation.pipeline.endings import end, judging, stumble
from generation.pipeline.footage import Encoded, Reel
from generation.pipeline.lease import Lease, taken
from generation.pipeline.models import Job
from generation.pipeline.render import render
from generation.pipeline.resume import resume
from provenance import seal
from safety import screen
from safety.clearance import Clearance

log = structlog.get_logger()


def make(job_id: int) -> None:
    """Walk the road once for a job, unless it is done or another worker walks it."""
    with taken(job_id) as lease:
        if lease is None:
            return
        try:
            walk(lease.job, lease)
        except LeaseLostError:
            log.info("lease.lost", job=lease.job.public_id)
        except Exception as error:  # noqa: BLE001 - whatever broke, the job must say so
            stumble(lease, error)


def walk(job: Job, lease: Lease) -> None:  # noqa: PLR0911 - each return is somebody's no, told where it is said
    """Go from a draft to a released clip, or end where somebody says no."""
    lease.at(Job.State.MAKING, "asking permission")
    with judging():
        permit = tickets.permission(job)
        if not isinstance(permit, Permit):
            return end(lease, permit)

    lease.at(Job.State.MAKING, "reading the words")
    with judging():
        words = tickets.words(job)
        if not isinstance(words, Clearance):
            return end(lease, words)
        attempt = tickets.attempt(job, permit=permit, clearance=words)

    with workplace.opened(attempt.public_id) as folder:
        sealing = seal.begin(**leaving.frame(job, attempt))
        looks, faces = screen.output_tap(ours=sealing.says), gate.witness_tap()
        lease.at(Job.State.MAKING, "drawing")
        if attempt.continues:  # a person cleared what was made before: no engine is called again
            encoded = resume(job, attempt, permit=permit, clearance=words, taps=(looks, faces))
        else:
            reel = render(job, permit=permit, clearance=words, progress=lease.progress)
            if not isinstance(reel, Reel):
                return end(lease, reel)
            tickets.note(attempt, reel)
            encoded = encode(
                reel, folder / "video.mp4", mark=sealing.mark, taps=(looks, faces), progress=lease.progress
            )

        if not isinstance(encoded, Encoded):
            return end(lease, encoded)

        lease.at(Job.State.CHECKING, "checking who and what is in it")
        with judging():
            witnessed = gate.witness(faces, permit=permit, job=job.public_id, digest=encoded.digest)
            if not isinstance(witnessed, Witnessed):
                return end(lease, witnessed, encoded=encoded)
            shown = screen.output(
                looks, digest=encoded.digest, signals=witnessed.signals, **tickets.about(job, attempt)
            )
            if not isinstance(shown, Clearance):
                return end(lease, shown, encoded=encoded)

        lease.at(Job.State.SEALING, "sealing")
        sealed = leaving.finish(sealing, attempt, encoded=encoded, permit=permit, clearance=shown)
        clip = leaving.release(lease, attempt, encoded=encoded, permit=permit, clearance=shown, sealed=sealed)
        if not isinstance(clip, Clip):
            return end(lease, clip)
    return None
