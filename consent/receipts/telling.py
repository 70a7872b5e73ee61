"""Receipts as their holder reads them: what happened, by whom, when, and who attests it."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from consent.accounts.models import Person
from consent.receipts.models import Receipt

VERBS = {
    "generate": "make videos with you",
    "publish": "show them to others",
    "remix": "let others build on them",
    "advertise": "advertise with them",
    "train": "train models on you",
    "voice": "use your voice",
}
PLAIN = {
    "cameo.enrolled": "You enrolled your likeness",
    "cameo.paused": "You paused every use of your likeness",
    "cameo.resumed": "You ended the pause",
    "cameo.withdrawn": "You withdrew your likeness",
    "cameo.erased": "What was kept of your face was destroyed",
    "cameo.held": "A legal order delays the destruction of what is kept of your face",
    "cameo.released": "The legal order over your likeness ended",
    "thing.enrolled": "You enrolled an animal or an object",
    "thing.withdrawn": "You withdrew an animal or an object",
    "protected.asked": "You asked for a face to be protected",
    "protected.erased": "What was kept of a protected face was destroyed",
    "guardian.agreed": "A guardian said yes for a young person",
    "guardian.withdrew": "A guardian took their yes back",
    "steward.named": "Somebody was named to act in another's place",
    "steward.ended": "Somebody no longer acts in another's place",
    "appearance.deleted": "You took down a video that showed you",
}

ATTESTED = {
    Receipt.Attestation.OPERATOR.value: "attested by the operator only",
    Receipt.Attestation.PASSKEY.value: "signed with your own passkey",
}


@dataclass(frozen=True, slots=True)
class Row:
    """One receipt in a list: its id, the sentence, whose act it was (handle, or empty), when, who attests it."""

    id: str
    what: str
    by: str
    when: datetime
    attested: str


def rows(receipts: Iterable[Receipt], *, holder: Person) -> list[Row]:
    """Return a row for each receipt; handles are looked up now, for the receipts hold ids alone."""
    told = [(receipt, json.loads(receipt.payload).get("about", {})) for receipt in receipts]
    handles = names(about.get("recipient") or "" for _, about in told) | {holder.public_id: holder.handle}
    return [row(receipt, about, holder=holder, handles=handles) for receipt, about in told]


def said(receipt: Receipt) -> list[tuple[str, str]]:
    """Return what a receipt says, label and words: what was agreed to, what is kept, how long, what nobody checked."""
    about = json.loads(receipt.payload).get("about", {})
    text, kept_for = about.get("agreement") or {}, about.get("retention") or {}
    told = [
        ("Agreed to", f"the text of version {text['version']}, SHA-256 {text['sha256']}" if text else ""),
        ("Kept", "; ".join(about.get("kept") or [])),
        (
            "How long",
            f"until withdrawn, or {kept_for['idle_days']} days without you ({kept_for['law']})" if kept_for else "",
        ),
        ("Age", about.get("age") or ""),
        ("Not checked", "; ".join(about.get("not_checked") or [])),
        ("How it was destroyed", about.get("method") or ""),
    ]
    return [(label, words) for label, words in told if words]


def names(ids: Iterable[str]) -> dict[str, str]:
    """Return handles by public id."""
    return dict(Person.objects.filter(public_id__in=set(ids)).values_list("public_id", "handle"))


def row(receipt: Receipt, about: Mapping[str, Any], *, holder: Person, handles: Mapping[str, str]) -> Row:
    """Return one row."""
    other = handles.get(about.get("recipient") or "", "")
    actor = other if receipt.kind == "permit.minted" else holder.handle
    return Row(
        id=receipt.public_id,
        what=sentence(receipt.kind, about, other=f"@{other}" if other else "somebody", own=other == holder.handle),
        by=str(about.get("by_name", "")).removeprefix("@") or actor,
        when=receipt.created_at,
        attested=ATTESTED[receipt.attested_by],
    )


def sentence(kind: str, about: Mapping[str, Any], *, other: str, own: bool) -> str:
    """Return what happened, to the person it happened to; nobody else is named than whom it concerns."""
    is_denial = about.get("effect") == "denial"
    match kind:
        case "grant.made":
            uses = ", ".join(VERBS.get(use, use) for use in about.get("purposes", []))
            return f"You said no to {other}: {uses}" if is_denial else f"You let {other} {uses}"
        case "grant.revoked":
            return f"You took back your no to {other}" if is_denial else f"You took back what {other} was allowed"
        case "permit.minted":
            return "You were permitted one video of yourself" if own else f"{other} was permitted one video with you"
        case _:
            return PLAIN.get(kind, kind)
