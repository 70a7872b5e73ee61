"""Files by signers who are not, or no longer, to be believed, or whose time somebody else vouches for."""

from datetime import timedelta

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from django.utils import timezone

from provenance.backends import authority, keys, leaves
from tests.provenance import material
from tests.provenance.clock import Clock
from tests.provenance.material import Stranger, clip, flip, sign, stranger
from tests.vectors.vector import MEDIA, MP4, Vector, us

SHORT = timedelta(seconds=5)
EXPIRED = frozenset({"signingCredential.expired"})
UNTRUSTED = frozenset({"signingCredential.untrusted"})


def expired(clock: Clock, other: Clock) -> dict[str, Vector]:
    """Return files whose signer's certificate ends before anyone looks; no library signs once it has.

    Only a timestamp by an authority we trust shows that the signature was made in time.
    """
    late, mine = stranger(ends=SHORT), brief()
    made = {name: sign(make(), mime, late) for name, (mime, make) in MEDIA.items()}
    found = {f"expired_signer.{name}": Vector(media, "invalid", EXPIRED) for name, media in made.items()}
    spoilt = flip(made["mp4"], material.box(made["mp4"], b"mdat")[0] + 200)
    stamped = sign(clip(), MP4, mine, stamped_by=clock.url)
    return {
        **found,
        "edited_and_expired.mp4": Vector(spoilt, "tampered", EXPIRED),
        "expired_ours.mp4": Vector(sign(clip(), MP4, mine), "invalid", EXPIRED),
        "expired_ours_timestamped.mp4": Vector(stamped, "ours"),
        "edited_expired_ours_timestamped.mp4": Vector(
            flip(stamped, material.box(stamped, b"mdat")[0] + 200), "tampered"
        ),
        "expired_ours_timestamped_by_a_stranger.mp4": Vector(
            sign(clip(), MP4, mine, stamped_by=other.url), "invalid", EXPIRED
        ),
        "expired_stranger_timestamped.mp4": Vector(
            sign(clip(), MP4, late, stamped_by=clock.url), "valid-unknown-signer", UNTRUSTED
        ),
    }


def unknown() -> dict[str, Vector]:
    """Return files by somebody who takes our names, hides part of the chain, or has not the key."""
    known, thief = us(), stranger()
    bare = known.chain[: known.chain.index("-----END") + len("-----END CERTIFICATE-----\n")]
    return {
        "wrong_root.mp4": Vector(sign(clip(), MP4, impostor()), "valid-unknown-signer", UNTRUSTED),
        "missing_intermediate.mp4": Vector(
            sign(clip(), MP4, Stranger(known.key, bare, known.root)), "valid-unknown-signer", UNTRUSTED
        ),
        "wrong_key.mp4": Vector(
            sign(clip(), MP4, Stranger(thief.key, known.chain, known.root)),
            "tampered",
            frozenset({"claimSignature.mismatch"}),
        ),
    }


def brief() -> Stranger:
    """Return ourselves with a leaf of a few seconds."""
    issuer, key, now = issuing(), ec.generate_private_key(ec.SECP256R1()), timezone.now()
    middle = x509.load_pem_x509_certificates(issuer)[0]
    leaf = material.certificate(
        "Countenance, briefly", key.public_key(), by=authority.signer(issuer), issuer=middle,
        start=now - timedelta(minutes=1), end=now + SHORT,
    )  # fmt: skip
    chain = authority.certificate(leaf) + authority.certificate(middle)
    return Stranger(key, chain.decode(), keys.anchors())


def impostor() -> Stranger:
    """Return somebody who made an authority with the very names of ours."""
    bundle = authority.issue(authority.make(), valid=timedelta(days=30))
    return Stranger(authority.signer(bundle), authority.chain(bundle), "")


def issuing() -> bytes:
    """Return our development authority: key and certificate of the intermediate, root."""
    keys.signing()  # made at first use
    return keys.place(leaves.AUTHORITY).read_bytes()
