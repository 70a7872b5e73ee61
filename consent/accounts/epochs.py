"""The one number that makes revocation cheap: every yes remembers the epoch of the cameo it was given at.

I1: every writer that can turn some yes into a no bumps the epochs of the owners concerned *first*, in its own
transaction. Bumping takes the cameo's row lock, which a yes being confirmed holds ``FOR SHARE``: so either the
confirmation ends before the change, or it waits and then judges what the change left behind.
"""

from collections.abc import Collection

from django.db import connection

from consent.accounts import transactions

LOCK = "SELECT id, owner_id FROM consent_cameo WHERE owner_id = ANY(%s::bigint[]) ORDER BY id FOR NO KEY UPDATE"
BUMP = "UPDATE consent_cameo SET epoch = epoch + 1 WHERE id = ANY(%s::bigint[])"


def bump(owners: Collection[int]) -> dict[int, int]:
    """Lock the cameos of these people in id order, count their epochs up, and return cameo -> owner.

    Call it before the change itself: the lock order of the house is cameo, grant, permit, job, clip.
    """
    transactions.require("Bumping an epoch")
    with connection.cursor() as cursor:
        cursor.execute(LOCK, [sorted(owners)])
        cameos = dict(cursor.fetchall())
        cursor.execute(BUMP, [list(cameos)])
    return cameos
