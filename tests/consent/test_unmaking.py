"""Dump before, erase, restore: nothing that is left opens what the dump brings back, and nothing else holds it."""

import base64
import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import psycopg
import pytest
from celery import current_app
from celery.signals import before_task_publish
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

from consent.cameos import erasure, likeness, vault
from consent.cameos.gallery import the_gallery
from consent.cameos.models import Template
from consent.errors import TemplateError
from consent.grants import switch
from consent.models import Cameo, Receipt
from tests import cast
from tests.consent import backups, stories
from tests.consent.booth import Booth

pytestmark = pytest.mark.django_db(transaction=True)

Rows = list[dict[str, Any]]


@dataclass
class Traces:
    """What would give a face away: its bytes as kept and as opened, its numbers as text."""

    needles: list[bytes] = field(default_factory=list)

    def add(self, raw: bytes) -> None:
        """Remember some bytes, in the spellings that logs, dumps and messages use."""
        middle = raw[len(raw) // 2 :][:24]
        self.needles += [middle, middle.hex().encode(), base64.b64encode(raw)[64:96]]

    def add_numbers(self, values: np.ndarray[Any, Any]) -> None:
        """Remember numbers as any way of printing floats begins them."""
        self.add(values.astype(np.float32).tobytes())
        large = [float(value) for value in values.ravel() if 0.05 < abs(value) < 1][:12]
        self.needles += [repr(value)[:8].lstrip("-").encode() for value in large]

    def within(self, text: bytes) -> list[bytes]:
        """Return what is found."""
        return [needle for needle in self.needles if needle in text]


@pytest.fixture
def sent() -> Iterator[list[str]]:
    """Every message to a worker, as text."""
    seen: list[str] = []

    def note(body: object = None, headers: object = None, **_: object) -> None:
        seen.append(f"{body!r} {headers!r}")

    before_task_publish.connect(note)
    yield seen
    before_task_publish.disconnect(note)


def traced(cameo: Cameo) -> Traces:
    """What would give this cameo's owner away."""
    traces = Traces()
    for template in cameo.templates.select_related("cameo"):
        traces.add(bytes(template.ciphertext))
        for name, array in likeness.opened(template).items():
            if name == "vector":
                traces.add_numbers(array)
            traces.add(array.tobytes())
    return traces


def rows(opened: psycopg.Connection[tuple[object, ...]]) -> Rows:
    """The templates in a restored database, with what each was bound to."""
    asked = (
        "SELECT t.ciphertext, t.key_name, c.public_id || '/' || t.modality AS binding, t.id"
        " FROM consent_template t JOIN consent_cameo c ON c.id = t.cameo_id ORDER BY t.id"
    )
    with opened.cursor(row_factory=psycopg.rows.dict_row) as cursor:
        return list(cursor.execute(asked))


def opens(row: dict[str, Any], key: bytes) -> bool:
    """Whether these bytes open a template: asked of the cipher, not of our own code."""
    sealed, binding = bytes(row["ciphertext"]), row["binding"].encode()
    try:
        return bool(AESGCM(key).decrypt(sealed[:12], sealed[12:], binding))
    except (InvalidTag, ValueError):
        return False


def files(*folders: Path) -> Iterator[Path]:
    for folder in folders:
        yield from (path for path in folder.rglob("*") if path.is_file())


def proven(rows: Rows, *, owner: str) -> None:
    """Assert that nothing which remains opens this owner's templates: by our code, and by the cipher alone."""
    theirs = [row for row in rows if row["key_name"] == owner]
    assert len(theirs) == 2, "the dump did hold them"
    assert vault.names(), "somebody else's key remains"
    every = [path.read_bytes() for path in files(Path(settings.KEY_HOME)) if path.stat().st_size < 10_000]
    for row in theirs:
        for name in (*vault.names(), owner):
            with pytest.raises(TemplateError):
                vault.unseal(bytes(row["ciphertext"]), name=name, binding=row["binding"])
        assert not any(opens(row, raw[start : start + 32]) for raw in every for start in range(0, len(raw), 32))


def enrolled(booth: Booth) -> tuple[Cameo, bytes]:
    """Sten enrolled for real, Ada has a likeness too; Sten's, and the bytes of his key, kept aside."""
    cameo = booth.enrolled(cast.sten())
    stories.enrol("ada", Cameo.Audience.ONLY_ME)
    return cameo, (Path(settings.KEY_HOME) / "people" / f"{cameo.owner.public_id}.key").read_bytes()


def test_a_dump_from_before_brings_back_nothing_that_opens(
    booth: Booth, tmp_path: Path, sent: list[str], caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    cameo, key = enrolled(booth)
    traces = traced(cameo)
    saved = backups.dump(tmp_path / "before.dump")
    stored = [settings.MEDIA_HOME, settings.CAPTURE_HOME, settings.QUARANTINE_HOME, settings.EXPORT_HOME]
    backups.copied(stored, into=tmp_path / "files")
    switch.withdraw(cameo.owner)
    with backups.restored(saved) as opened:
        found = rows(opened)
    assert all(opens(row, key) for row in found if row["key_name"] == cameo.owner.public_id), "the key alone is missing"
    proven(found, owner=cameo.owner.public_id)
    assert Receipt.objects.filter(kind="cameo.erased", person=cameo.owner).count() == 1

    assert traces.within(repr(found).encode() + bytes(found[0]["ciphertext"])), "these traces can be found"
    after = backups.dump(tmp_path / "after.sql", plain=True).read_bytes()
    told = "\n".join([caplog.text, *capfd.readouterr(), *sent]).encode()
    assert sent, "there were messages to look through"
    for text in (after, told, *(path.read_bytes() for path in files(settings.HOME, tmp_path / "files"))):
        assert not traces.within(text)
    assert not any(key in path.read_bytes() or key.hex().encode() in path.read_bytes() for path in files(tmp_path))
    assert current_app.conf.task_ignore_result
    assert current_app.conf.result_backend is None


def test_the_proof_fails_where_the_key_is_kept(booth: Booth, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vault, "destroy", lambda _name: None)
    cameo, _ = enrolled(booth)
    saved = backups.dump(tmp_path / "before.dump")
    switch.withdraw(cameo.owner)
    with backups.restored(saved) as opened:
        found = rows(opened)
    with pytest.raises(pytest.fail.Exception):
        proven(found, owner=cameo.owner.public_id)


def test_a_restored_database_shows_nobody_whose_key_is_gone(booth: Booth) -> None:
    cameo, _ = enrolled(booth)
    kept = list(Template.objects.filter(cameo=cameo))
    switch.withdraw(cameo.owner)
    Cameo.objects.filter(pk=cameo.pk).update(state="live", erased_at=None)  # as a restored dump says
    Template.objects.bulk_create(kept)
    with pytest.raises(TemplateError):
        likeness.open(cameo.pk)
    the_gallery.refresh()
    assert (len(the_gallery), the_gallery.unopened) == (1, 1), "Ada's alone"
    erasure.sweep()
    with pytest.raises(TemplateError):
        likeness.open(cameo.pk)


def test_the_ml_worker_lets_go_of_a_face_as_soon_as_it_is_erased(booth: Booth, sent: list[str]) -> None:
    cameo, _ = enrolled(booth)
    the_gallery.refresh()
    assert len(the_gallery) == 2
    switch.withdraw(cameo.owner)
    assert any("consent.tasks.forget" in message for message in sent)
    the_gallery.forget()
    assert [key for key, _ in the_gallery._known.values()] == [cast.ada().cameo.pk]


def test_a_broker_that_is_down_delays_no_erasure(booth: Booth, monkeypatch: pytest.MonkeyPatch) -> None:
    def down(*_: object, **__: object) -> None:
        raise ConnectionError("nobody there")

    cameo, _ = enrolled(booth)
    monkeypatch.setattr(current_app, "send_task", down)
    switch.withdraw(cameo.owner)
    assert cameo.owner.public_id not in vault.names()
    assert Receipt.objects.filter(kind="cameo.erased").exists()


def test_a_key_store_that_is_down_delays_the_certificate_until_the_key_is_gone(
    booth: Booth, monkeypatch: pytest.MonkeyPatch
) -> None:
    real: Callable[[str], None] = vault.destroy

    def down(_name: str) -> None:
        raise OSError("no answer")

    cameo, _ = enrolled(booth)
    monkeypatch.setattr(vault, "destroy", down)
    switch.withdraw(cameo.owner)
    cameo.refresh_from_db()
    assert (cameo.state, cameo.templates.count(), cameo.erased_at) == ("withdrawn", 0, None)
    assert not Receipt.objects.filter(kind="cameo.erased").exists()
    monkeypatch.setattr(vault, "destroy", real)
    erasure.sweep()
    assert cameo.owner.public_id not in vault.names()
    assert Receipt.objects.filter(kind="cameo.erased").count() == 1


def test_traces_are_found_where_they_are() -> None:
    traces, out = Traces(), io.BytesIO()
    vector = np.random.default_rng(3).normal(0, 0.1, 128).astype(np.float32)
    traces.add_numbers(vector)
    np.save(out, vector)
    for text in (repr(vector), str(vector.tolist()), out.getvalue().hex()):
        assert traces.within(text.encode())
    assert traces.within(out.getvalue())
    assert not traces.within(b"0.1 and 0.2, 2026-11-20T10:00:00.123456")
