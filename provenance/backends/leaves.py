"""Leaves that we issue ourselves: which one signs today, renewed in time and by one process at a time.

Two leaves, because what proves *when* differs. A seal with a timestamp is proven to be older than the end of its leaf,
so that leaf lives for three days and signs for one: whoever steals its key has it for days, and cannot date anything
back. A seal without one is provable only while its leaf is valid, so that leaf is valid for a year and signs for a
month. Which is used is decided for each seal by whether the authority answered, so a long silence costs no proof.
"""

from datetime import timedelta

from cryptography import x509
from django.conf import settings
from django.utils import timezone

from provenance.backends import authority, store
from provenance.backends.authority import Span
from provenance.errors import KeyStoreError

AUTHORITY = "development-authority.pem"
LOCK = "rotation"
UNSTAMPED = Span(valid=authority.LEAF_LIFE, used=timedelta(days=30))  # eleven months of proof are left
STAMPED = Span(valid=timedelta(hours=72), used=timedelta(hours=24))  # an update manifest made today has two days left
NAMES = {False: "leaf-unstamped.pem", True: "leaf-stamped.pem"}


def current(*, is_stamped: bool) -> bytes:
    """Return the leaf that signs now in PEM: key, leaf, intermediates; the next one is issued when it is due.

    Raises:
        KeyStoreError: the authority cannot issue, or the folder cannot be used.
    """
    found = kept(is_stamped=is_stamped)
    return found if found and not is_due(found, is_stamped=is_stamped) else renew(is_stamped=is_stamped)


def renew(*, is_stamped: bool, is_forced: bool = False) -> bytes:
    """Issue the next leaf, unless another process has just done so; ``is_forced`` issues one in any case."""
    with store.alone(LOCK):
        found = kept(is_stamped=is_stamped)
        if found and not is_forced and not is_due(found, is_stamped=is_stamped):
            return found
        try:
            fresh = authority.issue(issuer(), valid=span(is_stamped=is_stamped).valid)
        except (ValueError, TypeError) as error:
            msg = "SIGNING_AUTHORITY holds no authority that can issue: its key and its certificates in PEM."
            raise KeyStoreError(msg) from error
        store.replace(NAMES[is_stamped], fresh)
    return fresh


def rotate(*, is_forced: bool = False) -> None:
    """Renew what is due among the leaves in use, before a seal has to wait for it."""
    for is_stamped in NAMES:
        if is_stamped and not settings.TIMESTAMP_URL:
            continue
        if is_forced:
            renew(is_stamped=is_stamped, is_forced=True)
        else:
            current(is_stamped=is_stamped)


def kept(*, is_stamped: bool) -> bytes:
    """Return the leaf that was issued last, or nothing."""
    try:
        return store.place(NAMES[is_stamped]).read_bytes()
    except FileNotFoundError:
        return b""
    except OSError as error:
        msg = f"The key {NAMES[is_stamped]} cannot be read: {error.strerror}."
        raise KeyStoreError(msg) from error


def is_due(leaf: bytes, *, is_stamped: bool) -> bool:
    """Return whether the next leaf is due: this one has signed long enough, or another authority issued it."""
    try:
        first = x509.load_pem_x509_certificates(leaf)[0]
        first.verify_directly_issued_by(x509.load_pem_x509_certificates(issuer())[0])
    except Exception:  # noqa: BLE001 - whatever is wrong with it, a new one is right
        return True
    return (
        not first.not_valid_before_utc <= timezone.now() < first.not_valid_before_utc + span(is_stamped=is_stamped).used
    )


def span(*, is_stamped: bool) -> Span:
    """Return how long a leaf is valid and how long it signs."""
    return STAMPED if is_stamped else UNSTAMPED


def issuer() -> bytes:
    """Return the authority that issues leaves in PEM: key, certificate, those above; the development one is made."""
    if settings.SIGNING_AUTHORITY:
        return store.text(settings.SIGNING_AUTHORITY).encode()
    return store.stored(AUTHORITY, authority.make)
