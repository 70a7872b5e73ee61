"""Timestamps that come late: a seal made while the authority was silent gets one by an update manifest.

The row waits from the sealing's own transaction on. A worker claims it, asks, writes the updated file beside the old
one, and puts it in place in the transaction that logs ``asset.stamped`` and says the new digest. A crash after the
file is in place and before the commit leaves a file that is stamped and a row that waits: the next try finds the
timestamp in the file and only writes it down.
"""

from datetime import timedelta
from pathlib import Path

import structlog
from django.conf import settings
from django.db import transaction
from django.utils import timezone

from provenance.errors import ProvenanceError, SealError
from provenance.log import entries
from provenance.manifests import credentials, placing, signing, status
from provenance.manifests.findings import Findings
from provenance.manifests.models import Manifest, Stamping

log = structlog.get_logger(__name__)
FIRST_WAIT = timedelta(minutes=2)  # longer than any one try takes: the library waits 30 s for an answer
LONGEST_WAIT = timedelta(hours=1)
SILENCE = timedelta(minutes=5)  # for so long nobody else asks an authority that did not answer a seal
MOST = 50  # files in one sweep
EXPIRED = "signingCredential.expired"


def is_configured() -> bool:
    """Return whether there is an authority to ask, and roots by which its answer is worth something."""
    return bool(settings.TIMESTAMP_URL and settings.TIMESTAMP_ANCHORS)


def is_wanted() -> bool:
    """Return whether to ask while sealing: not while a seal of the last minutes waits for the same authority.

    An authority that hangs costs half a minute; one seal in five minutes may pay it, not each.
    """
    lately = timezone.now() - SILENCE
    return is_configured() and not Stamping.objects.filter(next_at__isnull=False, queued_at__gt=lately).exists()


def queue(manifest: Manifest, path: Path) -> None:
    """Have a timestamp added later to the sealed file at ``path``; in the transaction that made the seal."""
    now = timezone.now()
    Stamping.objects.create(
        manifest=manifest, path=str(path), sealed_sha256=manifest.file_sha256, queued_at=now, next_at=now + FIRST_WAIT
    )


def sweep() -> int:
    """Stamp what is due, oldest first, and return how many were; stops when the authority is silent."""
    stamped = 0
    for _ in range(MOST if is_configured() else 0):
        row = claim()
        if row is None:
            break
        try:
            stamped += restamp(row)
        except (ProvenanceError, OSError) as error:
            log.warning(
                "a timestamp is still missing", manifest=row.manifest_id, tries=row.tries, why=type(error).__name__
            )
            break
    return stamped


@transaction.atomic
def claim() -> Stamping | None:
    """Take the oldest row that is due for oneself: the next try, by whomever, is some minutes away."""
    due = Stamping.objects.select_for_update(skip_locked=True, of=("self",)).filter(next_at__lte=timezone.now())
    row = due.select_related("manifest").order_by("next_at").first()
    if row is not None:
        row.tries += 1
        row.next_at = timezone.now() + min(FIRST_WAIT * 2 ** min(row.tries - 1, 10), LONGEST_WAIT)
        row.save(update_fields=["tries", "next_at"])
    return row


def restamp(row: Stamping) -> bool:
    """Add the timestamp to the file; return False when there is nothing left to add it to.

    Raises:
        SealError: the authority did not answer, or what came out did not read as ours with its time proven.
        KeyStoreError: there is no usable signing key.
    """
    path = Path(row.path)
    if not path.exists() or Manifest.objects.filter(pk=row.manifest_id, withdrawn_entry__isnull=False).exists():
        return give_up(row)
    found = credentials.read(path)
    if found.verdict is not status.Verdict.OURS and EXPIRED in found.problems:
        log.error("the leaf of a seal ended before it had a timestamp", manifest=row.manifest_id)
        return give_up(row)
    if is_stamped(found, row):
        return record(row, path, path)
    fresh = placing.draft(path)
    try:
        signing.stamp(path, destination=fresh)
        if not is_stamped(credentials.read(fresh), row):
            msg = "The file did not read back as ours with its time proven; it stays as it was."
            raise SealError(msg)
        return record(row, fresh, path)
    finally:
        fresh.unlink(missing_ok=True)


def is_stamped(found: Findings, row: Stamping) -> bool:
    """Return whether this is the same seal, ours, with a timestamp that we believe."""
    is_same = found.manifest is not None and found.manifest.label == row.manifest.label
    return found.verdict is status.Verdict.OURS and is_same and found.stamp is not None


def record(row: Stamping, fresh: Path, path: Path) -> bool:
    """Put the stamped file in place and say so: the log, the seal's digest and the queue change together."""
    with transaction.atomic():
        manifest = Manifest.objects.select_for_update(of=("self",)).get(pk=row.manifest_id)
        # The lock is the one a withdrawal takes before it deletes the file: a deleted file never comes back.
        is_here = path.exists() and manifest.withdrawn_entry_id is None
        if not is_here or (fresh != path and placing.sha256(path) != manifest.file_sha256):
            return give_up(row) if not is_here else False
        before, manifest.file_sha256 = manifest.file_sha256, placing.sha256(fresh)
        manifest.save(update_fields=["file_sha256"])
        fact = {"manifest": manifest.label, "file_sha256": manifest.file_sha256, "was_sha256": before}
        row.entry = entries.append("asset.stamped", fact)
        finish(row)
        if fresh != path:
            placing.settle(fresh, path)  # the last thing before the commit
    return True


def give_up(row: Stamping) -> bool:
    """Let a seal be that is withdrawn, deleted or out of date."""
    finish(row)
    return False


def finish(row: Stamping) -> None:
    """Take a row off the queue."""
    row.next_at, row.done_at = None, timezone.now()
    row.save(update_fields=["next_at", "done_at", "entry"])


def waiting() -> tuple[int, timedelta]:
    """Return how many seals wait for a timestamp, and how long the oldest has."""
    rows = Stamping.objects.filter(next_at__isnull=False)
    oldest = rows.order_by("queued_at").values_list("queued_at", flat=True).first()
    return rows.count(), timezone.now() - oldest if oldest else timedelta()
