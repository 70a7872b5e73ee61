"""What an owner sees of their own likeness: who may use it, what happened with it, what was ruled out."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Exists, OuterRef, QuerySet

from consent.accounts.models import Block, Follow, Person
from consent.cameos.models import Cameo
from consent.grants import categories
from consent.grants.graph import Question, judge
from consent.grants.models import Grant
from consent.grants.uses import BITS, named, words
from consent.permit import Use


@dataclass(frozen=True, slots=True)
class Given:
    """One grant as its owner reads it."""

    id: str
    handle: str
    uses: str
    until: datetime | None
    since: datetime
    ended: bool
    uses_given: tuple[str, ...] = ()
    categories: str = ""
    categories_given: tuple[str, ...] = ()
    once: bool = False
    spent: bool = False

    @property
    def last_day(self) -> date | None:
        """Return the last day on which it holds, as a form asks for it."""
        return (self.until - timedelta(microseconds=1)).date() if self.until else None


def headline(owner: Person, *, cameo: Cameo | None) -> str:
    """Return the page's first line: how many people may use this face, and this voice."""
    if cameo is None:
        return "You have not lent your likeness to anyone."
    if cameo.state == Cameo.State.LIVE and cameo.audience == Cameo.Audience.EVERYONE:
        return f"Everyone may use your face. {counted(count(owner, cameo=cameo, use=Use.VOICE))} may use your voice."
    face, voice = (counted(count(owner, cameo=cameo, use=use)) for use in (Use.GENERATE, Use.VOICE))
    return f"{face} may use your face. {voice} may use your voice."


def counted(number: int) -> str:
    """Return a number of people in words that begin a sentence."""
    return {0: "Nobody", 1: "1 person"}.get(number, f"{number:,} people")


def count(owner: Person, *, cameo: Cameo, use: Use) -> int:
    """Return how many others would be let in now: those with a grant and all mutuals, asked of the graph itself."""
    questions = [Question(person, cameo.pk, BITS[use]) for person in sorted(candidates(owner, cameo=cameo))]
    return sum(answer.may for answer in judge(questions))


def candidates(owner: Person, *, cameo: Cameo) -> set[int]:
    """Return everybody who could be let in by name or as a mutual."""
    back = Follow.objects.filter(src=owner, dst=OuterRef("src"))
    mutuals = Follow.objects.filter(Exists(back), dst=owner).values_list("src_id", flat=True)
    return {*mutuals, *in_force(cameo).values_list("person_id", flat=True)}


def in_force(cameo: Cameo) -> QuerySet[Grant]:
    """Return the grants that were not taken back."""
    return Grant.objects.filter(cameo=cameo, revoked_at=None, effect=Grant.Effect.GRANT)


def given(cameo: Cameo, *, now: datetime) -> list[Given]:
    """Return the grants that were not taken back, newest first; those that ran out are marked."""
    return [told(grant, now=now) for grant in in_force(cameo).select_related("person").order_by("-pk")]


def told(grant: Grant, *, now: datetime) -> Given:
    """Return a grant or a denial as its owner reads it."""
    about = categories.named(grant.categories)
    return Given(
        id=grant.public_id,
        handle=grant.person.handle,
        uses=words(named(grant.uses)),
        until=grant.expires_at,
        since=grant.created_at,
        ended=grant.expires_at is not None and grant.expires_at <= now,
        uses_given=tuple(use.value for use in named(grant.uses)),
        categories=categories.words(about) if about else "",
        categories_given=tuple(sorted(about)),
        once=bool(grant.draft_digest),
        spent=grant.spent_by_id is not None,
    )


def denied(cameo: Cameo) -> list[Given]:
    """Return whom the owner said no to, newest first."""
    rows = Grant.objects.filter(cameo=cameo, revoked_at=None, effect=Grant.Effect.DENIAL)
    return [told(row, now=row.created_at) for row in rows.select_related("person").order_by("-pk")]


def reach(owner: Person, *, cameo: Cameo) -> dict[Cameo.Audience, int]:
    """Return how many others each audience would let in today; a block by either side lets nobody in."""
    blocked = {*Block.objects.filter(src=owner).values_list("dst_id", flat=True)}
    blocked |= {*Block.objects.filter(dst=owner).values_list("src_id", flat=True)}
    named_ones = {*in_force(cameo).filter(draft_digest="").values_list("person_id", flat=True)} - blocked
    everyone = Person.objects.filter(is_active=True).exclude(pk=owner.pk).exclude(pk__in=blocked).count()
    mutuals = candidates(owner, cameo=cameo) - blocked
    return {
        Cameo.Audience.ONLY_ME: len(named_ones),
        Cameo.Audience.APPROVED: len(named_ones),
        Cameo.Audience.MUTUALS: len(mutuals | named_ones),
        Cameo.Audience.EVERYONE: everyone,
    }
