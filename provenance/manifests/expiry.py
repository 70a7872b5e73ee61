"""How long keys and certificates last: for the operators' page, the command and the daily alarm."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from enum import IntEnum
from pathlib import Path

import structlog
from cryptography import x509
from cryptography.x509.oid import NameOID
from django.conf import settings
from django.db import Error
from django.utils import timezone

from provenance.backends import keys, leaves
from provenance.errors import KeyStoreError
from provenance.manifests import stamping

log = structlog.get_logger(__name__)
DAY = timedelta(days=1)


class Level(IntEnum):
    """How urgent it is, the worse the higher; named by the days left."""

    FINE = 0
    SOON = 1  # 30 days or fewer
    URGENT = 2  # 7
    LAST = 3  # 1
    OVER = 4  # it ended, or cannot be read


LIMITS = ((timedelta(0), Level.OVER), (DAY, Level.LAST), (7 * DAY, Level.URGENT), (30 * DAY, Level.SOON))


@dataclass(frozen=True, slots=True)
class Term:
    """One thing that ends: what it is, whose, when, and what there is to do.

    ``ends_at`` is None for a key without a certificate; ``days`` are those left, or for such a key those it is old.
    """

    what: str
    name: str
    ends_at: datetime | None
    days: float
    level: Level
    advice: str = ""
    serial: str = ""


def terms() -> list[Term]:
    """Return everything our proofs rest on, the most urgent first. Makes no key."""
    found = [*signers(), *roots(), *log_key()]
    return sorted(found, key=lambda each: (-each.level, each.days))


def signers() -> Iterator[Term]:
    """Yield the leaves that sign and the intermediates they stand under."""
    try:
        if keys.is_issued_here():
            for is_stamped in leaves.NAMES:
                yield from issued(is_stamped=is_stamped)
            return
        yield from chain(keys.text(settings.SIGNING_CHAIN), name="SIGNING_CHAIN", what=("leaf", "intermediate"))
    except KeyStoreError as error:
        yield broken("leaf", error)


def issued(*, is_stamped: bool) -> Iterator[Term]:
    """Yield a leaf that is renewed here, and those above it; it is alarming only when its renewal is overdue."""
    bundle = leaves.kept(is_stamped=is_stamped)
    if not bundle or (is_stamped and not settings.TIMESTAMP_URL):
        return
    first, *above = keys.certificates(bundle.decode(), name=leaves.NAMES[is_stamped])
    span, now = leaves.span(is_stamped=is_stamped), timezone.now()
    left = first.not_valid_after_utc - now
    is_late = now > first.not_valid_before_utc + span.used + (span.valid - span.used) / 2
    level = Level.OVER if left <= timedelta(0) else Level.URGENT if is_late else Level.FINE
    what = "leaf, with timestamps" if is_stamped else "leaf, without timestamps"
    yield term(what, first, level=level, advice="Renewed here; if it is not: manage.py keys rotate." if level else "")
    yield from (term("intermediate", each) for each in above if not is_stamped or not leaves.kept(is_stamped=False))


def roots() -> Iterator[Term]:
    """Yield the roots of seals and of timestamps."""
    for what, setting, read in (
        ("root", "TRUST_ANCHORS", keys.anchors),
        ("timestamp root", "TIMESTAMP_ANCHORS", keys.time_anchors),
    ):
        try:
            pem = read()
            yield from chain(pem, name=setting, what=(what, what)) if pem else ()
        except KeyStoreError as error:
            yield broken(what, error)


def log_key() -> Iterator[Term]:
    """Yield the log's key: it does not end, so its age is told."""
    path = Path(settings.LOG_KEY) if settings.LOG_KEY else keys.place(keys.LOG)
    try:
        made = datetime.fromtimestamp(path.stat().st_mtime, tz=UTC)
    except OSError:
        if settings.LOG_KEY:
            yield broken("log key", KeyStoreError(f"The key file {path.name} cannot be read."))
        return
    yield Term("log key", settings.LOG_ORIGIN, None, (timezone.now() - made) / DAY, Level.FINE)


def chain(pem: str, *, name: str, what: tuple[str, str]) -> Iterator[Term]:
    """Yield the certificates of a configured file: what the first is, and what the others are."""
    for number, each in enumerate(keys.certificates(pem, name=name)):
        yield term(what[min(number, 1)], each)


def term(what: str, certificate: x509.Certificate, *, level: Level | None = None, advice: str = "") -> Term:
    """Return the term of one certificate."""
    left = certificate.not_valid_after_utc - timezone.now()
    if level is None:
        level = next((each for limit, each in LIMITS if left <= limit), Level.FINE)
        advice = "Have it renewed, and name the new file in the settings." if level else ""
    named = certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    name = str(named[0].value) if named else certificate.subject.rfc4514_string()
    return Term(
        what, name, certificate.not_valid_after_utc, left / DAY, level, advice, f"{certificate.serial_number:x}"
    )


def broken(what: str, error: KeyStoreError) -> Term:
    """Return the term of something that cannot be read: as bad as over."""
    return Term(what, "", None, 0, Level.OVER, str(error))


def alarming(found: Sequence[Term]) -> list[Term]:
    """Return what somebody has to do something about."""
    return [each for each in found if each.level]


def account() -> dict[str, object]:
    """Return everything as plain JSON, with how many seals wait for a timestamp (None without a database)."""
    rows = [asdict(each) | {"level": each.level.name.lower()} for each in terms()]
    for each in rows:
        each["ends_at"] = each["ends_at"].isoformat() if each["ends_at"] else None
    return {"keys": rows, "waiting_for_timestamps": waiting()}


def waiting() -> int | None:
    """Return how many seals wait for a timestamp; None without a database."""
    try:
        return stamping.waiting()[0]
    except Error:
        return None


def watch() -> list[Term]:
    """Log what ends within 30 days as a warning, within 7 days as an error, and return it.

    A seal that has waited for its timestamp for a day is a warning too: its leaf ends one day.
    """
    if stamping.is_configured() and (waited := stamping.waiting()[1]) > DAY:
        log.warning("seals wait for their timestamps", days=round(waited / DAY, 1))
    found = alarming(terms())
    for each in found:
        tell = log.error if each.level >= Level.URGENT else log.warning
        tell(
            "a key or certificate ends", what=each.what.replace(" ", "-"), days=round(each.days, 1), serial=each.serial
        )
    return found
