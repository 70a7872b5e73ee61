"""Whom the owner lets in without asking one by one, and what they never want to be shown in."""

from collections.abc import Iterable

from django.db import transaction

from consent.accounts import outbox
from consent.accounts.ages import AgeBand, age_band
from consent.accounts.models import Person
from consent.cameos.models import Cameo
from consent.errors import AudienceError
from consent.grants.grant import held
from consent.grants.models import RuledOut

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
    """Say which categories the owner is never shown in, whoever asks; return them."""
    cameo, wanted = held(owner), frozenset(categories)
    RuledOut.objects.filter(cameo=cameo).exclude(category__in=wanted).delete()
    RuledOut.objects.bulk_create(
        (RuledOut(cameo=cameo, category=category) for category in sorted(wanted)), ignore_conflicts=True
    )
    outbox.record("permission_lost", {"cameo": cameo.pk, "owner": owner.pk, "person": None})
    return wanted
