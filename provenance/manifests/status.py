"""What each validation status code says about a file; no Django, so an auditor can run it alone.

Every code that we know from the C2PA specification, from c2pa-rs 0.91 and from CAWG identity is listed with its meaning
for the verdict. A code that is not listed counts as *invalid*: never as ours.
"""

from collections.abc import Iterable, Mapping
from enum import IntEnum, StrEnum


class Verdict(StrEnum):
    """The one word about a file."""

    OURS = "ours"
    OURS_WITHDRAWN = "ours-withdrawn"
    UNKNOWN_SIGNER = "valid-unknown-signer"
    INVALID = "invalid"
    TAMPERED = "tampered"
    NO_CREDENTIALS = "no-credentials"
    UNREADABLE = "unreadable"


class Meaning(IntEnum):
    """What a code means, the worse the higher: the worst one found decides."""

    FINE = 0  # a check that held, or a remark that changes nothing
    INGREDIENT = 1  # about something this file was made from
    UNKNOWN = 2  # nobody we know signed it, or vouches for the identity in it
    INVALID = 3  # the credentials do not hold; nothing shows that bytes changed
    TAMPERED = 4  # bytes are not those that were signed


TRUSTED = "signingCredential.trusted"
SIGNED = "claimSignature.validated"
IN_TIME = "claimSignature.insideValidity"
UNBOUND = "bytes-not-bound"
OLD_CLAIM = "claim.version.old"  # not a code of C2PA's: see ``judge``'s caller
STAMPED = "timeStamp.trusted"
SEALS = "urn:countenance:seals"  # what the reader calls the list of roots that our seals stand under
STAMPS = "urn:countenance:stamps"  # and that of timestamp authorities
CLAIM_VERSION = 2
BINDINGS = ("assertion.dataHash", "assertion.bmffHash", "assertion.boxesHash", "assertion.collectionHash")


def listed(text: str) -> list[str]:
    """Return the words of a text."""
    return text.split()


FINE = listed("""
algorithm.deprecated assertion.accessible assertion.bmffHash.additionalExclusionsPresent assertion.bmffHash.match
assertion.boxesHash.additionalExclusionsPresent assertion.boxesHash.match assertion.collectionHash.match
assertion.dataHash.additionalExclusionsPresent assertion.dataHash.match assertion.hashedURI.match
assertion.multiAssetHash.match cawg.ica.credential_valid cawg.ica.revocation_status.not_revoked
cawg.ica.time_stamp.validated cawg.ica.valid_from.valid cawg.ica.valid_until.valid cawg.identity.trusted
cawg.identity.well-formed cawg.x509.credential.trusted cawg.x509.ocsp.not_revoked cawg.x509.signature.inside_validity
cawg.x509.signature.validated claimSignature.insideValidity claimSignature.validated manifest.unknownProvenance
manifest.unreferenced signingCredential.ocsp.inaccessible signingCredential.ocsp.notRevoked
signingCredential.ocsp.skipped signingCredential.ocsp.unknown signingCredential.trusted timeOfSigning.insideValidity
timeOfSigning.outsideValidity timeStamp.malformed timeStamp.mismatch timeStamp.outsideValidity timeStamp.trusted
timeStamp.untrusted timeStamp.validated
""")  # a timestamp that does not hold takes away a proof of time, nothing else: expiry then speaks for itself

INGREDIENT = listed("""
ingredient.claimSignature.validated ingredient.manifest.validated ingredient.unknownProvenance
""")

UNKNOWN = listed("""
cawg.ica.untrusted_issuer cawg.x509.credential.untrusted signingCredential.untrusted
""")

INVALID = listed("""
algorithm.unsupported assertion.action.ingredientMismatch assertion.action.malformed assertion.action.redacted
assertion.action.redactionMismatch assertion.action.softBindingMissing assertion.bmffHash.malformed
assertion.bmffHash.redacted assertion.boxesHash.malformed assertion.boxesHash.redacted assertion.cbor.invalid
assertion.cloud-data.actions assertion.cloud-data.hardBinding assertion.cloud-data.labelMismatch
assertion.cloud-data.malformed assertion.collectionHash.invalidURI assertion.collectionHash.malformed
assertion.collectionHash.redacted assertion.dataHash.malformed assertion.dataHash.redacted
assertion.external-reference.actions assertion.external-reference.created assertion.external-reference.hardBinding
assertion.external-reference.malformed assertion.hardBinding.redacted assertion.inaccessible
assertion.ingredient.malformed assertion.ingredient.redacted assertion.json.invalid assertion.metadata.disallowed
assertion.metadata.malformed assertion.multiAssetHash.malformed assertion.multipleHardBindings assertion.notRedacted
assertion.outsideManifest assertion.selfRedacted assertion.timestamp.malformed assertion.undeclared
cawg.ica.did_unavailable cawg.ica.invalid_alg cawg.ica.invalid_content_type cawg.ica.invalid_cose_sign1
cawg.ica.invalid_did_document cawg.ica.invalid_issuer cawg.ica.invalid_verifiable_credential
cawg.ica.revocation_status.revoked cawg.ica.revocation_status.unavailable cawg.ica.signature_mismatch
cawg.ica.signer_payload.mismatch cawg.ica.time_stamp.invalid cawg.ica.valid_from.invalid cawg.ica.valid_from.missing
cawg.ica.valid_until.invalid cawg.ica.verified_identities.invalid cawg.ica.verified_identities.missing
cawg.identity.assertion.duplicate cawg.identity.assertion.mismatch cawg.identity.cbor.invalid
cawg.identity.credential_revoked cawg.identity.expected_claim_generator.mismatch
cawg.identity.expected_countersigner.mismatch cawg.identity.expected_countersigner.missing
cawg.identity.expected_partial_claim.mismatch cawg.identity.hard_binding_missing cawg.identity.named_actor.mismatch
cawg.identity.pad.invalid cawg.identity.sig_type.unknown cawg.x509.algorithm.unsupported cawg.x509.credential.invalid
cawg.x509.credential.revoked cawg.x509.signature.mismatch cawg.x509.signature.outside_validity claim.cbor.invalid
claim.hardBindings.missing claim.malformed claim.missing claim.multiple claim.required.missing claimSignature.missing
claimSignature.outsideValidity com.adobe.prerelease general.error
ingredient.claimSignature.missing ingredient.manifest.missing manifest.compressed.invalid manifest.inaccessible
manifest.multipleParents manifest.timestamp.invalid manifest.timestamp.wrongParents manifest.update.invalid
manifest.update.wrongParents signingCredential.expired signingCredential.invalid signingCredential.ocsp.revoked
signingCredential.revoked
""")

TAMPERED = listed("""
assertion.bmffHash.mismatch assertion.boxesHash.mismatch assertion.boxesHash.unknownBox
assertion.collectionHash.incorrectFileCount assertion.collectionHash.mismatch assertion.dataHash.mismatch
assertion.hashedURI.mismatch assertion.missing assertion.multiAssetHash.mismatch assertion.multiAssetHash.missingPart
assertion.required.missing claimSignature.mismatch hashedURI.mismatch hashedURI.missing
ingredient.claimSignature.mismatch ingredient.hashedURI.mismatch ingredient.manifest.mismatch
""")

REFERENCES = frozenset(
    listed("""
ingredient.claimSignature.mismatch ingredient.claimSignature.missing ingredient.hashedURI.mismatch
ingredient.manifest.mismatch ingredient.manifest.missing
""")
)  # checks of what a manifest says of another in the file: it signed over that one's hash

TABLE: Mapping[str, Meaning] = {
    code: meaning
    for meaning, codes in (
        (Meaning.FINE, FINE),
        (Meaning.INGREDIENT, INGREDIENT),
        (Meaning.UNKNOWN, UNKNOWN),
        (Meaning.INVALID, INVALID),
        (Meaning.TAMPERED, TAMPERED),
    )
    for code in codes
}


def judge(failed: Iterable[str], held: Iterable[str]) -> Verdict:
    """Return the class of the active manifest.

    Args:
        failed: its failure codes; whatever is among them counts, even a code that is usually a remark.
        held: its success codes. Ours needs the signature, its time, our anchor and a hard binding to have held.
    """
    worst = max((weigh(code) for code in failed), default=Meaning.FINE)
    if worst in {Meaning.TAMPERED, Meaning.INVALID}:
        return Verdict.TAMPERED if worst is Meaning.TAMPERED else Verdict.INVALID
    found = set(held)
    if not {SIGNED, IN_TIME} <= found:
        return Verdict.INVALID
    if worst is Meaning.UNKNOWN or TRUSTED not in found:
        return Verdict.UNKNOWN_SIGNER
    return Verdict.OURS if is_bound(found) else Verdict.INVALID


def weigh(code: str) -> Meaning:
    """Return what a failed check means; a check that is not listed, or listed as harmless, is not harmless here."""
    meaning = TABLE.get(code, Meaning.INVALID)
    return Meaning.INVALID if meaning is Meaning.FINE else meaning


def is_bound(held: Iterable[str]) -> bool:
    """Return whether a hard binding was checked against the bytes and held."""
    return any(code.endswith("Hash.match") and code.removesuffix(".match") in BINDINGS for code in held)


def is_binding(code: str) -> bool:
    """Return whether a code speaks of a hard binding."""
    return code.startswith(tuple(f"{each}." for each in BINDINGS))


def codes(part: object, kind: str) -> list[tuple[str, str]]:
    """Return ``(code, url)`` of one kind (failure, success, informational) in a report's part, whatever its shape."""
    rows = part.get(kind) if isinstance(part, dict) else None
    return [
        (row["code"], row["url"] if isinstance(row.get("url"), str) else "")
        for row in (rows if isinstance(rows, list) else [])
        if isinstance(row, dict) and isinstance(row.get("code"), str) and is_known(row)
    ]


def is_known(row: Mapping[str, object]) -> bool:
    """Return whether a row may be taken as it is.

    The library (c2pa-rs 0.91) looks for a signer's root in every list it was given, timestamp authorities' too: whoever
    has any certificate from the company that stamps our seals would pass for us. It says in which list it found the
    root, so a signer counts as known only by our own.
    """
    return row.get("code") != TRUSTED or f"[{SEALS}]" in str(row.get("explanation"))
