"""Fetch the C2PA reader that our verdicts are compared with: ``python3.11 -P config/peer.py``. No packages needed.

``@contentauth/c2pa-wasm`` out of its npm package; its bytes are known by hash. Nothing of the product loads it: the
long proofs do, in Node (``make check-long``).
"""

import hashlib
import io
import os
import shutil
import sys
import tarfile
import urllib.request
from base64 import b64decode
from http.client import HTTPException
from pathlib import Path
from typing import Final

ROOT = Path(__file__).resolve().parent.parent
VERSION: Final = "0.13.3"
ADDRESS: Final = f"https://registry.npmjs.org/@contentauth/c2pa-wasm/-/c2pa-wasm-{VERSION}.tgz"
INTEGRITY: Final = "nAXRuOZ+I4+o+m69ZI49r12qoda5AxlzL2vCAJJuVdkybebQTUhUT3ruyhhINachKtP+nnQ+iJ40KJnjjZSwnA=="  # SHA-512
WANTED: Final = ("package.json", "LICENSE", "pkg/c2pa.js", "pkg/c2pa_bg.wasm")


def package(home: Path) -> Path:
    """Return where the package lies once it was fetched."""
    return home / "c2pa-wasm" / VERSION


def unpacked(archive: bytes, folder: Path) -> None:
    """Write the package whose bytes are the known ones into a folder; raises ValueError for any others."""
    if hashlib.sha512(archive).digest() != b64decode(INTEGRITY):
        raise ValueError("it is not the package that is known by its hash")
    with tarfile.open(fileobj=io.BytesIO(archive)) as files:
        for name in WANTED:
            found = files.extractfile(f"package/{name}")
            if found is None:
                raise ValueError(f"it holds no {name}")
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(found.read())


def fetch(home: Path) -> Path:
    """Fetch the package unless it is there; raises OSError or ValueError with the cause."""
    folder = package(home)
    if not folder.exists():
        with urllib.request.urlopen(ADDRESS, timeout=60) as answer:
            archive = answer.read()
        draft = folder.with_name(f".{VERSION}.{os.getpid()}")
        unpacked(archive, draft)
        draft.rename(folder)
    return folder


def main() -> None:
    """Fetch it where Node is; what cannot be had is said here, and the proof that needs it fails."""
    home = Path(os.environ.get("COUNTENANCE_HOME") or ROOT / "var").absolute()
    if shutil.which("node") is None:
        sys.stderr.write("countenance: Node is not here, so the proof that compares with c2pa-wasm is skipped\n")
        return
    try:
        fetch(home)
    except (OSError, ValueError, HTTPException) as error:
        sys.stderr.write(f"countenance: c2pa-wasm could not be fetched ({error}); that proof will fail\n")


if __name__ == "__main__":
    main()
