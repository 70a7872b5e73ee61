"""How long things are kept: ``retention.toml``, read and enforced."""

import time
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import structlog
from django.apps import apps
from django.conf import settings
from django.db import models
from django.utils import timezone

log = structlog.get_logger(__name__)
DAY = 24 * 3600  # seconds


@dataclass(frozen=True, slots=True)
class Kind:
    """One stored kind; ``name`` is a model's label, or the setting that names a folder of files."""

    name: str
    purpose: str
    readers: str
    days: int
    erasure: str
    age: str = ""
    only: Mapping[str, Any] = field(default_factory=dict)


def kinds(path: Path) -> tuple[Kind, ...]:
    """Return the stored kinds of the database, in the order they are swept."""
    rows = tomllib.loads(path.read_text(encoding="utf-8"))
    return tuple(Kind(name=name, **row) for name, row in rows.items() if name != "files")


def folders(path: Path) -> tuple[Kind, ...]:
    """Return the stored kinds of files."""
    rows = tomllib.loads(path.read_text(encoding="utf-8"))["files"]
    return tuple(Kind(name=name, **row) for name, row in rows.items())


def enforce() -> dict[str, int]:
    """Delete what is older than it may be, and return how much of each kind went."""
    gone = {kind.name: sweep(kind) for kind in kinds(settings.RETENTION) if kind.days}
    gone |= {kind.name: sweep_files(kind) for kind in folders(settings.RETENTION) if kind.days}
    return {name: count for name, count in gone.items() if count}


def sweep(kind: Kind) -> int:
    """Delete the old rows of one kind, one by one, so that one that is still needed keeps nobody else."""
    model = apps.get_model(kind.name)
    limit = timezone.now() - timedelta(days=kind.days)
    old = model._default_manager.filter(**kind.only, **{f"{kind.age}__lt": limit})  # noqa: SLF001 - Django's own name
    count = 0
    for row in old.iterator():
        try:
            row.delete()
        except (models.RestrictedError, models.ProtectedError):
            log.info("still needed", kind=kind.name, row=row.pk)
            continue
        count += 1
    return count


def sweep_files(kind: Kind) -> int:
    """Delete the old files of one folder."""
    folder: Path = getattr(settings, kind.name)
    limit = time.time() - kind.days * DAY
    old = [path for path in folder.glob("**/*") if path.is_file() and path.stat().st_mtime < limit]
    for path in old:
        path.unlink(missing_ok=True)
    return len(old)
