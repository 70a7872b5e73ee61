"""May a video be made from this file? Only with those in it whose likeness the requester may use now, and no voice."""

from typing import Final

from consent.cameos import reference
from consent.cameos.reference import ReferenceTap
from consent.grants import graph
from consent.grants.graph import Question
from consent.grants.uses import BITS
from consent.permit import Present, Reason, Refusal, Use
from provenance.media import Tap

SOMEBODY: Final = Refusal(
    Reason.UNCONSENTED_IN_REFERENCE,
    "Somebody is in this file who has not agreed to be used by you, or who cannot be told: nothing of it was kept.",
    advice="Send one without people, or with people who enrolled and let you use their likeness, shown clearly.",
)
HEARD: Final = Refusal(
    Reason.UNCONSENTED_IN_REFERENCE,
    "Somebody can be heard in this file, and nothing here can tell whose voice it is: nothing of it was kept.",
    advice="Send it without speech or song.",
)
UNSEEN: Final = Refusal(
    Reason.ERROR, "We could not check who is in this file, so it was not kept.", advice="Send it again later."
)


def judge(tap: Tap, *, requester: int) -> Present | Refusal:
    """Answer for what the tap saw and heard; raises when the gallery cannot be opened."""
    if not isinstance(tap, ReferenceTap) or not tap.is_whole:
        return UNSEEN
    if tap.is_voiced:
        return HEARD
    seen = reference.known(tap)
    if seen is None or not may_all(seen, requester=requester):
        return SOMEBODY
    return Present(reference.owners(seen), reference.signals(tap))


def may_all(cameos: set[int], *, requester: int) -> bool:
    """Return whether this person may use every one of these cameos now."""
    asked = [Question(requester, cameo, BITS[Use.GENERATE]) for cameo in sorted(cameos)]
    return not asked or all(answer.may for answer in graph.judge(asked))
