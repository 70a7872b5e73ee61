"""From which state to which: tables for every pair, and what PostgreSQL itself refuses."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import psycopg
import pytest
import yaml
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from consent import gate
from consent.errors import CameoStateError, RequestError
from consent.grants import grant, preferences, requests, switch
from consent.grants.requests import Wanted, Yes
from consent.grants.rows import Request
from consent.models import Cameo, Grant, Guardianship, PermitRecord, Person
from consent.permit import Permit, Reason, Refusal, Use
from consent.permit import Request as Asked
from tests import cast
from tests.consent import stories

pytestmark = pytest.mark.django_db

DRAFT, OTHER_DRAFT = "ab" * 32, "cd" * 32
REFUSED = "refused"


# -- a cameo: its state, what somebody does, the state that follows

CAMEO_ACTS: dict[str, Callable[[Person], object]] = {
    "pause": switch.pause,
    "resume": switch.resume,
    "freeze": switch.freeze,
    "thaw": switch.thaw,
    "withdraw": switch.withdraw,
}
CAMEO_TABLE = {  # what follows each act, in the order of the acts
    "pending": (REFUSED, REFUSED, REFUSED, REFUSED, "withdrawn"),
    "live": ("paused", "live", "frozen", REFUSED, "withdrawn"),
    "paused": ("paused", "live", "frozen", REFUSED, "withdrawn"),
    "frozen": (REFUSED, REFUSED, "frozen", "paused", "withdrawn"),
    "withdrawn": (REFUSED, REFUSED, REFUSED, REFUSED, "withdrawn"),
}


@pytest.mark.parametrize("act", CAMEO_ACTS)
@pytest.mark.parametrize("state", Cameo.State.values)
def test_a_cameo_goes_from_each_state_only_where_the_table_says(state: str, act: str) -> None:
    olive = cast.olive()
    Cameo.objects.filter(owner=olive).update(state=state)
    expected = CAMEO_TABLE[state][list(CAMEO_ACTS).index(act)]
    if expected == REFUSED:
        with pytest.raises(CameoStateError):
            CAMEO_ACTS[act](olive)
    else:
        CAMEO_ACTS[act](olive)
    cameo = Cameo.objects.get(owner=olive)
    assert cameo.state == (state if expected == REFUSED else expected)
    assert cameo.epoch == (1 if expected == REFUSED else cameo.epoch)
    assert expected in {REFUSED, "live"} or cameo.epoch > 1


# -- a request: how it stands, what somebody does, how it stands then


def run_out(row: Request) -> None:
    """Let two weeks go by."""
    Request.objects.filter(pk=row.pk).update(expires_at=timezone.now() - timedelta(seconds=1))
    requests.sweep()


REQUEST_ACTS: dict[str, Callable[[Request], object]] = {
    "approve": lambda row: requests.approve(row.cameo.owner, request=row.public_id, yes=Yes()),
    "decline": lambda row: requests.decline(row.cameo.owner, request=row.public_id),
    "withdraw": lambda row: requests.withdraw(row.requester, request=row.public_id),
    "run out": run_out,
}
REQUEST_TABLE = {  # what follows each act, in the order of the acts
    "open": ("approved", "declined", "withdrawn", "expired"),
    "approved": (REFUSED, REFUSED, "approved", "approved"),
    "declined": (REFUSED, REFUSED, "declined", "declined"),
    "withdrawn": (REFUSED, REFUSED, "withdrawn", "withdrawn"),
    "expired": (REFUSED, REFUSED, "expired", "expired"),
}
LEADS_TO = {"approved": "approve", "declined": "decline", "withdrawn": "withdraw", "expired": "run out"}


def asked_for() -> Request:
    """Return Sten's open request for one video with Olive."""
    wanted = Wanted(prompt="@olive waves", draft=DRAFT, job="job")
    return requests.ask(cast.sten(), cameo=cast.olive().cameo, wanted=wanted)


@pytest.mark.parametrize("act", REQUEST_ACTS)
@pytest.mark.parametrize("state", Request.State.values)
def test_a_request_goes_from_each_state_only_where_the_table_says(state: str, act: str) -> None:
    row = asked_for()
    if state != Request.State.OPEN:
        REQUEST_ACTS[LEADS_TO[state]](row)
    expected = REQUEST_TABLE[state][list(REQUEST_ACTS).index(act)]
    if expected == REFUSED:
        with pytest.raises(RequestError):
            REQUEST_ACTS[act](row)
    else:
        REQUEST_ACTS[act](row)
    row.refresh_from_db()
    assert row.state == (state if expected == REFUSED else expected)
    assert (row.grant is not None) == (row.state == Request.State.APPROVED)
    assert Grant.objects.count() == (row.state == Request.State.APPROVED)


# -- a permit: what has become of it, what is done with it, what the gate says

PERMIT_TABLE: dict[tuple[str, str], Reason | None] = {
    ("fresh", "redeem"): None,
    ("fresh", "redeem another draft"): Reason.DRAFT_CHANGED,
    ("fresh", "confirm"): None,
    ("spent", "redeem"): Reason.PERMIT_SPENT,
    ("spent", "redeem another draft"): Reason.DRAFT_CHANGED,
    ("spent", "confirm"): None,
    ("expired", "redeem"): Reason.PERMIT_EXPIRED,
    ("expired", "redeem another draft"): Reason.DRAFT_CHANGED,
    ("expired", "confirm"): None,  # house §3: its row is the request judged again, whatever the clock says
    ("confirmed", "redeem"): Reason.PERMIT_SPENT,
    ("confirmed", "confirm"): None,  # the same subject again: a release that is repeated
    ("confirmed", "confirm another"): Reason.PERMIT_SPENT,
    ("revoked", "redeem"): Reason.ONLY_ME,
    ("revoked", "confirm"): Reason.ONLY_ME,
    ("forged", "redeem"): Reason.PERMIT_FORGED,
    ("forged", "confirm"): Reason.PERMIT_FORGED,
}


def permit_that_is(state: str) -> Permit:
    """Return Felix's permit for Olive, as it stands after this."""
    olive, felix = cast.olive(), cast.felix()
    stories.enrol("olive", "only_me")
    given = grant.give(olive, person=felix, uses=[Use.GENERATE])
    permit = gate.authorize(Asked("job", felix.pk, ("olive",), DRAFT))
    assert isinstance(permit, Permit)
    if state in {"spent", "confirmed"}:
        assert not isinstance(gate.redeem(permit, DRAFT), Refusal)
    if state == "confirmed":
        assert use(permit, "confirm") is None
    if state == "expired":
        PermitRecord.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    if state == "revoked":
        grant.revoke(olive, grant=given.public_id)
    if state == "forged":
        PermitRecord.objects.update(handle="f" * 32)
    return permit


def use(permit: Permit, act: str) -> Reason | None:
    """Do this with a permit, and return what the gate says."""
    if act.startswith("redeem"):
        answer = gate.redeem(permit, DRAFT if act == "redeem" else OTHER_DRAFT)
        return answer.reason if isinstance(answer, Refusal) else None
    with transaction.atomic():
        refusal = gate.confirm(permit, subject="clip" if act == "confirm" else "another")
    return refusal.reason if refusal else None


@pytest.mark.parametrize(("state", "act"), PERMIT_TABLE)
def test_a_permit_is_worth_in_each_state_only_what_the_table_says(state: str, act: str) -> None:
    permit = permit_that_is(state)
    before = PermitRecord.objects.values("spent_at", "subject").get()
    assert use(permit, act) == PERMIT_TABLE[state, act]
    after = PermitRecord.objects.values("spent_at", "subject").get()
    if PERMIT_TABLE[state, act] is not None:
        assert after == before


# -- what the database refuses, whoever writes

FORBIDDEN: dict[str, dict[str, str]] = yaml.safe_load(Path(__file__).with_name("forbidden.yaml").read_text("utf-8"))


@pytest.fixture
def everything() -> None:
    """One of each: a grant, a permit confirmed, an open request, a live guardianship, a rule in force."""
    permit_that_is("confirmed")
    olive = cast.olive()
    requests.ask(cast.sten(), cameo=olive.cameo, wanted=Wanted(prompt="@olive waves", draft=DRAFT))
    (rule,) = preferences.propose(olive, text="no guns")
    preferences.confirm(olive, rules=[rule.public_id])
    stories.look_after("pat", "tess")
    assert Guardianship.objects.filter(state="live").count() == 1


@pytest.mark.parametrize("what", FORBIDDEN)
def test_postgresql_itself_refuses(everything: None, what: str) -> None:
    with pytest.raises(IntegrityError) as refused, transaction.atomic():
        write(FORBIDDEN[what]["sql"])
    cause = refused.value.__cause__
    assert isinstance(cause, psycopg.Error)
    assert (cause.diag.constraint_name or cause.diag.column_name) == FORBIDDEN[what]["by"]


def write(sql: str) -> None:
    """Write past the product, and let PostgreSQL look at once."""
    with connection.cursor() as cursor:
        cursor.execute(sql)
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
