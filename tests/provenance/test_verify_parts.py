"""Eight questions kept apart, one table of words: what is proven never leans on what is claimed."""

import string
import unicodedata
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from provenance import verify
from provenance.manifests import parts, record, shown, status, words
from provenance.manifests.findings import Findings, Ingredient, Manifest, Signer, Stamp
from provenance.manifests.parts import Record
from provenance.manifests.status import TABLE, Verdict
from provenance.marks import fingerprints, invisible
from provenance.marks.invisible import Reading
from tests.provenance import material

SIGNER = Signer("Countenance", "Countenance", "es256", "1", "")
MANIFEST = Manifest("urn:c2pa:1", "clip", "World", "2026-03-03T12:00:00Z", "algorithmicMedia", "World 1", ())
OURS = Findings(Verdict.OURS, signer=SIGNER, manifest=MANIFEST, is_bound=True, mime="video/mp4")
IN = Record(ledger="included", standing="standing", index=7, size=9)
UNREAD = {"invisible": "not read", "render": None, "manifest": None}
YES = {"receipt": "c" * 64, "entry": 1, "ledger": "included", "index": 2, "attested_by": "passkey"}


def told(found: Findings = OURS, record: Record = IN, mark: dict[str, object] | None = None) -> dict[str, str]:
    verdict = Verdict.OURS_WITHDRAWN if record.standing == "withdrawn" else found.verdict
    return {each.name: each.code for each in parts.answers(found, verdict, record, mark or UNREAD)}


def raw(**checks: list[dict[str, str]]) -> dict[str, object]:
    return {"validation_results": {"activeManifest": checks}}


def test_every_question_is_answered_once_and_in_order() -> None:
    assert list(told()) == list(words.ASKED)


def test_every_line_of_the_table_is_a_sentence_and_belongs_to_a_question() -> None:
    for code, (_, sentence) in words.SAID.items():
        assert code.partition(".")[0] in words.ASKED
        assert sentence[0].isupper() or sentence[0] == "{"
        assert sentence.endswith((".", "{whose}"))
    assert {str(each) for each in Verdict} <= set(words.HEADLINES)


@pytest.mark.parametrize(
    ("code", "change", "record"),
    [
        ("bytes.padding", {}, replace(IN, problems=(parts.DIFFERS,))),
        ("standing.withdrawn", {}, replace(IN, standing="withdrawn", withdrawn_at=datetime(2026, 3, 3, tzinfo=UTC))),
        ("standing.unknown", {}, replace(IN, standing="unknown since checkpoint 1")),
        ("log.pending", {}, Record("pending", "standing")),
        ("log.absent", {}, Record("absent", "unknown since checkpoint 1")),
        ("log.unknown", {}, Record("unknown", "unknown since checkpoint 1")),
        ("log.broken", {}, Record("unknown", "standing", is_broken=True)),
        ("consent.passkey", {"consent": (YES,)}, IN),
        ("consent.operator", {"consent": ({**YES, "attested_by": "operator"},)}, IN),
        ("consent.unlogged", {"consent": ({**YES, "ledger": "unknown"},)}, IN),
        ("consent.late", {"consent": ({**YES, "index": 8},)}, IN),
        ("ingredients.clean", {"ingredients": (Ingredient("a", "parentOf", "m", ()),)}, IN),
        ("ingredients.bare", {"ingredients": (Ingredient("a", "parentOf", "", ("no-provenance",)),)}, IN),
        ("ingredients.unknown", {"ingredients": (Ingredient("", "", "", ("signingCredential.untrusted",)),)}, IN),
        (
            "ingredients.failed",
            {
                "ingredients": (
                    Ingredient("", "", "", ("assertion.bmffHash.mismatch", "no-provenance")),
                    Ingredient("", "", "", ()),
                )
            },
            IN,
        ),
        ("time.claimed", {}, IN),
        ("time.nothing", {"manifest": replace(MANIFEST, made_at="")}, IN),
    ],
)
def test_each_state_has_its_line(code: str, change: dict[str, object], record: Record) -> None:
    assert told(replace(OURS, **change), record)[code.partition(".")[0]] == code  # type: ignore[arg-type]


def test_only_a_clock_that_we_trust_proves_a_time() -> None:
    at = replace(SIGNER, time="2026-03-03T12:00:00+00:00")
    stamp = Stamp(at="2026-03-03T12:00:00+00:00", by="Clock\u202e One")
    proven = parts.of_time(replace(OURS, signer=at, stamp=stamp))
    assert (proven.code, proven.state) == ("time.stamped", "proven")
    assert proven.sentence == "Signed on 3 March 2026, 12:00 UTC, as a clock that we trust confirms: Clock[U+202E] One."
    assert parts.of_time(replace(OURS, signer=at)).code == "time.untrusted"
    hostile = replace(OURS, manifest=replace(MANIFEST, made_at="\x1b]0;evil" * 99))
    assert "[U+001B]" in parts.of_time(hostile).sentence


@pytest.mark.parametrize(
    ("verdict", "problems", "success", "code"),
    [
        (Verdict.TAMPERED, (), ("claimSignature.validated", "signingCredential.trusted"), "signer.once"),
        (Verdict.TAMPERED, (), ("claimSignature.validated",), "signer.broken"),
        (Verdict.INVALID, ("signingCredential.expired",), (), "signer.expired"),
        (Verdict.INVALID, ("signingCredential.ocsp.revoked",), (), "signer.revoked"),
        (Verdict.NO_CREDENTIALS, (), (), "signer.nothing"),
        (Verdict.UNKNOWN_SIGNER, (), (), "signer.unknown"),
    ],
)
def test_why_a_signature_is_not_ours(
    verdict: Verdict, problems: tuple[str, ...], success: tuple[str, ...], code: str
) -> None:
    checks = raw(success=[{"code": each, "explanation": f"[{status.SEALS}]"} for each in success])
    assert told(Findings(verdict, problems=problems, raw=checks))["signer"] == code


@given(
    st.sampled_from([each for each in Verdict if each not in parts.OURS]),
    st.lists(st.sampled_from(sorted(TABLE)), max_size=4),
    st.booleans(),
    st.sampled_from(["included", "pending", "absent", "unknown"]),
    st.sampled_from(["not read", "none", "found", "found, record unknown"]),
    st.sampled_from([None, True, False]),
)
def test_nothing_is_proven_of_a_file_that_is_not_ours(  # noqa: PLR0917 - hypothesis gives them by place
    verdict: Verdict, problems: list[str], is_bound: bool, ledger: str, seen: str, transplanted: bool | None
) -> None:
    """Whatever the records say, whatever mark is in the pictures: without our seal on these bytes, nothing."""
    found = Findings(verdict, signer=SIGNER, manifest=MANIFEST, problems=tuple(problems), is_bound=is_bound)
    found = replace(found, consent=(YES,), ingredients=(Ingredient("", "", "m", ()),))
    mark = {"invisible": seen, "render": "r", "manifest": "m", "transplanted": transplanted}
    said = parts.answers(found, verdict, Record(ledger=ledger, standing="standing"), mark)
    assert [each.name for each in said if each.state == "proven"] == []
    assert all(each.sentence for each in said)


@given(st.lists(st.fixed_dictionaries({
    "ledger": st.sampled_from(["included", "pending", "unknown"]),
    "index": st.none() | st.integers(0, 20), "attested_by": st.sampled_from(["passkey", "operator"]),
}), min_size=1, max_size=5))  # fmt: skip
def test_consent_is_proven_only_by_everybodys_own_key_in_the_log_before_the_seal(
    receipts: list[dict[str, object]],
) -> None:
    said = parts.of_consent(receipts, IN, is_ours=True)
    is_proven = all(
        each["ledger"] == "included" and each["attested_by"] == "passkey" and (each["index"] or 0) <= 7  # type: ignore[operator]
        for each in receipts
    )
    assert (said.state == "proven") == is_proven


# -- the mark


@pytest.mark.parametrize(
    ("agreed", "transplanted", "code", "headline"),
    [
        (None, None, "mark.found", "Ours once; these bytes are not proven"),
        (True, False, "mark.found", "Ours once; these bytes are not proven"),
        (False, True, "mark.transplanted", "Our mark, on other pictures"),
    ],
)
def test_a_mark_on_other_pictures_than_it_was_given_to_is_named(
    monkeypatch: pytest.MonkeyPatch, agreed: bool | None, transplanted: bool | None, code: str, headline: str
) -> None:
    picture = np.zeros((8, 8), np.uint8)
    reading = Reading(ident=1, pilot=True, render="r", log10_fpr=-20.0, rectified=(picture,))
    monkeypatch.setattr(invisible, "read", lambda _: reading)
    monkeypatch.setattr(record, "released", lambda _: "urn:c2pa:1")
    monkeypatch.setattr(fingerprints, "agrees", lambda _, pictures: agreed if pictures else pytest.fail("no pictures"))
    bare = verify.Report(
        Findings(Verdict.NO_CREDENTIALS, mime="video/mp4"), Verdict.NO_CREDENTIALS, Record("unknown", "unknown")
    )
    report = verify.look(bare, Path("clip.mp4"))
    assert report.marks["transplanted"] is transplanted
    assert report.data()["parts"]["mark"]["code"] == code
    assert report.headline[0] == headline


def test_a_stranger_who_signs_our_stripped_video_anew_is_told_apart(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(invisible, "read", lambda _: Reading(ident=1, pilot=True, render="r", log10_fpr=-20.0))
    monkeypatch.setattr(record, "released", lambda _: "urn:c2pa:1")
    path = material.saved(tmp_path, material.sign(material.clip(), "video/mp4", material.stranger()))
    assert verify.examine(path).data()["marks"]["invisible"] == "not read"  # a mark is asked for where it is asked for
    said = verify.examine(path, search=True).data()
    assert (said["verdict"], said["headline"]) == ("valid-unknown-signer", "Ours once; these bytes are not proven")
    assert said["parts"]["bytes"]["state"] == "claimed"


def test_broken_credentials_are_still_the_first_news_about_a_marked_video() -> None:
    mark = {"invisible": "found", "render": "r", "manifest": "m"}
    title, sentence = parts.headline(Findings(Verdict.TAMPERED), Verdict.TAMPERED, mark)
    assert title == "Altered after signing"
    assert "Our mark is in the pictures" in sentence


# -- strings of strangers


@given(st.text())
def test_nothing_that_is_shown_can_hide_or_steer(value: str) -> None:
    for one in shown.text(value):
        assert unicodedata.category(one) not in shown.HIDDEN or one in shown.KEPT


@given(st.text(alphabet=string.printable[:95]) | st.sampled_from(["čeština", "日本語", "می‌خواهم", "👩‍🚀"]))
def test_what_people_write_is_left_alone(value: str) -> None:
    assert shown.text(value) == value


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


@given(json_values)
def test_every_text_of_a_report_is_safe_to_look_at(value: object) -> None:
    def texts(one: object) -> list[str]:
        if isinstance(one, dict):
            return [*map(str, one), *(text for each in one.values() for text in texts(each))]
        return [text for each in one for text in texts(each)] if isinstance(one, list) else [one] * isinstance(one, str)  # type: ignore[list-item]

    assert all(shown.text(each) == each for each in texts(shown.everything(value)))
