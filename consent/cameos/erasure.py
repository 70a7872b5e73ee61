"""Unmaking a likeness: its templates are deleted, and with its key every copy of them becomes noise."""

import contextlib
import time
from functools import partial
from pathlib import Path

from django.conf import settings
from django.db import transaction

from consent.cameos import vault
from consent.cameos.models import Cameo, Capture, Template
from consent.errors import OutsideTransactionError

ORPHAN = 3600  # seconds a key or recording may lie without an owner before the sweep takes it


def erase(cameo: Cameo) -> None:
    """Delete the cameo's templates now, and its owner's key once the caller's transaction has committed.

    Inside the caller's atomic(), which also sets the state: withdrawing, and only that, erases. If the
    process dies between commit and key, :func:`sweep` destroys the key.
    """
    if not transaction.get_connection().in_atomic_block:
        raise OutsideTransactionError
    cameo.templates.all().delete()
    transaction.on_commit(partial(_destroy_unless_used, cameo.owner.public_id))


def forget(capture: Capture) -> None:
    """Remove a capture's recording, unless a case holds it. Safe to repeat."""
    if capture.case or not capture.recording:
        return
    with contextlib.suppress(FileNotFoundError):
        (Path(settings.CAPTURE_HOME) / capture.recording).unlink()
    Capture.objects.filter(pk=capture.pk).update(recording="")


def sweep() -> int:
    """Remove keys and recordings that nothing names any more; return how many were removed."""
    wanted = set(Template.objects.values_list("key_name", flat=True))
    keys = [name for name in vault.names() if name not in wanted and _is_old(_key(name))]
    for name in keys:
        _destroy_unless_used(name)
    kept = set(Capture.objects.exclude(recording="").values_list("recording", flat=True))
    home = Path(settings.CAPTURE_HOME)
    lost = [path for path in home.glob("*") if path.name not in kept and _is_old(path)] if home.exists() else []
    for path in lost:
        path.unlink(missing_ok=True)
    return len(keys) + len(lost)


def _key(name: str) -> Path:
    return Path(settings.KEY_HOME) / "people" / f"{name}.key"


def _is_old(path: Path) -> bool:
    try:
        return time.time() - path.stat().st_mtime > ORPHAN
    except FileNotFoundError:
        return False


def _destroy_unless_used(name: str) -> None:
    """Destroy a key unless its owner enrolled anew meanwhile; enrolling holds the same lock while it seals.

    Only the cameo is locked: its owner's row, locked after it, would be the wrong order (people before cameos).
    """
    with transaction.atomic():
        Cameo.objects.select_for_update(of=("self",)).filter(owner__public_id=name).first()
        if not Template.objects.filter(key_name=name).exists():
            vault.destroy(name)
