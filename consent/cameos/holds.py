"""Legal holds: a separate, logged exception that delays the destruction of a key, and nothing else.

A held cameo that is withdrawn cannot be used, drawn or recognised any more: it leaves the gallery at once, its
templates stay sealed, and the key is destroyed the moment the hold is lifted. The owner sees that there is a hold.
"""

from django.db import transaction
from django.utils import timezone

from consent.accounts import notices
from consent.accounts.models import Person
from consent.cameos import erasure
from consent.cameos.models import Cameo, LegalHold
from consent.errors import CaptureError
from provenance import ledger


@transaction.atomic
def place(cameo: Cameo, *, by: Person, reason: str) -> LegalHold:
    """Place a hold; by staff, with a reason, logged, and told to the owner. Raises CaptureError."""
    if not by.is_staff or not reason.strip():
        raise CaptureError("A legal hold is placed by somebody of the house, who says by which order.")
    Cameo.objects.select_for_update().get(pk=cameo.pk)
    hold = LegalHold.objects.create(cameo=cameo, reason=reason.strip(), placed_by=by)
    ledger.append(ledger.Fact("cameo.held", {"hold": hold.public_id, "cameo": cameo.public_id}))
    sentence = "A legal order keeps us from destroying what you enrolled. Nobody can use it because of that."
    notices.tell(cameo.owner_id, kind="cameo.held", sentence=sentence)
    return hold


@transaction.atomic
def lift(hold: LegalHold, *, by: Person) -> None:
    """Lift a hold; what was withdrawn meanwhile is destroyed as soon as this commits. Safe to repeat."""
    cameo = Cameo.objects.select_for_update(of=("self",)).select_related("owner").get(pk=hold.cameo_id)
    if not LegalHold.objects.filter(pk=hold.pk, lifted_at=None).update(lifted_at=timezone.now(), lifted_by=by):
        return
    ledger.append(ledger.Fact("cameo.released", {"hold": hold.public_id, "cameo": cameo.public_id}))
    notices.tell(cameo.owner_id, kind="cameo.released", sentence="The legal order about what you enrolled has ended.")
    if cameo.state == Cameo.State.WITHDRAWN:
        erasure.erase(cameo)
