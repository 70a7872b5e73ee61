"""An owner's rules: proposed from their words, shown back, in force once they confirm them, removed by them alone."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass

from django.contrib.postgres.fields import ArrayField
from django.db import transaction
from django.db.models import BigIntegerField, Q, QuerySet, Value
from django.utils import timezone

from consent.accounts import outbox
from consent.accounts.models import Person
from consent.cameos.models import Cameo
from consent.errors import CameoStateError, PreferenceError
from consent.grants import categories, prompts
from consent.grants.compiling import MOST_CLAUSES, Compiled, clauses, compiled
from consent.grants.grant import held
from consent.grants.models import PermitRecord
from consent.grants.rows import Rule
from consent.permit import Use

Kind, State = Rule.Kind, Rule.State
LONGEST = 280
MEANINGS: dict[str, str] = {
    Kind.DENY_CATEGORY: "Nobody may show you in {value}.",
    Kind.DENY_WORDS: "Refused when a request says {value}, or another form of it.",
    Kind.DENY_SAY: "Refused when somebody lets you say {value}.",
    Kind.REQUIRE: "Added to every request you are in: “{value}”.",
    Kind.ASK: "We cannot turn this into a rule. While you keep it, we ask you before every video.",
}


@dataclass(frozen=True, slots=True)
class Tried:
    """What a rule would have done: how many of the past uses by others it would have refused."""

    refused: int
    past: int


@transaction.atomic
def propose(owner: Person, *, text: str) -> list[Rule]:
    """Compile a text and write down what it would become; nothing of it binds before :func:`confirm`.

    An earlier proposal that was not confirmed is dropped. Raises PreferenceError with one sentence.
    """
    if not text.strip():
        raise PreferenceError("Write what you want, or what you never want.")
    if len(clauses(text)) > MOST_CLAUSES or any(len(clause) > LONGEST for clause in clauses(text)):
        raise PreferenceError(f"Write at most {MOST_CLAUSES} sentences, each of at most {LONGEST} characters.")
    cameo = Cameo.objects.filter(owner=owner).exclude(state=Cameo.State.WITHDRAWN).first()
    if cameo is None:
        raise CameoStateError("You have no cameo yet. Enrol first.")
    Rule.objects.filter(cameo=cameo, state=State.PROPOSED).update(state=State.REMOVED, removed_at=timezone.now())
    return Rule.objects.bulk_create([row(cameo, rule) for rule in compiled(text)])


def row(cameo: Cameo, rule: Compiled) -> Rule:
    """Return the row of a compiled clause."""
    kind = prompts.SAID if rule.kind == Kind.DENY_SAY else prompts.WORDS
    return Rule(
        cameo=cameo,
        clause=rule.clause,
        kind=rule.kind,
        value=rule.value[:LONGEST],
        categories=rule.bits,
        words=sorted(prompts.digests(kind, rule.phrases)),
    )


@transaction.atomic
def confirm(owner: Person, *, rules: Collection[str]) -> list[Rule]:
    """Put proposed rules (public ids) in force; whatever they forbid is no longer minted, confirmed or served.

    Proposals that are not named are dropped. Safe to repeat.
    """
    cameo, now = held(owner), timezone.now()
    proposed = Rule.objects.filter(cameo=cameo, state=State.PROPOSED)
    proposed.filter(public_id__in=rules).update(state=State.CONFIRMED, confirmed_at=now)
    proposed.update(state=State.REMOVED, removed_at=now)
    outbox.record("permission_lost", {"cameo": cameo.pk, "owner": owner.pk, "person": None})
    return list(in_force(cameo).filter(public_id__in=rules))


@transaction.atomic
def remove(owner: Person, *, rule: str) -> Rule:
    """Take one rule out of force; safe to repeat. Raises PreferenceError when the owner has none such."""
    held(owner)
    found = Rule.objects.filter(cameo__owner=owner, public_id=rule).first()
    if found is None:
        raise PreferenceError("There is no such rule.")
    if found.state != State.REMOVED:
        found.state, found.removed_at = State.REMOVED, timezone.now()
        found.save(update_fields=["state", "removed_at"])
    return found


def in_force(cameo: Cameo) -> QuerySet[Rule]:
    """Return the rules that bind, in the order they were written."""
    return Rule.objects.filter(cameo=cameo, state=State.CONFIRMED).order_by("pk")


def written(cameo: Cameo) -> QuerySet[Rule]:
    """Return the rules in force that were written, not ticked in the list of categories."""
    return in_force(cameo).filter(is_listed=False)


def waiting(cameo: Cameo) -> QuerySet[Rule]:
    """Return what was proposed and is not confirmed."""
    return Rule.objects.filter(cameo=cameo, state=State.PROPOSED).order_by("pk")


def meaning(rule: Rule) -> str:
    """Return what a rule does, in one sentence for its owner."""
    value = f"@{rule.cameo.owner.handle}: {rule.value}" if rule.kind == Kind.REQUIRE else rule.value
    return MEANINGS[rule.kind].format(value=value)


def past(cameo: Cameo) -> QuerySet[PermitRecord]:
    """Return what others made with this likeness: one permit for each video."""
    used = PermitRecord.objects.filter(appearances__cameo=cameo, appearances__use=Use.GENERATE.value)
    return used.exclude(requester_id=cameo.owner_id).distinct()


def tried(rule: Rule) -> Tried:
    """Return what a rule would have done to the past uses, judged by what was kept of their prompts."""
    return together([rule])


def together(rules: Collection[Rule]) -> Tried:
    """Return what these rules of one cameo would have done together."""
    if not rules:
        return Tried(0, 0)
    uses = past(next(iter(rules)).cameo)
    fires = [condition(rule) for rule in rules if rule.kind != Kind.REQUIRE]
    either = Q(pk__in=[])
    for one in fires:
        either |= one
    return Tried(uses.filter(either).count(), uses.count())


def condition(rule: Rule) -> Q:
    """Return which permits a rule would have refused: the same comparison that the statement makes."""
    if rule.kind == Kind.DENY_CATEGORY:
        return Q(categories__has_any_keys=sorted(categories.named(rule.categories)))
    if rule.kind == Kind.ASK:
        return Q(pk__isnull=False)
    # as one typed value: Django would take each number of a list for 32 bits, and cut it
    return Q(words__overlap=Value(rule.words, output_field=ArrayField(BigIntegerField())))


def required(cameos: Collection[int]) -> dict[int, tuple[str, ...]]:
    """Return cameo -> what its owner always wants to be shown, in plain words: "a red hat"."""
    found: defaultdict[int, tuple[str, ...]] = defaultdict(tuple)
    rows = Rule.objects.filter(cameo_id__in=cameos, kind=Kind.REQUIRE, state=State.CONFIRMED).order_by("pk")
    for cameo, value in rows.values_list("cameo_id", "value") if cameos else ():
        found[cameo] += (value,)
    return dict(found)
