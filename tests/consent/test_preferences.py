"""What an owner wants, in their words: shown back, confirmed, in force, quoted when it says no."""

import pytest
from django.db import transaction
from django.utils import timezone

from consent import gate
from consent.errors import CameoStateError, PreferenceError
from consent.grants import grant, preferences, prompts
from consent.grants.preferences import Tried
from consent.models import Appearance, PermitRecord, Person, Rule
from consent.permit import Permit, Reason, Refusal, Request, Use
from tests import cast


def ask(
    requester: Person, text: str, *, categories: frozenset[str] = frozenset(), job: str = "job"
) -> Permit | Refusal:
    return gate.authorize(
        Request(job, requester.pk, ("olive",), f"{abs(hash(text)):064x}", categories=categories, text=text)
    )


def yes(answer: Permit | Refusal) -> Permit:
    assert isinstance(answer, Permit), answer
    return answer


def no(answer: Permit | Refusal) -> Refusal:
    assert isinstance(answer, Refusal), answer
    return answer


def make(requester: Person, text: str, *, subject: str, categories: frozenset[str] = frozenset()) -> Permit:
    permit = yes(ask(requester, text, categories=categories))
    with transaction.atomic():
        assert gate.confirm(permit, subject=subject) is None
    return permit


def wish(owner: Person, text: str) -> list[Rule]:
    rules = preferences.propose(owner, text=text)
    return preferences.confirm(owner, rules=[rule.public_id for rule in rules])


@pytest.fixture
def olive(db: None) -> Person:
    return cast.olive()


@pytest.fixture
def felix(olive: Person) -> Person:
    felix = cast.felix()
    grant.give(olive, person=felix, uses=[Use.GENERATE], categories=["politics"])
    return felix


def test_what_is_only_proposed_binds_nobody(olive: Person, felix: Person) -> None:
    preferences.propose(olive, text="never with clowns")
    yes(ask(felix, "@olive meets a clown"))


def test_a_thing_that_was_ruled_out_is_refused_with_the_clause_that_fired(olive: Person, felix: Person) -> None:
    wish(olive, "Never with clowns! Always a red hat.")
    refusal = no(ask(felix, "@olive meets a CLOWN"))
    assert refusal.reason is Reason.WORDS_RULED_OUT
    assert refusal.clause == "Never with clowns"
    assert refusal.path[-1] == "“Never with clowns”"
    assert refusal.advice
    yes(ask(felix, "@olive meets a crown"))


@pytest.mark.parametrize("text", ["@olive meets the c l o w n", "@olive meets a сlown", "@olive meets a cl0wn"])  # noqa: RUF001 - a letter that only looks like a c
def test_a_word_in_disguise_is_the_word(olive: Person, felix: Person, text: str) -> None:
    wish(olive, "never with clowns")
    assert no(ask(felix, text)).reason is Reason.WORDS_RULED_OUT


def test_what_may_not_be_said_may_still_be_shown(olive: Person, felix: Person) -> None:
    wish(olive, "never make me say 'buy now'")
    assert no(ask(felix, "@olive says: buy now, all of you")).clause == "never make me say 'buy now'"
    assert no(ask(felix, "@olive waves, “Buy now!”")).reason is Reason.WORDS_RULED_OUT
    yes(ask(felix, "@olive stands before a shop to buy now and then an apple"))


def test_a_category_that_was_ruled_out_beats_a_grant_that_names_it(olive: Person, felix: Person) -> None:
    politics = frozenset({"politics"})
    yes(ask(felix, "@olive holds a speech", categories=politics))
    wish(olive, "no political scenes")
    refusal = no(ask(felix, "@olive holds a speech", categories=politics))
    assert (refusal.reason, refusal.clause) == (Reason.CATEGORY_RULED_OUT, "no political scenes")


def test_a_wish_that_cannot_be_compiled_makes_each_use_a_request(olive: Person, felix: Person) -> None:
    wish(olive, "nothing embarrassing")
    refusal = no(ask(felix, "@olive waves"))
    assert (refusal.reason, refusal.clause) == (Reason.ASK_FIRST, "nothing embarrassing")
    assert "Ask @olive" in refusal.advice


def test_what_is_forbidden_is_said_before_what_has_to_be_asked(olive: Person, felix: Person) -> None:
    wish(olive, "nothing embarrassing. no clowns")
    assert no(ask(felix, "@olive and a clown")).reason is Reason.WORDS_RULED_OUT


def test_rules_bind_everybody_but_their_owner(olive: Person) -> None:
    wish(olive, "no clowns. nothing embarrassing")
    yes(ask(olive, "@olive as a clown"))


def test_a_stranger_hears_nothing_of_an_owners_wishes(olive: Person) -> None:
    before = no(ask(cast.sten(), "@olive and a clown"))
    wish(olive, "no clowns. always a red hat")
    assert no(ask(cast.sten(), "@olive and a clown")) == before
    assert gate.wishes(cast.sten().pk, ["olive"]) == {}


def test_what_must_be_shown_is_handed_out_with_the_permit(olive: Person, felix: Person) -> None:
    wish(olive, "always wear a red hat. only with my dog")
    (named,) = yes(ask(felix, "@olive waves")).cameos
    assert named.requires == ("wearing a red hat", "with their dog")
    assert gate.wishes(felix.pk, ["@Olive", "felix"]) == {"olive": ("wearing a red hat", "with their dog")}
    (own,) = yes(ask(olive, "@olive waves")).cameos
    assert own.requires == ()


def test_a_new_rule_stops_what_is_already_out_there_and_its_removal_brings_it_back(
    olive: Person, felix: Person
) -> None:
    make(felix, "@olive meets a clown", subject="clip-1")
    make(felix, "@olive meets a dog", subject="clip-2")
    (rule,) = wish(olive, "no clowns")
    assert gate.standing({"clip-1", "clip-2"}) == {"clip-2"}
    preferences.remove(olive, rule=rule.public_id)
    assert gate.standing({"clip-1", "clip-2"}) == {"clip-1", "clip-2"}


def test_a_rule_that_comes_between_permit_and_release_stops_the_release(olive: Person, felix: Person) -> None:
    permit = yes(ask(felix, "@olive meets a clown"))
    wish(olive, "no clowns")
    with transaction.atomic():
        refusal = gate.confirm(permit, subject="clip-1")
    assert refusal
    assert refusal.clause == "no clowns"


def test_a_dry_run_says_what_would_have_been_refused(olive: Person, felix: Person) -> None:
    for number, text in enumerate(["@olive meets a clown", "@olive says moist", "@olive waves"]):
        make(felix, text, subject=f"clip-{number}")
    make(felix, "@olive votes", subject="clip-v", categories=frozenset({"politics"}))
    make(olive, "@olive as a clown", subject="clip-own")
    rules = {rule.clause: rule for rule in preferences.propose(
        olive, text="no clowns. never make me say moist. no politics. always a red hat. nothing embarrassing"
    )}  # fmt: skip
    assert {clause: preferences.tried(rule) for clause, rule in rules.items()} == {
        "no clowns": Tried(1, 4),
        "never make me say moist": Tried(1, 4),
        "no politics": Tried(1, 4),
        "always a red hat": Tried(0, 4),
        "nothing embarrassing": Tried(4, 4),
    }
    some = [rules["no clowns"], rules["no politics"], rules["always a red hat"]]
    assert preferences.together(some) == Tried(2, 4)


def test_a_dry_run_tells_what_the_rule_then_does(olive: Person, felix: Person) -> None:
    texts = ["@olive and a clown", "clowns chase @olive", "@olive clowned around", "@olive and a crown"]
    for number, text in enumerate(texts):
        make(felix, text, subject=f"clip-{number}")
    (rule,) = preferences.propose(olive, text="no clowns")
    told = preferences.tried(rule)
    preferences.confirm(olive, rules=[rule.public_id])
    fallen = {f"clip-{number}" for number in range(len(texts))} - gate.standing(
        {f"clip-{number}" for number in range(len(texts))}
    )
    assert told == Tried(len(fallen), len(texts)) == Tried(3, 4)


def test_proposals_that_are_not_confirmed_are_dropped(olive: Person) -> None:
    first, second = preferences.propose(olive, text="no clowns. no guns")
    kept = preferences.confirm(olive, rules=[first.public_id])
    assert [rule.clause for rule in kept] == ["no clowns"]
    second.refresh_from_db()
    assert second.state == Rule.State.REMOVED
    assert preferences.confirm(olive, rules=[second.public_id]) == []


def test_a_new_proposal_takes_the_place_of_the_one_before(olive: Person) -> None:
    preferences.propose(olive, text="no clowns")
    preferences.propose(olive, text="no guns")
    assert [rule.clause for rule in preferences.waiting(olive.cameo)] == ["no guns"]


def test_nobody_confirms_or_removes_anothers_rules(olive: Person, felix: Person) -> None:
    cast.cameo(felix)
    (rule,) = preferences.propose(olive, text="no clowns")
    assert preferences.confirm(felix, rules=[rule.public_id]) == []
    with pytest.raises(PreferenceError):
        preferences.remove(felix, rule=rule.public_id)
    rule.refresh_from_db()
    assert rule.state == Rule.State.PROPOSED


@pytest.mark.parametrize("text", ["", "  \n", "no clowns. " * 21, "no " + "x" * 300])
def test_a_text_that_cannot_be_taken_is_refused_in_one_sentence(olive: Person, text: str) -> None:
    with pytest.raises(PreferenceError) as error:
        preferences.propose(olive, text=text)
    assert str(error.value).endswith(".")
    assert not Rule.objects.exists()


def test_somebody_without_a_cameo_has_nothing_to_rule(db: None) -> None:
    with pytest.raises(CameoStateError):
        preferences.propose(cast.sten(), text="no clowns")


def test_confirming_bumps_the_epoch_before_anything_is_in_force(olive: Person) -> None:
    before = olive.cameo.epoch
    wish(olive, "no clowns")
    olive.cameo.refresh_from_db()
    assert olive.cameo.epoch > before


def test_no_word_of_a_prompt_is_kept_with_the_permit(olive: Person, felix: Person) -> None:
    make(felix, "@olive meets a clown", subject="clip-1")
    record = PermitRecord.objects.get()
    assert len(record.words) > 5
    assert prompts.digest(prompts.WORDS, "clown") in record.words
    assert prompts.digest(prompts.SAID, "clown") not in record.words
    kept = repr({field.name: getattr(record, field.name) for field in record._meta.concrete_fields})
    assert "clown" not in kept
    assert Appearance.objects.get().created_at <= timezone.now()
