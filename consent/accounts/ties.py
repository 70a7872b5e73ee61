"""Following and blocking. Both ends' epochs are bumped before an edge is taken away or a block is put up.

Both ends, because a pair of mutuals may use one another's cameos, and a block stops each from using the other's.
Looking first whether anything would change would be a race: somebody else may be adding the other edge just now.
"""

from collections.abc import Mapping

from django.db import transaction

from consent.accounts import epochs, guardians, notices, outbox, stewards
from consent.accounts.models import Block, Follow, Person
from consent.errors import NobodyError, TieError


def visible(handle: str, *, to: int) -> Person:
    """Return who has this handle, or raise NobodyError: the same where nobody has it and where they block ``to``."""
    found = Person.objects.filter(handle=handle.strip().removeprefix("@").lower(), is_active=True).first()
    if found is None or Block.objects.filter(src=found, dst_id=to).exists():
        raise NobodyError
    return found


def follow(src: int, *, dst: int) -> None:
    """Let ``src`` follow ``dst``; nothing is lost by it, so no epoch moves."""
    if src == dst:
        raise TieError
    if Block.objects.filter(src_id__in=[src, dst], dst_id__in=[src, dst]).exists():
        raise NobodyError
    with transaction.atomic():
        _, is_new = Follow.objects.get_or_create(src_id=src, dst_id=dst)
        if is_new:
            handle = Person.objects.values_list("handle", flat=True).get(pk=src)
            notices.tell(dst, "follow.made", f"@{handle} follows you.")


def unfollow(src: int, *, dst: int) -> None:
    """Take the edge away; whoever was let in as a mutual is out when this returns."""
    with transaction.atomic():
        cameos = epochs.bump([src, dst])
        removed, _ = Follow.objects.filter(src_id=src, dst_id=dst).delete()
        if removed:
            tell_lost(cameos, src=src, dst=dst)


def block(src: int, *, dst: int) -> None:
    """Stop everything between two people, in both directions: follows, guardianships and stewardships end."""
    if src == dst:
        raise TieError
    with transaction.atomic():
        guardians.hold([src, dst])
        cameos = epochs.bump([src, dst])
        Block.objects.get_or_create(src_id=src, dst_id=dst)
        Follow.objects.filter(src_id=src, dst_id=dst).delete()
        Follow.objects.filter(src_id=dst, dst_id=src).delete()
        guardians.part(src, other=dst)
        stewards.part(src, other=dst)
        tell_lost(cameos, src=src, dst=dst)


def unblock(src: int, *, dst: int) -> None:
    """Take a block down; what it overrode is judged anew from then on."""
    Block.objects.filter(src_id=src, dst_id=dst).delete()


def tell_lost(cameos: Mapping[int, int], *, src: int, dst: int) -> None:
    """Record for each cameo that the other of the two may have lost the use of it."""
    for cameo, owner in cameos.items():
        outbox.record("permission_lost", {"cameo": cameo, "owner": owner, "person": dst if owner == src else src})
