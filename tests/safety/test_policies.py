"""The rules are data: they say who is met sooner, they never make a tighter context laxer, and each day has its own."""

import json
import shutil
import tomllib
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from pytest_django import Settings

from provenance.models import Entry
from safety.classifiers.models import Screening
from safety.classifiers.verdict import judge
from safety.clearance import Asker, Signal
from safety.errors import AppendOnlyError, PolicyError
from safety.policies import configured, editions
from safety.policies import policy as policies
from safety.policies.models import Edition
from safety.policies.rules import HERE, Policy, catalogue, parsed
from tests.safety.stories import ask, cleared

Edit = Callable[[str, str, str], Path]
Change = Callable[[dict[str, dict[str, Any]], list[dict[str, Any]]], None]
TODAY = date(2026, 12, 1)
CATEGORIES = {
    "sexual", "sexual-minors", "suggestive", "violence", "gore", "disturbing", "self-harm", "hate", "harassment",
    "extremism", "illegal", "political", "misinformation", "impersonation", "public-figure", "real-person", "copyright",
    "fraud", "privacy", "sequence",
}  # fmt: skip
ADULT, TEEN, CHILD = Asker("adult"), Asker("teen"), Asker("child")
CONTEXTS = [Asker(band, country) for band in ("adult", "teen", "child", "") for country in ("", "AT", "DE", "KR", "FR")]


@pytest.fixture
def edited(tmp_path: Path) -> Edit:
    """A copy of the catalogue in which one piece of one file was replaced."""

    def edit(file: str, old: str, new: str) -> Path:
        folder = tmp_path / "candidate"
        shutil.copytree(HERE / "catalogue", folder / "catalogue")
        shutil.copy(HERE / "absences.toml", folder)
        path = folder / "catalogue" / file
        text = path.read_text()
        assert old in text
        path.write_text(text.replace(old, new, 1))
        return folder

    return edit


def test_every_category_is_there_with_words_for_people() -> None:
    rules = catalogue()
    assert rules.policies.keys() >= CATEGORIES
    for policy in rules.policies.values():
        assert policy.sentence.endswith(".")
        assert policy.advice.endswith(".")
        assert policy.examples
        assert not any(letter.isdigit() for letter in policy.sentence)


@pytest.mark.parametrize("policy", catalogue().policies.values(), ids=lambda policy: policy.id)
def test_no_context_is_laxer_than_the_one_it_tightens(policy: Policy) -> None:
    for picture in (False, True):
        for asker in CONTEXTS:
            for likeness in (False, True):
                base = policy.levels(picture=picture, likeness=False, asker=ADULT)
                here = policy.levels(picture=picture, likeness=likeness, asker=asker)
                if base is None or here is None:
                    assert base is here is None
                else:
                    assert here.refuse <= base.refuse
                    assert here.hold <= base.hold


def test_a_teen_is_stricter_than_an_adult_and_a_child_like_a_teen() -> None:
    def levels(asker: Asker, *, likeness: bool) -> float:
        found = catalogue().policies["suggestive"].levels(picture=False, likeness=likeness, asker=asker)
        assert found
        return found.hold

    for likeness in (False, True):
        assert levels(TEEN, likeness=likeness) < levels(ADULT, likeness=likeness)
        assert levels(CHILD, likeness=likeness) == levels(TEEN, likeness=likeness)
        assert levels(Asker("unheard of"), likeness=likeness) == levels(TEEN, likeness=likeness)


def test_a_country_acts_sooner_there_and_nowhere_else() -> None:
    rules, policy = catalogue(), catalogue().policies["extremism"]
    level = policy.levels(picture=False, likeness=False, asker=ADULT)
    assert level
    signal = Signal("extremism", level.hold - 0.01, "m", "")

    def verdict(country: str) -> str:
        asker = Asker("adult", country)
        return judge([signal], rules=rules, picture=False, likeness=False, asker=asker).verdict

    assert [verdict(country) for country in ("", "US", "DE", "de")] == ["clear", "clear", "hold", "hold"]


def sexual(**changes: object) -> Change:
    return lambda entries, _: entries["sexual"].update(changes)


def words(**changes: object) -> Change:
    return lambda entries, _: entries["sexual"]["text"].update(changes)


def minors(**changes: object) -> Change:
    return lambda entries, _: entries["sexual-minors"].update(changes)


def country(**changes: object) -> Change:
    return lambda _, local: local[0].update(changes)


LEVELS = {"anyone": {"refuse": 0.5, "hold": 0.4}, "likeness": {"refuse": 0.5, "hold": 0.4}}


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (words(teen={"sooner": -0.04}), "a teen must be met sooner"),
        (words(teen={"sooner": 0.04, "later": 1}), "a teen must be met sooner"),
        (words(tean={"sooner": 0.04}), "nobody knows the context tean"),
        (words(likeness={"refuse": 1.2, "hold": 0.1}), "a likeness must not make"),
        (words(likeness={"refuse": 0.2, "hold": 0.1}, anyone={"refuse": 0.9, "hold": 0.05}), "a likeness must not"),
        (words(anyone={"refuse": 0.9, "hold": float("nan")}), "a hold must need"),
        (words(anyone={"refuse": 0.8, "hold": 0.9}), "a hold must need"),
        (words(anyone={"refuse": 0.8, "hold": 0}), "a hold must need"),
        (minors(text=LEVELS), "neither holds nor stays in shadow"),
        (minors(shadow=True), "nor stays in shadow"),
        (minors(until=date(2027, 1, 1)), "without an end"),
        (minors(id="another"), "without an end"),
        (sexual(id="suggestive"), "in force on the same day"),
        (sexual(since="soon"), "must be dates"),
        (sexual(until=date(2026, 11, 20)), "must be dates"),
        (sexual(colour="red"), "nobody knows colour"),
        (sexual(advice=" "), "people read them"),
        (country(countries=["AT", "XX"]), "No country is called XX"),
        (country(countries=["DE", "DE"]), "DE's extremism are in force"),
        (country(policy="comets"), "names no policy with comets"),
        (country(policy="fraud", picture={"sooner": 0.06}), "a country must be met sooner"),
        (country(text={"sooner": 0.95}), "a country must be met sooner"),
        (country(text={"sooner": 0}), "a country must be met sooner"),
    ],
)
def test_a_catalogue_that_is_wrong_does_not_load(change: Change, says: str) -> None:
    data = {path.stem: tomllib.loads(path.read_text()) for path in (HERE / "catalogue").glob("*.toml")}
    local = data.pop("countries")["rule"]
    entries = {entry["id"]: entry for family in data.values() for entry in family.get("policy", ())}
    policies.read([*entries.values()], local=local, on=TODAY)
    change(entries, local)
    with pytest.raises(PolicyError, match=says):
        policies.read([*entries.values()], local=local, on=TODAY)


def test_files_that_do_not_read_are_one_sentence(edited: Edit, tmp_path: Path) -> None:
    with pytest.raises(PolicyError, match="does not read"):
        catalogue(edited("bodies.toml", "[[policy]]", "[[policy"), on=TODAY)
    with pytest.raises(PolicyError, match="does not read"):
        catalogue(tmp_path / "nowhere", on=TODAY)


def test_each_day_has_the_version_that_is_in_force(edited: Edit) -> None:
    text = (HERE / "catalogue" / "bodies.toml").read_text()
    first = text[text.index("[[policy]]") : text.index("[[policy]]", text.index("[[policy]]") + 1)]
    later = first.replace("since = 2026-11-20", "since = 2027-01-01").replace("sexual content or", "any")
    folder = edited("bodies.toml", first, first.replace("since = 2026", "until = 2027-01-01\nsince = 2026") + later)
    before, after = (catalogue(folder, on=day).policies["sexual"] for day in (TODAY, date(2027, 1, 1)))
    assert (before.until, after.since) == ("2027-01-01", "2027-01-01")
    assert "any nudity" in after.sentence
    assert "sexual" not in catalogue(folder, on=date(2026, 11, 19)).policies


def test_a_country_rule_ends_on_its_day(edited: Edit) -> None:
    folder = edited("countries.toml", "since = 2026-11-20", "since = 2026-11-20\nuntil = 2027-01-01")
    here, gone = (catalogue(folder, on=day).policies["extremism"] for day in (TODAY, date(2027, 1, 1)))
    assert {each.country for each in here.tighter} == {"", "AT", "DE"}
    assert {each.country for each in gone.tighter} == {""}


@pytest.mark.django_db
def test_a_catalogue_is_kept_whole_when_it_is_first_used() -> None:
    cleared(ask("a quiet beach"))
    cleared(ask("a quiet harbour"))
    version = Screening.objects.values_list("policy_version", flat=True).distinct().get()
    assert Edition.objects.get().version == version
    again = editions.kept(version, on=TODAY)
    assert again.version == version
    assert again.policies == catalogue(on=TODAY).policies


@pytest.mark.django_db
def test_a_kept_catalogue_is_not_changed_and_a_changed_one_is_not_used() -> None:
    editions.keep(catalogue())
    row = Edition.objects.get()
    with pytest.raises(AppendOnlyError):
        row.save()
    with pytest.raises(AppendOnlyError):
        Edition.objects.all().delete()
    Edition.objects.bulk_create([Edition(version="forged", files=row.files, first_used_at=row.first_used_at)])
    with pytest.raises(PolicyError, match="not what it was"):
        editions.kept("forged", on=TODAY)
    with pytest.raises(PolicyError, match="was not kept"):
        editions.kept("unheard-of", on=TODAY)


def test_the_version_does_not_hang_on_the_order_of_files() -> None:
    files = catalogue().files
    assert parsed(dict(sorted(files.items(), reverse=True)), on=TODAY).version == parsed(files, on=TODAY).version


def test_a_candidate_that_does_not_read_is_told_before_anything_starts(settings: Settings, tmp_path: Path) -> None:
    assert configured.candidate() == []
    settings.POLICY_CANDIDATE = str(tmp_path)
    (mistake,) = configured.candidate()
    assert mistake.id == "safety.E002"


@pytest.mark.django_db
def test_the_log_hears_of_a_catalogue_when_it_is_first_used_and_once() -> None:
    for _ in range(2):
        editions.keep(catalogue())
    (body,) = Entry.objects.filter(kind="policy.changed").values_list("body", flat=True)
    assert json.loads(body)["fact"] == {"catalogue": catalogue().version}
