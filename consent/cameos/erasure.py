"""Unmaking a likeness: its templates are deleted, and with its key every copy of them becomes noise.

The order: the state is set and the templates go in one transaction; after it the key is destroyed; then, and only
then, a certificate is issued. A process that dies between any two of these leaves a state that :func:`sweep` finishes.
"""

import contextlib
import time
from pathlib import Path

from celery import current_app
from django.conf import settings
from django.db import transaction
from django.utils import timezone

from consent.cameos import vault
from consent.cameos.models import Cameo, Capture, LegalHold, Template, Thing
from consent.errors import OutsideTransactionError
from consent.receipts.issue import issue

FORGET = "consent.tasks.forget"
ORPHAN = 3600  # seconds a key or recording may lie without an owner before the sweep takes it
METHOD = "the AES-256 key was destroyed; every copy of what it sealed is unreadable"


def erase(cameo: Cameo) -> None:
    """Delete the cameo's templates now, and its owner's key once the caller's transaction has committed.

    Inside the caller's atomic(), which also sets the state: withdrawing, and only that, erases. Under a legal hold the
    sealed templates and the key wait for its end; nobody can use them meanwhile.
    """
    if not transaction.get_connection().in_atomic_block:
        raise OutsideTransactionError
    if is_held(cameo):
        return
    cameo.templates.all().delete()
    name = cameo.owner.public_id
    transaction.on_commit(lambda: _destroy_unless_used(name), robust=True)  # what fails now, the sweep finishes


def is_held(cameo: Cameo) -> bool:
    """Return whether a legal hold delays the destruction of this cameo's key."""
    return LegalHold.objects.filter(cameo=cameo, lifted_at=None).exists()


def forget(capture: Capture) -> None:
    """Remove a capture's recording, unless a case holds it. Safe to repeat."""
    if capture.case or not capture.recording:
        return
    with contextlib.suppress(FileNotFoundError):
        (Path(settings.CAPTURE_HOME) / capture.recording).unlink()
    Capture.objects.filter(pk=capture.pk).update(recording="")


def sweep() -> int:
    """Finish what was interrupted: keys and recordings that nothing names, certificates not issued; return how many."""
    wanted = set(Template.objects.values_list("key_name", flat=True)) | set(
        Thing.objects.values_list("public_id", flat=True)
    )
    since = time.time() - ORPHAN
    keys = [name for name in vault.names() if name not in wanted and vault.made_at(name) < since]
    for name in keys:
        _destroy_unless_used(name)
    kept = set(Capture.objects.exclude(recording="").values_list("recording", flat=True))
    home = Path(settings.CAPTURE_HOME)
    lost = [path for path in home.glob("*") if path.name not in kept and _is_old(path)] if home.exists() else []
    for path in lost:
        path.unlink(missing_ok=True)
    gone = Cameo.objects.filter(state=Cameo.State.WITHDRAWN, erased_at=None, enrolled_at__isnull=False, templates=None)
    for name in gone.values_list("owner__public_id", flat=True):
        _destroy_unless_used(name)
    return len(keys) + len(lost)


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
        cameo = Cameo.objects.select_for_update(of=("self",)).filter(owner__public_id=name).first()
        if Template.objects.filter(key_name=name).exists() or Thing.objects.filter(public_id=name).exists():
            return
        vault.destroy(name)
        if cameo is not None:
            _certify(cameo)
    transaction.on_commit(_let_go, robust=True)


def _let_go() -> None:
    """Have the ml worker drop what it holds opened; were the message lost, it does so when it next compares."""
    current_app.send_task(FORGET, queue="ml", retry=False, ignore_result=True)


def _certify(cameo: Cameo) -> None:
    """Give the owner the certificate, once for each withdrawal: the key is gone when this is written."""
    waits = Cameo.objects.filter(pk=cameo.pk, state=Cameo.State.WITHDRAWN, erased_at=None, enrolled_at__isnull=False)
    if waits.update(erased_at=timezone.now()):
        issue("cameo.erased", cameo.owner_id, {"cameo": cameo.public_id, "method": METHOD, "kept": []})
