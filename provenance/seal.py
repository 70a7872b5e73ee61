"""Door: seal a rendered video so that anyone can check where it came from."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone
from numpy import uint8
from numpy.typing import NDArray

from provenance.errors import ProvenanceError, SealError
from provenance.log import entries
from provenance.log.models import Entry
from provenance.manifests import claim, credentials, placing, signing, stamping, status, store
from provenance.manifests.claim import Position, ReceiptRef, Statement
from provenance.manifests.models import Manifest
from provenance.manifests.placing import settle, sha256
from provenance.marks import disclosed, fingerprints, invisible, visible
from provenance.marks.moments import Moments

__all__ = ["ReceiptRef", "Sealed", "Sealing", "Statement", "begin", "conceal", "disclose", "withdraw"]

LOCKS = 0x5EA1  # the first of the two numbers of an advisory lock; the second comes from the render


@dataclass(frozen=True, slots=True)
class Sealed:
    """A sealed file: its Manifest row, the manifest's label, where it lies, its SHA-256 in hex, its ledger entry."""

    manifest: int
    label: str
    path: Path
    file_sha256: str
    entry: int


class Sealing:
    """The seal of one render, from its first frame to its file."""

    def __init__(self, *, render: str, width: int, height: int, handle: str) -> None:
        """Reserve the render's mark; the same render gets the same one again."""
        self.render = render
        self.reserved = invisible.reserve(render)
        self.payload = int(self.reserved.payload)
        self.says = f"@{handle} · AI · Countenance"  # the visible mark's words
        self.stamp = visible.Stamp(width, height, self.says)
        self.embedder = invisible.embedder(width, height, self.reserved)
        self.moments = Moments()
        self.taker = fingerprints.Taker()

    def mark(self, y: NDArray[uint8], t: float) -> None:
        """Put both marks into a luma plane, uint8 (H, W), in place; ``t`` is its presentation time in seconds."""
        self.stamp.draw(y, t)
        self.embedder.apply(y)
        self.moments.look(y, t)
        self.taker.look(y, t)

    def finish(self, path: Path, *, destination: Path, statement: Statement) -> Sealed:
        """Seal the encoded file at ``path`` into ``destination`` and log ``asset.sealed``; once for each render.

        The destination appears whole or not at all, and before the row that says so: a crash in between leaves a
        file that the next call replaces.

        Raises:
            SealError: the statement cannot be true, a parent's credentials do not hold, or the library refused.
        """
        with transaction.atomic():
            hold(self.render)
            done = Manifest.objects.filter(render=self.render).first()
            if done:
                return again(done, destination)
            label, digest, is_stamped = write(
                path, destination, statement, payload=self.payload, moments=self.moments.codes
            )
            fact = {
                "manifest": label,
                "file_sha256": digest,
                "stream_sha256": statement.stream_digest,
                "clearance_sha256": statement.clearance_digest,
                "receipts": [each.entry for each in statement.receipts],
            }
            entry = entries.append("asset.sealed", fact)
            row = Manifest.objects.create(
                render=self.render,
                label=label,
                file_sha256=digest,
                stream_digest=statement.stream_digest,
                clearance_digest=statement.clearance_digest,
                entry=entry,
                sealed_at=timezone.now(),
            )
            invisible.bind(self.reserved, manifest=row.pk)
            invisible.parents(self.reserved, statement.parents)  # in the new pictures theirs is gone
            if stamping.is_configured() and not is_stamped:
                stamping.queue(row, destination)
            fingerprints.record(self.taker.finish(path), manifest=row.pk)
        return Sealed(manifest=row.pk, label=label, path=destination, file_sha256=digest, entry=entry.pk)


def begin(*, render: str, width: int, height: int, handle: str) -> Sealing:
    """Begin the seal of a render: its marks are ready to be put into every frame.

    Args:
        render: the attempt's own id; everything about a seal happens once for it.
        width: of the video, in pixels.
        height: of the video, in pixels.
        handle: the maker's, shown in the visible mark.
    """
    return Sealing(render=render, width=width, height=height, handle=handle)


def withdraw(manifest: int, *, reason: str) -> None:
    """Log ``asset.withdrawn`` for a seal, once; the second time changes nothing. Inside the caller's transaction.

    Args:
        manifest: the Manifest row.
        reason: a word, such as ``consent.revoked``; never about a person.

    Raises:
        SealError: there is no such seal.
        LedgerError: outside a transaction.
    """
    row = Manifest.objects.select_for_update(of=["self"]).filter(pk=manifest).first() if inside() else None
    if row is None:
        msg = "There is no such seal to withdraw."
        raise SealError(msg)
    if row.withdrawn_entry_id is None:
        row.withdrawn_entry = entries.append("asset.withdrawn", {"manifest": row.label, "reason": reason})
        row.save(update_fields=["withdrawn_entry"])


def disclose(manifest: int, *, path: Path) -> bool:
    """Lead everybody to a seal by mark and fingerprint, and give out its manifests: its video is public. Repeatable.

    Args:
        manifest: the Manifest row.
        path: the sealed file.

    Returns:
        False, and nothing is disclosed, when that file has no manifest.
    """
    try:
        disclosed.disclose(manifest, store=store.extract(path))
    except ProvenanceError:
        return False
    return True


def conceal(manifest: int) -> None:
    """Lead nobody to a seal any more who does not hold the file: its video is no longer public. Repeatable."""
    disclosed.conceal(manifest)


def inside() -> bool:
    """Return that a transaction is open, as the row lock and the log need one."""
    if not connection.in_atomic_block:
        msg = "A seal is withdrawn in the transaction of what it follows from; there is none here."
        raise SealError(msg)
    return True


def hold(render: str) -> None:
    """Let only one worker finish a render at a time; released with the transaction."""
    number = int.from_bytes(hashlib.sha256(render.encode()).digest()[:4], "big", signed=True)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [LOCKS, number])


def again(done: Manifest, destination: Path) -> Sealed:
    """Return what an earlier call sealed, if the file still is that file."""
    try:
        is_same = sha256(destination) == done.file_sha256
    except OSError:
        is_same = False
    if not is_same:
        msg = "This render was sealed before and its file is gone or changed; it cannot be sealed twice."
        raise SealError(msg)
    return Sealed(
        manifest=done.pk,
        label=done.label,
        path=destination,
        file_sha256=done.file_sha256,
        entry=done.entry_id,
    )


def write(
    path: Path, destination: Path, statement: Statement, *, payload: int, moments: Mapping[int, str]
) -> tuple[str, str, bool]:
    """Sign into a temporary file, check that it reads as ours, put it in place.

    Returns label, SHA-256, and whether it bears a timestamp that we believe.
    """
    for parent in statement.parents:
        refuse_unclean(parent)
    manifest = claim.manifest(
        statement,
        payload=payload.to_bytes(8, "big"),
        log=settings.LOG_ORIGIN,
        positions=positions(statement),
        moments=moments,
    )
    draft = placing.draft(destination)
    try:
        destination.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        label, is_stamped = signed(path, draft, manifest, statement.parents)
        digest = sha256(draft)
        settle(draft, destination)
    except OSError as error:
        msg = "The sealed file could not be written; check the disk."
        raise SealError(msg) from error
    finally:
        draft.unlink(missing_ok=True)
    return label, digest, is_stamped


def positions(statement: Statement) -> dict[int, Position]:
    """Return where the log has the entries that report the receipts."""
    wanted = Entry.objects.filter(pk__in=[each.entry for each in statement.receipts])
    return {each.pk: Position(bytes(each.commitment), each.leaf_index) for each in wanted}


def signed(path: Path, draft: Path, manifest: Mapping[str, Any], parents: Sequence[Path]) -> tuple[str, bool]:
    """Sign, with a timestamp where one is to be had; return the label, and whether we believe its timestamp.

    One that we do not believe is worth none: then the file is signed again without, by a leaf that lives longer.
    """
    asked = signing.sign(path, destination=draft, manifest=manifest, parents=parents, is_stamped=stamping.is_wanted())
    label, is_stamped = confirm(draft)
    if asked and not is_stamped:
        signing.sign(path, destination=draft, manifest=manifest, parents=parents)
        label, is_stamped = confirm(draft)
    return label, is_stamped


def confirm(draft: Path) -> tuple[str, bool]:
    """Return label, and whether the time is proven, of a file just sealed, read back the way anyone would read it."""
    found = credentials.read_own(draft)
    if found.verdict is not status.Verdict.OURS or found.manifest is None:
        msg = "The sealed file did not read back as ours; nothing was released."
        raise SealError(msg)
    return found.manifest.label, found.stamp is not None


def refuse_unclean(parent: Path) -> None:
    """Refuse a parent whose own credentials do not hold all the way down: a seal over it would launder it."""
    found = credentials.read(parent)
    if found.verdict is not status.Verdict.OURS or found.manifest is None or found.problems:
        msg = "The video this one is made from has credentials that do not hold, so it cannot be built upon."
        raise SealError(msg)
    if Manifest.objects.filter(label=found.manifest.label, withdrawn_entry__isnull=False).exists():
        msg = "The video this one is made from was withdrawn, so it cannot be built upon."
        raise SealError(msg)
