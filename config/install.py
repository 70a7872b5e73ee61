"""Set up a fresh machine: ``python3.11 -P config/install.py [--browser] [--long]``. Standard library only.

Makes ``.venv`` with the pinned packages, and looks for the system libraries that the engines load. What is missing is
installed where that is allowed (root, on Debian or Ubuntu); elsewhere one sentence says what to install. Progress goes
to stderr. A second run skips what is done.
"""

import ctypes
import hashlib
import os
import shutil
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
STAMP = VENV / ".countenance"
EXTRAS = "dev,embedded,torch"
LONG = f"{EXTRAS},long"
TORCH = "torch==2.13.0"
CPU_INDEX = "https://download.pytorch.org/whl/cpu"
LIBRARIES = {  # what mediapipe, OpenCV and the renderer load -> Debian's package
    "libGL.so.1": "libgl1",
    "libEGL.so.1": "libegl1",
    "libGLESv2.so.2": "libgles2",
    "libglib-2.0.so.0": "libglib2.0-0",
    "libxcb.so.1": "libxcb1",
}
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
APPLICATION = Path("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome")


def main() -> None:
    """Do what is not done yet."""
    if sys.version_info[:2] != (3, 11):
        end(f"Python 3.11 is needed, this is {sys.version.split()[0]}; run make with PYTHON=/path/to/python3.11")
    packages(extras=LONG if "--long" in sys.argv else EXTRAS)
    system(browser="--browser" in sys.argv)


def end(sentence: str) -> None:
    """Stop with one sentence."""
    sys.exit(f"countenance: {sentence}.")


def note(text: str) -> None:
    """Tell what is being done."""
    sys.stderr.write(f"countenance: {text}\n")


def packages(*, extras: str) -> None:
    """Install the pinned packages, unless this very list, or a longer one, was installed before."""
    wanted = hashlib.sha256(b"".join((ROOT / name).read_bytes() for name in ("pyproject.toml", "constraints.txt")))
    stamps = {f"{wanted.hexdigest()} {longer}" for longer in (extras, LONG)}
    if STAMP.exists() and STAMP.read_text(encoding="utf-8") in stamps:
        return
    if not (VENV / "bin" / "python").exists():
        note("making .venv")
        run(
            [sys.executable, "-m", "venv", VENV],
            "Python could not make .venv; on Debian, apt-get install python3.11-venv",
        )
    pip: list[str | Path] = [VENV / "bin" / "python", "-m", "pip", "install", "--disable-pip-version-check", "-qq"]
    source = torch_source(pip)
    note("installing the packages (a few minutes the first time)")
    command: list[str | Path] = [*pip, "-c", ROOT / "constraints.txt", *source, "-e", f"{ROOT}[{extras}]"]
    run(command, "pip could not install the packages; the lines above say why")
    STAMP.write_text(f"{wanted.hexdigest()} {extras}", encoding="utf-8")


def torch_source(pip: Sequence[str | Path]) -> list[str]:
    """Return pip's options that lead to the CPU build of PyTorch, where one is to be had."""
    if sys.platform != "linux":
        return []  # the plain build is the CPU build
    known = subprocess.run([*pip, "--dry-run", "--no-deps", f"{TORCH}+cpu"], capture_output=True, check=False)
    if known.returncode == 0:
        return []
    try:
        urllib.request.urlopen(f"{CPU_INDEX}/torch/", timeout=2).close()  # noqa: S310 - a constant
    except (urllib.error.URLError, OSError):
        note("no CPU build of PyTorch is to be had here; taking the plain one")
        return []
    return ["--extra-index-url", CPU_INDEX]


def system(*, browser: bool) -> None:
    """Look for the libraries and, for the journeys, a browser; install them where that is allowed."""
    if sys.platform != "linux":
        if browser and not APPLICATION.exists() and not has_browser():
            note("no Chrome or Chromium was found, so the browser journeys will be skipped")
        return
    needed = [package for name, package in LIBRARIES.items() if not loads(name)]
    if not any(Path("/usr/lib").glob("*/dri/swrast_dri.so")) and not any(Path("/usr/lib").glob("*/libgallium-*.so")):
        needed.append("libgl1-mesa-dri")
    wanted = [*needed, *(["chromium"] if browser and not has_browser() else [])]
    if wanted and os.geteuid() == 0 and shutil.which("apt-get"):
        apt(wanted)
        needed = [package for name, package in LIBRARIES.items() if package in needed and not loads(name)]
    if needed:
        end(f"these system libraries are missing: install them with sudo apt-get install {' '.join(needed)}")
    if browser and not has_browser():
        note("no Chromium could be had, so the browser journeys will be skipped; sudo apt-get install chromium")


def loads(name: str) -> bool:
    """Return whether the loader finds a shared library."""
    try:
        ctypes.CDLL(name)
    except OSError:
        return False
    return True


def has_browser() -> bool:
    """Return whether a Chromium is on the PATH."""
    return any(shutil.which(name) for name in BROWSERS)


def apt(names: list[str]) -> None:
    """Install Debian packages."""
    note(f"installing {' '.join(names)}")
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for command in (["update", "-qq"], ["install", "-y", "-qq", "--no-install-recommends", *names]):
        subprocess.run(["apt-get", *command], env=environment, stdout=subprocess.DEVNULL, check=False)


def run(command: Sequence[str | Path], sentence: str) -> None:
    """Run a program with its words on stderr; stop with a sentence if it fails."""
    if subprocess.run(command, stdout=sys.stderr.fileno(), check=False).returncode:
        end(sentence)


if __name__ == "__main__":
    main()
