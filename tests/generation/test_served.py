"""The bytes of every way out are read back and are under our seal: player, download, API, link, export, review."""

import io
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from consent.accounts import export
from consent.models import Person
from generation.feed import publish
from generation.feed.models import Clip
from generation.models import Job
from generation.pipeline import run
from provenance import verify
from provenance.log import sequencer
from safety import cases
from tests import cast
from tests.generation.test_api import body, client
from tests.provenance import material

pytestmark = pytest.mark.django_db
OUT = {  # whatever answers with the bytes of a file
    "consent/views/exporting.py",
    "generation/feed/sending.py",
    "provenance/views/log_files.py",  # hashes and signatures, nothing of a video
    "safety/views/cases.py",
}


@pytest.fixture
def clip(ball: Job) -> Clip:
    """Return a clip that Felix made of nobody, and shows to whoever has the link."""
    run.make(ball.pk)
    made = Clip.objects.get()
    assert publish.show(made.public_id, visibility=Clip.Visibility.LINK) is None
    return made


def bytes_of(browser: Client, address: str) -> bytes:
    """Return what an address answers with."""
    answer = browser.get(address)
    assert answer.status_code == 200
    return body(answer)


def named(browser: Client, page: str, pattern: str) -> str:
    """Return the address that a page names for its player or its download."""
    found = re.search(pattern, browser.get(page).content.decode())
    assert found is not None
    return found[1]


def in_pieces(browser: Client, address: str, *, total: int) -> bytes:
    """Return a file fetched by ranges, as a player asks for it."""
    steps = range(0, total, 20_000)
    asked = [f"bytes={start}-{min(start + 20_000, total) - 1}" for start in steps]
    return b"".join(body(browser.get(address, headers={"Range": each})) for each in asked)


def exported(browser: Client, person: Person, clip: Clip) -> bytes:
    """Return the video out of the archive of all that somebody made."""
    made = export.ask(person.pk)
    export.gather(made.pk)
    archive = zipfile.ZipFile(io.BytesIO(bytes_of(browser, reverse("consent:fetch_export", args=[made.public_id]))))
    return archive.read(f"videos/{clip.public_id}.mp4")


def reviewed(clip: Clip) -> bytes:
    """Return what a moderator gets who looks at a reported video."""
    case = cases.open(kind="clip", subject=clip.public_id, policy="sexual", reason="Somebody reported it.")
    return bytes_of(client(cast.mo()), reverse("safety:media", args=[case]))


def ways_out(clip: Clip) -> Iterator[tuple[str, bytes]]:
    """Yield every way out of the house, and what came out."""
    felix, nobody = client(clip.maker), Client()
    page, link = reverse("generation:video", args=[clip.public_id]), publish.link_of(clip)
    assert link is not None
    shared, api = reverse("generation:shared", args=[link.token]), f"/api/v1/clips/{clip.public_id}/content"
    size = (Path(settings.MEDIA_HOME) / clip.path).stat().st_size
    player, download = r'<video[^>]* src="([^"]+)"', r'href="([^"]+\?download)"'
    for name, browser, at in (("", felix, page), ("shared ", nobody, shared)):
        yield f"{name}player", bytes_of(browser, named(browser, at, player))
        yield f"{name}download", bytes_of(browser, named(browser, at, download))
        yield f"{name}player, in pieces", in_pieces(browser, named(browser, at, player), total=size)
    yield "API", bytes_of(felix, api)
    yield "API, to keep", bytes_of(felix, f"{api}?download")
    yield "API, in pieces", in_pieces(felix, api, total=size)
    yield "export", exported(felix, clip.maker, clip)
    yield "review", reviewed(clip)


def test_the_bytes_of_every_way_out_are_ours_logged_and_standing(clip: Clip) -> None:
    sequencer.sequence()
    found = dict(ways_out(clip))
    assert len(found) == 11
    reports = {media: verify.examine_upload([media]).data() for media in set(found.values())}
    keys = ("verdict", "ledger", "standing")
    said = {name: tuple(reports[media][key] for key in keys) for name, media in found.items()}
    assert said == dict.fromkeys(found, ("ours", "included", "standing"))
    assert {name: tuple(reports[media]["problems"]) for name, media in found.items()} == dict.fromkeys(found, ())
    assert {each["manifest"]["label"] for each in reports.values()} == {clip.manifest.label}


def test_nobody_is_named_in_what_a_video_says_of_itself(clip: Clip) -> None:
    media = (Path(settings.MEDIA_HOME) / clip.path).read_bytes()
    start, end = material.box(media, b"uuid")
    assert b"Countenance" in media[start:end]
    assert clip.maker.get_username().encode() not in media[start:end]


def test_no_other_way_out_was_made_meanwhile() -> None:
    senders = re.compile(rb"^from django\S* import .*\b(FileResponse|StreamingHttpResponse|serve)\b", re.MULTILINE)
    apps = ("config", "consent", "generation", "provenance", "safety")
    files = [path for app in apps for path in Path(settings.ROOT, app).rglob("*.py")]
    found = {str(path.relative_to(settings.ROOT)) for path in files if senders.search(path.read_bytes())}
    assert found == OUT, "bytes leave the house another way: let it be read back here"
