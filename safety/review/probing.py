"""Somebody asks again and again for what was refused: a case for moderators, once, without the words."""

from collections import Counter
from typing import Final

from django.contrib.auth import get_user_model

from safety.classifiers import denials
from safety.classifiers.models import Denial
from safety.review import queue, subjects
from safety.review.subjects import Handlers, Shown

KIND: Final = "safety.probing"
REASON: Final = "Somebody tries again and again, in other words, for what was refused."


def note(text: str, *, requester: int, policy: str) -> None:
    """Remember a refused prompt by its sketch; open a case when it is a try too many. Inside a transaction."""
    if denials.remember(text, requester=requester, policy=policy) >= denials.TRIES:
        queue.open_case(kind=KIND, subject=str(requester), policy=denials.POLICY, reason=REASON)


def register() -> None:
    """Teach the desk this kind of case."""
    subjects.register(KIND, Handlers(show=_show, restrict=_leave, restore=_leave, resolved=_resolved))


def _show(subject: str) -> Shown:
    who = get_user_model().objects.get(pk=subject)
    refused = Counter(Denial.objects.filter(requester_id=who.pk).values_list("policy", flat=True))
    lines = [f"{name}: refused {count} times since yesterday" for name, count in refused.most_common()]
    return Shown(f"@{who.get_username()} tries refused prompts again", (*lines, "The prompts are not kept."))


def _leave(subject: str) -> None:
    """Do nothing: the wait is what follows, and it ends by itself."""


def _resolved(subject: str, decision: str) -> None:
    """Forget the tries when they were in order; otherwise let the wait grow as it does."""
    if decision == "clear":
        denials.forget(int(subject))
