"""Receipts: every yes, use and no as evidence; one of them with all that it takes to check it without us."""

from datetime import timedelta
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.functional import SimpleLazyObject
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from consent.accounts.models import Person
from consent.receipts import checking, listing, signing, telling
from consent.receipts.models import Receipt
from consent.views.permissions import owner_of

COMMAND = (
    "python3 -c 'import hashlib, json\n"
    'r = json.load(open("receipt-{id}.json"))\n'
    'print(hashlib.sha256(bytes.fromhex(r["salt"]) + r["payload"].encode()).hexdigest() == r["digest"])\''
)
FRESH = timedelta(hours=1)  # so long a page offers by itself to sign what was just decided


def offer(request: HttpRequest) -> dict[str, Any]:
    """Give every template ``sign_offer``: the receipt just issued that a passkey could sign, asked for only if used."""
    return {"sign_offer": SimpleLazyObject(lambda: offered(request))}


def offered(request: HttpRequest) -> Receipt | None:
    """Return the newest receipt of one's own act within the hour that is unsigned, for somebody with a passkey."""
    person = getattr(request, "user", None)
    if not isinstance(person, Person) or not signing.can_sign(person):
        return None
    return signing.unsigned(person).filter(created_at__gt=timezone.now() - FRESH).first()


@require_safe
@login_required
@never_cache
def receipts(request: HttpRequest) -> HttpResponse:
    """List one's receipts, newest first, a page at a time."""
    holder = owner_of(request)
    page = listing.page(holder, before=request.GET.get("before", ""))
    found = [checking.examine(receipt).proof_state for receipt in page.receipts]
    shown = {
        "rows": list(zip(telling.rows(page.receipts, holder=holder), found, strict=True)),
        "next": page.next,
        "begun": "before" not in request.GET,
        "can_sign": signing.can_sign(holder),
    }
    return render(request, "consent/receipts.html", shown)


@require_safe
@login_required
@never_cache
def receipt(request: HttpRequest, receipt_id: str) -> HttpResponse:
    """Show one: what it says, whether it holds, how to check that oneself."""
    holder = owner_of(request)
    found = checking.examine(own(receipt_id, holder=holder))
    (row,) = telling.rows([found.receipt], holder=holder)
    is_open = found.signature is None and found.receipt.kind in signing.OWN_ACTS
    shown = {
        "row": row,
        "found": found,
        "told": checking.portable(found),
        "said": telling.said(found.receipt),
        "path": "\n".join(step.hex() for step in found.proof.path) if found.proof else "",
        "command": COMMAND.format(id=found.receipt.public_id),
        "can_sign": is_open and signing.can_sign(holder),
        "is_own_act": found.receipt.kind in signing.OWN_ACTS,
    }
    return render(request, "consent/receipt.html", shown)


@require_safe
@login_required
@never_cache
def file(request: HttpRequest, receipt_id: str) -> HttpResponse:
    """Hand one out as a file, with its salt, so that its holder can compute the digest that stands in the log."""
    found = own(receipt_id, holder=owner_of(request))
    return attached(checking.portable(checking.examine(found)), name=f"receipt-{found.public_id}")


@require_safe
@login_required
@never_cache
def files(request: HttpRequest) -> HttpResponse:
    """Hand all of them out as one file."""
    rows = Receipt.objects.filter(person=owner_of(request)).order_by("pk")
    return attached({"receipts": [checking.portable(checking.examine(one)) for one in rows]}, name="receipts")


def own(receipt_id: str, *, holder: Person) -> Receipt:
    """Return the holder's receipt; anybody else's is as unknown as one that never was."""
    found = Receipt.objects.filter(public_id=receipt_id, person=holder).first()
    if found is None:
        raise Http404
    return found


def attached(body: dict[str, Any], *, name: str) -> JsonResponse:
    """Return JSON as a file."""
    return JsonResponse(body, headers={"Content-Disposition": f'attachment; filename="{name}.json"'})
