"""A certificate authority after the C2PA leaf profile: root, intermediate, leaf.

The development one is made once per installation so that a laptop can seal and verify; nobody else trusts it, and
production refuses it. An operator's own intermediate issues leaves just so.
"""

from dataclasses import dataclass
from datetime import timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from django.utils import timezone

CLAIM_SIGNING = x509.ObjectIdentifier("1.3.6.1.4.1.62558.2.1")  # c2pa-kp-claimSigning, Conformance Program 0.2
ORGANISATION = "Countenance (development only)"
SKEW = timedelta(minutes=5)  # a certificate is good a little before now: clocks differ
AUTHORITY_LIFE = timedelta(days=3650)
LEAF_LIFE = timedelta(days=365)  # the profile allows 366


@dataclass(frozen=True, slots=True)
class Span:
    """How long a leaf is ``valid``, and for how long of that it is ``used`` to sign."""

    valid: timedelta
    used: timedelta


def make() -> bytes:
    """Return a new authority in PEM: intermediate key, intermediate, root.

    The root's key signs one intermediate and is forgotten: nothing can be issued in its name later.
    """
    root_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    root = certify("Countenance development root", root_key.public_key(), life=AUTHORITY_LIFE, depth=1, by=root_key)
    middle = certify(
        "Countenance development intermediate", key.public_key(), life=AUTHORITY_LIFE, depth=0, by=root_key, issuer=root
    )
    return private(key) + certificate(middle) + certificate(root)


def issue(authority: bytes, *, valid: timedelta = LEAF_LIFE) -> bytes:
    """Return a new leaf in PEM: leaf key, leaf, the authorities above it without their root.

    Args:
        authority: in PEM, the issuing authority's key, its certificate, those above.
        valid: for how long from now.

    Raises:
        ValueError: the PEM holds no key on P-256, or not the certificate of it first.
    """
    issuer_key, above = signer(authority), x509.load_pem_x509_certificates(authority)
    if above[0].public_key() != issuer_key.public_key():
        msg = "the first certificate is not that of the key"
        raise ValueError(msg)
    key, ours = ec.generate_private_key(ec.SECP256R1()), organisation(above[0])
    name = f"Countenance {'development ' if ours == ORGANISATION else ''}signer"
    life = min(valid, above[0].not_valid_after_utc - timezone.now())  # never longer than what it stands under
    leaf = certify(name, key.public_key(), life=life, depth=None, by=issuer_key, issuer=above[0], organisation=ours)
    return private(key) + b"".join(certificate(each) for each in (leaf, *above) if each.subject != each.issuer)


def organisation(certificate: x509.Certificate) -> str:
    """Return the organisation a certificate names: a leaf is its issuer's."""
    named = certificate.subject.get_attributes_for_oid(NameOID.ORGANIZATION_NAME)
    return str(named[0].value) if named else ORGANISATION


def root(authority: bytes) -> str:
    """Return the root certificate in PEM."""
    return certificate(x509.load_pem_x509_certificates(authority)[-1]).decode()


def chain(leaf: bytes) -> str:
    """Return leaf and intermediate in PEM, without the key."""
    return b"".join(certificate(each) for each in x509.load_pem_x509_certificates(leaf)).decode()


def signer(bundle: bytes) -> ec.EllipticCurvePrivateKey:
    """Return the private key of a PEM bundle.

    Raises:
        ValueError: there is none, or it is not on P-256.
    """
    key = serialization.load_pem_private_key(bundle, password=None)
    if not isinstance(key, ec.EllipticCurvePrivateKey) or not isinstance(key.curve, ec.SECP256R1):
        msg = "not a key on P-256"
        raise ValueError(msg)  # noqa: TRY004 - one kind of failure for every unusable bundle
    return key


def certify(
    common_name: str,
    public: ec.EllipticCurvePublicKey,
    *,
    life: timedelta,
    depth: int | None,
    by: ec.EllipticCurvePrivateKey,
    issuer: x509.Certificate | None = None,
    organisation: str = ORGANISATION,
) -> x509.Certificate:
    """Return a certificate good for its ``life`` from now.

    ``depth`` None makes a leaf of the C2PA profile, a number an authority of that depth.
    """
    now = timezone.now()
    name = x509.Name(
        [
            x509.NameAttribute(NameOID.COMMON_NAME, common_name),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, organisation),
        ]
    )
    builder = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(issuer.subject if issuer else name)
        .public_key(public)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - SKEW)
        .not_valid_after(now + life)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(by.public_key()), critical=False)
        .add_extension(x509.BasicConstraints(ca=depth is not None, path_length=depth), critical=True)
        .add_extension(usage(is_leaf=depth is None), critical=True)
    )
    if depth is None:
        purposes = x509.ExtendedKeyUsage([CLAIM_SIGNING, ExtendedKeyUsageOID.EMAIL_PROTECTION])
        builder = builder.add_extension(purposes, critical=False)
    return builder.sign(by, hashes.SHA256())


def usage(*, is_leaf: bool) -> x509.KeyUsage:
    """Return what the key may do: a leaf signs content, an authority signs certificates."""
    return x509.KeyUsage(
        digital_signature=is_leaf,
        content_commitment=is_leaf,
        key_cert_sign=not is_leaf,
        crl_sign=not is_leaf,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def private(key: ec.EllipticCurvePrivateKey) -> bytes:
    """Return a key in PEM; the file's mode protects it."""
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def certificate(each: x509.Certificate) -> bytes:
    """Return a certificate in PEM."""
    return each.public_bytes(serialization.Encoding.PEM)
