"""Door: whose likeness, asked by whom, for what; the only place where permits are minted.

Every function answers with a value. A refusal says why and by which path; whatever goes wrong while judging is a
refusal as well (``Reason.ERROR``), written to the log with ids only (I6). Lock order everywhere: cameo, grant, permit,
job, clip.
"""

import dataclasses
import logging
from collections.abc import Collection, Sequence

from django.db import transaction

from consent.accounts import transactions
from consent.cameos import likeness, reference
from consent.cameos import witness as eyes
from consent.errors import ConsentError
from consent.grants import (
    appearances,
    company,
    concentration,
    descent,
    graph,
    known,
    mint,
    preferences,
    presence,
    prompts,
    requests,
    why,
    words,
)
from consent.grants.graph import Judgement, Question
from consent.grants.models import PermitRecord
from consent.grants.uses import BITS, mask
from consent.permit import Answer, Likeness, Permit, Present, Reason, Refusal, Request, Use, Witnessed
from provenance.media import Tap
from safety import cases
from safety.clearance import Hold, Span

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


def confirm(permit: Permit, *, subject: str, use: Use = Use.GENERATE, shared: str = "") -> Refusal | None:
    """Judge the permit's row once more, at the moment its subject is let out; None is yes.

    A remix is judged with everything that its parents stand on, and bears their appearances beside its own. ``shared``
    says where a subject is published: link, followers or public; those in it are told.

    Inside the caller's ``atomic()``, whose commit lets the subject out: raises ``OutsideTransactionError`` elsewhere.
    Locks the cameos ``FOR SHARE`` until that commit, writes an Appearance for each, and works on a spent permit and
    after its 60 seconds: the row is the request judged again. One permit confirms one subject.
    """
    transactions.require("Confirming a permit")
    try:
        with transaction.atomic():
            return _confirm(permit, subject=subject, use=use, shared=shared)
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


def permit_of(subject: str) -> Permit | None:
    """Return the permit under which a subject was let out, to be confirmed for another use; None when there is none."""
    return mint.permit_of(subject)


def retire(subject: str, *, use: Use | None = None) -> None:
    """Write down that a use of a subject is over (unpublished), or every use: the subject itself is gone.

    Inside the caller's ``atomic()``, before it locks its own rows. Nothing stands again by it; safe to repeat.
    """
    transactions.require("Ending a use")
    appearances.retire(subject, use=use)


def check(
    requester: int, handles: Sequence[str], use: Use = Use.GENERATE, categories: frozenset[str] = frozenset()
) -> tuple[Answer, ...]:
    """Say for each handle what would be answered now; it promises nothing, mints nothing and tells nobody."""
    try:
        with transactions.whole():
            answers = known.judge(requester, handles, uses=BITS[use], categories=categories)
    except Exception:
        logger.exception("gate.check_failed")
        return tuple(why.no(handle, words.error()) for handle in dict.fromkeys(map(graph.plain, handles)))
    return tuple(why.for_asker(answer, handle=handle) for handle, answer in answers.items())


def wishes(requester: int, handles: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """Return handle -> what its owner always wants to be shown, for those whom the requester may use now.

    A request has to hold each of them, word for word, before it is drawn: see ``Permitted.requires``. Somebody who may
    not use a likeness is told nothing about its owner's wishes.
    """
    asked = graph.find(handles)
    may = {answer.handle for answer in check(requester, list(asked)) if answer.may}
    wanted = preferences.required([cameo for handle, cameo in asked.items() if handle in may])
    return {handle: wanted[cameo] for handle, cameo in asked.items() if cameo in wanted}


def ask(request: Request, *, cameo: str, shots: Sequence[str] = (), message: str = "") -> str | Refusal:
    """Ask an owner (by handle) for a yes to this one request, exactly as it would be drawn; return the public id.

    Refuses in one sentence what cannot be asked. The owner is told, and the guardian of one under 18; a yes is a grant
    for this draft alone, good for one video.
    """
    try:
        return requests.ask_for(request, cameo=cameo, shots=shots, message=message)
    except ConsentError as error:
        return Refusal(Reason.NOT_APPROVED, str(error), cameo=cameo)


def _authorize(request: Request) -> Permit | Refusal:
    request = descent.widened(request)
    asked = graph.find(request.cameos) | descent.cast(request.parents)
    uses = mask(request.uses)
    request = dataclasses.replace(request, categories=request.categories | company.categories(list(asked.values())))
    text = prompts.fingerprint(request.text)
    own = [
        Question(request.requester, cameo, uses, request.categories, request.draft_digest, 0, text)
        for cameo in asked.values()
    ]
    answers, inherited = _judge_both(own, descent.questions(request.parents))
    for handle, answer in zip(asked, answers, strict=True):
        if not answer.may:
            return words.refusal(answer, handle=handle)
    if descent.is_broken(request.parents, answers=inherited):
        return words.source_gone()
    return _limited(request, asked=asked) or _minted(request, answers=answers)


def _limited(request: Request, *, asked: dict[str, int]) -> Refusal | None:
    stopped = concentration.is_stopped(request.requester, cameos=list(asked.values()))
    return next((words.too_often(handle) for handle, cameo in asked.items() if cameo == stopped), None)


def _minted(request: Request, *, answers: Sequence[Judgement]) -> Permit:
    permit = mint.mint(request, answers=answers)
    concentration.watch(request.requester, cameos=[answer.cameo for answer in answers])
    return permit


def _redeem(permit: Permit, *, draft_digest: str) -> list[int] | Refusal:
    record = mint.find(permit)
    if record is None:
        return mint.refuse(Reason.PERMIT_FORGED)
    answers, inherited = _judge_both(mint.questions(record), descent.questions(record.parents))
    if descent.is_broken(record.parents, answers=inherited):
        return words.source_gone()
    return _first_no(answers) or mint.spend(permit, draft_digest=draft_digest) or [answer.cameo for answer in answers]


def _confirm(permit: Permit, *, subject: str, use: Use, shared: str) -> Refusal | None:
    record = mint.find(permit)
    if record is None:
        return mint.refuse(Reason.PERMIT_FORGED)
    own, line = mint.questions(record, uses=BITS[use]), descent.questions(record.parents, uses=BITS[use])
    answers, inherited = _judge_both(own, line)
    if refusal := _first_no(answers):
        return refusal
    if any(not answer.may for answer in inherited) or descent.has_lost(record.parents, subject=subject):
        return words.source_gone()
    if refusal := _let_out(record, subject=subject, answers=answers):
        return refusal
    uses_made = list(zip([*own, *line], [*answers, *inherited], strict=True))
    appearances.write(uses_made, subject=subject, use=use, shared=shared)
    appearances.tell(record, subject=subject, use=use, shared=shared)
    descent.write(subject, parents=record.parents)
    return None


def _let_out(record: PermitRecord, *, subject: str, answers: Sequence[Judgement]) -> Refusal | None:
    if not mint.bind(record, subject=subject):
        return mint.refuse(Reason.PERMIT_SPENT)
    if appearances.is_gone(subject):
        return words.taken_down()
    if not mint.use_up(record, grants=[answer.grant for answer in answers if answer.grant and answer.once]):
        return mint.refuse(Reason.PERMIT_SPENT)
    return None


def _judge_both(own: Sequence[Question], line: Sequence[Question]) -> tuple[list[Judgement], list[Judgement]]:
    """Judge what is asked and what its parents stand on, in one statement; return the answers to each."""
    answers = _judge([*own, *line])
    return answers[: len(own)], answers[len(own) :]


def _judge(questions: Sequence[Question]) -> list[Judgement]:
    """Lock the cameos, then judge: two statements, in this order (I4).

    Always judged, although an equal epoch would do: reading the epoch is a statement too, and costs the same.
    """
    graph.hold([question.cameo for question in questions])
    return graph.judge(questions)


def _first_no(answers: Sequence[Judgement]) -> Refusal | None:
    return next((words.refusal(answer) for answer in answers if not answer.may), None)


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
        when = Span(seen[0].first, seen[0].last)
        with transaction.atomic():
            case = cases.open(kind="job", subject=job, policy=DOUBTFUL, reason=IN_DOUBT, digest=digest, span=when)
        return Hold(case=case, policy=DOUBTFUL, reason=IN_DOUBT)
    return Witnessed(eyes.signals(tap))


# -- the same question about a file that somebody brings: may a video be made from it at all?


def reference_tap(*, has_pictures: bool = True) -> Tap:
    """Return a tap that is to see and hear a whole reference; it remembers faces' vectors, never pictures."""
    return reference.ReferenceTap(has_pictures=has_pictures)


def witness_reference(tap: Tap, *, requester: int, subject: str, digest: str) -> Present | Hold | Refusal:
    """Say whether everybody in a reference enrolled and lets this person (primary key) use them now.

    Any other face, one too small to judge, and any voice refuses, with one sentence that tells nobody apart; so does
    whatever goes wrong. What may be a face or not opens a case about the reference (``subject``, its public id), unless
    a person has cleared these bytes (``digest``). In the ml process only; it knows of the faces until the tap ends.
    """
    try:
        return presence.judge(tap, requester=requester, subject=subject, digest=digest)
    except Exception as error:  # noqa: BLE001 - fail closed; no trace, for its frames hold templates
        logger.error("gate.witness_reference_failed", extra={"error": type(error).__name__})  # noqa: TRY400
        return presence.UNSEEN
