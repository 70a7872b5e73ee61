"""Why the answer is what it is, as one sentence: for the owner, who may know everything, and for whoever asks."""

from consent.accounts.models import Person
from consent.cameos.models import Cameo
from consent.grants.graph import Judgement, Question, judge
from consent.grants.uses import BITS
from consent.grants.words import path, refusal, welcome
from consent.permit import Answer, Refusal, Use

BECAUSE = {
    "self": "it is your own likeness",
    "grant": "you gave them this permission",
    "everyone": "your audience is everyone",
    "mutual": "your audience is mutuals, and you follow one another",
    "blocked": "you blocked them",
    "blocking": "they blocked you",
    "denied": "you said no to them",
    "guardian_missing": "your guardian has not said yes",
    "not_approved": "you have not approved them",
    "only_me": "only you may use it",
    "not_mutual": "your audience is mutuals, and you do not follow one another",
    "use_not_given": "you gave nobody this use, or not to them",
    "expired": "what you gave them has ended",
    "category_not_given": "you did not give them this category",
    "not_for_teens": "you are under 18",
    "own_age": "you are under 18",
    "paused": "you paused every use",
    "frozen": "your likeness is frozen",
    "withdrawn": "you withdrew your likeness",
    "not_live": "you have not finished enrolling",
    "no_such_cameo": "you have no likeness here",
}


def ask(owner: Person, *, asker: Person, use: Use, categories: frozenset[str] = frozenset()) -> Answer:
    """Return what would be answered to somebody about the owner's cameo now, and the whole reason."""
    cameo = Cameo.objects.filter(owner=owner).values_list("pk", flat=True).first() or 0
    (answer,) = judge([Question(asker.pk, cameo, BITS[use], categories)])
    return for_owner(answer, asker=asker.handle)


def for_owner(answer: Judgement, *, asker: str) -> Answer:
    """Return the whole truth: what decided, and the clause of one's own that fired."""
    because = BECAUSE.get(answer.rule, "of a rule of yours")
    if answer.clause:
        because = f"you wrote: “{answer.clause.rstrip('.')}”"
    if answer.once and answer.rule == "grant":
        because = "you said yes to this one video"
    verb = "may" if answer.may else "may not"
    who = "You" if answer.is_own else f"@{asker}"
    no = None if answer.may else answer.reason
    steps = path(answer, reason=no, asker=asker)
    sentence = f"{who} {verb} do this, because {because}."
    return Answer(asker, answer.may, no, sentence, steps, clause=answer.clause)


def for_asker(answer: Judgement, *, handle: str = "") -> Answer:
    """Return what whoever asks may know."""
    if answer.may:
        return Answer(answer.handle, may=True, reason=None, sentence=welcome(answer), path=path(answer))
    return no(answer.handle or handle, refusal(answer, handle=handle))


def no(handle: str, refusal: Refusal) -> Answer:
    """Return a refusal as the answer to a question."""
    return Answer(
        handle,
        may=False,
        reason=refusal.reason,
        sentence=refusal.sentence,
        path=refusal.path,
        advice=refusal.advice,
        clause=refusal.clause,
    )
