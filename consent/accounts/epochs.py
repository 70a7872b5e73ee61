"""The one number that makes revocation cheap: every yes remembers the epoch of the cameo it was given at.

I1: every writer that can turn some yes into a no bumps the epochs of the owners concerned *first*, in its own
transaction. Bumping takes the cameo's row lock, which a yes being confirmed holds ``FOR SHARE``: so either the
confirmation ends before the change, or it waits and then judges what the change left behind.
"""

from collections.abc import Collection

from consent.accounts import prepared, transactions

BUMP = """
WITH locked AS (
  SELECT id FROM consent_cameo WHERE owner_id = ANY (%s::text::bigint[]) ORDER BY id FOR NO KEY UPDATE
)
UPDATE consent_cameo c SET epoch = c.epoch + 1 FROM locked WHERE c.id = locked.id RETURNING c.id, c.owner_id"""
"""Having waited for a lock, it counts up from what the other left: only the row's own epoch is read, and that anew."""


def bump(owners: Collection[int]) -> dict[int, int]:
    """Lock the cameos of these people in id order, count their epochs up, and return cameo -> owner.

    Call it before the change itself: the lock order of the house is cameo, grant, permit, job, clip.
    """
    transactions.require("Bumping an epoch")
    return dict(sorted(prepared.rows(BUMP, ["{" + ",".join(map(str, owners)) + "}"])))
