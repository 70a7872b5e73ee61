"""Where rendered bytes lie before release: private folders that no URL leads to."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings


def private(folder: Path) -> Path:
    """Return the folder, made readable by this service's user alone."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    folder.chmod(0o700)
    return folder


def place(render: str) -> Path:
    """Return where one attempt works."""
    return Path(settings.QUARANTINE_HOME) / "work" / render


@contextmanager
def opened(render: str) -> Iterator[Path]:
    """Give an attempt its folder, and remove it with everything in it however the attempt ends."""
    try:
        private(Path(settings.QUARANTINE_HOME))
        private(place(render).parent)
        yield private(place(render))
    finally:
        remove(render)


def remove(render: str) -> None:
    """Remove an attempt's folder; nothing there is well too."""
    shutil.rmtree(place(render), ignore_errors=True)


def held(render: str) -> Path:
    """Return where a held attempt's bytes lie until a person has decided."""
    return Path(settings.QUARANTINE_HOME) / "held" / f"{render}.mp4"


def keep(path: Path, *, render: str) -> Path:
    """Move an attempt's encoded bytes into quarantine."""
    private(held(render).parent)
    return path.replace(held(render))


def forget(render: str) -> None:
    """Remove held bytes; nothing there is well too."""
    held(render).unlink(missing_ok=True)


def abandoned(running: set[str]) -> list[str]:
    """Return the attempts whose folders are still here though they are not among those running."""
    home = Path(settings.QUARANTINE_HOME) / "work"
    return [folder.name for folder in home.iterdir() if folder.name not in running] if home.is_dir() else []
