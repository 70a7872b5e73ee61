"""What an asker hears, and what they can never tell from it (I19)."""

import dataclasses
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone

from consent import gate
from consent.accounts import consents, guardians, ties
from consent.errors import GrantError
from consent.grants import audience, grant, graph, preferences, why
from consent.models import Cameo, Grant, Person
from consent.permit import Answer, Reason, Refusal, Request, Use
from tests import cast
from tests.consent.test_pages import signed_in

Audience = Cameo.Audience


def check(asker: Person, use: Use = Use.GENERATE, categories: frozenset[str] = frozenset()) -> Answer:
    (answer,) = gate.check(asker.pk, ["olive"], use, categories)
    return answer


def refusal(asker: Person, text: str = "@olive waves") -> Refusal:
    answer = gate.authorize(Request("job", asker.pk, ("olive",), "ab" * 32, text=text))
    assert isinstance(answer, Refusal), answer
    return answer


@pytest.fixture
def olive(db: None) -> Person:
    return cast.olive()


AGAINST: dict[str, Callable[[Person, Person], object]] = {
    "nothing": lambda _owner, _asker: None,
    "denied": lambda owner, asker: grant.deny(owner, person=asker),
    "denied one category": lambda owner, asker: grant.deny(owner, person=asker, categories=["politics"]),
    "blocked": lambda owner, asker: ties.block(owner.pk, dst=asker.pk),
    "wishes": lambda owner, _asker: preferences.confirm(
        owner,
        rules=[rule.public_id for rule in preferences.propose(owner, text="no waves. nothing weird. always a hat")],
    ),
    "somebody else's grant": lambda owner, _asker: grant.give(owner, person=cast.pat(), uses=list(Use)),
    "a grant that was revoked": lambda owner, asker: grant.revoke(
        owner, grant=grant.give(owner, person=asker, uses=[Use.GENERATE]).public_id
    ),
}


@pytest.mark.parametrize("against", AGAINST)
@pytest.mark.parametrize("chosen", [Audience.ONLY_ME, Audience.APPROVED, Audience.MUTUALS])
def test_a_stranger_cannot_tell_what_was_decided_about_them(olive: Person, chosen: Audience, against: str) -> None:
    audience.set_audience(olive, audience=chosen)
    other = cast.person("another_stranger")
    AGAINST[against](olive, cast.sten())
    for use in Use:
        for categories in (frozenset[str](), frozenset({"politics"})):
            assert check(cast.sten(), use, categories) == check(other, use, categories)
    assert refusal(cast.sten()) == refusal(other)


@pytest.mark.parametrize("against", ["denied", "blocked"])
def test_where_everyone_is_let_in_a_denial_and_a_block_sound_the_same(olive: Person, against: str) -> None:
    audience.set_audience(olive, audience=Audience.EVERYONE)
    AGAINST[against](olive, cast.sten())
    heard = refusal(cast.sten())
    assert (heard.reason, heard.sentence) == (Reason.NOT_APPROVED, "@olive has not approved you.")
    assert heard.path == ("You ask for @olive to generate", "audience: everyone", "no grant")
    assert check(cast.sten(), Use.PUBLISH).reason is check(cast.felix(), Use.PUBLISH).reason


def test_the_api_gives_a_stranger_the_same_bytes_whatever_was_decided(olive: Person) -> None:
    client, url = signed_in(cast.sten()), "/api/v1/permissions/check?cameo=olive"
    before = client.get(url).content
    for against in ("denied", "somebody else's grant", "blocked"):
        AGAINST[against](olive, cast.sten())
        assert client.get(url).content == before


def test_a_block_of_ones_own_is_said_to_be_ones_own(olive: Person) -> None:
    ties.block(cast.sten().pk, dst=olive.pk)
    ties.block(olive.pk, dst=cast.sten().pk)
    assert check(cast.sten()).sentence == "You have blocked @olive."


def test_the_owner_hears_the_whole_truth(olive: Person) -> None:
    sten, felix = cast.sten(), cast.felix()
    said = {
        "nothing": "@sten may not do this, because only you may use it.",
        "denied": "@sten may not do this, because you said no to them.",
        "blocked": "@sten may not do this, because you blocked them.",
    }
    for against, sentence in said.items():
        AGAINST[against](olive, sten)
        assert why.ask(olive, asker=sten, use=Use.GENERATE).sentence == sentence
    grant.give(olive, person=felix, uses=[Use.GENERATE], categories=["politics"])
    answer = why.ask(olive, asker=felix, use=Use.GENERATE)
    assert (answer.may, answer.sentence) == (True, "@felix may do this, because you gave them this permission.")
    (rule,) = preferences.propose(olive, text="never in politics")
    preferences.confirm(olive, rules=[rule.public_id])
    answer = why.ask(olive, asker=felix, use=Use.GENERATE, categories=frozenset({"politics"}))
    assert answer.sentence == "@felix may not do this, because you wrote: “never in politics”."
    assert answer.path[0] == "@felix asks for @olive to generate in politics"


def test_why_is_for_ones_own_cameo_alone(olive: Person) -> None:
    felix = cast.felix()
    grant.give(olive, person=felix, uses=[Use.GENERATE])
    url = "/api/v1/permissions/why?person=felix"
    assert signed_in(olive).get(url).json()["may"] is True
    other = signed_in(cast.sten()).get(url).json()
    assert (other["may"], other["reason"]) == (False, "no_such_cameo")
    assert signed_in(olive).get("/api/v1/permissions/why?person=nobody").status_code == 400
    assert signed_in(olive).get("/api/v1/permissions/why?person=felix&use=anything").status_code == 400


def test_every_rule_has_its_sentence_for_the_owner(olive: Person) -> None:
    assert {*graph.YES, *(reason.value for reason in Reason)} - {
        *why.BECAUSE,
        # these are no answers of the graph, or come with a clause
        *("category_ruled_out", "words_ruled_out", "ask_first", "permit_forged", "permit_spent", "permit_expired"),
        *("draft_changed", "unconsented_person", "unconsented_person_in_reference", "error", "too_often", "blocked"),
    } == set()


# -- what limits a yes, and the row that bears witness


def judged(asker: Person, **more: object) -> graph.Judgement:
    (answer,) = graph.judge([dataclasses.replace(graph.Question(asker.pk, Cameo.objects.get().pk, 1), **more)])  # type: ignore[arg-type]
    return answer


def test_the_earliest_end_of_whatever_says_yes_is_handed_out(olive: Person) -> None:
    felix, soon, later = cast.felix(), timezone.now() + timedelta(hours=1), timezone.now() + timedelta(days=1)
    given = grant.give(olive, person=felix, uses=[Use.GENERATE], expires_at=later)
    assert (judged(felix).until, judged(felix).witness) == (later, given.pk)
    once = grant.give_once(
        olive, person=felix, terms=grant.Terms(frozenset({Use.GENERATE}), expires_at=soon, draft="ab" * 32)
    )
    answer = judged(felix, draft="ab" * 32)
    assert (answer.until, answer.witness, answer.once) == (soon, once.pk, True)
    assert judged(felix, draft="cd" * 32).until == later


def test_a_yes_to_one_draft_that_ends_never_lets_in_more_than_before(olive: Person) -> None:
    felix, politics = cast.felix(), frozenset({"politics"})
    grant.give(olive, person=felix, uses=[Use.GENERATE], categories=["politics"])
    terms = grant.Terms(frozenset({Use.GENERATE}), draft="ab" * 32)
    once = grant.give_once(olive, person=felix, terms=terms)
    assert judged(felix, draft="ab" * 32, categories=politics).may
    Grant.objects.filter(pk=once.pk).update(expires_at=timezone.now() - timedelta(seconds=1))
    assert judged(felix, draft="ab" * 32, categories=politics).may


def test_denials_and_rules_bear_witness(olive: Person) -> None:
    felix = cast.felix()
    grant.give(olive, person=felix, uses=[Use.GENERATE], categories=["politics"])
    denial = grant.deny(olive, person=felix, categories=["politics"])
    politics = frozenset({"politics"})
    assert (judged(felix, categories=politics).rule, judged(felix, categories=politics).witness) == (
        "denied",
        denial.pk,
    )
    assert judged(felix).may
    grant.revoke(olive, grant=denial.public_id)
    audience.set_ruled_out(olive, categories=["politics"])
    answer = judged(felix, categories=politics)
    assert (answer.rule, answer.witness) == ("rule", olive.cameo.rules.get().pk)
    assert (answer.reason, answer.clause) == (Reason.CATEGORY_RULED_OUT, "Never in politics.")


# -- categories, and people under 18


@pytest.mark.parametrize("category", ["politics", "intimate", "violence", "minors", "hate", "a category nobody knows"])
def test_an_audience_gives_no_sensitive_category(olive: Person, category: str) -> None:
    audience.set_audience(olive, audience=Audience.EVERYONE)
    assert check(cast.sten()).may
    assert check(cast.sten(), categories=frozenset({"alcohol"})).may
    answer = check(cast.sten(), categories=frozenset({category}))
    assert (answer.may, answer.reason) == (False, Reason.CATEGORY_NOT_GIVEN)


def test_a_grant_gives_the_categories_it_names_and_no_other(olive: Person) -> None:
    felix = cast.felix()
    grant.give(olive, person=felix, uses=[Use.GENERATE], categories=["violence"])
    assert check(felix, categories=frozenset({"violence", "alcohol"})).may
    assert check(felix, categories=frozenset({"violence", "politics"})).reason is Reason.CATEGORY_NOT_GIVEN
    with pytest.raises(GrantError):
        grant.give(olive, person=felix, uses=[Use.GENERATE], categories=["hate"])


@pytest.fixture
def tess(db: None) -> Person:
    tess, pat = cast.tess(), cast.pat()
    cast.cameo(tess)
    cast.cameo(pat)
    guardians.confirm(tess, guardianship=guardians.propose(pat, other=tess, as_guardian=True).public_id)
    return tess


def of_tess(asker: Person, categories: frozenset[str] = frozenset(), use: Use = Use.GENERATE) -> Answer:
    (answer,) = gate.check(asker.pk, ["tess"], use, categories)
    return answer


def test_a_teens_likeness_needs_the_guardians_yes_and_loses_it_with_the_guardian(tess: Person) -> None:
    felix, pat = cast.person("felix"), cast.pat()
    grant.give(tess, person=felix, uses=[Use.GENERATE])
    assert of_tess(felix).reason is Reason.GUARDIAN_MISSING
    assert of_tess(cast.sten()).reason is Reason.ONLY_ME
    assert of_tess(tess).may
    consents.give(pat, ward=tess)
    assert of_tess(felix).may
    guardians.part(pat.pk, other=tess.pk)
    assert of_tess(felix).reason is Reason.GUARDIAN_MISSING


@pytest.mark.parametrize("category", ["intimate", "violence", "alcohol", "crime", "other"])
def test_some_scenes_are_never_made_with_anybody_under_18_not_even_by_themselves(tess: Person, category: str) -> None:
    felix = cast.person("felix")
    consents.give(cast.pat(), ward=tess)
    given = grant.give(tess, person=felix, uses=[Use.GENERATE])
    Grant.objects.filter(pk=given.pk).update(categories=8191)
    assert of_tess(felix, frozenset({"politics"})).may
    assert of_tess(felix, frozenset({category})).reason is Reason.NOT_FOR_TEENS
    own = of_tess(tess, frozenset({category}))
    assert own.reason is Reason.NOT_FOR_TEENS
    assert own.sentence.startswith("Until you are 18")


def test_a_video_that_shows_a_teen_among_others_is_one_with_minors_present(tess: Person) -> None:
    olive, felix = cast.olive(), cast.felix()
    consents.give(cast.pat(), ward=tess)
    grant.give(tess, person=felix, uses=[Use.GENERATE], categories=["minors"])
    grant.give(olive, person=felix, uses=[Use.GENERATE])
    together = Request("job", felix.pk, ("tess", "olive"), "ab" * 32)
    answer = gate.authorize(together)
    assert isinstance(answer, Refusal)
    assert (answer.reason, answer.cameo, answer.touches) == (Reason.CATEGORY_NOT_GIVEN, "olive", ("minors",))
    grant.give(olive, person=felix, uses=[Use.GENERATE], categories=["minors"])
    assert not isinstance(gate.authorize(together), Refusal)
