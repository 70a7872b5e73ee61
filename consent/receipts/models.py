"""What a person keeps in hand: proof of every yes, every use and every no."""

import secrets

from django.conf import settings
from django.db import models
from django.utils import timezone


def opaque() -> str:
    """Return a fresh public id: 96 random bits."""
    return secrets.token_urlsafe(12)


class Receipt(models.Model):
    """One consent event told to the person it concerns, and committed to in the public log.

    Trusted? Only as far as ``attested_by`` says: the operator's word, until a person's own passkey signs it. If lost:
    the log still shows that something was committed to, but not what; nothing becomes usable by it.
    """

    class Attestation(models.TextChoices):
        """Who stands behind the words."""

        OPERATOR = "operator", "attested by the operator only"
        PASSKEY = "passkey", "signed with the person's own passkey"

    public_id = models.CharField(max_length=16, unique=True, default=opaque, editable=False)
    kind = models.CharField(max_length=40)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="receipts")
    payload = models.TextField(help_text="Canonical JSON (RFC 8785), exactly the bytes that were committed to.")
    salt = models.CharField(max_length=32, help_text="128 random bits in hex; told to the holder, never to the log.")
    digest = models.CharField(max_length=64, unique=True, help_text="Hex SHA-256 over salt and payload.")
    entry = models.BigIntegerField(help_text="The log entry that carries the digest.")
    attested_by = models.CharField(max_length=10, choices=Attestation, default=Attestation.OPERATOR)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(digest__regex=r"^[0-9a-f]{64}$"), name="receipt_digest_is_sha256"
            ),
            models.CheckConstraint(condition=models.Q(salt__regex=r"^[0-9a-f]{32}$"), name="receipt_salt_is_128_bits"),
            models.CheckConstraint(
                condition=models.Q(attested_by__in=["operator", "passkey"]), name="receipt_attestation_known"
            ),
        ]
        indexes = [models.Index(fields=["person", "-id"], name="receipt_newest_first")]

    def __str__(self) -> str:
        return f"{self.kind} {self.public_id}"


class ReceiptSignature(models.Model):
    """A person's passkey over their receipt's digest (a WebAuthn assertion), kept so that anybody can verify it.

    Trusted? As far as it verifies: nothing here is believed without the signature. If lost: the receipt is the
    operator's word again, and the log still shows that there was a signature.
    """

    receipt = models.OneToOneField(Receipt, on_delete=models.CASCADE, related_name="signature")
    credential_id = models.CharField(max_length=1400, help_text="The passkey's id, base64url.")
    public_key = models.BinaryField(help_text="Its COSE key as it was then; the passkey may be removed later.")
    authenticator_data = models.BinaryField()
    client_data_json = models.BinaryField(help_text="Its challenge is the receipt's digest, 32 bytes.")
    signature = models.BinaryField()
    sign_count = models.BigIntegerField(help_text="The authenticator's own count; it only grows, or stays 0.")
    entry = models.BigIntegerField(help_text="The log entry of receipt.signed.")
    signed_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(sign_count__gte=0, sign_count__lt=2**32), name="receipt_signature_count_is_32_bits"
            ),
            models.CheckConstraint(condition=~models.Q(credential_id=""), name="receipt_signature_names_its_passkey"),
        ]
        indexes = [models.Index(fields=["credential_id", "-sign_count"], name="receipt_signature_counts")]

    def __str__(self) -> str:
        return f"signature of {self.receipt_id}"
