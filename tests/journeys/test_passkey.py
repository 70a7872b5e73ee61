"""Olive signs what she decides with a passkey, in Chromium, with an authenticator of Chromium's own making."""

import os
import shutil
from collections.abc import Iterator

import pytest
from allauth.account.models import EmailAddress
from playwright.sync_api import Page, expect, sync_playwright
from pytest_django.live_server_helper import LiveServer

from consent.models import Receipt, ReceiptSignature
from consent.receipts import checking
from provenance.log import sequencer
from tests import cast

FLAGS = ["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"]
AUTHENTICATOR = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}
pytestmark = pytest.mark.journey


@pytest.fixture
def site(homes: None, transactional_db: None) -> Iterator[str]:
    """Where the pages are served from; begun only after the test has folders of its own."""
    server = LiveServer("localhost")
    yield server.url
    server.stop()


@pytest.fixture
def page(monkeypatch: pytest.MonkeyPatch) -> Iterator[Page]:
    """A tab with an authenticator, on a phone; it complains about everything a page complains about."""
    path = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if not path:
        pytest.skip("There is no Chromium here; make test installs it where it may.")
    monkeypatch.setitem(os.environ, "DJANGO_ALLOW_ASYNC_UNSAFE", "true")  # Playwright's loop runs in this thread
    complaints: list[str] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        tab = browser.new_page(viewport={"width": 390, "height": 844}, locale="en")
        tab.set_default_timeout(30_000)
        tab.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
        tab.on("pageerror", lambda error: complaints.append(str(error)))
        devtools = tab.context.new_cdp_session(tab)
        devtools.send("WebAuthn.enable")
        devtools.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR})
        yield tab
        browser.close()
    assert complaints == []


def sign_in(page: Page, url: str) -> None:
    page.goto(f"{url}/accounts/login/")
    page.get_by_label("Handle or email").fill("olive")
    page.get_by_label("Password", exact=True).fill(cast.PASSWORD)
    page.get_by_role("main").get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_text("Pause everything")).to_be_visible()


def add_passkey(page: Page, url: str) -> None:
    page.goto(f"{url}/accounts/2fa/webauthn/add/")
    page.get_by_label("Password").fill(cast.PASSWORD)  # who adds a key says first who they are
    page.get_by_role("button", name="Confirm").click()
    page.get_by_role("button", name="Add").click()
    page.wait_for_url("**/2fa/**recovery-codes**")


def sign_offer(page: Page) -> None:
    page.get_by_role("button", name="Sign with your passkey").click()
    expect(page.get_by_text("Signed with your own passkey.")).to_be_visible()


def test_a_grant_and_its_revocation_are_signed_right_after_they_are_in_force(page: Page, site: str) -> None:
    olive = cast.olive()
    cast.felix()
    EmailAddress.objects.create(user=olive, email=olive.email, verified=True, primary=True)
    sign_in(page, site)
    add_passkey(page, site)

    page.goto(f"{site}/permissions")
    page.get_by_text("Let somebody use it").click()
    page.get_by_label("Who", exact=True).fill("@felix")
    page.get_by_role("button", name="Allow").click()
    sign_offer(page)

    page.goto(f"{site}/permissions")
    page.get_by_role("button", name="Revoke what @felix may do").click()
    revoked = Receipt.objects.get(kind="grant.revoked")
    assert revoked.attested_by == "operator"  # in force before any finger moved
    sign_offer(page)

    sequencer.sequence()
    signed = [checking.examine(one) for one in Receipt.objects.filter(person=olive)]
    assert [(each.receipt.attested_by, each.signed, each.log) for each in signed] == [
        ("passkey", "proven", "proven")
    ] * 2
    counts = ReceiptSignature.objects.order_by("pk").values_list("sign_count", flat=True)
    assert list(counts) == sorted(set(counts))

    page.goto(f"{site}/receipts/{revoked.public_id}")
    expect(page.get_by_text("It is signed with your own passkey")).to_be_visible()
    expect(page.get_by_text("it leads to the signed checkpoint")).to_be_visible()
