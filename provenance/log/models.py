"""The log's tables: entries, the tiles of the tree above them, the checkpoints signed over it."""

import hashlib
from typing import Any

from django.db import models
from django.db.models import F, Func, IntegerField, Q
from django.db.models.lookups import Exact

from provenance.errors import LedgerError

HASH = 32


class Kind(models.TextChoices):
    """The facts that are logged."""

    CAMEO_ENROLLED = "cameo.enrolled"
    CAMEO_PAUSED = "cameo.paused"
    CAMEO_RESUMED = "cameo.resumed"
    CAMEO_WITHDRAWN = "cameo.withdrawn"
    GUARDIAN_AGREED = "guardian.agreed"
    GUARDIAN_WITHDREW = "guardian.withdrew"
    CAMEO_ERASED = "cameo.erased"
    CAMEO_HELD = "cameo.held"
    CAMEO_RELEASED = "cameo.released"
    THING_ENROLLED = "thing.enrolled"
    THING_WITHDRAWN = "thing.withdrawn"
    PROTECTED_ASKED = "protected.asked"
    PROTECTED_ERASED = "protected.erased"
    GRANT_MADE = "grant.made"
    GRANT_REVOKED = "grant.revoked"
    RECEIPT_SIGNED = "receipt.signed"
    STEWARD_NAMED = "steward.named"
    STEWARD_ENDED = "steward.ended"
    PERMIT_MINTED = "permit.minted"
    ASSET_SEALED = "asset.sealed"
    ASSET_STAMPED = "asset.stamped"
    ASSET_WITHDRAWN = "asset.withdrawn"
    APPEARANCE_DELETED = "appearance.deleted"
    CASE_DECIDED = "case.decided"
    POLICY_CHANGED = "policy.changed"


def length(field: str) -> Func:
    """Return a binary column's length in bytes."""
    return Func(F(field), function="octet_length", output_field=IntegerField())


def commit(salt: bytes, body: str) -> bytes:
    """Return the 32 bytes that stand for a salted body in the log."""
    return hashlib.sha256(salt + body.encode()).digest()


class Entry(models.Model):
    """One fact, committed to by 32 bytes that become a leaf of the public log.

    Trusted? Only together with its inclusion proof. If lost? The log can no longer show what the leaf meant.
    ``body`` is the RFC 8785 text of kind, time and fact; ``commitment`` is SHA-256(salt || body).
    ``leaf_index`` is empty until the sequencer has taken the entry; nothing else ever changes (a trigger sees to it).
    """

    kind = models.CharField(max_length=32, choices=Kind.choices)
    body = models.TextField()
    salt = models.BinaryField(max_length=HASH)
    commitment = models.BinaryField(max_length=HASH)
    leaf_index = models.BigIntegerField(null=True, blank=True, unique=True)
    created_at = models.DateTimeField()

    class Meta:
        """Pending entries are found by a small index of their own."""

        verbose_name_plural = "entries"
        constraints = [
            models.CheckConstraint(condition=Exact(length("salt"), HASH), name="entry_salt_is_32_bytes"),
            models.CheckConstraint(condition=Exact(length("commitment"), HASH), name="entry_commitment_is_32_bytes"),
            models.CheckConstraint(condition=Q(leaf_index__gte=0), name="entry_leaf_index_from_0"),
        ]
        indexes = [models.Index(fields=["id"], condition=Q(leaf_index__isnull=True), name="entry_pending")]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"

    def save(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - Django's own signature
        """Insert; an entry that exists is never saved again."""
        if not self._state.adding:
            msg = "An entry of the log is never changed."
            raise LedgerError(msg)
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:  # noqa: ANN401, ARG002
        """Refuse: the log only grows."""
        msg = "An entry of the log is never deleted."
        raise LedgerError(msg)

    def is_committed(self) -> bool:
        """Return whether the commitment is still that of salt and body."""
        return commit(bytes(self.salt), self.body) == bytes(self.commitment)


class Tile(models.Model):
    """Up to 256 neighbouring hashes of the tree at one storey (C2SP tlog-tiles).

    Trusted? No: whoever reads checks against a signed checkpoint. If lost? Rebuilt from the entries.
    """

    storey = models.PositiveSmallIntegerField()
    index = models.BigIntegerField()
    hashes = models.BinaryField()

    class Meta:
        """One tile at each place."""

        constraints = [
            models.UniqueConstraint(fields=["storey", "index"], name="tile_place"),
            models.CheckConstraint(
                condition=Exact(Func(length("hashes"), HASH, function="mod", output_field=IntegerField()), 0),
                name="tile_of_whole_hashes",
            ),
        ]

    def __str__(self) -> str:
        return f"tile {self.storey}/{self.index}"


class Checkpoint(models.Model):
    """A signed statement of the log's size and root.

    Trusted? As far as the log's key; auditors keep their own copies. If lost? Signed anew over the same tree.
    """

    size = models.BigIntegerField(unique=True)
    root = models.BinaryField(max_length=HASH)
    note = models.TextField()
    created_at = models.DateTimeField()

    class Meta:
        """Newest last."""

        constraints = [
            models.CheckConstraint(condition=Exact(length("root"), HASH), name="checkpoint_root_is_32_bytes"),
            models.CheckConstraint(condition=Q(size__gte=0), name="checkpoint_size_from_0"),
        ]

    def __str__(self) -> str:
        return f"checkpoint of {self.size}"


class Cosignature(models.Model):
    """A witness's line under a checkpoint: it saw this tree and no other at that time (C2SP tlog-cosignature).

    Trusted? As far as the witness's key. If lost? The witness is asked again for the next checkpoint.
    """

    checkpoint = models.ForeignKey(Checkpoint, on_delete=models.PROTECT, related_name="cosignatures")
    witness = models.CharField(max_length=255)
    line = models.TextField()
    cosigned_at = models.DateTimeField()

    class Meta:
        """One line of each witness under each checkpoint."""

        constraints = [models.UniqueConstraint(fields=["checkpoint", "witness"], name="cosignature_once")]

    def __str__(self) -> str:
        return f"{self.witness} under {self.checkpoint_id}"


class StandingPage(models.Model):
    """A page of the map from receipts and seals to their standing (see ``provenance.log.standing``).

    Trusted? No: whoever reads checks against a signed checkpoint. If lost? Made anew from the entries.
    ``size`` is how many entries the log had when the page last changed; the root's (place "") is the whole map's.
    """

    place = models.CharField(max_length=4, primary_key=True)
    content = models.BinaryField()
    size = models.BigIntegerField()

    class Meta:
        """Pages are found by their place alone."""

        constraints = [
            models.CheckConstraint(condition=Q(place__regex="^([0-9a-f]{2}){0,2}$"), name="standing_page_place"),
            models.CheckConstraint(condition=Q(size__gte=0), name="standing_page_size_from_0"),
        ]

    def __str__(self) -> str:
        return f"standings {self.place or 'root'}"


GUARD = (
    """
CREATE OR REPLACE FUNCTION provenance_entry_is_final() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'UPDATE' AND OLD.leaf_index IS NULL AND NEW.leaf_index IS NOT NULL
     AND (NEW.id, NEW.kind, NEW.body, NEW.salt, NEW.commitment, NEW.created_at)
         IS NOT DISTINCT FROM (OLD.id, OLD.kind, OLD.body, OLD.salt, OLD.commitment, OLD.created_at) THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION 'an entry of the log is never changed or deleted';
END $$""",
    """
CREATE OR REPLACE TRIGGER provenance_entry_is_final BEFORE UPDATE OR DELETE ON provenance_entry
  FOR EACH ROW EXECUTE FUNCTION provenance_entry_is_final()""",
)  # I2: the one change an entry sees is that the sequencer gives it its place
