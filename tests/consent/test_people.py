import pytest

from consent import people
from consent.accounts import ties
from consent.errors import AudienceError, TieError, UsesError
from consent.grants import audience, grant
from consent.models import Cameo
from consent.permit import Use
from tests import cast


@pytest.mark.django_db
def test_somebody_unknown_counts_as_a_child_and_may_do_nothing() -> None:
    assert people.age_band(0) is people.AgeBand.CHILD
    assert people.limits(0) == people.Limits((), frozenset())


@pytest.mark.django_db
def test_a_teen_is_limited_in_audience_and_uses() -> None:
    tess, felix = cast.tess(), cast.felix()
    cast.cameo(tess)
    assert people.age_band(tess.pk) is people.AgeBand.TEEN
    limits = people.limits(tess.pk)
    assert set(limits.audiences) == {Cameo.Audience.ONLY_ME, Cameo.Audience.APPROVED}
    assert not limits.uses & {Use.ADVERTISE, Use.TRAIN}
    with pytest.raises(AudienceError, match="Until you are 18"):
        audience.set_audience(tess, audience=Cameo.Audience.MUTUALS)
    with pytest.raises(UsesError, match="Until you are 18"):
        grant.give(tess, person=felix, uses=[Use.TRAIN])


@pytest.mark.django_db
def test_an_adult_is_not() -> None:
    assert people.limits(cast.pat().pk) == people.Limits(tuple(Cameo.Audience), frozenset(Use))


@pytest.mark.django_db
def test_follows_and_blocks_are_told() -> None:
    olive, felix, sten = cast.olive(), cast.felix(), cast.sten()
    assert people.follows(felix.pk, dst=olive.pk)
    assert not people.follows(sten.pk, dst=olive.pk)
    ties.block(olive.pk, dst=felix.pk)
    assert people.blocks(olive.pk, other=felix.pk)
    assert people.blocks(felix.pk, other=olive.pk)
    assert not people.follows(felix.pk, dst=olive.pk)
    assert not people.blocks(olive.pk, other=sten.pk)


@pytest.mark.django_db
def test_people_are_found_by_any_spelling_of_their_handle() -> None:
    olive = cast.olive()
    assert people.by_handle(["@Olive ", "nobody"]) == {"olive": olive.pk}
    assert people.display([olive.pk, 0]) == {olive.pk: ("olive", "Olive")}


@pytest.mark.django_db
def test_nobody_follows_or_blocks_themselves() -> None:
    olive = cast.olive()
    with pytest.raises(TieError):
        ties.follow(olive.pk, dst=olive.pk)
    with pytest.raises(TieError):
        ties.block(olive.pk, dst=olive.pk)
