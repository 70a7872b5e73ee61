"""Timestamps: a seal is provable after its leaf has ended, if an authority that we believe saw it before.

``tests.doubles.timestamping`` is a real RFC 3161 authority on this machine.
"""

import dataclasses
import io
import json
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import c2pa
import pytest
import structlog
from cryptography import x509
from django.db import transaction
from django.test import Client
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from pytest_django import Settings

from provenance import seal, tasks, verify
from provenance.apps import refuse_half_a_clock
from provenance.auditor.file import Given, audit
from provenance.backends import authority, keys, leaves
from provenance.backends import c2pa as engine
from provenance.log import sequencer
from provenance.log.models import Entry
from provenance.manifests import credentials, expiry, findings, placing, record, signing, stamping, status
from provenance.manifests.findings import Findings
from provenance.manifests.models import Manifest, Stamping
from provenance.manifests.reading import Outcome, Reading
from provenance.manifests.status import Verdict
from tests.doubles import timestamping
from tests.doubles.timestamping import Clock
from tests.provenance import material
from tests.provenance.test_seal import sealed

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def started(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Clock]:
    with timestamping.clock(tmp_path_factory.mktemp("clock")) as made:
        yield made


@pytest.fixture
def clock(started: Clock, settings: Settings, tmp_path: Path) -> Clock:
    """An authority that is configured and answers."""
    started.is_down, started.elsewhere, started.asked = False, "", 0
    settings.TIMESTAMP_URL = started.url
    settings.TIMESTAMP_ANCHORS = str(material.saved(tmp_path, started.root.encode(), "times.pem"))
    return started


@pytest.fixture
def late(clock: Clock, tmp_path: Path) -> Stamping:
    """A seal made while the authority was silent; it answers again, and the row is due."""
    clock.is_down = True
    sealed(tmp_path)
    clock.is_down, clock.asked = False, 0
    return due()


def due() -> Stamping:
    """Let the time until the next try pass."""
    Stamping.objects.filter(next_at__isnull=False).update(next_at=timezone.now() - timedelta(seconds=1))
    return Stamping.objects.get()


def lasts(path: Path) -> timedelta:
    """For how long the certificate of a file's newest signature is valid."""
    serial = credentials.read(path).signer
    assert serial
    bundles = [leaves.kept(is_stamped=each) for each in (False, True)]
    found = [x509.load_pem_x509_certificates(each)[0] for each in bundles if each]
    leaf = next(each for each in found if str(each.serial_number) == serial.serial)
    return leaf.not_valid_after_utc - leaf.not_valid_before_utc


def test_a_seal_says_when_it_was_made_and_who_vouches_for_that(clock: Clock, tmp_path: Path) -> None:
    done = sealed(tmp_path)
    said = verify.examine(done.path).data()
    assert said["verdict"] == "ours"
    assert said["timestamp"]["by"] == timestamping.NAME
    at = parse_datetime(said["timestamp"]["at"])
    assert at
    assert abs(at - timezone.now()) < timedelta(minutes=1)
    assert lasts(done.path) <= timedelta(hours=73)
    assert not Stamping.objects.exists()


def test_without_an_authority_there_is_no_timestamp_and_the_leaf_lives_for_a_year(tmp_path: Path) -> None:
    done = sealed(tmp_path)
    assert verify.examine(done.path).data()["timestamp"] is None
    assert lasts(done.path) > timedelta(days=364)
    assert not Stamping.objects.exists()
    assert stamping.sweep() == 0


def test_a_silent_authority_stops_no_video_and_the_timestamp_comes_later(clock: Clock, tmp_path: Path) -> None:
    clock.is_down = True
    done = sealed(tmp_path)
    before = done.path.read_bytes()
    assert verify.examine(done.path).verdict is Verdict.OURS
    assert verify.examine(done.path).data()["timestamp"] is None
    assert lasts(done.path) > timedelta(days=364)
    assert due().tries == 0
    assert stamping.sweep() == 0
    assert done.path.read_bytes() == before
    assert due().tries == 1

    clock.is_down = False
    assert stamping.sweep() == 1
    row = Manifest.objects.get()
    assert row.label == done.label
    assert row.file_sha256 == placing.sha256(done.path) != done.file_sha256
    fact = json.loads(Entry.objects.get(kind="asset.stamped").body)["fact"]
    assert fact == {"manifest": row.label, "file_sha256": row.file_sha256, "was_sha256": done.file_sha256}

    sequencer.sequence()
    report = verify.examine(done.path)
    assert (report.verdict, report.record.ledger, report.record.problems) == (Verdict.OURS, "included", ())
    assert report.findings.stamp
    assert report.findings.ingredients == ()
    assert report.findings.problems == ()
    assert report.findings.manifest
    assert report.findings.manifest.model == "World 1.0"
    active = report.findings.raw["manifests"][report.findings.raw["active_manifest"]]
    (actions,) = (each["data"] for each in active["assertions"] if each["label"] == "c2pa.actions.v2")
    assert [each["action"] for each in actions["actions"]] == ["c2pa.opened"]
    assert actions["allActionsIncluded"] is True
    assert [each.name for each in tmp_path.iterdir() if each.name.startswith(".")] == []
    assert stamping.sweep() == 0


def test_what_was_handed_out_before_the_timestamp_is_still_the_video_we_released(
    late: Stamping, tmp_path: Path
) -> None:
    path = Path(late.path)
    copy = material.saved(tmp_path, path.read_bytes(), "handed-out.mp4")
    assert stamping.sweep() == 1
    for each in (copy, path):
        report = verify.examine(each)
        assert (report.verdict, report.data()["problems"]) == (Verdict.OURS, [])
    edited = material.flip(copy.read_bytes(), material.box(copy.read_bytes(), b"ftyp")[0] + 13)
    assert record.DIFFERS in verify.examine(material.saved(tmp_path, edited, "edited.mp4")).data()["problems"]


def test_the_consent_behind_a_video_is_told_under_its_update_too(clock: Clock, tmp_path: Path) -> None:
    clock.is_down = True
    done = sealed(tmp_path, receipts=(seal.ReceiptRef("c" * 64, 0),))
    due()
    clock.is_down = False
    assert stamping.sweep() == 1
    assert [each["receipt"] for each in verify.examine(done.path).findings.consent] == ["c" * 64]


def test_a_stamped_video_can_be_remixed(late: Stamping, tmp_path: Path) -> None:
    stamping.sweep()
    done = sealed(tmp_path, render="render-2", parents=(Path(late.path),))
    found = credentials.read(done.path)
    assert (found.verdict, found.problems) == (Verdict.OURS, ())


def test_while_one_seal_waits_the_next_does_not_ask(clock: Clock, tmp_path: Path) -> None:
    clock.is_down = True
    sealed(tmp_path)
    asked = clock.asked
    assert asked
    sealed(tmp_path, render="render-2")
    assert clock.asked == asked
    assert Stamping.objects.count() == 2
    Stamping.objects.update(queued_at=timezone.now() - stamping.SILENCE)
    sealed(tmp_path, render="render-3")
    assert clock.asked == asked + 1


def test_a_silent_authority_is_asked_about_one_seal_at_a_time(clock: Clock, tmp_path: Path) -> None:
    clock.is_down = True
    for number in range(2):
        sealed(tmp_path, render=f"render-{number}")
    Stamping.objects.update(next_at=timezone.now() - timedelta(seconds=1))
    clock.asked = 0
    assert stamping.sweep() == 0
    assert clock.asked <= 2  # for the two signatures of one file
    assert sorted(Stamping.objects.values_list("tries", flat=True)) == [0, 1]


def test_the_wait_grows_and_never_beyond_an_hour(clock: Clock, tmp_path: Path) -> None:
    clock.is_down = True
    sealed(tmp_path)
    waits = []
    for _ in range(9):
        due()
        row = stamping.claim()
        assert row
        assert row.next_at
        waits.append(round((row.next_at - timezone.now()) / timedelta(minutes=1)))
    assert waits == [2, 4, 8, 16, 32, 60, 60, 60, 60]
    assert stamping.claim() is None


def test_a_timestamp_nobody_believes_is_worth_none(
    clock: Clock, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory, settings: Settings
) -> None:
    other = timestamping.make(tmp_path_factory.mktemp("other"))
    settings.TIMESTAMP_ANCHORS = str(material.saved(tmp_path, other.root.encode(), "wrong.pem"))
    done = sealed(tmp_path)
    assert clock.asked == 1
    assert verify.examine(done.path).data()["timestamp"] is None
    assert lasts(done.path) > timedelta(days=364)
    due()
    assert stamping.sweep() == 0
    assert Stamping.objects.filter(next_at__isnull=False).exists()
    assert placing.sha256(done.path) == done.file_sha256


def test_an_authority_that_sends_elsewhere_is_not_followed(
    clock: Clock, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    with timestamping.clock(tmp_path_factory.mktemp("elsewhere")) as other:
        clock.elsewhere = other.url
        sealed(tmp_path)
        due()
        assert stamping.sweep() == 0
        assert clock.asked
        assert other.asked == 0


def test_a_crash_after_the_file_is_in_place_is_made_good_without_asking_again(
    late: Stamping, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = placing.settle

    def die(fresh: Path, destination: Path) -> None:
        real(fresh, destination)
        raise OSError

    monkeypatch.setattr(placing, "settle", die)
    assert stamping.sweep() == 0
    monkeypatch.undo()
    assert credentials.read(Path(late.path)).stamp
    assert Manifest.objects.get().file_sha256 == late.sealed_sha256
    assert not Entry.objects.filter(kind="asset.stamped").exists()
    clock.asked = 0
    due()
    assert stamping.sweep() == 1
    assert clock.asked == 0
    assert Manifest.objects.get().file_sha256 == placing.sha256(Path(late.path))
    assert Entry.objects.filter(kind="asset.stamped").count() == 1


def test_a_video_that_is_deleted_meanwhile_never_comes_back(late: Stamping, monkeypatch: pytest.MonkeyPatch) -> None:
    path, real = Path(late.path), signing.stamp

    def delete_meanwhile(source: Path, *, destination: Path) -> None:
        real(source, destination=destination)
        with transaction.atomic():
            seal.withdraw(late.manifest_id, reason="deleted.by-maker")
        path.unlink()

    monkeypatch.setattr(signing, "stamp", delete_meanwhile)
    assert stamping.sweep() == 0
    assert list(path.parent.glob("*render-1*")) == []
    assert not Entry.objects.filter(kind="asset.stamped").exists()
    assert Stamping.objects.get().done_at


def test_a_video_that_is_gone_or_withdrawn_is_given_up(late: Stamping, clock: Clock, tmp_path: Path) -> None:
    clock.is_down = True
    sealed(tmp_path, render="render-2")
    clock.is_down, clock.asked = False, 0
    Path(late.path).unlink()
    with transaction.atomic():
        seal.withdraw(Manifest.objects.get(render="render-2").pk, reason="consent.revoked")
    Stamping.objects.update(next_at=timezone.now() - timedelta(seconds=1))
    assert stamping.sweep() == 0
    assert clock.asked == 0
    assert not Stamping.objects.filter(done_at=None).exists()


def test_whoever_has_the_file_open_keeps_the_old_bytes_whole(late: Stamping) -> None:
    path = Path(late.path)
    before = path.read_bytes()
    with path.open("rb") as watching:
        watching.read(100)
        assert stamping.sweep() == 1
        assert watching.read() == before[100:]
    assert path.read_bytes() != before


def brief(settings: Settings) -> tuple[keys.Signing, Any]:
    """A leaf of ours that ends in seconds, and when."""
    bundle = authority.issue(leaves.issuer(), valid=timedelta(seconds=15))
    chain = authority.chain(bundle)
    ends = x509.load_pem_x509_certificates(bundle)[0].not_valid_after_utc
    return keys.Signing(chain, lambda data: keys.raw_es256(authority.signer(bundle), data)), ends


def claim_of_the_first_version(by: keys.Signing, clock: Clock) -> bytes:
    """A file signed with our key as nobody of us ever did, stamped by anybody."""
    begun = {
        "action": "c2pa.created",
        "digitalSourceType": "http://cv.iptc.org/newscodes/digitalsourcetype/digitalCapture",
    }
    said = {
        "claim_version": 1,
        "claim_generator": "x/1",
        "claim_generator_info": [{"name": "x"}],
        "assertions": [{"label": "c2pa.actions", "data": {"actions": [begun]}}],
    }
    written = {"version": 1, "verify": {"verify_after_sign": False}, "builder": {"thumbnail": {"enabled": False}}}
    builder = c2pa.Builder(json.dumps(said), context=c2pa.Context.from_dict(written))
    out = io.BytesIO()
    signer = c2pa.Signer.from_callback(by.sign, c2pa.C2paSigningAlg.ES256, by.chain, clock.url)
    builder.sign(signer, "video/mp4", io.BytesIO(material.clip()), out)
    return out.getvalue()


@pytest.mark.long
def test_after_the_leaf_has_ended_only_a_timestamp_we_believe_keeps_a_seal(
    clock: Clock, settings: Settings, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    by, ends = brief(settings)
    monkeypatch.setattr(keys, "signing", lambda **_: by)
    stamped = sealed(tmp_path, render="stamped").path
    clock.is_down = True
    never = sealed(tmp_path, render="never").path
    updated = sealed(tmp_path, render="updated").path
    copy = material.saved(tmp_path, updated.read_bytes(), "copy.mp4")
    clock.is_down = False
    Stamping.objects.filter(manifest__render="updated").update(next_at=timezone.now())
    assert stamping.sweep() == 1
    with timestamping.clock(tmp_path_factory.mktemp("unknown")) as unknown:
        believed = settings.TIMESTAMP_ANCHORS
        settings.TIMESTAMP_URL = unknown.url
        settings.TIMESTAMP_ANCHORS = str(material.saved(tmp_path, unknown.root.encode(), "unknown.pem"))
        Stamping.objects.all().delete()
        by_unknown = sealed(tmp_path, render="by-unknown").path
        dated_back = material.saved(tmp_path, claim_of_the_first_version(by, unknown), "dated-back.mp4")
        settings.TIMESTAMP_URL, settings.TIMESTAMP_ANCHORS = clock.url, believed
    assert timezone.now() < ends, "the machine is too slow for a leaf of fifteen seconds"
    verdicts = {each: credentials.read(each).verdict for each in (stamped, never, updated, copy, by_unknown)}
    assert set(verdicts.values()) == {Verdict.OURS}

    time.sleep(max(0.0, (ends - timezone.now()).total_seconds()) + 1.1)
    monkeypatch.undo()
    assert credentials.read(stamped).verdict is Verdict.OURS
    assert credentials.read(updated).verdict is Verdict.OURS
    for each in (never, copy, by_unknown):
        found = credentials.read(each)
        assert (found.verdict, found.stamp) == (Verdict.INVALID, None)
        assert "signingCredential.expired" in found.problems
    assert credentials.read(dated_back).verdict is Verdict.INVALID  # c2pa-rs trusts any authority under such a claim

    too_late = tmp_path / "too-late.mp4"
    signing.stamp(never, destination=too_late)
    assert credentials.read(too_late).verdict is Verdict.INVALID  # c2pa-rs calls it trusted
    Stamping.objects.create(
        manifest=Manifest.objects.get(render="never"), path=str(never), sealed_sha256="0" * 64,
        queued_at=timezone.now(), next_at=timezone.now(),
    )  # fmt: skip
    assert stamping.sweep() == 0
    assert Stamping.objects.get().done_at


def test_a_certificate_from_the_company_that_stamps_does_not_make_a_stranger_us(clock: Clock, tmp_path: Path) -> None:
    keys.signing()
    theirs = material.stranger()
    now = timezone.now()
    leaf = material.certificate(
        "Stranger",
        theirs.key.public_key(),
        by=clock.key,
        issuer=clock.certificate,
        start=now,
        end=now + timedelta(days=9),
    )
    customer = dataclasses.replace(theirs, chain=authority.certificate(leaf).decode(), root=clock.root)
    path = material.saved(tmp_path, material.sign(material.clip(), "video/mp4", customer))
    assert credentials.read(path).verdict is Verdict.UNKNOWN_SIGNER
    raw = engine.settings(keys.anchors(), [], times=clock.root)
    reader = c2pa.Reader("video/mp4", io.BytesIO(path.read_bytes()), context=c2pa.Context.from_dict(raw))
    assert json.loads(reader.json())["validation_state"] == "Trusted"  # what the library says of it


def test_an_update_by_a_stranger_takes_our_name_off(tmp_path: Path, clock: Clock) -> None:
    done = sealed(tmp_path)
    theirs = material.stranger()
    changed = tmp_path / "changed.mp4"
    engine.stamp(
        done.path, destination=changed, manifest={"format": "video/mp4", "claim_generator_info": [{"name": "x"}]},
        signing=keys.Signing(theirs.chain, lambda data: keys.raw_es256(theirs.key, data)),
        anchors=keys.anchors() + theirs.root, times=clock.root, authority=clock.url,
    )  # fmt: skip
    assert credentials.read(changed).verdict is Verdict.UNKNOWN_SIGNER
    assert credentials.read(changed).consent == ()


def test_a_changed_bit_under_an_update_is_seen(late: Stamping, tmp_path: Path) -> None:
    stamping.sweep()
    media = Path(late.path).read_bytes()
    for kind in (b"mdat", b"moov"):
        start, end = material.box(media, kind)
        changed = material.saved(tmp_path, material.flip(media, (start + end) // 2), "changed.mp4")
        assert credentials.read(changed).verdict is Verdict.TAMPERED


def test_the_auditor_believes_the_time_by_the_roots_it_is_given(clock: Clock, tmp_path: Path) -> None:
    done = sealed(tmp_path)
    for times, code in ((clock.root, "time.stamped"), ("", "time.untrusted")):
        said = audit(done.path, anchors=keys.anchors(), given=Given(times=times)).data()
        assert said["parts"]["time"]["code"] == code


def test_the_roots_of_times_are_there_for_everybody(clock: Clock, client: Client, settings: Settings) -> None:
    assert client.get("/verify/times.pem").content.decode() == clock.root
    settings.TIMESTAMP_ANCHORS = ""
    assert client.get("/verify/times.pem").status_code == 404


def told(active: dict[str, Any], **others: dict[str, Any]) -> Findings:
    """What is said of a file whose active manifest passed every check, under our root."""
    found = f"signing certificate trusted, found in [{status.SEALS}] trust anchors"
    held = (status.TRUSTED, status.SIGNED, status.IN_TIME, "assertion.bmffHash.match")
    success = [{"code": code, "url": "self#jumbf=/c2pa/us/c2pa.signature", "explanation": found} for code in held]
    results = {"activeManifest": {"success": success, "failure": [], "informational": []}}
    report = {"active_manifest": "us", "manifests": {"us": active, **others}, "validation_results": results}
    return findings.interpret(Reading(Outcome.READ, mime="video/mp4", report=report))


def test_a_claim_of_the_first_version_is_none_of_ours() -> None:
    # for these the library believes any authority's time, so a key of ours that was found later would date them back
    assert told({"claim_version": 2}).verdict is Verdict.OURS
    for version in (1, None, "2"):
        assert told({"claim_version": version}).verdict is Verdict.INVALID


@pytest.mark.parametrize("code", ["signingCredential.expired", "signingCredential.untrusted", "assertion.missing"])
def test_what_is_wrong_with_the_updated_manifest_is_wrong_with_the_file(code: str) -> None:
    results = {"activeManifest": {"failure": [{"code": code, "url": ""}]}}
    parent = {"relationship": "parentOf", "active_manifest": "first", "validation_results": results}
    update = {"claim_version": 2, "ingredients": [parent], "assertions": [{"label": "c2pa.time-stamp"}]}
    assert told(update, first={"claim_version": 2}).verdict is not Verdict.OURS
    remix = {**update, "assertions": [{"label": "c2pa.hash.bmff.v3"}]}
    assert told(remix, first={}).verdict is Verdict.OURS
    assert told(remix, first={}).problems == (f"ingredient: {code}",)


def test_a_line_of_updates_that_leads_in_a_circle_ends() -> None:
    circle = {
        name: {"claim_version": 2, "ingredients": [{"relationship": "parentOf", "active_manifest": other}]}
        for name, other in (("us", "them"), ("them", "us"))
    }
    assert told(circle["us"], them=circle["them"]).manifest


def test_an_authority_without_its_root_is_refused_at_start(clock: Clock, settings: Settings) -> None:
    assert refuse_half_a_clock() == []
    settings.TIMESTAMP_ANCHORS = ""
    assert [each.id for each in refuse_half_a_clock()] == ["provenance.E004"]
    assert not stamping.is_wanted()
    settings.TIMESTAMP_URL = "file:///etc/passwd"
    assert [each.id for each in refuse_half_a_clock()] == ["provenance.E003"]


def test_the_tasks_do_what_their_names_say(late: Stamping, settings: Settings) -> None:
    scheduled = {each["task"] for each in settings.CELERY_BEAT_SCHEDULE.values()}
    for task in (tasks.stamp, tasks.rotate, tasks.watch):
        assert task.name in scheduled
        task()
    assert credentials.read(Path(late.path)).stamp
    assert leaves.kept(is_stamped=True)


def test_seals_that_wait_for_long_are_an_alarm(late: Stamping, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(expiry, "log", structlog.get_logger())  # one that no other test has used: they are kept
    with structlog.testing.capture_logs() as told:
        expiry.watch()
        Stamping.objects.update(queued_at=timezone.now() - timedelta(days=2))
        expiry.watch()
    assert [each["days"] for each in told if each["event"] == "seals wait for their timestamps"] == [2.0]


@pytest.mark.long
def test_a_verifier_of_others_agrees_about_every_timestamp(clock: Clock, late: Stamping, tmp_path: Path) -> None:
    peer = pytest.importorskip("encypher_c2pa", reason="encypher-c2pa is not installed (pip install encypher-c2pa)")
    before = material.saved(tmp_path, Path(late.path).read_bytes(), "before.mp4")
    stamping.sweep()
    for path, is_stamped in ((before, False), (Path(late.path), True), (sealed(tmp_path, render="new").path, True)):
        said = peer.verify(
            str(path), "video/mp4", trust_pem=keys.anchors(), tsa_trust_pem=clock.root, no_default_trust=True,
            telemetry=False, online=False,
        )  # fmt: skip
        assert (said["validation_state"], said["hard_binding"]) == ("Trusted", "match")
        codes = {each["code"] for each in said["validation_results"]["success"]}
        assert ("timeStamp.trusted" in codes) is is_stamped
