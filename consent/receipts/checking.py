"""What can be shown of a receipt: that its words are those committed to, that the log has it, who signed it."""

import base64
import json
from dataclasses import dataclass
from typing import Any

from consent.receipts import signing
from consent.receipts.issue import digest, holds
from consent.receipts.models import Receipt, ReceiptSignature
from provenance import ledger


@dataclass(frozen=True, slots=True)
class Evidence:
    """A receipt, and what was found: ``log`` and ``signed`` are proven, claimed (not yet, or ours alone) or missing."""

    receipt: Receipt
    words: bool
    log: str
    signed: str
    computed: str
    proof: ledger.Proof | None
    signature: ReceiptSignature | None

    @property
    def proof_state(self) -> str:
        """Return the one word for the receipt as a whole: proven once the log has it and nothing was changed."""
        return self.log if self.words and self.signed != "missing" else "missing"


def examine(receipt: Receipt) -> Evidence:
    """Check a receipt against itself, the log and its signature; every check is made anew."""
    proof = ledger.proof(receipt.entry)
    signature = ReceiptSignature.objects.filter(receipt=receipt).first()
    return Evidence(
        receipt=receipt,
        words=holds(receipt),
        log=in_log(proof, receipt.digest),
        signed=signed(receipt, signature),
        computed=digest(receipt.payload, salt=receipt.salt),
        proof=proof,
        signature=signature,
    )


def in_log(proof: ledger.Proof | None, wanted: str) -> str:
    """Return proven for a proof of an entry that names this digest; claimed while the entry waits for its place."""
    if proof is None:
        return "claimed"
    named = json.loads(proof.body)["fact"].get("receipts", [])
    return "proven" if wanted in named and ledger.holds(proof) else "missing"


def signed(receipt: Receipt, signature: ReceiptSignature | None) -> str:
    """Return proven for a passkey's signature that verifies; claimed if we alone attest; missing if it is broken."""
    if receipt.attested_by == Receipt.Attestation.OPERATOR:
        return "claimed"
    return "proven" if signature is not None and signing.still_verifies(signature) else "missing"


def portable(found: Evidence) -> dict[str, Any]:
    """Return everything its holder needs to check a receipt without us, as plain JSON; the salt is theirs."""
    receipt = found.receipt
    return {
        "id": receipt.public_id,
        "kind": receipt.kind,
        "created_at": receipt.created_at,
        "payload": receipt.payload,
        "salt": receipt.salt,
        "digest": receipt.digest,
        "attested_by": receipt.attested_by,
        "attestation": receipt.get_attested_by_display(),
        "log_entry": receipt.entry,
        "log": found.log,
        "inclusion": inclusion(found.proof),
        "signature": assertion(found.signature),
    }


def inclusion(proof: ledger.Proof | None) -> dict[str, Any] | None:
    """Return a proof of inclusion (RFC 9162): leaf, audit path and the signed checkpoint; ``file`` is all of it again.

    That file (c2sp.org/tlog-proof) is what its holder keeps and gives to auditors.
    """
    if proof is None:
        return None
    return {
        "index": proof.index,
        "size": proof.size,
        "salt": proof.salt.hex(),
        "body": proof.body,
        "leaf": proof.commitment.hex(),
        "path": [step.hex() for step in proof.path],
        "checkpoint": proof.note,
        "file": ledger.proof_file(proof, is_open=True),
    }


def assertion(signature: ReceiptSignature | None) -> dict[str, Any] | None:
    """Return a passkey's signature as one verifies it: the COSE key, what was signed, and the signature."""
    if signature is None:
        return None
    parts = ("public_key", "authenticator_data", "client_data_json", "signature")
    told = {name: base64.b64encode(bytes(getattr(signature, name))).decode() for name in parts}
    return told | {
        "credential_id": signature.credential_id,
        "log_entry": signature.entry,
        "signed_at": signature.signed_at,
    }
