"""The protected registry: faces that nobody may enrol, at the request of the person or a proven representative.

No template is made from public pictures by staff: an entry begins with somebody who signs in, agrees to the same text
as for a cameo, and hands over a picture of themselves or of the one they speak for; a person looks at the proof before
it counts. It is kept under a key of its own, and erased like a cameo: the key first.
"""

from dataclasses import asdict, dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, Final

import numpy as np
from django.conf import settings
from django.db import transaction
from django.utils import timezone
from numpy.typing import NDArray

from consent import backends
from consent.accounts import notices
from consent.accounts.models import Person
from consent.cameos import agreement, erasure, keeping, likeness, pictures, vault
from consent.cameos.models import Capture, Protected
from consent.cameos.observation import LIMITS
from consent.errors import CaptureError
from consent.receipts.issue import issue
from provenance import media
from safety import cases

KIND: Final = "protected"
POLICY: Final = "protected-request"
STAFF: Final = "Somebody who works here cannot put a face on the registry; the person or their representative asks."
PROOF: Final = "Say what proves that you may ask for this."
ONE_FACE: Final = "The picture must show one face, and nobody else's."
REFUSED: Final = "A person looked at your proof and did not accept it; nothing is kept."
TAKEN_BACK: Final = "You took this request back; nothing is kept."
METHOD: Final = erasure.METHOD


@dataclass(frozen=True, slots=True)
class Face:
    """The one face of a picture: ``vector`` float32 (128,), unit length, and the digest of the model that made it."""

    vector: NDArray[np.float32] = field(repr=False)
    model: str


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked: on whose behalf, by which proof, after agreeing to which text."""

    relation: Protected.Relation
    proof: str
    agreement: str = agreement.VERSION
    agreement_sha256: str = ""


def ask(by: Person, *, picture: Path, relation: Protected.Relation, proof: str) -> Protected:
    """Ask for a face to be protected; ``picture`` is a file of theirs with that face alone. Opens a case.

    Runs in the ml process. Raises CaptureError (one sentence), MediaError, EngineMissingError. Until a person has
    cleared the case, the face is compared with nobody.
    """
    refusal = refused(by, proof=proof)
    if refusal:
        raise CaptureError(refusal)
    face = look(picture)
    asked = Asked(relation, proof.strip(), agreement_sha256=agreement.digest(days=keeping.strictest().days))
    with transaction.atomic():
        return enter(by, face=face, asked=asked)


def refused(by: Person, *, proof: str) -> str:
    """Return why this person cannot ask, or nothing."""
    return STAFF if by.is_staff else "" if proof.strip() else PROOF


def look(picture: Path) -> Face:
    """Return the one face of a photograph or a film; raises CaptureError, MediaError, EngineMissingError."""
    engine = backends.face_engine()
    rgb = pictures.photograph(picture)
    if rgb is None:
        rgb = next(media.frames(picture, max_side=pictures.SIDE, limits=LIMITS)).rgb
    found = engine.find(rgb)
    if len(found) != 1:
        raise CaptureError(ONE_FACE)
    return Face(engine.vector(rgb, found[0]), engine.sha256)


def enter(by: Person, *, face: Face, asked: Asked) -> Protected:
    """Write the entry, seal its face, open its case and give a receipt; inside the caller's atomic()."""
    entry = Protected.objects.create(asked_by=by, **asdict(asked))
    likeness.protect(entry, vector=face.vector, model=face.model)
    reason = f"Asked by {asked.relation.label}."
    entry.case = cases.open(kind=KIND, subject=entry.public_id, policy=POLICY, reason=reason)
    entry.save(update_fields=["case"])
    issue("protected.asked", by.pk, _about(entry))
    return entry


def _about(entry: Protected) -> dict[str, Any]:
    text = {"version": entry.agreement, "sha256": entry.agreement_sha256}
    kept = ["one face vector, encrypted"]
    return {"protected": entry.public_id, "relation": entry.relation, "kept": kept, "agreement": text}


@transaction.atomic
def withdraw(entry: Protected) -> None:
    """Take an entry back, by whoever asked for it: compared with nobody from now on, and unreadable for good."""
    entry.templates.all().delete()
    Protected.objects.filter(pk=entry.pk).update(state=Protected.State.WITHDRAWN)
    _close(entry, Capture.State.SPOOF)
    transaction.on_commit(partial(erase, entry.public_id))


def erase(name: str) -> None:
    """Destroy the key of an entry that was taken back, then certify it: in this order, and once."""
    waits = Protected.objects.filter(public_id=name, state=Protected.State.WITHDRAWN, erased_at=None, templates=None)
    with transaction.atomic():
        entry = waits.select_for_update(of=("self",)).first()
        if entry is None:
            return
        vault.destroy(name)
        Protected.objects.filter(pk=entry.pk).update(erased_at=timezone.now())
        issue("protected.erased", entry.asked_by_id, {"protected": name, "method": METHOD, "kept": []})


def sweep() -> None:
    """Finish the erasures that were interrupted."""
    gone = Protected.objects.filter(state=Protected.State.WITHDRAWN, erased_at=None)
    for name in gone.values_list("public_id", flat=True):
        erase(name)


def register() -> None:
    """Teach safety the kind ``protected``."""
    cases.register(KIND, cases.Handlers(show=_show, restrict=_unchanged, restore=_unchanged, resolved=_resolved))


def _show(subject: str) -> cases.Shown:
    entry = Protected.objects.select_related("asked_by").get(public_id=subject)
    lines = (f"Asked by @{entry.asked_by.handle}: {entry.get_relation_display()}.", f"Proof: {entry.proof}")
    sent = Capture.objects.filter(case=entry.case).exclude(recording="").first() if entry.case else None
    picture = Path(settings.CAPTURE_HOME) / sent.recording if sent else None
    return cases.Shown("A face to be protected", lines, picture)


def _unchanged(subject: str) -> None:
    """Do nothing: an undecided request compares with nobody."""


def _resolved(subject: str, decision: str) -> None:
    entry = Protected.objects.select_for_update().get(public_id=subject)
    if entry.state != Protected.State.PENDING:
        return
    Protected.objects.filter(pk=entry.pk).update(decided_at=timezone.now())
    if decision == "clear":
        Protected.objects.filter(pk=entry.pk).update(state=Protected.State.IN_FORCE)
        _close(entry, Capture.State.LIVE)
        sentence = "A person looked at your proof: the face you asked for is protected."
    else:
        withdraw(entry)
        sentence = REFUSED
    notices.tell(entry.asked_by_id, "protected.decided", sentence, about=entry.public_id)


def _close(entry: Protected, state: Capture.State) -> None:
    """End the request's capture, and with it the picture that was sent: nothing but the sealed vector is kept."""
    reasons = [] if state == Capture.State.LIVE else [REFUSED if entry.state == Protected.State.PENDING else TAKEN_BACK]
    for capture in Capture.objects.filter(case=entry.case, state=Capture.State.UNSURE).exclude(case=""):
        Capture.objects.filter(pk=capture.pk).update(state=state, case="", reasons=reasons)
        capture.case = ""
        transaction.on_commit(partial(erasure.forget, capture))
