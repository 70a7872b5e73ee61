"""Ada doubts: she looks the log up, proves an entry, takes the proof with her and brings it back, in a real browser."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from config.demo.visitor import Visitor
from tests.journeys.conftest import PATIENCE, Service

pytestmark = [pytest.mark.journey, pytest.mark.xdist_group("journey")]
WISH = {"prompt": "a red ball rolls on a wooden floor", "seconds": 1}
ASK = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


def made(service: Service) -> None:
    """Let Ada make a clip, so that the log has something in it."""
    ada = Visitor(service.url, "ada")
    ada.sign_up()
    job = ada.ask("POST", "jobs", json=WISH)["id"]
    ada.follow(f"jobs/{job}", until=lambda found: found["state"] == "done", seconds=PATIENCE / 1000)


def test_ada_proves_an_entry_and_that_nothing_changed(service: Service, tab: Page, tmp_path: Path) -> None:
    made(service)
    tab.goto(service.url)
    tab.get_by_role("contentinfo").get_by_role("link", name="The public log").click()
    expect(tab.get_by_role("heading", level=1)).to_contain_text("The public log has")
    expect(tab.get_by_role("main")).to_contain_text("Nobody but us vouches")
    expect(tab.locator('[data-state="failed"]')).to_have_count(0)

    box = tab.get_by_label("Find an entry")
    box.focus()
    tab.keyboard.type("0")
    tab.keyboard.press("Enter")
    expect(tab.get_by_role("heading", level=1)).to_have_text("Entry 0 is in the log")
    with tab.expect_download() as kept:
        tab.get_by_role("link", name="Download the proof").click()
    proof = tmp_path / kept.value.suggested_filename
    kept.value.save_as(proof)
    assert proof.name == "entry-0.tlog-proof"

    tab.goto(f"{service.url}/log")
    tab.get_by_label("A file").set_input_files(proof)
    tab.get_by_role("button", name="Check it").click()
    expect(tab.get_by_role("heading", level=1)).to_have_text("It holds")

    tab.get_by_role("link", name="The public log").first.click()
    tab.get_by_role("button", name="Prove it").click()
    expect(tab.get_by_role("heading", level=1)).to_have_text("Nothing was changed in between")
    tab.get_by_text("Check it without us").click()
    expect(tab.locator("#repeat")).to_contain_text("python -m provenance.auditor.proofs growth-")


def test_the_log_is_read_on_a_telephone(service: Service, tab: Page) -> None:
    tab.set_viewport_size({"width": 390, "height": 800})
    for path in ("log", "log/entries", "log/entry/0"):
        tab.goto(f"{service.url}/{path}")
        for fold in tab.locator("details").all():
            fold.evaluate("each => { each.open = true }")
        assert tab.evaluate(ASK) <= 0, path
