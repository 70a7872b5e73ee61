"""Door: whose likeness, asked by whom, for what; the only place where permits are minted.

Every function answers with a value. A refusal says why and by which path; whatever goes wrong while judging is a
refusal as well (``Reason.ERROR``), written to the log with ids only (I6). Lock order everywhere: cameo, grant, permit,
job, clip.
"""

import logging
from collections.abc import Collection, Sequence

from django.db import transaction

from consent.accounts import transactions
from consent.cameos import likeness
from consent.cameos import witness as eyes
from consent.grants import appearances, graph, mint, prompts, words
from consent.grants.graph import Judgement, Question
from consent.grants.models import PermitRecord
from consent.grants.uses import BITS, mask
from consent.permit import Answer, Likeness, Permit, Reason, Refusal, Request, Use, Witnessed
from provenance.media import Tap
from safety import cases
from safety.clearance import Hold

logger = logging.getLogger(__name__)


def authorize(request: Request) -> Permit | Refusal:
    """Judge every cameo of the request and mint one permit for all of them, or refuse because of the first no.

    A request without cameos gets a permit that covers nobody. Appends ``permit.minted`` and issues a use receipt to
    each owner, in the transaction that judged; the permit can be redeemed for 60 seconds.
    """
    try:
        with transaction.atomic():
            return _authorize(request)
    except Exception:
        logger.exception("gate.authorize_failed", extra={"job": request.job})
        return words.error()


def redeem(permit: Permit, draft_digest: str) -> tuple[Likeness, ...] | Refusal:
    """Judge the permit's cameos again, spend it by compare-and-set, and open the likenesses it covers.

    Refuses a permit that was forged, spent, has run out or was given for another draft, and one whose consent was
    taken back meanwhile. In the ml process only: what it returns is somebody's face.
    """
    try:
        with transaction.atomic():
            answer = _redeem(permit, draft_digest=draft_digest)
        return answer if isinstance(answer, Refusal) else tuple(likeness.open(cameo) for cameo in answer)
    except Exception:
        logger.exception("gate.redeem_failed", extra={"job": permit.job})
        return words.error()


def confirm(permit: Permit, *, subject: str, use: Use = Use.GENERATE) -> Refusal | None:
    """Judge the permit's row once more, at the moment its subject is let out; None is yes.

    Inside the caller's ``atomic()``, whose commit lets the subject out: raises ``OutsideTransactionError`` elsewhere.
    Locks the cameos ``FOR SHARE`` until that commit, writes an Appearance for each, and works on a spent permit and
    after its 60 seconds: the row is the request judged again. One permit confirms one subject.
    """
    transactions.require("Confirming a permit")
    try:
        with transaction.atomic():
            return _confirm(permit, subject=subject, use=use)
    except Exception:
        logger.exception("gate.confirm_failed", extra={"job": permit.job, "subject": subject})
        return words.error()


def standing(subjects: Collection[str], *, use: Use = Use.GENERATE) -> set[str]:
    """Return those subjects (clips' public ids) that may be shown now: asked before every serve, page and export.

    A subject in which nobody appears stands. One that was never confirmed for ``use`` does not. When judging fails,
    nothing stands.
    """
    try:
        with transaction.atomic():
            return appearances.standing(subjects, use=use)
    except Exception:
        logger.exception("gate.standing_failed", extra={"subjects": list(subjects)})
        return set()


def check(
    requester: int, handles: Sequence[str], use: Use = Use.GENERATE, categories: frozenset[str] = frozenset()
) -> tuple[Answer, ...]:
    """Say for each handle what would be answered now; it promises nothing, mints nothing and tells nobody."""
    asked = graph.find(handles)
    try:
        with transaction.atomic():
            answers = graph.judge([Question(requester, cameo, BITS[use], categories) for cameo in asked.values()])
    except Exception:
        logger.exception("gate.check_failed")
        return tuple(_answer(handle, words.error()) for handle in asked)
    return tuple(_told(handle, answer) for handle, answer in zip(asked, answers, strict=True))


def _authorize(request: Request) -> Permit | Refusal:
    asked = graph.find(request.cameos)
    uses = mask(request.uses)
    text = prompts.fingerprint(request.text)
    answers = _judge(
        [
            Question(request.requester, cameo, uses, request.categories, request.draft_digest, 0, text)
            for cameo in asked.values()
        ]
    )
    for handle, answer in zip(asked, answers, strict=True):
        if not answer.may:
            return words.refusal(answer, handle=handle)
    return mint.mint(request, answers=answers)


def _redeem(permit: Permit, *, draft_digest: str) -> list[int] | Refusal:
    record = mint.find(permit)
    if record is None:
        return mint.refuse(Reason.PERMIT_FORGED)
    answers = _judge(mint.questions(record))
    return _first_no(answers) or mint.spend(permit, draft_digest=draft_digest) or [answer.cameo for answer in answers]


def _confirm(permit: Permit, *, subject: str, use: Use) -> Refusal | None:
    record = mint.find(permit)
    if record is None:
        return mint.refuse(Reason.PERMIT_FORGED)
    answers = _judge(mint.questions(record, uses=BITS[use]))
    return _first_no(answers) or _let_out(record, subject=subject, use=use, answers=answers)


def _let_out(record: PermitRecord, *, subject: str, use: Use, answers: Sequence[Judgement]) -> Refusal | None:
    if not mint.bind(record, subject=subject):
        return mint.refuse(Reason.PERMIT_SPENT)
    if appearances.is_deleted(subject):
        return words.taken_down()
    if not mint.use_up(record, grants=[answer.grant for answer in answers if answer.grant and answer.once]):
        return mint.refuse(Reason.PERMIT_SPENT)
    appearances.write(record, subject=subject, use=use, answers=answers)
    return None


def _judge(questions: Sequence[Question]) -> list[Judgement]:
    """Lock the cameos, then judge: two statements, in this order (I4).

    Always judged, although an equal epoch would do: reading the epoch is a statement too, and costs the same.
    """
    graph.hold([question.cameo for question in questions])
    return graph.judge(questions)


def _first_no(answers: Sequence[Judgement]) -> Refusal | None:
    return next((words.refusal(answer) for answer in answers if not answer.may), None)


def _told(handle: str, answer: Judgement) -> Answer:
    if not answer.may:
        return _answer(handle, words.refusal(answer, handle=handle))
    return Answer(handle, may=True, reason=None, sentence=words.welcome(answer), path=words.path(answer))


def _answer(handle: str, refusal: Refusal) -> Answer:
    return Answer(
        handle,
        may=False,
        reason=refusal.reason,
        sentence=refusal.sentence,
        path=refusal.path,
        advice=refusal.advice,
        clause=refusal.clause,
    )


# -- the witness: who is in these pictures, and were they permitted?

DOUBTFUL = "unconsented-person"
IN_DOUBT = "Somebody who has not agreed may be in this video, so a person looks first."
STRANGER = Refusal(
    Reason.UNCONSENTED_PERSON,
    "This video shows somebody who has not agreed to be in it.",
    advice="Name the people you want to show with @, or change what you ask for.",
)
BLIND = Refusal(
    Reason.ERROR,
    "We could not check who is in this video, so it was not released.",
    advice="Try again later.",
)


def witness_tap() -> Tap:
    """Return a tap for the encode pass that remembers the faces it sees (their vectors, never pictures)."""
    return eyes.WitnessTap()


def witness(tap: Tap, *, permit: Permit, job: str, digest: str) -> Witnessed | Hold | Refusal:
    """Say who was seen: enrolled people besides those the permit's row covers make this a no.

    A strong match, seen for half a second, refuses; a weaker one opens a case about the job, unless a person has
    cleared these bytes (``digest``). When nobody could look, the answer is no. It never says who was recognised.
    """
    try:
        return _witness(tap, permit=permit, job=job, digest=digest)
    except Exception as error:  # noqa: BLE001 - fail closed; no trace, for its frames hold templates
        logger.error("gate.witness_failed", extra={"job": job, "error": type(error).__name__})  # noqa: TRY400
        return BLIND


def _witness(tap: Tap, *, permit: Permit, job: str, digest: str) -> Witnessed | Hold | Refusal:
    if not isinstance(tap, eyes.WitnessTap) or tap.failure or not tap.looked:
        return BLIND
    record = mint.find(permit)
    if record is None:
        return mint.refuse(Reason.PERMIT_FORGED)
    cast = set(record.cameos.values_list("cameo_id", flat=True))
    seen = eyes.sightings(tap, besides=cast)
    if any(sighting.is_strong for sighting in seen):
        return STRANGER
    if seen and not cases.is_cleared("job", job, policy=DOUBTFUL, digest=digest):
        with transaction.atomic():
            case = cases.open(kind="job", subject=job, policy=DOUBTFUL, reason=IN_DOUBT, digest=digest)
        return Hold(case=case, policy=DOUBTFUL, reason=IN_DOUBT)
    return Witnessed(eyes.signals(tap))
