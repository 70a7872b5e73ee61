"""What the graph's answers mean, in sentences for people: what happened, why, what you can do."""

from consent.cameos.models import Cameo
from consent.grants import categories
from consent.grants.graph import Judgement
from consent.grants.uses import said
from consent.permit import Reason, Refusal

SENTENCES: dict[Reason, tuple[str, str]] = {
    Reason.NO_SUCH_CAMEO: ("@{cameo} has no likeness that can be used here.", "Check the spelling of the name."),
    Reason.NOT_LIVE: ("@{cameo} has not finished enrolling.", "Try again when they have."),
    Reason.PAUSED: ("@{cameo} has paused every use of their likeness.", "Only they can end the pause."),
    Reason.FROZEN: ("The likeness of @{cameo} may not be used at the moment.", "Leave them out of this video."),
    Reason.WITHDRAWN: ("@{cameo} has withdrawn their likeness.", "Leave them out of this video."),
    Reason.BLOCKED: ("You cannot use the likeness of @{cameo}.", "Leave them out of this video."),
    Reason.DENIED: ("@{cameo} has said no to this use by you.", "Leave them out of this video."),
    Reason.CATEGORY_RULED_OUT: (
        "@{cameo} has ruled out being shown in something like this.",
        "Change what the video shows, or leave them out.",
    ),
    Reason.CATEGORY_NOT_GIVEN: (
        "@{cameo} has not allowed you to show them in {categories}.",
        "Ask @{cameo} for this video, or change what it shows.",
    ),
    Reason.NOT_FOR_TEENS: (
        "The likeness of @{cameo} is not used in {categories}.",
        "Change what the video shows, or leave them out.",
    ),
    Reason.WORDS_RULED_OUT: ("@{cameo} has ruled this out.", "Change the words, or leave them out."),
    Reason.ASK_FIRST: ("@{cameo} wants to be asked for every video.", "Ask @{cameo} for this one."),
    Reason.GUARDIAN_MISSING: ("The likeness of @{cameo} cannot be used yet.", "Ask @{cameo} about it."),
    Reason.EXPIRED: ("What @{cameo} allowed you has ended.", "Ask @{cameo} to allow it again."),
    Reason.ONLY_ME: ("Only @{cameo} may use this likeness.", "Ask @{cameo} to allow you."),
    Reason.NOT_APPROVED: ("@{cameo} has not approved you.", "Ask @{cameo} to allow you."),
    Reason.NOT_MUTUAL: ("@{cameo} lets in people who follow one another with them.", "Ask @{cameo} to allow you."),
    Reason.USE_NOT_GIVEN: ("@{cameo} has not allowed you to {uses} with their likeness.", "Ask @{cameo} for that use."),
    Reason.TOO_OFTEN: (
        "A person looked at how often you use the likeness of @{cameo}, and ended it.",
        "You can answer the case, or leave them out of this video.",
    ),
    Reason.ERROR: ("We could not check whether you may use this likeness, so the answer is no.", "Try again later."),
}
AUDIENCES: dict[str, str] = {value: str(label) for value, label in Cameo.Audience.choices}
YES = {
    "self": "it is their own likeness",
    "grant": "a grant in force",
    "everyone": "audience: everyone",
    "mutual": "audience: mutuals, and they follow one another",
}
NO = {
    Reason.NO_SUCH_CAMEO: "no such cameo",
    Reason.NOT_LIVE: "cameo: pending",
    Reason.PAUSED: "cameo: paused",
    Reason.FROZEN: "cameo: frozen",
    Reason.WITHDRAWN: "cameo: withdrawn",
    Reason.BLOCKED: "blocked",
    Reason.DENIED: "a denial in force",
    Reason.CATEGORY_RULED_OUT: "a rule of theirs",
    Reason.WORDS_RULED_OUT: "a rule of theirs",
    Reason.ASK_FIRST: "a rule of theirs",
    Reason.CATEGORY_NOT_GIVEN: "no yes to this category",
    Reason.NOT_FOR_TEENS: "not for anybody under 18",
    Reason.GUARDIAN_MISSING: "no guardian has said yes",
    Reason.EXPIRED: "grant: expired",
    Reason.NOT_MUTUAL: "not mutuals",
    Reason.USE_NOT_GIVEN: "no grant for this use",
}
ABOUT_AUDIENCE = {Reason.EXPIRED, Reason.ONLY_ME, Reason.NOT_APPROVED, Reason.NOT_MUTUAL, Reason.USE_NOT_GIVEN}
BLOCKING = ("You have blocked @{cameo}.", "Take the block back if you want to ask them.")
OWN_AGE = ("Until you are 18, your likeness is not used in {categories}.", "Change what the video shows.")
EVENTS = {
    "cameo.enrolled": "You enrolled your likeness",
    "cameo.paused": "You paused every use of your likeness",
    "cameo.withdrawn": "You withdrew your likeness",
    "grant.made": "You decided what somebody may do",
    "grant.revoked": "You took back what somebody was allowed",
    "permit.minted": "Somebody you let in was permitted one video",
}


def path(answer: Judgement, *, reason: Reason | None = None, asker: str = "") -> tuple[str, ...]:
    """Return the steps that led to the answer, beginning with the question, as the asker may know them.

    With a ``reason`` and an ``asker`` (a handle), the steps that lead to that one: the owner is shown
    ``answer.reason`` itself.
    """
    about = f" in {categories.said(answer.categories)}" if answer.categories else ""
    who = f"@{asker} asks" if asker else "You ask"
    asked = f"{who} for @{answer.handle or '?'} to {said(answer.uses)}{about}"
    if answer.may:
        return asked, "a yes to this one video" if answer.once else YES[answer.rule]
    no = reason or answer.told
    audience = (f"audience: {AUDIENCES.get(answer.audience, answer.audience).lower()}",)
    clause = (f"“{answer.clause}”",) if answer.clause else ()
    return asked, *(audience if no in ABOUT_AUDIENCE else ()), NO.get(no, "no grant"), *clause


def refusal(answer: Judgement, *, handle: str = "") -> Refusal:
    """Return a no in words, as the asker may know it; ``handle`` is what was asked for where no cameo was found."""
    cameo, told = answer.handle or handle, answer.told
    sentence, advice = sentences(answer.rule, told=told)
    filled = {
        "cameo": cameo,
        "uses": said(answer.uses),
        "categories": categories.said(answer.categories),
    }
    return Refusal(
        reason=told,
        sentence=sentence.format(**filled),
        cameo=cameo,
        path=path(answer, reason=told) if answer.handle else (f"You ask for @{cameo}", NO[Reason.NO_SUCH_CAMEO]),
        advice=advice.format(**filled),
        clause=answer.clause,
        touches=tuple(sorted(answer.categories)),
    )


def sentences(rule: str, *, told: Reason) -> tuple[str, str]:
    """Return what happened and what to do about it."""
    if rule == "blocking":
        return BLOCKING
    if rule == "own_age":
        return OWN_AGE
    return SENTENCES[told]


def error() -> Refusal:
    """Return the no that any surprise becomes."""
    sentence, advice = SENTENCES[Reason.ERROR]
    return Refusal(Reason.ERROR, sentence, path=("an error while judging",), advice=advice)


def too_often(handle: str) -> Refusal:
    """Return the no that a moderator decided on."""
    sentence, advice = SENTENCES[Reason.TOO_OFTEN]
    path = ("target concentration", "a moderator's decision")
    return Refusal(Reason.TOO_OFTEN, sentence.format(cameo=handle), cameo=handle, path=path, advice=advice)


def welcome(answer: Judgement) -> str:
    """Return a yes in words."""
    return f"You may {said(answer.uses)} with the likeness of @{answer.handle}."


def taken_down() -> Refusal:
    """Return the no for a video that somebody in it had taken down."""
    return Refusal(
        Reason.WITHDRAWN,
        "Somebody in this video had it taken down.",
        path=("appearance: deleted",),
        advice="It cannot be brought back.",
    )


def source_gone() -> Refusal:
    """Return the no for what is made from a video that does not stand; it says nothing of who in it said no."""
    return Refusal(
        Reason.WITHDRAWN,
        "A video that this one is made from is not shown any more.",
        path=("made from: withdrawn",),
        advice="Make it from another video, or from none.",
    )
