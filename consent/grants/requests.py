"""Asking an owner for a yes, and answering: to one exact video, once, or to uses in general, until a day.

The owner of a likeness who is under 18 does not answer alone: their guardian has to agree as well, and may decline for
them. A request ends by itself after two weeks. Asking needs no permission and gives none. Whoever is declined is told;
whoever is blocked is not: in their eyes the request waits, and ends unanswered (I19).
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from consent import permit
from consent.accounts import epochs, notices, ties
from consent.accounts.ages import AgeBand, age_band
from consent.accounts.guardianship import Guardianship
from consent.accounts.models import Block, Person
from consent.cameos.models import Cameo
from consent.errors import RequestError
from consent.grants import categories, company, grant, graph, preferences, prompts
from consent.grants.grant import Terms
from consent.grants.models import Appearance, Grant
from consent.grants.rows import Request
from consent.grants.uses import mask, named, words
from consent.permit import Use

State = Request.State
OPEN_AT_ONCE: Final = 20
"""Requests one person may have open: enough to ask a cast, too few to pester a crowd."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is asked for: uses, and for one exact video its prompt, shots, digest, job and what the prompt touches."""

    uses: frozenset[Use] = frozenset({Use.GENERATE})
    prompt: str = ""
    shots: Sequence[str] = ()
    draft: str = ""
    job: str = ""
    touches: frozenset[str] = frozenset()
    message: str = ""


@dataclass(frozen=True, slots=True)
class Yes:
    """How an owner says yes: ``once``, to the very video that was shown, or to uses and categories until a day."""

    once: bool = True
    uses: frozenset[Use] = frozenset()
    categories: frozenset[str] = field(default_factory=frozenset)
    expires_at: datetime | None = None


@transaction.atomic
def ask(requester: Person, *, cameo: Cameo, wanted: Wanted) -> Request:
    """Ask an owner; the same request again returns the one that is open. Raises RequestError with one sentence.

    A blocked person's request is written like any other and shown to nobody.
    """
    check_asking(requester, cameo=cameo, wanted=wanted)
    found, is_new = Request.objects.get_or_create(
        cameo=cameo,
        requester=requester,
        draft_digest=wanted.draft,
        state=State.OPEN,
        defaults={
            "uses": mask(wanted.uses),
            "categories": categories.mask(wanted.touches),
            "prompt": wanted.prompt,
            "shots": list(wanted.shots),
            "job": wanted.job,
            "message": wanted.message[:500],
        },
    )
    if is_new and not is_between_blocked(found):
        for person in answering(cameo):
            sentence = f"@{requester.handle} asks to {words(wanted.uses)} with the likeness of @{cameo.owner.handle}."
            notices.tell(person, "request.made", sentence, about=found.public_id)
    return found


def ask_for(asked: permit.Request, *, cameo: str, shots: Sequence[str], message: str) -> str:
    """Ask the owner of a cameo (by handle) for a yes to this one draft; return the request's public id."""
    found = asked_of(cameo)
    wanted = Wanted(
        uses=asked.uses,
        prompt=asked.text,
        shots=shots,
        draft=asked.draft_digest,
        job=asked.job,
        touches=asked.categories | company.categories(list(graph.find(asked.cameos).values())),
        message=message,
    )
    return ask(Person.objects.get(pk=asked.requester), cameo=found, wanted=wanted).public_id


def asked_of(handle: str) -> Cameo:
    """Return the cameo of this handle; raises RequestError, alike for nobody and for somebody who enrolled nothing."""
    found = Cameo.objects.select_related("owner").filter(owner__handle=graph.plain(handle)).first()
    if found is None:
        raise RequestError(f"@{graph.plain(handle)} has no likeness that can be used here.")
    return found


def check_asking(requester: Person, *, cameo: Cameo, wanted: Wanted) -> None:
    """Raise for what cannot be asked."""
    if cameo.owner_id == requester.pk:
        raise RequestError("Your own likeness is yours to use already.")
    if cameo.state in {Cameo.State.WITHDRAWN, Cameo.State.PENDING}:
        raise RequestError(f"@{cameo.owner.handle} has no likeness that can be used here.")
    if not wanted.uses:
        raise RequestError("Choose at least one use.")
    if Block.objects.filter(src=requester, dst=cameo.owner_id).exists():
        raise RequestError(f"You have blocked @{cameo.owner.handle}. Take the block back if you want to ask them.")
    if Request.objects.filter(requester=requester, state=State.OPEN).count() >= OPEN_AT_ONCE:
        raise RequestError(f"You have {OPEN_AT_ONCE} requests that wait for an answer. Withdraw one first.")


def is_between_blocked(request: Request) -> bool:
    """Return whether the owner has blocked whoever asks."""
    return Block.objects.filter(src_id=request.cameo.owner_id, dst_id=request.requester_id).exists()


def guardian(cameo: Cameo) -> int | None:
    """Return the live guardian of an owner under 18, if they need one and have one."""
    if age_band(cameo.owner.birth_date) is AgeBand.ADULT:
        return None
    live = Guardianship.objects.filter(ward_id=cameo.owner_id, state=Guardianship.State.LIVE)
    return live.values_list("guardian_id", flat=True).first()


def answering(cameo: Cameo) -> list[int]:
    """Return who hears of a request: the owner, and the guardian of an owner under 18."""
    other = guardian(cameo)
    return [cameo.owner_id, *([other] if other else [])]


def to_answer(person: Person) -> QuerySet[Request]:
    """Return the open requests that this person is to answer, for themselves or for a ward, newest first."""
    live = Guardianship.State.LIVE
    wards = Guardianship.objects.filter(guardian=person, state=live).values_list("ward_id", flat=True)
    mine = Q(cameo__owner=person, wanted__isnull=True) | Q(cameo__owner__in=list(wards), guardian_agreed_at=None)
    blocked = Block.objects.filter(src__in=[person.pk, *wards]).values_list("src_id", "dst_id")
    rows = Request.objects.filter(mine, state=State.OPEN, expires_at__gt=timezone.now())
    for owner, other in blocked:
        rows = rows.exclude(cameo__owner_id=owner, requester_id=other)
    return rows.select_related("cameo__owner", "requester").order_by("-pk")


def made(person: Person) -> QuerySet[Request]:
    """Return what this person has asked for, newest first."""
    return Request.objects.filter(requester=person).select_related("cameo__owner").order_by("-pk")


def standing(request: Request) -> str:
    """Return how a request stands in the eyes of whoever made it: a block looks like no answer."""
    unheard = request.state == State.DECLINED and is_between_blocked(request)
    if request.state == State.OPEN or unheard:
        return State.OPEN if request.expires_at > timezone.now() else State.EXPIRED
    return request.state


def may_answer(person: Person, *, request: str) -> bool:
    """Return whether there is such a request, and it is this person's to answer."""
    found = Request.objects.filter(public_id=request).select_related("cameo__owner").first()
    return found is not None and person.pk in answering(found.cameo)


def held(person: Person, *, request: str) -> Request:
    """Lock and return an open request that this person may answer, or raise RequestError."""
    found = Request.objects.select_for_update(of=("self",)).filter(public_id=request)
    for one in found.select_related("cameo__owner", "requester"):
        if person.pk in answering(one.cameo):
            return check_open(one)
    raise RequestError("There is no such request.")


def check_open(request: Request) -> Request:
    """Return a request that can still be answered."""
    if request.state != State.OPEN or request.expires_at <= timezone.now():
        raise RequestError("This request has ended already.")
    return request


@transaction.atomic
def approve(person: Person, *, request: str, yes: Yes) -> Request:
    """Say yes: give the grant, or wait for the guardian of an owner under 18. Raises with the sentence to show."""
    found = locked(person, request=request)
    if person.pk == found.cameo.owner_id:
        found.wanted = stored(yes, request=found)
    else:
        found.guardian_agreed_at = timezone.now()
    found.save(update_fields=["wanted", "guardian_agreed_at"])
    return settle(found) if is_agreed(found) else told_to_wait(found, by=person)


def locked(person: Person, *, request: str) -> Request:
    """Bump and lock the cameos of both before the request (lock order), then the request."""
    both = Request.objects.filter(public_id=request).values_list("cameo__owner_id", "requester_id").first()
    if both is None:
        raise RequestError("There is no such request.")
    epochs.bump(both)
    return held(person, request=request)


def is_agreed(request: Request) -> bool:
    """Return whether everybody whose yes is needed has said it."""
    needs_two = age_band(request.cameo.owner.birth_date) is not AgeBand.ADULT
    return request.wanted is not None and (request.guardian_agreed_at is not None or not needs_two)


def told_to_wait(request: Request, *, by: Person) -> Request:
    """Tell the other of the two that their yes is awaited."""
    for person in answering(request.cameo):
        if person != by.pk:
            sentence = f"@{by.handle} agrees to a request of @{request.requester.handle}. It waits for you."
            notices.tell(person, "request.made", sentence, about=request.public_id)
    return request


def stored(yes: Yes, *, request: Request) -> dict[str, Any]:
    """Return an owner's yes as it is kept while a guardian's is awaited."""
    if yes.once and not request.draft_digest:
        raise RequestError("This was not asked for one video. Choose until when you allow it.")
    uses = yes.uses or named(request.uses)
    return {
        "once": yes.once,
        "uses": sorted(use.value for use in uses),
        "categories": sorted(yes.categories),
        "expires_at": yes.expires_at.isoformat() if yes.expires_at else None,
    }


def settle(request: Request) -> Request:
    """Give what was agreed to, end the request, tell whoever asked."""
    request.grant = given(request)
    request.state, request.answered_at = State.APPROVED, timezone.now()
    request.save(update_fields=["grant", "state", "answered_at"])
    sentence = f"@{request.cameo.owner.handle} said yes to what you asked for."
    notices.tell(request.requester_id, "request.answered", sentence, about=request.public_id)
    return request


def given(request: Request) -> Grant:
    """Return the grant that a yes becomes."""
    yes, owner = request.wanted or {}, request.cameo.owner
    uses = frozenset(Use(use) for use in yes["uses"])
    until = datetime.fromisoformat(yes["expires_at"]) if yes["expires_at"] else None
    if yes["once"]:
        touched = categories.named(request.categories)
        terms = Terms(uses, touched, until, request.draft_digest)
        return grant.give_once(owner, person=request.requester, terms=terms)
    return grant.give(
        owner, person=request.requester, uses=uses, categories=frozenset(yes["categories"]), expires_at=until
    )


@transaction.atomic
def decline(person: Person, *, request: str, block: bool = False) -> Request:
    """Say no; with ``block``, to everything from whoever asks. Owner and guardian may each say it alone."""
    found = locked(person, request=request)
    found.state, found.answered_at, found.wanted = State.DECLINED, timezone.now(), None
    found.save(update_fields=["state", "answered_at", "wanted"])
    if block:
        ties.block(found.cameo.owner_id, dst=found.requester_id)
    elif not is_between_blocked(found):
        sentence = f"@{found.cameo.owner.handle} said no to what you asked for."
        notices.tell(found.requester_id, "request.answered", sentence, about=found.public_id)
    return found


@transaction.atomic
def withdraw(person: Person, *, request: str) -> Request:
    """Take one's own open request back; safe to repeat."""
    found = Request.objects.select_for_update().filter(public_id=request, requester=person).first()
    if found is None:
        raise RequestError("There is no such request.")
    if found.state in {State.OPEN, State.DECLINED} and standing(found) == State.OPEN:
        found.state, found.answered_at, found.wanted = State.WITHDRAWN, timezone.now(), None
        found.save(update_fields=["state", "answered_at", "wanted"])
    return found


def sweep() -> int:
    """End what nobody answered in time; return how many."""
    late = Request.objects.filter(state=State.OPEN, expires_at__lte=timezone.now())
    return late.update(state=State.EXPIRED, answered_at=timezone.now(), wanted=None)


def against(request: Request) -> list[str]:
    """Return the owner's own clauses that this request runs into; a yes does not set them aside."""
    if not request.draft_digest:
        return []
    text = prompts.fingerprint(request.prompt)
    rules = preferences.in_force(request.cameo).exclude(kind__in=["ask", "require"])
    return [rule.clause for rule in rules if rule.categories & request.categories or text & set(rule.words)]


def before(request: Request) -> str:
    """Return in one sentence what whoever asks did with this likeness before."""
    used = Appearance.objects.filter(cameo=request.cameo, permit__requester=request.requester, use=Use.GENERATE.value)
    videos, taken = used.count(), used.filter(deleted_at__isnull=False).count()
    if not videos:
        return f"@{request.requester.handle} has made no video with you before."
    many = "one video" if videos == 1 else f"{videos} videos"
    return f"@{request.requester.handle} has made {many} with you before; you took {taken or 'none'} down."
