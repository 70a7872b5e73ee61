"""A clearance names a row: made up, swapped, used twice or too old, it opens nothing."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import IntegrityError, connection, models, transaction
from django.utils import timezone

from safety import screen
from safety.classifiers.models import Screening
from safety.clearance import Clearance, Kind
from safety.errors import AppendOnlyError, DigestError
from tests.safety.stories import DRAFT, OTHER, UNSAFE, UNSURE, ask, cleared, held, refused

pytestmark = pytest.mark.django_db


def test_a_clearance_opens_once_and_for_its_own_draft() -> None:
    clearance = cleared(ask("@olive juggles three oranges on a sunny beach"))
    assert clearance.kind is Kind.PROMPT
    assert screen.redeem(clearance, digest=DRAFT, by="render-1") is None
    row = Screening.objects.get(pk=clearance.id)
    assert (row.redeemed_by, row.verdict, row.job) == ("render-1", "clear", "job-1")


def test_a_used_clearance_opens_nothing() -> None:
    clearance = cleared(ask("a quiet beach"))
    screen.redeem(clearance, digest=DRAFT, by="render-1")
    assert refused(screen.redeem(clearance, digest=DRAFT, by="render-2")).policy == "clearance-spent"
    assert Screening.objects.get(pk=clearance.id).redeemed_by == "render-1"


def test_a_clearance_for_another_draft_opens_nothing() -> None:
    clearance = cleared(ask("a quiet beach"))
    assert refused(screen.redeem(clearance, digest=OTHER, by="r")).policy == "clearance-swapped"
    relabelled = replace(clearance, subject_digest=OTHER)
    assert refused(screen.redeem(relabelled, digest=OTHER, by="r")).policy == "clearance-swapped"
    assert refused(screen.redeem(relabelled, digest=DRAFT, by="r")).policy == "clearance-swapped"
    assert screen.redeem(clearance, digest=DRAFT, by="r") is None


def test_a_made_up_clearance_names_nothing() -> None:
    real = cleared(ask("a quiet beach"))
    for forged in (replace(real, handle="f" * 32), replace(real, id=real.id + 1), replace(real, id=0)):
        assert refused(screen.redeem(forged, digest=DRAFT, by="r")).policy == "clearance-forged"


def test_a_refused_row_is_no_clearance() -> None:
    refused(ask(UNSAFE))
    row = Screening.objects.get()
    forged = Clearance(row.pk, row.handle, Kind.PROMPT, DRAFT, row.policy_version, timezone.now() + timedelta(1))
    assert refused(screen.redeem(forged, digest=DRAFT, by="r")).policy == "clearance-forged"


def test_a_prompt_clearance_is_not_one_for_pictures() -> None:
    clearance = cleared(ask("a quiet beach"))
    other = replace(clearance, kind=Kind.OUTPUT)
    assert refused(screen.redeem(other, digest=DRAFT, by="r")).policy == "clearance-kind"


def test_an_old_clearance_opens_nothing_whatever_the_value_says() -> None:
    clearance = cleared(ask("a quiet beach"))
    models.QuerySet(Screening).filter(pk=clearance.id).update(expires_at=timezone.now())
    late = replace(clearance, expires_at=timezone.now() + timedelta(days=1))
    assert refused(screen.redeem(late, digest=DRAFT, by="r")).policy == "clearance-expired"


def test_nobody_redeems_for_nobody() -> None:
    clearance = cleared(ask("a quiet beach"))
    assert refused(screen.redeem(clearance, digest=DRAFT, by="")).policy == "clearance-forged"


@pytest.mark.django_db(transaction=True)
def test_of_many_who_redeem_at_once_one_gets_through() -> None:
    clearance = cleared(ask("a quiet beach"))

    def redeem(render: str) -> bool:
        try:
            return screen.redeem(clearance, digest=DRAFT, by=render) is None
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        won = list(pool.map(redeem, [f"render-{n}" for n in range(8)]))
    assert won.count(True) == 1
    assert Screening.objects.get(pk=clearance.id).redeemed_by == f"render-{won.index(True)}"


@pytest.mark.parametrize("write", ["create", "bulk_create", "get_or_create", "update", "delete", "update_or_create"])
def test_nobody_else_writes_screenings(write: str) -> None:
    with pytest.raises(AppendOnlyError):
        getattr(Screening.objects.all(), write)()
    with pytest.raises(AppendOnlyError):
        getattr(Screening.objects, write)() if hasattr(Screening.objects, write) else Screening().save()


def test_a_screening_is_not_saved_by_hand() -> None:
    clearance = cleared(ask("a quiet beach"))
    row = Screening.objects.get(pk=clearance.id)
    row.subject_digest = OTHER
    with pytest.raises(AppendOnlyError):
        row.save()


def test_one_place_alone_goes_past_the_guard() -> None:
    root = Path(screen.__file__).parent.parent
    apps = [root / app for app in ("config", "generation", "consent", "safety", "provenance")]
    past = [path for app in apps for path in app.rglob("*.py") if "models.Model.save(" in path.read_text("utf-8")]
    assert [path.name for path in past] == ["screenings.py"]


@pytest.mark.parametrize(
    "broken",
    [
        {"verdict": "maybe"},
        {"subject_digest": "not hex"},
        {"expires_at": None},
        {"kind": "rumour"},
        {"handle": "short"},
        {"redeemed_at": timezone.now()},
        {"verdict": "refuse", "expires_at": None, "policy": ""},
    ],
)
def test_the_database_itself_keeps_the_rules(broken: dict[str, object]) -> None:
    clearance = cleared(ask("a quiet beach"))
    with pytest.raises(IntegrityError), transaction.atomic():
        models.QuerySet(Screening).filter(pk=clearance.id).update(**broken)


def test_a_handle_is_unique() -> None:
    first, second = cleared(ask("a quiet beach")), cleared(ask("a quiet beach"))
    assert first.handle != second.handle
    with pytest.raises(IntegrityError), transaction.atomic():
        models.QuerySet(Screening).filter(pk=second.id).update(handle=first.handle)


def test_what_is_no_digest_is_said_so() -> None:
    with pytest.raises(DigestError):
        ask("a quiet beach", digest="A" * 64)


def test_each_decision_can_be_replayed() -> None:
    clearance = cleared(ask("a quiet beach"))
    row = Screening.objects.get(pk=clearance.id)
    assert row.policy_version == clearance.policy_version
    assert "+" in row.policy_version
    assert {"prompt-head", "gazetteer", "word-lists"} < row.engines.keys()
    assert all(len(sha256) == 64 for sha256 in row.engines.values())


def test_a_refusal_is_kept_with_what_it_was_decided_by() -> None:
    refusal = refused(ask(UNSAFE))
    row = Screening.objects.get()
    assert (row.verdict, row.policy, row.expires_at) == ("refuse", refusal.policy, None)
    assert refusal.policy in {signal["category"] for signal in row.signals}


def test_a_hold_spends_nothing_and_has_no_ticket() -> None:
    hold = held(ask(UNSURE))
    row = Screening.objects.get()
    assert (row.verdict, row.case, row.expires_at) == ("hold", hold.case, None)
