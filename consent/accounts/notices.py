"""Telling one person one sentence, in the transaction it tells of: in the inbox, and by letter where that is wanted."""

from collections.abc import Mapping

from django.utils import timezone

from consent.accounts import letters, prepared, transactions
from consent.accounts.kinds import KINDS, Kind, kind
from consent.accounts.letterbox import Channel, Preference
from consent.accounts.models import Notice
from consent.errors import NoticeError

CHOSEN = "SELECT channel, wanted FROM consent_preference WHERE person_id = %s::bigint AND kind = %s"
LOCKED = "Notices about your likeness and your account's safety always reach you. They cannot be turned off."


def tell(person: int, kind: str, sentence: str, *, about: str = "") -> Notice | None:
    """Tell a person (primary key) one sentence; ``kind`` is named in the catalogue, ``about`` is a public id.

    Inside the caller's ``atomic()``. Returns None when the person wants no notice of this kind in the inbox.
    """
    transactions.require("Telling somebody")
    wanted = choices(person, name=kind)
    notice = None
    if wanted[Channel.INBOX]:
        notice = Notice(person_id=person, kind=kind, sentence=sentence[:300], about=about)
        prepared.insert(notice)
    if wanted[Channel.EMAIL]:
        letters.write(person, kind=kind, notice=notice.public_id if notice else "")
    return notice


def choices(person: int, *, name: str) -> Mapping[Channel, bool]:
    """Return which channels a kind of notice takes to this person."""
    rows = prepared.rows(CHOSEN, [str(person), name])
    return settled(kind(name), chosen={Channel(channel): wanted for channel, wanted in rows})


def settled(what: Kind, *, chosen: Mapping[Channel, bool]) -> Mapping[Channel, bool]:
    """Return what a person's choices come to, within what the catalogue leaves open."""
    return {
        Channel.INBOX: what.is_always_told or chosen.get(Channel.INBOX, True),
        Channel.EMAIL: what.is_always_written or chosen.get(Channel.EMAIL, what.letter),
    }


def is_locked(what: Kind, *, channel: Channel) -> bool:
    """Return whether this channel cannot be turned off for this kind."""
    return what.is_always_told if channel is Channel.INBOX else what.is_always_written


def prefer(person: int, *, name: str, channel: Channel, wanted: bool) -> None:
    """Write down one choice; raises NoticeError for a kind nobody knows, and for one that cannot be turned off."""
    if name not in KINDS:
        raise NoticeError("There is no such kind of notice.")
    if not wanted and is_locked(KINDS[name], channel=channel):
        raise NoticeError(LOCKED)
    Preference.objects.update_or_create(person_id=person, kind=name, channel=channel.value, defaults={"wanted": wanted})


def preferences(person: int) -> dict[str, Mapping[Channel, bool]]:
    """Return what every kind of notice comes to for this person, in the catalogue's order."""
    chosen: dict[str, dict[Channel, bool]] = {}
    for name, channel, wanted in Preference.objects.filter(person_id=person).values_list("kind", "channel", "wanted"):
        chosen.setdefault(name, {})[Channel(channel)] = wanted
    return {name: settled(what, chosen=chosen.get(name, {})) for name, what in KINDS.items()}


def read(person: int, *, notice: str = "") -> int:
    """Mark one of a person's notices as read (by public id), or all of them; return how many were not."""
    unread = Notice.objects.filter(person_id=person, read_at=None)
    return (unread.filter(public_id=notice) if notice else unread).update(read_at=timezone.now())


def unread(person: int) -> int:
    """Return how many notices a person has not read."""
    return Notice.objects.filter(person_id=person, read_at=None).count()
