"""Whom the owner lets in without asking one by one, and what they never want to be shown in."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from consent.accounts import outbox
from consent.accounts.ages import AgeBand, age_band
from consent.accounts.models import Person
from consent.cameos.models import Cameo
from consent.errors import AudienceError
from consent.grants.categories import LABELS, mask
from consent.grants.grant import held
from consent.grants.rows import Rule

FOR_TEENS = frozenset({Cameo.Audience.ONLY_ME, Cameo.Audience.APPROVED})


def choices(owner: Person) -> tuple[Cameo.Audience, ...]:
    """Return the audiences this person may choose from, most private first."""
    adult = age_band(owner.birth_date) is AgeBand.ADULT
    return tuple(audience for audience in Cameo.Audience if adult or audience in FOR_TEENS)


@transaction.atomic
def set_audience(owner: Person, *, audience: Cameo.Audience) -> Cameo:
    """Choose who is let in; raises AudienceError when a teen chooses wider than people they approve."""
    if audience not in choices(owner):
        raise AudienceError
    cameo = held(owner)
    Cameo.objects.filter(pk=cameo.pk).update(audience=audience)
    cameo.audience = audience
    outbox.record("permission_lost", {"cameo": cameo.pk, "owner": owner.pk, "person": None})
    return cameo


@transaction.atomic
def set_ruled_out(owner: Person, *, categories: Iterable[str]) -> frozenset[str]:
    """Say which categories the owner is never shown in, whoever asks; return them. Each is a rule of theirs."""
    cameo, wanted = held(owner), frozenset(categories)
    now = timezone.now()
    listed = Rule.objects.filter(cameo=cameo, is_listed=True, state=Rule.State.CONFIRMED)
    listed.exclude(value__in=wanted).update(state=Rule.State.REMOVED, removed_at=now)
    there = set(listed.values_list("value", flat=True))
    Rule.objects.bulk_create(ticked(cameo, category=category, now=now) for category in sorted(wanted - there))
    outbox.record("permission_lost", {"cameo": cameo.pk, "owner": owner.pk, "person": None})
    return wanted


def ticked(cameo: Cameo, *, category: str, now: datetime) -> Rule:
    """Return the rule that a tick in the list is."""
    return Rule(
        cameo=cameo,
        clause=f"Never in {LABELS.get(category, category)}.",
        kind=Rule.Kind.DENY_CATEGORY,
        value=category,
        categories=mask([category]),
        is_listed=True,
        state=Rule.State.CONFIRMED,
        confirmed_at=now,
    )


def ruled_out(cameo: Cameo) -> frozenset[str]:
    """Return the categories that are ticked."""
    ticks = Rule.objects.filter(cameo=cameo, is_listed=True, state=Rule.State.CONFIRMED)
    return frozenset(ticks.values_list("value", flat=True))
