"""A development certificate authority after the C2PA leaf profile: root, intermediate, leaf.

Made once per installation so that a laptop can seal and verify; nobody else trusts it, and production refuses it.
"""

from datetime import datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from django.utils import timezone

CLAIM_SIGNING = x509.ObjectIdentifier("1.3.6.1.4.1.62558.2.1")  # c2pa-kp-claimSigning, Conformance Program 0.2
ORGANISATION = "Countenance (development only)"
SKEW = timedelta(minutes=5)  # a certificate is good a little before now: clocks differ
AUTHORITY_DAYS = 3650
LEAF_DAYS = 365  # the profile allows 366; without timestamps a seal is provable only until its leaf ends
USED_DAYS = 30  # a leaf signs for a month, so every seal stays provable for at least eleven


def make() -> bytes:
    """Return a new authority in PEM: intermediate key, intermediate, root.

    The root's key signs one intermediate and is forgotten: nothing can be issued in its name later.
    """
    root_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    root = certify("Countenance development root", root_key.public_key(), days=AUTHORITY_DAYS, depth=1, by=root_key)
    middle = certify(
        "Countenance development intermediate", key.public_key(), days=AUTHORITY_DAYS, depth=0, by=root_key, issuer=root
    )
    return private(key) + certificate(middle) + certificate(root)


def issue(authority: bytes) -> bytes:
    """Return a new leaf in PEM: leaf key, leaf, intermediate."""
    issuer_key, chain = signer(authority), x509.load_pem_x509_certificates(authority)
    key = ec.generate_private_key(ec.SECP256R1())
    leaf = certify(
        "Countenance development signer", key.public_key(), days=LEAF_DAYS, depth=None, by=issuer_key, issuer=chain[0]
    )
    return private(key) + certificate(leaf) + certificate(chain[0])


def root(authority: bytes) -> str:
    """Return the root certificate in PEM."""
    return certificate(x509.load_pem_x509_certificates(authority)[-1]).decode()


def chain(leaf: bytes) -> str:
    """Return leaf and intermediate in PEM, without the key."""
    return b"".join(certificate(each) for each in x509.load_pem_x509_certificates(leaf)).decode()


def is_due(leaf: bytes, now: datetime) -> bool:
    """Return whether this leaf has signed long enough and the next one is due."""
    first = x509.load_pem_x509_certificates(leaf)[0]
    return not first.not_valid_before_utc <= now < first.not_valid_before_utc + timedelta(days=USED_DAYS)


def signer(bundle: bytes) -> ec.EllipticCurvePrivateKey:
    """Return the private key of a PEM bundle.

    Raises:
        ValueError: there is none, or it is not an elliptic-curve key.
    """
    key = serialization.load_pem_private_key(bundle, password=None)
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        msg = "not an elliptic-curve key"
        raise ValueError(msg)  # noqa: TRY004 - one kind of failure for every unusable bundle
    return key


def certify(
    common_name: str,
    public: ec.EllipticCurvePublicKey,
    *,
    days: int,
    depth: int | None,
    by: ec.EllipticCurvePrivateKey,
    issuer: x509.Certificate | None = None,
) -> x509.Certificate:
    """Return a certificate; ``depth`` None makes a leaf of the C2PA profile, a number an authority of that depth."""
    now = timezone.now()
    name = x509.Name(
        [
            x509.NameAttribute(NameOID.COMMON_NAME, common_name),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, ORGANISATION),
        ]
    )
    builder = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(issuer.subject if issuer else name)
        .public_key(public)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - SKEW)
        .not_valid_after(now + timedelta(days=days))
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
