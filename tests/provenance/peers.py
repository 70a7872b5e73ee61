"""C2PA verifiers that nobody here wrote, asked about a file; their answers in our words.

``encypher-c2pa`` has a core of its own, written in Rust. ``@contentauth/c2pa-wasm`` is the build of c2pa-rs that runs
in browsers: the core is the one that we use, the rest around it is not. Both look at the active manifest alone.
"""

import json
import subprocess
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from provenance.manifests import containers
from tests.vectors.vector import MP4

REFUSED = "refused"  # it says that it cannot read this file
CHANGED = {
    "assertion.hashedURI.mismatch", "assertion.missing", "hashedURI.mismatch", "hashedURI.missing",
    "ingredient.manifest.mismatch",
}  # fmt: skip
ENDED = {"claimSignature.outsideValidity", "signingCredential.expired"}
NODE = Path(__file__).with_name("peer.mjs")


def kind(media: bytes) -> str:
    """Return the type that a file is handed over as; an mp4 when it is none that we know."""
    return containers.sniff(media[: containers.HEAD]) or MP4


def encypher(media: bytes, *, anchors: str, clocks: str | None = None) -> str:
    """Return what ``encypher-c2pa`` makes of a file, offline, under these anchors and no others."""
    import encypher_c2pa  # noqa: PLC0415 - there for the long proofs alone

    try:
        said = encypher_c2pa.verify(
            media, kind(media), trust_pem=anchors, tsa_trust_pem=clocks, no_default_trust=True,
            telemetry=False, online=False,
        )  # fmt: skip
    except ValueError:
        return REFUSED
    if not said["present"]:
        return "no-credentials"
    failed = {each["code"] for each in said["validation_results"]["failure"]}
    if said["integrity"] != "valid":
        is_changed = said["signature"] == "invalid" or said["hard_binding"] == "mismatch" or bool(failed & CHANGED)
        return "tampered" if is_changed else "invalid"
    if failed & ENDED:
        return "invalid"
    return "ours" if said["validation_state"] == "Trusted" else "valid-unknown-signer"


def wasm(files: Mapping[str, Path], *, anchors: str, package: Path, wish: Path) -> dict[str, str]:
    """Return what ``@contentauth/c2pa-wasm`` makes of files in Node, which is asked about all of them at once."""
    settings = {
        "version": 1,
        "trust": {"trust_anchors": anchors},
        "verify": {"remote_manifest_fetch": False, "ocsp_fetch": False},
    }
    asked = [{"name": name, "path": str(path), "mime": kind(path.read_bytes())} for name, path in files.items()]
    wish.write_text(json.dumps({"settings": settings, "files": asked}), encoding="utf-8")
    done = subprocess.run(["node", NODE, package, wish], capture_output=True, text=True, check=True, timeout=600)
    return {name: understood(each) for name, each in json.loads(done.stdout).items()}


def understood(answer: Mapping[str, Any]) -> str:
    """Return one of its answers in our words."""
    error = answer.get("error")
    if error is not None:
        missing = "JumbfNotFound" in error or "RemoteManifestUrl" in error
        return "no-credentials" if missing else REFUSED
    report = answer["report"]
    results = report["validation_results"]
    parts = [results["activeManifest"], *(each["validationDeltas"] for each in results.get("ingredientDeltas") or [])]
    failed = {each["code"] for part in parts for each in part["failure"]}
    if report["validation_state"] == "Invalid":
        is_changed = bool(failed & CHANGED) or any(
            each.endswith(("Hash.mismatch", "ature.mismatch")) for each in failed
        )
        return "tampered" if is_changed else "invalid"
    return "ours" if report["validation_state"] == "Trusted" else "valid-unknown-signer"


def agree(ours: str, theirs: str) -> bool:
    """Return whether two verdicts say the same.

    Of a file that is no media nothing can be said: others call that an error or find no credentials in it. What we
    call invalid for a manifest that nobody can parse, they refuse.
    """
    same: Iterable[str] = {"unreadable": {REFUSED, "no-credentials"}, "invalid": {"invalid", REFUSED}}.get(ours, {ours})
    return theirs in same
