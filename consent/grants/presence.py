"""May a video be made from this file? Only with those in it whose likeness the requester may use now, and no voice."""

from collections.abc import Collection
from typing import Final

from django.db import transaction

from consent.cameos import reference
from consent.cameos.reference import ReferenceTap
from consent.grants import graph
from consent.grants.graph import Question
from consent.grants.uses import BITS
from consent.permit import Present, Reason, Refusal, Use
from provenance.media import Tap
from safety import cases
from safety.clearance import Hold

KIND: Final = "reference"  # the kind of subject that generation registers with ``cases``

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


DOUBTFUL: Final = "unclear-person"
IN_DOUBT: Final = "Something in this file may be somebody's face, so a person looks first."


def judge(tap: Tap, *, requester: int, subject: str, digest: str) -> Present | Hold | Refusal:
    """Answer for what the tap saw and heard; raises when the gallery cannot be opened."""
    if not isinstance(tap, ReferenceTap) or not tap.is_whole:
        return UNSEEN
    if tap.is_voiced:
        return HEARD
    seen = reference.known(tap)
    if seen.is_strange or not may_all(seen.cameos, requester=requester):
        return SOMEBODY
    if seen.is_doubtful and not cases.is_cleared(KIND, subject, policy=DOUBTFUL, digest=digest):
        return held(subject, digest=digest)
    return Present(reference.owners(seen.cameos), reference.signals(tap))


def held(subject: str, *, digest: str) -> Hold:
    """Open a case: a person sees at once whether it is a face."""
    with transaction.atomic():
        case = cases.open(kind=KIND, subject=subject, policy=DOUBTFUL, reason=IN_DOUBT, digest=digest)
    return Hold(case=case, policy=DOUBTFUL, reason=IN_DOUBT)


def may_all(cameos: Collection[int], *, requester: int) -> bool:
    """Return whether this person may use every one of these cameos now."""
    asked = [Question(requester, cameo, BITS[Use.GENERATE]) for cameo in sorted(cameos)]
    return not asked or all(answer.may for answer in graph.judge(asked))
