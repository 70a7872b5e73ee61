"""The table of status codes: what each one makes of a file."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from provenance.manifests import findings, status
from provenance.manifests.reading import Outcome, Reading
from provenance.manifests.status import Meaning, Verdict

HELD = [status.SIGNED, status.IN_TIME, status.TRUSTED, "assertion.bmffHash.match", "assertion.hashedURI.match"]
TAMPERED = [
    "assertion.dataHash.mismatch",
    "assertion.bmffHash.mismatch",
    "assertion.boxesHash.mismatch",
    "assertion.collectionHash.mismatch",
    "assertion.hashedURI.mismatch",
    "hashedURI.mismatch",
    "claimSignature.mismatch",
    "assertion.missing",
    "assertion.required.missing",
]
INVALID = [
    "signingCredential.expired",
    "signingCredential.invalid",
    "signingCredential.ocsp.revoked",
    "claimSignature.missing",
    "claimSignature.outsideValidity",
    "claim.malformed",
    "claim.multiple",
    "claim.hardBindings.missing",
    "assertion.multipleHardBindings",
    "assertion.action.malformed",
    "assertion.cbor.invalid",
    "assertion.notRedacted",
    "manifest.update.invalid",
    "algorithm.unsupported",
    "general.error",
    "cawg.identity.assertion.mismatch",
    "cawg.identity.sig_type.unknown",
    "cawg.ica.signature_mismatch",
    "cawg.ica.did_unavailable",
    "cawg.x509.signature.mismatch",
]


def test_the_table_names_every_code_once() -> None:
    groups = (status.FINE, status.INGREDIENT, status.UNKNOWN, status.INVALID, status.TAMPERED)
    assert sum(map(len, groups)) == len(status.TABLE)


def test_a_file_under_our_anchor_with_nothing_against_it_is_ours() -> None:
    assert status.judge([], HELD) is Verdict.OURS


@pytest.mark.parametrize("missing", [status.SIGNED, status.IN_TIME, "assertion.bmffHash.match"])
def test_a_file_for_which_a_check_did_not_hold_is_not_ours(missing: str) -> None:
    assert status.judge([], [each for each in HELD if each != missing]) is Verdict.INVALID


def test_a_file_that_no_anchor_of_ours_vouches_for_has_an_unknown_signer() -> None:
    held = [each for each in HELD if each != status.TRUSTED]
    assert status.judge([], held) is Verdict.UNKNOWN_SIGNER
    assert status.judge(["signingCredential.untrusted"], held) is Verdict.UNKNOWN_SIGNER
    assert status.judge(["cawg.x509.credential.untrusted"], HELD) is Verdict.UNKNOWN_SIGNER


@pytest.mark.parametrize("code", TAMPERED)
def test_changed_bytes_outweigh_everything(code: str) -> None:
    assert status.judge([code], HELD) is Verdict.TAMPERED
    assert status.judge(["signingCredential.untrusted", "signingCredential.expired", code], HELD) is Verdict.TAMPERED


@pytest.mark.parametrize("code", INVALID)
def test_credentials_that_do_not_hold_outweigh_an_unknown_signer(code: str) -> None:
    assert status.judge([code], HELD) is Verdict.INVALID
    assert status.judge(["signingCredential.untrusted", code], HELD) is Verdict.INVALID


@given(st.text(min_size=1), st.lists(st.sampled_from(sorted(status.TABLE))))
def test_no_failure_of_any_name_leaves_a_file_ours(code: str, others: list[str]) -> None:
    assert status.judge([code, *others], HELD) is not Verdict.OURS or status.TABLE.get(code) is Meaning.INGREDIENT


def test_a_code_that_is_usually_a_remark_counts_when_it_is_reported_as_a_failure() -> None:
    assert status.judge(["timeStamp.mismatch"], HELD) is Verdict.INVALID


def report(failure: list[dict[str, str]], **more: object) -> Reading:
    """Return a reading whose active manifest failed these checks."""
    found = f"signing certificate trusted, found in [{status.SEALS}] trust anchors"
    success = [{"code": code, "url": "self#jumbf=/c2pa/us/c2pa.signature", "explanation": found} for code in HELD]
    results = {"activeManifest": {"success": success, "failure": failure, "informational": []}}
    raw = {"active_manifest": "us", "manifests": {"us": {"claim_version": 2}}, "validation_results": results, **more}
    return Reading(Outcome.READ, mime="video/mp4", report=raw)


def test_a_failure_of_another_manifest_in_the_file_is_an_ingredients() -> None:
    found = findings.interpret(
        report([{"code": "claimSignature.mismatch", "url": "self#jumbf=/c2pa/them/c2pa.signature"}])
    )
    assert found.verdict is Verdict.OURS
    assert found.problems == ("ingredient: claimSignature.mismatch",)


def test_a_hard_binding_is_about_these_bytes_whichever_manifest_declares_it() -> None:
    url = "self#jumbf=/c2pa/them/c2pa.assertions/c2pa.hash.bmff.v3"
    assert findings.interpret(report([{"code": "assertion.bmffHash.mismatch", "url": url}])).verdict is Verdict.TAMPERED


def test_anothers_signature_does_not_stand_in_for_ours() -> None:
    reading = report([])
    for each in reading.report["validation_results"]["activeManifest"]["success"]:
        each["url"] = "self#jumbf=/c2pa/them/c2pa.signature"
    assert findings.interpret(reading).verdict is Verdict.INVALID


def test_no_hard_binding_is_told() -> None:
    reading = report([{"code": "claim.hardBindings.missing", "url": "self#jumbf=/c2pa/us"}])
    reading.report["validation_results"]["activeManifest"]["success"].pop(3)
    found = findings.interpret(reading)
    assert found.verdict is Verdict.INVALID
    assert status.UNBOUND in found.problems


def test_every_failure_on_record_about_an_ingredient_is_told() -> None:
    failed = {"failure": [{"code": "assertion.dataHash.mismatch", "url": ""}]}
    ingredient = {
        "title": "parent",
        "active_manifest": "them",
        "validation_results": {
            "activeManifest": failed,
            "ingredientDeltas": [{"validationDeltas": {"failure": [{"code": "claim.missing"}]}}],
        },
        "validation_status": [{"code": "claimSignature.mismatch"}, {"code": "timeStamp.trusted"}],
    }
    found = findings.interpret(report([], manifests={"us": {"claim_version": 2, "ingredients": [ingredient]}}))
    assert found.verdict is Verdict.OURS
    assert found.ingredients[0].problems == ("assertion.dataHash.mismatch", "claim.missing", "claimSignature.mismatch")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)  # a busy machine is no defect
@given(
    st.dictionaries(
        st.sampled_from(["active_manifest", "manifests", "validation_results"]),
        JSON | st.dictionaries(st.sampled_from(["activeManifest", "ingredientDeltas", "x"]), JSON),
    )
)
def test_a_report_of_any_shape_is_judged_and_never_ours(raw: dict[str, object]) -> None:
    assert findings.interpret(Reading(Outcome.READ, report=raw)).verdict is not Verdict.OURS


def test_long_texts_are_cut() -> None:
    found = findings.interpret(report([], manifests={"us": {"title": "x" * 10**6}}))
    assert found.manifest is not None
    assert len(found.manifest.title) == findings.LONGEST
