"""A person's passkey under a receipt: a WebAuthn assertion whose challenge is the receipt's digest.

First the act, then the signature: a revocation never waits for a finger. The passkeys are those of signing in
(django-allauth keeps them), and the library that verifies is theirs too (fido2). Source: W3C Web Authentication
Level 3, §7.2 (verifying an assertion) and §6.1.1 (signature counters).
"""

import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast
from urllib.parse import urlsplit

from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn.internal.auth import get_credentials
from cryptography.exceptions import InvalidSignature
from django.db import transaction
from django.db.models import Max, QuerySet
from django.utils import timezone
from fido2 import cbor
from fido2.cose import CoseKey
from fido2.server import Fido2Server
from fido2.utils import websafe_encode
from fido2.webauthn import (
    AttestedCredentialData,
    AuthenticationResponse,
    AuthenticatorData,
    CollectedClientData,
    PublicKeyCredentialRpEntity,
    UserVerificationRequirement,
)

from consent.accounts.models import Person
from consent.errors import SignatureError
from consent.receipts.issue import holds
from consent.receipts.models import Receipt, ReceiptSignature
from provenance import ledger

OWN_ACTS = frozenset(  # a use is somebody else's act; the person depicted has nothing to sign there
    {"cameo.enrolled", "cameo.paused", "cameo.resumed", "cameo.withdrawn", "grant.made", "grant.revoked",
     "thing.enrolled", "thing.withdrawn", "protected.asked",
     "guardian.agreed", "guardian.withdrew", "steward.named", "steward.ended", "appearance.deleted"}
)  # fmt: skip
ADVICE = "What you decided is in force all the same. You can sign the receipt later."
VERIFICATION = UserVerificationRequirement.PREFERRED  # a security key without a PIN is still the person's own


@dataclass(frozen=True, slots=True)
class Site:
    """Where the page that asks is served from: scheme, host and port; passkeys are bound to the host."""

    origin: str

    @property
    def rp_id(self) -> str:
        """Return the host alone."""
        return urlsplit(self.origin).hostname or ""


def can_sign(person: Person) -> bool:
    """Return whether this person has a passkey here."""
    return bool(Authenticator.objects.filter(user=person, type=Authenticator.Type.WEBAUTHN).exists())


def unsigned(person: Person) -> QuerySet[Receipt]:
    """Return the person's receipts of their own acts that no passkey has signed yet, newest first."""
    rows = Receipt.objects.filter(person=person, kind__in=OWN_ACTS, attested_by=Receipt.Attestation.OPERATOR)
    return rows.order_by("-pk")


def options(receipt: Receipt, *, site: Site) -> dict[str, Any]:
    """Return what the browser asks the passkey for (PublicKeyCredentialRequestOptions as JSON).

    Raises SignatureError when there is nothing to sign or nothing to sign with.
    """
    refuse_unsignable(receipt)
    credentials = get_credentials(receipt.person)
    if not credentials:
        raise SignatureError.of("no_passkey")
    asked, _ = server(site).authenticate_begin(
        credentials=credentials, user_verification=VERIFICATION, challenge=bytes.fromhex(receipt.digest)
    )
    return dict(asked.public_key)


@transaction.atomic
def sign(receipt: Receipt, *, assertion: Mapping[str, Any], site: Site) -> ReceiptSignature:
    """Keep the passkey's signature under a receipt, and log ``receipt.signed``; once.

    Raises SignatureError with one sentence: wrong site, wrong receipt, not this person's passkey, a passkey whose
    count went back, signed already, or not to be read at all. Nothing is changed then.
    """
    held = Receipt.objects.select_for_update(of=("self",)).select_related("person").get(pk=receipt.pk)
    refuse_unsignable(held)
    keys = list(Authenticator.objects.select_for_update().filter(user=held.person, type=Authenticator.Type.WEBAUTHN))
    answer = read(assertion)
    key = verified(answer, receipt=held, site=site)
    refuse_if_cloned(answer, keys=keys)
    made = row(answer, receipt=held, key=key)
    fact = {"receipt": held.digest, "signature": commitment(made, salt=held.salt)}
    made.entry = ledger.append(ledger.Fact("receipt.signed", fact))
    made.save(force_insert=True)
    held.attested_by = Receipt.Attestation.PASSKEY
    held.save(update_fields=["attested_by"])
    Authenticator.objects.filter(pk=owner_of(answer, keys).pk).update(last_used_at=timezone.now())
    return made


def refuse_unsignable(receipt: Receipt) -> None:
    """Raise unless the receipt is of the person's own act, unchanged, and not signed yet."""
    if receipt.kind not in OWN_ACTS or not holds(receipt):
        raise SignatureError.of("not_to_sign")
    if receipt.attested_by == Receipt.Attestation.PASSKEY:
        raise SignatureError.of("signed_already")


def server(site: Site) -> Fido2Server:
    """Return the verifier for this site: its own origin and no other, not even a sibling's."""
    entity = PublicKeyCredentialRpEntity(id=site.rp_id, name="Countenance")
    return Fido2Server(entity, verify_origin=lambda origin: origin == site.origin)


def read(assertion: Mapping[str, Any]) -> AuthenticationResponse:
    """Return the browser's answer, or raise when it is none."""
    try:
        return AuthenticationResponse.from_dict(dict(assertion))
    except (ValueError, TypeError, KeyError, AttributeError, IndexError) as error:
        raise SignatureError.of("unreadable") from error


def verified(answer: AuthenticationResponse, *, receipt: Receipt, site: Site) -> AttestedCredentialData:
    """Return the passkey that signed this very receipt on this very site, or raise with what is wrong."""
    said, credentials = answer.response.client_data, get_credentials(receipt.person)
    if said.origin != site.origin or said.cross_origin:
        raise SignatureError.of("wrong_site")
    if not secrets.compare_digest(said.challenge, bytes.fromhex(receipt.digest)):
        raise SignatureError.of("wrong_receipt")
    if answer.raw_id not in {each.credential_id for each in credentials}:
        raise SignatureError.of("unknown_passkey")
    state = {"challenge": websafe_encode(bytes.fromhex(receipt.digest)), "user_verification": VERIFICATION}
    try:
        return server(site).authenticate_complete(state, credentials, answer)
    except (ValueError, InvalidSignature) as error:
        raise SignatureError.of("bad_signature") from error


def refuse_if_cloned(answer: AuthenticationResponse, *, keys: list[Authenticator]) -> None:
    """Raise when the passkey counts and its count did not grow: somebody may have copied it (§6.1.1)."""
    known = ReceiptSignature.objects.filter(credential_id=answer.id).aggregate(most=Max("sign_count"))["most"] or 0
    last = max(known, owner_of(answer, keys).wrap().authenticator_data.counter)
    count = answer.response.authenticator_data.counter
    if (count or last) and count <= last:
        raise SignatureError.of("count_went_back")


def owner_of(answer: AuthenticationResponse, keys: list[Authenticator]) -> Authenticator:
    """Return the stored passkey with this id; ``verified`` has seen to it that there is one."""
    return next(each for each in keys if each.wrap().authenticator_data.credential_data.credential_id == answer.raw_id)


def row(answer: AuthenticationResponse, *, receipt: Receipt, key: AttestedCredentialData) -> ReceiptSignature:
    """Return the signature's row, not yet saved and without its log entry."""
    return ReceiptSignature(
        receipt=receipt,
        credential_id=answer.id,
        public_key=bytes(key)[18 + len(key.credential_id) :],  # after AAGUID, the id's length and the id: COSE
        authenticator_data=bytes(answer.response.authenticator_data),
        client_data_json=bytes(answer.response.client_data),
        signature=answer.response.signature,
        sign_count=answer.response.authenticator_data.counter,
    )


def commitment(signature: ReceiptSignature, *, salt: str) -> str:
    """Return what the log holds of a signature: salted, so that two of the same passkey do not show it."""
    parts = (signature.public_key, signature.authenticator_data, signature.client_data_json, signature.signature)
    digests = b"".join(hashlib.sha256(bytes(part)).digest() for part in parts)
    return hashlib.sha256(bytes.fromhex(salt) + digests).hexdigest()


def still_verifies(signature: ReceiptSignature) -> bool:
    """Return whether a kept signature is one over its receipt's digest, by the key beside it. Asks nobody."""
    try:
        said = CollectedClientData(bytes(signature.client_data_json))
        data = AuthenticatorData(bytes(signature.authenticator_data))
        key = CoseKey.parse(cast("dict[int, Any]", cbor.decode(bytes(signature.public_key))))
        key.verify(bytes(data) + said.hash, bytes(signature.signature))
    except (ValueError, TypeError, KeyError, InvalidSignature):
        return False
    is_get, is_this = said.type == "webauthn.get", said.challenge == bytes.fromhex(signature.receipt.digest)
    return is_get and is_this and data.is_user_present()
