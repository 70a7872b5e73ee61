"""Sign in, make, watch, verify: what a newcomer does on the first day, in a real browser."""

from pathlib import Path

import av
import pytest
from playwright.sync_api import Page, expect

from config.demo.visitor import PASSPHRASE, Visitor
from tests.journeys.conftest import PATIENCE, Service

pytestmark = [pytest.mark.journey, pytest.mark.xdist_group("journey")]


def stripped(video: Path, target: Path) -> Path:
    """The same pictures in a file without credentials, as after most uploads elsewhere."""
    with av.open(str(video)) as before, av.open(str(target), "w") as after:
        stream = before.streams.video[0]
        copy = after.add_stream_from_template(stream)
        for packet in before.demux(stream):
            if packet.dts is not None:
                packet.stream = copy
                after.mux(packet)
    return target


def test_somebody_signs_in_makes_a_clip_watches_it_and_verifies_the_file(
    service: Service, tab: Page, tmp_path: Path
) -> None:
    Visitor(service.url, "felix").sign_up()
    tab.goto(service.url)
    expect(tab.get_by_role("heading", level=1)).to_contain_text("Lend your likeness")

    tab.get_by_role("main").get_by_role("link", name="Sign in").click()
    tab.get_by_label("Handle or email").fill("felix")
    tab.get_by_label("Password").fill(PASSPHRASE)
    tab.get_by_role("main").get_by_role("button", name="Sign in", exact=True).click()
    expect(tab.get_by_role("banner")).to_contain_text("@felix")

    tab.get_by_role("navigation", name="Main").get_by_role("link", name="Studio").click()
    tab.locator("textarea[name=prompt]").fill("a basketball bounces on a wooden floor")
    tab.get_by_role("button", name="Make").click()
    tab.wait_for_url("**/jobs/*")
    watch = tab.get_by_role("link", name="Watch")
    expect(watch).to_be_visible(timeout=PATIENCE)
    watch.click()

    video = tab.locator("video")
    expect(video).to_be_visible()
    expect(tab.get_by_role("main")).to_contain_text("Made with AI by @felix")
    loaded = "new Promise(done => { const video = document.querySelector('video');"
    loaded += " video.readyState >= 1 ? done(true) : video.addEventListener('loadedmetadata', () => done(true)) })"
    assert tab.evaluate(loaded)  # not wait_for_function: the page's own policy forbids eval
    assert tab.evaluate("document.querySelector('video').videoWidth") == 640
    assert tab.evaluate("document.querySelector('video').duration") == pytest.approx(4, abs=0.2)

    with tab.expect_download() as kept:
        tab.get_by_role("link", name="Download").click()
    file = tmp_path / "clip.mp4"
    kept.value.save_as(file)

    tab.get_by_role("banner").get_by_role("link", name="Verify").click()
    tab.locator("input[type=file]").set_input_files(file)
    tab.get_by_role("button", name="Check this file").click()
    expect(tab.locator("[data-verdict]")).to_have_attribute("data-verdict", "ours")

    altered = bytearray(file.read_bytes())
    altered[altered.rindex(b"mdat") + 4096] ^= 1
    file.write_bytes(altered)
    tab.locator("input[type=file]").set_input_files(file)
    tab.get_by_role("button", name="Check this file").click()
    expect(tab.locator("[data-verdict]")).to_have_attribute("data-verdict", "tampered")

    tab.locator("input[type=file]").set_input_files(stripped(kept.value.path(), tmp_path / "stripped.mp4"))
    tab.get_by_role("button", name="Check this file").click()
    headline = tab.get_by_role("heading", level=1)
    expect(headline).to_have_text("Ours once; these bytes are not proven")  # by itself, some seconds after the answer
    expect(tab.locator("[data-verdict]")).to_have_attribute("data-verdict", "no-credentials")
    expect(tab.get_by_role("button", name="Look for our mark")).to_have_count(0)
    tab.get_by_text("Every question, one by one").press("Enter")
    expect(tab.locator("[data-part=mark]")).to_contain_text("leads to a video we sealed")
