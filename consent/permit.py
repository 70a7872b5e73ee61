"""Door: the values consent answers with."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, NoReturn

from safety.clearance import Signal


class Use(StrEnum):
    """What a likeness may be used for; each is off unless given."""

    GENERATE = "generate"
    PUBLISH = "publish"
    REMIX = "remix"
    ADVERTISE = "advertise"
    TRAIN = "train"
    VOICE = "voice"


class Reason(StrEnum):
    """Why not: the machine's word; :class:`Refusal` carries the sentence."""

    NO_SUCH_CAMEO = "no_such_cameo"
    NOT_LIVE = "not_live"
    PAUSED = "paused"
    FROZEN = "frozen"
    BLOCKED = "blocked"
    DENIED = "denied"
    EXPIRED = "expired"
    ONLY_ME = "only_me"
    NOT_APPROVED = "not_approved"
    NOT_MUTUAL = "not_mutual"
    USE_NOT_GIVEN = "use_not_given"
    CATEGORY_RULED_OUT = "category_ruled_out"
    CATEGORY_NOT_GIVEN = "category_not_given"
    NOT_FOR_TEENS = "not_for_teens"
    WORDS_RULED_OUT = "words_ruled_out"
    ASK_FIRST = "ask_first"
    TOO_OFTEN = "too_often"
    GUARDIAN_MISSING = "guardian_missing"
    PERMIT_FORGED = "permit_forged"
    PERMIT_SPENT = "permit_spent"
    PERMIT_EXPIRED = "permit_expired"
    DRAFT_CHANGED = "draft_changed"
    UNCONSENTED_PERSON = "unconsented_person"
    UNCONSENTED_IN_REFERENCE = "unconsented_person_in_reference"
    WITHDRAWN = "withdrawn"
    ERROR = "error"


ASKING_HELPS = frozenset(
    {
        Reason.ONLY_ME,
        Reason.NOT_APPROVED,
        Reason.NOT_MUTUAL,
        Reason.USE_NOT_GIVEN,
        Reason.EXPIRED,
        Reason.CATEGORY_NOT_GIVEN,
        Reason.ASK_FIRST,
    }
)
"""The noes that an owner can turn into a yes to one video, when they are asked."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """No: the machine's reason, the sentence a person reads, the cameo's handle and the path that decided.

    ``clause`` quotes the owner's own words when a rule of theirs fired; ``touches`` are the categories that were
    judged. It is what the asker may know: a no that would reveal a decision about them reads like everybody else's.
    """

    reason: Reason
    sentence: str
    cameo: str = ""
    path: tuple[str, ...] = ()
    advice: str = ""
    clause: str = ""
    touches: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Answer:
    """What a pre-check says about one cameo: may it, why not, the sentence, the path; it promises nothing later."""

    handle: str
    may: bool
    reason: Reason | None
    sentence: str
    path: tuple[str, ...] = ()
    advice: str = ""
    clause: str = ""


@dataclass(frozen=True, slots=True)
class Request:
    """May this person use these cameos for these uses, in this draft?

    ``cameos`` are handles without the ``@``; ``draft_digest`` is hex SHA-256; ``job`` is the job's
    public id; ``requester`` is the person's primary key; ``text`` is the exact prompt that is drawn,
    which the owners' rules about words are compared with. ``parents`` are the subjects (clips' public ids) that
    it is made from: with any, everybody in them and everybody cast is asked for the use *remix* too.
    """

    job: str
    requester: int
    cameos: tuple[str, ...]
    draft_digest: str
    uses: frozenset[Use] = frozenset({Use.GENERATE})
    categories: frozenset[str] = frozenset()
    text: str = ""
    parents: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Permitted:
    """One cameo in a permit, with the epoch it was judged at and the path that said yes.

    ``requires`` are the owner's wishes that the video must heed, in their words; the text that was permitted has to
    hold each of them. ``attested_by`` says who attested the grant's receipt when the permit was minted: ``passkey``
    (the owner's own) or ``operator`` (our word alone; always so where no grant was needed).
    """

    cameo: int
    handle: str
    epoch: int
    path: tuple[str, ...]
    receipt: str
    requires: tuple[str, ...] = ()
    attested_by: str = "operator"


@dataclass(frozen=True, slots=True)
class Permit:
    """Yes: a PermitRecord row exists, unspent, for this job and this draft, for at most 60 seconds.

    ``id`` is the row's key, for foreign keys; ``handle`` is 128 random bits in hex: the ticket itself;
    ``entry`` is the ledger entry that reports the permit and commits to its receipts.
    """

    id: int
    handle: str
    job: str
    requester: int
    draft_digest: str
    expires_at: datetime
    cameos: tuple[Permitted, ...] = ()
    entry: int = 0


@dataclass(frozen=True, slots=True)
class Likeness:
    """What an engine may draw of a person, handed out only when a permit is redeemed.

    ``portrait``: uint8 RGB (H, W, 3), the face upright and centred; ``landmarks``: float32 (478, 3),
    MediaPipe's face mesh in pixels of the portrait (z on the same scale as x); ``voice`` is reserved
    for a consented voice. Never pickled, logged or passed to a task.
    """

    cameo: int
    handle: str
    portrait: Any = field(repr=False)
    landmarks: Any = field(repr=False)
    voice: Any = field(default=None, repr=False)

    def __reduce__(self) -> NoReturn:
        """Raise TypeError."""
        raise TypeError("Somebody's likeness is never pickled.")


@dataclass(frozen=True, slots=True)
class Witnessed:
    """Yes: nobody who enrolled is in these pictures, besides those the permit covers; with what was seen."""

    signals: tuple[Signal, ...] = ()


@dataclass(frozen=True, slots=True)
class Present:
    """Yes: each face in a reference is a person (primary key) whose likeness the requester may use now.

    They need not agree to anything yet: a draft that uses the reference has to cast every one of them.
    """

    people: frozenset[int] = frozenset()
    signals: tuple[Signal, ...] = ()
