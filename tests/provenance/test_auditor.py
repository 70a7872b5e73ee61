"""Ada audits: one file, our roots, the log's proof and key, and nobody's server."""

import hashlib
import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.db import transaction
from hypothesis import given
from hypothesis import strategies as st

from provenance import ledger, seal, verify
from provenance.auditor import opened
from provenance.auditor.__main__ import main, parser
from provenance.backends import keys
from provenance.errors import LogFormatError
from provenance.log import checkpoint, entries, ours, sequencer, tlogproof, tree
from provenance.log.cosignature import Witness
from provenance.log.tlogproof import ProofFile, Trust
from provenance.manifests import logged, reading
from provenance.manifests.models import Manifest
from tests.provenance import material
from tests.provenance.test_seal import sealed

RECEIPT, OTHER = "c" * 64, "d" * 64


@dataclass(frozen=True)
class Handed:
    """What Ada was handed: a sealed file, roots, the log's key, the proof of the sealing and that of the yes."""

    file: Path
    anchors: Path
    key: Path
    proof: Path
    receipt: Path

    def arguments(self, *more: str, file: Path | None = None) -> list[str]:
        given = ["--proof", str(self.proof), "--proof", str(self.receipt), "--log-key", str(self.key)]
        return [str(file or self.file), "--anchors", str(self.anchors), *given, *more]


def proof_of(entry: int) -> str:
    found = ledger.proof(entry)
    assert found is not None
    return ledger.proof_file(found, is_open=True)


def sealing_of(label: str) -> str:
    found = logged.sealing(label)
    assert found is not None
    return ledger.proof_file(found, is_open=True)


@pytest.fixture
def handed(tmp_path: Path, db: None) -> Handed:
    with transaction.atomic():
        entry = ledger.append(ledger.Fact("grant.made", {"receipt": RECEIPT}))
    done = sealed(tmp_path, receipts=(seal.ReceiptRef(RECEIPT, entry, "passkey"),))
    sequencer.sequence()
    return Handed(
        file=done.path,
        anchors=material.saved(tmp_path, verify.published.anchors().encode(), "roots.pem"),
        key=material.saved(tmp_path, ours.key().encode(), "log-key.txt"),
        proof=material.saved(tmp_path, sealing_of(done.label).encode(), "sealing.tlog-proof"),
        receipt=material.saved(tmp_path, proof_of(entry).encode(), "receipt.tlog-proof"),
    )


def told(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, dict[str, object]]:
    status = main([*arguments, "--json"])
    said: dict[str, object] = json.loads(capsys.readouterr().out)
    return status, said


def test_a_sealed_file_is_proven_with_its_entry_and_the_yes_behind_it(
    handed: Handed, capsys: pytest.CaptureFixture[str]
) -> None:
    status, said = told(capsys, *handed.arguments())
    states = {name: each["state"] for name, each in said["parts"].items()}  # type: ignore[attr-defined]
    assert (status, said["verdict"], said["ledger"], said["problems"]) == (0, "ours", "included", [])
    assert {name for name, state in states.items() if state == "proven"} == {"bytes", "signer", "consent", "log"}
    assert said["entry"]["index"] == 1  # type: ignore[index]
    assert [each["receipt"] for each in said["consent"]] == [RECEIPT]  # type: ignore[attr-defined]


def test_page_command_and_auditor_use_the_same_words(handed: Handed, capsys: pytest.CaptureFixture[str]) -> None:
    ours_says, theirs = verify.examine(handed.file).data(), told(capsys, *handed.arguments())[1]
    for name in ("bytes", "signer", "ingredients", "consent", "time", "log", "mark"):
        assert theirs["parts"][name] == ours_says["parts"][name]  # type: ignore[index]
    assert theirs["headline"] == ours_says["headline"]


def test_without_a_proof_the_log_is_missing_and_the_seal_still_proven(
    handed: Handed, capsys: pytest.CaptureFixture[str]
) -> None:
    status, said = told(capsys, str(handed.file), "--anchors", str(handed.anchors))
    assert (status, said["ledger"]) == (0, "unknown")
    assert said["parts"]["consent"]["state"] == "claimed"  # type: ignore[index]


def test_every_verdict_has_a_status_of_its_own(
    handed: Handed, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    media = handed.file.read_bytes()
    files = {
        4: material.sign(material.clip(), "video/mp4", material.stranger()),
        6: material.flip(media, material.box(media, b"mdat")[0] + 200),
        7: material.stripped(media),
        8: b"not a video",
    }
    for wanted, content in files.items():
        path = material.saved(tmp_path, content, f"case-{wanted}")
        assert told(capsys, *handed.arguments(file=path))[0] == wanted


def test_the_proof_of_another_video_is_no_proof_of_this_one(
    handed: Handed, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    other = sealed(tmp_path, render="render-2")
    sequencer.sequence()
    status, said = told(capsys, *handed.arguments(file=other.path))
    assert (status, said["verdict"], said["ledger"]) == (3, "ours", "unknown")
    assert said["parts"]["log"]["state"] == "failed"  # type: ignore[index]


def test_a_proof_under_another_logs_key_does_not_hold(
    handed: Handed, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    public = Ed25519PrivateKey.generate().public_key().public_bytes_raw()
    handed.key.write_text(checkpoint.verifier("localhost/countenance-log", public))
    status, said = told(capsys, *handed.arguments())
    assert (status, said["entry"]) == (3, None)
    assert "The checkpoint in this proof was not signed by that log's key." in said["problems"]  # type: ignore[operator]


def test_an_entry_whose_words_were_changed_is_not_in_the_log(
    handed: Handed, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tlogproof.read(handed.proof.read_text())
    changed = replace(file, body=file.body.replace("a" * 64, "e" * 64))
    handed.proof.write_text(tlogproof.write(changed))
    status, said = told(capsys, *handed.arguments())
    assert status == 3
    assert "The entry is not in the log at this place, or was changed since." in said["problems"]  # type: ignore[operator]


def test_a_seal_that_names_other_agreements_than_its_entry_is_noticed(
    tmp_path: Path, db: None, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with transaction.atomic():
        entry = ledger.append(ledger.Fact("grant.made", {"receipt": RECEIPT}))
    write = entries.append
    monkeypatch.setattr(entries, "append", lambda kind, body: write(kind, {**body, "receipts": []}))
    done = sealed(tmp_path, receipts=(seal.ReceiptRef(RECEIPT, entry),))
    sequencer.sequence()
    anchors = material.saved(tmp_path, keys.anchors().encode(), "roots.pem")
    proof = material.saved(tmp_path, sealing_of(done.label).encode(), "proof")
    given = [str(done.path), "--anchors", str(anchors), "--proof", str(proof), "--log-key", ours.key()]
    status, said = told(capsys, *given)
    assert status == 3
    assert "the log names other agreements than the seal" in said["problems"]  # type: ignore[operator]


def test_a_yes_that_the_log_took_in_after_the_sealing_is_told(
    tmp_path: Path, db: None, capsys: pytest.CaptureFixture[str]
) -> None:
    done = sealed(tmp_path, receipts=(seal.ReceiptRef(RECEIPT, 2, "passkey"),))
    with transaction.atomic():
        entry = ledger.append(ledger.Fact("grant.made", {"receipt": RECEIPT}))
    sequencer.sequence()
    files = {"roots.pem": keys.anchors(), "a": sealing_of(done.label), "b": proof_of(entry)}
    roots, sealing, late = (material.saved(tmp_path, text.encode(), name) for name, text in files.items())
    given = ["--proof", str(sealing), "--proof", str(late), "--log-key", ours.key()]
    status, said = told(capsys, str(done.path), "--anchors", str(roots), *given)
    assert said["parts"]["consent"]["code"] == "consent.late"  # type: ignore[index]
    assert status == 3


def standing_of(handed: Handed, folder: Path) -> Path:
    label = str(json.loads(tlogproof.read(handed.proof.read_text()).body)["fact"]["manifest"])
    found = ledger.standing(label)
    assert found is not None
    return material.saved(folder, ledger.standing_file(found).encode(), "standing.txt")


def test_the_map_of_standings_proves_that_a_seal_stood_and_later_that_it_was_taken_back(
    handed: Handed, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    then = standing_of(handed, tmp_path)
    status, said = told(capsys, *handed.arguments("--standing", str(then)))
    assert (status, said["parts"]["standing"]["state"]) == (0, "proven")  # type: ignore[index]
    with transaction.atomic():
        seal.withdraw(Manifest.objects.get().pk, reason="consent.revoked")
    sequencer.sequence()
    status, said = told(capsys, *handed.arguments("--standing", str(standing_of(handed, tmp_path))))
    assert (status, said["verdict"]) == (9, "ours-withdrawn")


def test_a_standing_that_was_written_over_is_no_proof(
    handed: Handed, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    then = standing_of(handed, tmp_path)
    then.write_text(then.read_text().replace("standing stands 1", "standing ended 1 2"))
    status, said = told(capsys, *handed.arguments("--standing", str(then)))
    assert (status, said["verdict"]) == (3, "ours")
    assert "The standing is not what the log signed." in said["problems"]  # type: ignore[operator]


def test_the_standing_of_something_else_is_no_proof(
    handed: Handed, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    found = ledger.standing(RECEIPT)
    assert found is not None
    other = material.saved(tmp_path, ledger.standing_file(found).encode(), "other.txt")
    status, said = told(capsys, *handed.arguments("--standing", str(other)))
    assert status == 3
    assert "the proof of standing is of another seal" in said["problems"]  # type: ignore[operator]


def test_a_witness_that_did_not_cosign_is_missed(handed: Handed, capsys: pytest.CaptureFixture[str]) -> None:
    public = Ed25519PrivateKey.generate().public_key().public_bytes_raw()
    status, said = told(capsys, *handed.arguments("--witness", str(Witness("elsewhere.example", public))))
    assert (status, said["entry"]) == (3, None)


@pytest.mark.parametrize(
    ("spoil", "sentence"),
    [
        (
            lambda handed: handed.anchors.write_text("no roots"),
            "There is no certificate in PEM in the file of anchors.",
        ),
        (lambda handed: handed.anchors.unlink(), "roots.pem cannot be read as text."),
        (lambda handed: handed.anchors.write_bytes(b"\xff\xfe"), "roots.pem cannot be read as text."),
        (
            lambda handed: handed.key.write_text("a+b+c"),
            "This is not the key of a log or a witness, which looks like name+id+key.",
        ),
        (lambda handed: handed.proof.write_text("hello"), "This is not a tlog-proof file."),
        (lambda handed: handed.proof.write_bytes(b"x" * (2 << 20)), "sealing.tlog-proof is far too large for what"),
    ],
)
def test_what_cannot_be_used_is_one_sentence(
    handed: Handed, capsys: pytest.CaptureFixture[str], spoil: object, sentence: str
) -> None:
    spoil(handed)  # type: ignore[operator]
    assert main(handed.arguments()) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.startswith(f"countenance-audit: {sentence}")
    assert said.err.count("\n") == 1


def test_a_proof_without_a_key_and_a_wrong_option_are_one_sentence(
    handed: Handed, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([str(handed.file), "--anchors", str(handed.anchors), "--proof", str(handed.proof)]) == 2
    assert "--log-key" in capsys.readouterr().err
    with pytest.raises(SystemExit, match="2"):
        main(["--nonsense"])
    assert capsys.readouterr().err.count("\n") == 1


def test_the_text_answer_cannot_steer_a_terminal(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    media = material.sign(material.still("PNG"), "image/png", material.stranger(), title="\x1b[2J\u202egpj.exe")
    roots = material.saved(tmp_path, material.stranger().root.encode(), "roots")
    assert main([str(material.saved(tmp_path, media)), "--anchors", str(roots), "--json"]) == 4
    said = capsys.readouterr().out
    assert "[U+001B][2J[U+202E]gpj.exe" in said
    assert "\\u202e" not in said


def test_help_lists_every_status(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        parser().parse_args(["--help"])
    said = capsys.readouterr().out
    assert all(f"\n  {status}  " in said for status in (0, 2, 3, 4, 5, 6, 7, 8, 9))


# -- proof files


hashes = st.binary(min_size=32, max_size=32)
bodies = st.dictionaries(st.text(max_size=8), st.integers() | st.text(max_size=8), min_size=1).map(json.dumps)
files = st.builds(
    ProofFile,
    index=st.integers(0, 2**62),
    path=st.lists(hashes, max_size=40).map(tuple),
    note=st.just("log\n1\nAAAA\n\n\u2014 log AAAA\n"),
    salt=hashes,
    body=bodies,
)


@given(files)
def test_a_proof_file_is_read_as_it_was_written(file: ProofFile) -> None:
    assert tlogproof.read(tlogproof.write(file)) == file


@given(files, st.data())
def test_a_damaged_proof_file_is_a_sentence_and_nothing_else(file: ProofFile, data: st.DataObject) -> None:
    text = tlogproof.write(file)
    place = data.draw(st.integers(0, len(text) - 1))
    spoilt = text[:place] + data.draw(st.sampled_from("A=\n \x00+9")) + text[place + 1 :]
    with pytest.raises(LogFormatError, match=r"\.$"):  # its signature never holds: nobody has this key
        opened.prove(tlogproof.read(spoilt), trust=Trust("log", bytes(32)))


@given(st.integers(1, 300), st.data())
def test_every_entry_of_a_tree_is_proven_and_no_other(size: int, data: st.DataObject) -> None:
    key, index = Ed25519PrivateKey.from_private_bytes(bytes(32)), data.draw(st.integers(0, size - 1))
    bodies_of = [json.dumps({"at": "", "fact": {"n": number}, "kind": "k"}) for number in range(size)]
    leaves = [tree.leaf_hash(hashlib.sha256(body.encode()).digest()) for body in bodies_of]
    tiles: tree.Tiles = {}
    tree.grow(tiles, 0, leaves)
    read = tree.reader(lambda storey, place: tiles.get((storey, place), b""))
    note = checkpoint.sign(checkpoint.Head("log", size, tree.root(size, read)), key)
    path = tuple(tree.inclusion(index, size, read))
    file = ProofFile(index, path, note, b"", bodies_of[index])
    trust = Trust("log", key.public_key().public_bytes_raw())
    assert opened.prove(file, trust=trust).fact == {"n": index}
    wrong = ProofFile((index + 1) % size, path, note, b"", bodies_of[index])
    if size > 1:
        with pytest.raises(LogFormatError):
            opened.prove(wrong, trust=trust)


# -- standing alone

ALONE = """
import sys
class Only:
    def find_spec(self, name, path=None, target=None):
        top = name.partition(".")[0]
        if top in sys.stdlib_module_names or top in {"c2pa", "cryptography", "_cffi_backend", "provenance"}:
            return None
        raise ModuleNotFoundError(name + " is not here")
sys.meta_path.insert(0, Only())
import c2pa, provenance.manifests.reading
from provenance.auditor.__main__ import main
sys.exit(main(sys.argv[1:]))
"""


def test_the_auditor_imports_nothing_but_c2pa_and_cryptography(handed: Handed) -> None:
    run = [sys.executable, "-c", ALONE, *handed.arguments("--json")]
    env = {"PATH": os.environ["PATH"], "PYTHONPATH": str(reading.ROOT)}
    ended = subprocess.run(run, env=env, capture_output=True, text=True, check=False, cwd="/")
    assert ended.returncode == 0, ended.stderr
    assert json.loads(ended.stdout)["ledger"] == "included"
    broken = ALONE.replace("from provenance.auditor", "import django\nfrom provenance.auditor")
    run[2] = broken  # the finder bites
    assert "django is not here" in subprocess.run(run, env=env, capture_output=True, text=True, check=False).stderr


@pytest.mark.long
def test_the_auditor_runs_where_only_c2pa_and_cryptography_are_installed(handed: Handed, tmp_path: Path) -> None:
    venv = tmp_path / "venv"
    subprocess.run([sys.executable, "-m", "venv", str(venv)], check=True)
    pip = [str(venv / "bin" / "pip"), "install", "--quiet", "--disable-pip-version-check"]
    pins = {"c2pa-python", "cryptography"}
    lines = (reading.ROOT / "constraints.txt").read_text().splitlines()
    wanted = [each for each in lines if each.partition("==")[0] in pins]
    assert len(wanted) == len(pins)
    subprocess.run([*pip, *wanted], check=True)
    source = tmp_path / "source"  # a copy, because building leaves things behind
    shutil.copytree(reading.ROOT / "provenance", source / "provenance", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(reading.ROOT / "pyproject.toml", source)
    subprocess.run([*pip, "--no-deps", str(source)], check=True)
    run = [str(venv / "bin" / "countenance-audit"), *handed.arguments("--json")]
    ended = subprocess.run(run, env={"PATH": os.environ["PATH"]}, capture_output=True, text=True, check=False, cwd="/")
    assert ended.returncode == 0, ended.stderr
    said = json.loads(ended.stdout)
    assert (said["verdict"], said["ledger"], said["problems"]) == ("ours", "included", [])
    absent = subprocess.run([str(venv / "bin" / "python"), "-c", "import django"], capture_output=True, check=False)
    assert absent.returncode != 0
