"""The protected registry: faces that nobody may enrol, at the request of the person or a proven representative.

No template is made from public pictures by staff: an entry begins with somebody who signs in, agrees to the same text
as for a cameo, and hands over a picture of themselves or of the one they speak for; a person looks at the proof before
it counts. It is kept under a key of its own, and erased like a cameo: the key first.
"""

from functools import partial
from pathlib import Path
from typing import Final

from django.db import transaction
from django.utils import timezone

from consent import backends
from consent.accounts.models import Person
from consent.cameos import agreement, keeping, likeness, vault
from consent.cameos.models import Protected
from consent.cameos.observation import LIMITS
from consent.errors import CaptureError
from provenance import media
from safety import cases

KIND: Final = "protected"
POLICY: Final = "protected-request"
STAFF: Final = "Somebody who works here cannot put a face on the registry; the person or their representative asks."
PROOF: Final = "Say what proves that you may ask for this."
ONE_FACE: Final = "The picture must show one face, and nobody else's."


def ask(by: Person, *, picture: Path, relation: Protected.Relation, proof: str) -> Protected:
    """Ask for a face to be protected; ``picture`` is a file of theirs with that face alone. Opens a case.

    Runs in the ml process. Raises CaptureError (one sentence), MediaError, EngineMissingError. Until a person has
    cleared the case, the face is compared with nobody.
    """
    if by.is_staff:
        raise CaptureError(STAFF)
    if not proof.strip():
        raise CaptureError(PROOF)
    engine = backends.face_engine()
    frame = next(media.frames(picture, max_side=1280, limits=LIMITS))
    found = engine.find(frame.rgb)
    if len(found) != 1:
        raise CaptureError(ONE_FACE)
    vector = engine.vector(frame.rgb, found[0])
    with transaction.atomic():
        entry = Protected.objects.create(
            asked_by=by,
            relation=relation,
            proof=proof.strip(),
            agreement=agreement.VERSION,
            agreement_sha256=agreement.digest(days=keeping.strictest().days),
        )
        likeness.protect(entry, vector=vector, model=engine.sha256)
        entry.case = cases.open(kind=KIND, subject=entry.public_id, policy=POLICY, reason=f"Asked by {relation.label}.")
        entry.save(update_fields=["case"])
    return entry


@transaction.atomic
def withdraw(entry: Protected) -> None:
    """Take an entry back, by whoever asked for it: compared with nobody from now on, and unreadable for good."""
    entry.templates.all().delete()
    Protected.objects.filter(pk=entry.pk).update(state=Protected.State.WITHDRAWN, erased_at=timezone.now())
    transaction.on_commit(partial(vault.destroy, entry.public_id))


def register() -> None:
    """Teach safety the kind ``protected``."""
    cases.register(KIND, cases.Handlers(show=_show, restrict=_unchanged, restore=_unchanged, resolved=_resolved))


def _show(subject: str) -> cases.Shown:
    entry = Protected.objects.select_related("asked_by").get(public_id=subject)
    lines = (f"Asked by @{entry.asked_by.handle}: {entry.get_relation_display()}.", f"Proof: {entry.proof}")
    return cases.Shown("A face to be protected", lines, None, "")


def _unchanged(subject: str) -> None:
    """Do nothing: an undecided request compares with nobody."""


def _resolved(subject: str, decision: str) -> None:
    entry = Protected.objects.select_for_update().get(public_id=subject)
    if entry.state != Protected.State.PENDING:
        return
    if decision == "clear":
        Protected.objects.filter(pk=entry.pk).update(state=Protected.State.IN_FORCE, decided_at=timezone.now())
    else:
        withdraw(entry)
