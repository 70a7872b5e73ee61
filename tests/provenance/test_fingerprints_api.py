"""Resolving soft bindings: whoever finds a stripped video of ours gets its credentials back, if it is public."""

import base64
import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import c2pa
import numpy as np
import pytest
from django.core.cache import cache
from django.db import transaction
from django.test import Client
from PIL import Image
from pytest_django import Settings

from provenance import seal
from provenance.backends import keys
from provenance.errors import ProvenanceError
from provenance.manifests import claim, store
from provenance.marks import fingerprints, resolution
from provenance.marks.models import Fingerprint, Mark, SoundFingerprint
from tests.provenance import clips, material
from tests.provenance.test_seal import statement

HERE = "/api/v1/c2pa"
SIZE = {"width": 320, "height": 240}


@pytest.fixture(autouse=True)
def patient(settings: Settings) -> Iterator[None]:
    """Count tries in this process, from none."""
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def film(tmp_path: Path) -> seal.Sealed:
    """A sealed video of two seconds, with a tone that changes, that nobody but its maker has been shown."""
    shown = clips.pictures("portrait", **SIZE, count=48)
    sealing = seal.begin(render="render-1", **SIZE, handle="felix")
    source = clips.write(tmp_path / "plain.mp4", shown, rate=24, tone=4.0, in_place=sealing.mark)
    return sealing.finish(source, destination=tmp_path / "sealed.mp4", statement=statement())


@pytest.fixture
def public(film: seal.Sealed) -> seal.Sealed:
    """The same, public."""
    assert seal.disclose(film.manifest, path=film.path)
    return film


def stripped(done: seal.Sealed) -> bytes:
    """The file with its manifest's box made a free one, so that everything stays where it was."""
    data = done.path.read_bytes()
    start, end = material.box(data, b"uuid")
    return data[:start] + store.BOX.pack(end - start, b"free") + bytes(end - start - 8) + data[end:]


def upload(data: bytes, *, kind: str = "video/mp4", query: str = "") -> Any:  # noqa: ANN401 - an answer
    return Client().post(f"{HERE}/matches/byContent{query}", data, content_type=kind)


def binding(alg: str, value: bytes, **more: str) -> Any:  # noqa: ANN401
    return Client().get(f"{HERE}/matches/byBinding", {"alg": alg, "value": base64.b64encode(value).decode(), **more})


def hashes(done: seal.Sealed) -> bytes:
    """The recorded hash of the first picture."""
    return bytes(Fingerprint.objects.filter(manifest=done.manifest, window=0).earliest("at").bits)


@pytest.mark.django_db
def test_ada_finds_a_stripped_video_and_gets_its_credentials_back(public: seal.Sealed) -> None:
    answer = upload(stripped(public))
    assert answer.json() == {"matches": [{"manifestId": public.label, "similarityScore": 100}]}
    fetched = Client().get(f"{HERE}/manifests/{public.label}", headers={"accept": "application/c2pa"})
    assert (fetched.status_code, fetched["Content-Type"]) == (200, "application/c2pa")
    context = c2pa.Context.from_dict({"version": 1, "trust": {"trust_anchors": keys.anchors()}})
    with c2pa.Reader("video/mp4", io.BytesIO(stripped(public)), fetched.content, context=context) as reader:
        report = json.loads(reader.json())
    assert report["active_manifest"] == public.label
    failed = report["validation_results"]["activeManifest"]["failure"]
    assert {each["code"] for each in failed} <= {"assertion.bmffHash.mismatch"}  # the bytes are not those any more


@pytest.mark.django_db
def test_every_way_of_asking_leads_to_the_same_seal(public: seal.Sealed) -> None:
    number = int(Mark.objects.get(manifest=public.manifest).payload).to_bytes(8, "big")
    assert binding(resolution.MARK, number).json() == {"matches": [{"manifestId": public.label}]}
    told = {"matches": [{"manifestId": public.label, "similarityScore": 100}]}
    assert binding(fingerprints.PICTURES, hashes(public)).json() == told
    value = base64.b64encode(hashes(public)).decode()
    posted = Client().post(
        f"{HERE}/matches/byBinding", {"alg": fingerprints.PICTURES, "value": value}, content_type="application/json"
    )
    assert posted.json() == told
    assert upload(stripped(public), query=f"?alg={fingerprints.PICTURES}").json() == told
    by_mark = upload(stripped(public), query=f"?alg={resolution.MARK}").json()
    assert by_mark == {"matches": [{"manifestId": public.label}]}


@pytest.mark.django_db
def test_the_manifests_own_soft_binding_is_one_we_resolve(public: seal.Sealed) -> None:
    context = c2pa.Context.from_dict({"version": 1, "trust": {"trust_anchors": keys.anchors()}})
    with public.path.open("rb") as file, c2pa.Reader("video/mp4", file, context=context) as reader:
        manifest = json.loads(reader.json())["manifests"][public.label]
    said = next(each["data"] for each in manifest["assertions"] if each["label"] == "c2pa.soft-binding")
    assert said["alg"] == claim.MARK_ALGORITHM == resolution.MARK
    query = {"alg": said["alg"], "value": said["blocks"][0]["value"]}
    assert Client().get(f"{HERE}/matches/byBinding", query).json() == {"matches": [{"manifestId": public.label}]}


@pytest.mark.django_db
def test_a_still_picture_of_a_public_video_leads_to_it(public: seal.Sealed) -> None:
    out = io.BytesIO()
    Image.fromarray(clips.pictures("portrait", **SIZE, count=48)[0]).save(out, "JPEG")
    assert upload(out.getvalue(), kind="image/jpeg").json()["matches"][0]["manifestId"] == public.label


@pytest.mark.django_db
def test_a_sound_leads_to_the_public_video_it_is_from(public: seal.Sealed) -> None:
    tune = np.random.default_rng(1).integers(0, 2**32, 40, np.uint32)
    SoundFingerprint.objects.filter(manifest=public.manifest).delete()
    fingerprints.record(fingerprints.Prints((), tune), manifest=public.manifest)
    answer = binding(fingerprints.SOUND, tune[5:35].astype(">u4").tobytes())
    assert answer.json() == {"matches": [{"manifestId": public.label, "similarityScore": 100}]}


@pytest.mark.django_db
def test_a_video_that_is_not_public_is_as_unknown_as_one_that_never_was(film: seal.Sealed) -> None:
    number = int(Mark.objects.get(manifest=film.manifest).payload).to_bytes(8, "big")
    nothing: dict[str, list[str]] = {"matches": []}
    for answer in (
        upload(stripped(film)),
        upload(film.path.read_bytes()),
        binding(resolution.MARK, number),
        binding(fingerprints.PICTURES, hashes(film)),
        upload(stripped(film), query=f"?hintAlg={resolution.MARK}&hintValue=" + quote(base64.b64encode(number))),
    ):
        assert (answer.status_code, answer.json()) == (200, nothing)
    private = Client().get(f"{HERE}/manifests/{film.label}")
    unknown = Client().get(f"{HERE}/manifests/urn:c2pa:00000000-0000-4000-8000-000000000000")
    assert (private.status_code, private.content) == (unknown.status_code, unknown.content)
    assert private.status_code == 404


@pytest.mark.django_db
def test_what_is_taken_back_is_led_to_no_more(public: seal.Sealed) -> None:
    with transaction.atomic():
        seal.withdraw(public.manifest, reason="consent.revoked")
    assert upload(stripped(public)).json() == {"matches": []}
    assert Client().get(f"{HERE}/manifests/{public.label}").status_code == 404


@pytest.mark.django_db
def test_what_is_private_again_is_led_to_no_more(public: seal.Sealed) -> None:
    seal.conceal(public.manifest)
    assert binding(fingerprints.PICTURES, hashes(public)).json() == {"matches": []}
    assert Client().get(f"{HERE}/manifests/{public.label}").status_code == 404


@pytest.mark.django_db
def test_the_active_manifest_alone_is_a_store_of_one(public: seal.Sealed) -> None:
    whole = Client().get(f"{HERE}/manifests/{public.label}").content
    alone = Client().get(f"{HERE}/manifests/{public.label}?returnActiveManifest=true").content
    assert whole == store.extract(public.path)
    assert public.label.encode() in alone
    assert list(store.boxes(alone[8:]))[1:] == list(store.boxes(whole[8:]))[-1:]


@pytest.mark.parametrize("data", [b"", b"no video", bytes(64), b"\x00\x00\x00\x08moov" * 3])
def test_a_file_without_a_manifest_is_one_sentence(tmp_path: Path, data: bytes) -> None:
    with pytest.raises(ProvenanceError, match=r"^There is no manifest in this file\.$"):
        store.extract(material.saved(tmp_path, data))


@pytest.mark.django_db
def test_a_file_without_a_manifest_is_not_disclosed(film: seal.Sealed, tmp_path: Path) -> None:
    assert not seal.disclose(film.manifest, path=material.saved(tmp_path, stripped(film)))
    assert not seal.disclose(film.manifest, path=tmp_path / "gone.mp4")
    assert upload(stripped(film)).json() == {"matches": []}


def test_the_service_says_which_bindings_it_knows() -> None:
    said = Client().get(f"{HERE}/services/supportedAlgorithms").json()
    assert said == {
        "watermarks": [{"alg": "io.countenance.mark.v1"}],
        "fingerprints": [{"alg": "io.countenance.pdq-video.v1"}, {"alg": "io.countenance.chromaprint.v1"}],
    }


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("query", "word"),
    [
        ({"alg": "com.example.other", "value": "AAAAAAAAAAE="}, "We know no soft binding"),
        ({"alg": resolution.MARK, "value": "AAAA"}, "base64 of 8 bytes"),
        ({"alg": resolution.MARK, "value": "%%%"}, "base64 of 8 bytes"),
        ({"alg": fingerprints.PICTURES, "value": "A" * 43}, "base64 of 32 bytes"),
        ({"alg": fingerprints.SOUND, "value": "é"}, "base64 of 4 bytes"),
        ({"alg": resolution.MARK}, "value"),
        ({"value": "AAAAAAAAAAE="}, "alg"),
        ({"alg": resolution.MARK, "value": "AAAAAAAAAAE=", "maxResults": "0"}, "maxResults"),
    ],
)
def test_a_binding_that_is_none_is_refused_in_one_sentence(query: dict[str, str], word: str) -> None:
    answer = Client().get(f"{HERE}/matches/byBinding", query)
    assert answer.status_code == 400
    assert answer.json()["error"]["code"] == "invalid"
    assert word in answer.json()["error"]["message"]


@pytest.mark.django_db
def test_what_is_too_long_or_no_media_is_refused(settings: Settings) -> None:
    long = Client().get(f"{HERE}/matches/byBinding", {"alg": fingerprints.PICTURES, "value": "A" * 5000})
    assert (long.status_code, long.json()["error"]["code"]) == (414, "too_large")
    for data, kind in (
        (b"no video", "video/mp4"),
        (b"text", "text/plain"),
        (b"a=b", "application/x-www-form-urlencoded"),
    ):
        answer = upload(data, kind=kind)
        assert (answer.status_code, answer.json()["error"]["code"]) == (415, "unsupported_media_type"), kind
    assert upload(b"").json()["error"]["code"] == "no_file"
    settings.VERIFY_MAX_BYTES = 100
    large = upload(bytes(101))
    assert (large.status_code, large.json()["error"]["code"]) == (413, "too_large")


@pytest.mark.django_db
def test_a_wrong_hint_or_algorithm_is_said(film: seal.Sealed) -> None:
    for query in ("?alg=com.example.other", f"?hintAlg={resolution.MARK}&hintValue=AAAA", "?maxResults=x"):
        answer = upload(stripped(film), query=query)
        assert (answer.status_code, answer.json()["error"]["code"]) == (400, "invalid"), query


@pytest.mark.django_db
def test_only_so_many_questions_a_minute_are_answered() -> None:
    statuses = [upload(b"no video").status_code for _ in range(2)]
    for _ in range(18):
        cache.set("throttle_binding-content_127.0.0.1", [*cache.get("throttle_binding-content_127.0.0.1"), 9e9])
    limited = upload(b"no video")
    assert statuses == [415, 415]
    assert (limited.status_code, limited.json()["error"]["code"]) == (429, "throttled")
    assert Client().get(f"{HERE}/services/supportedAlgorithms").status_code == 200
