"""Tokens for programs that act for a person: named, scoped, ended by themselves, and shown once.

A token reads ``cnt_<id>.<secret>``; only the SHA-256 of its 256 random bits of secret is kept. Nothing that touches
biometrics, sign-in or tokens themselves can be done with one: those are asked for in a session (``consent.api``).
"""

import hashlib
import re
import secrets
from collections.abc import Collection
from datetime import timedelta
from enum import StrEnum

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models, transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from consent.accounts import notices
from consent.accounts.models import Person
from consent.errors import TokenError

SHAPE = re.compile(r"cnt_(?P<id>[0-9a-f]{16})\.(?P<secret>[\w-]{43})")
NOBODY = "0" * 64  # what an unknown token is compared with, so that it takes as long as a known one
LONGEST = timedelta(days=365)
MOST = 20
HEX = r"^[0-9a-f]{64}$"
SEEN_EVERY = timedelta(minutes=1)


class Scope(StrEnum):
    """What a token may do; a view that names none of these is for sessions alone."""

    CAMEO_READ = "cameo:read"
    CAMEO_WRITE = "cameo:write"
    GRANTS_READ = "grants:read"
    GRANTS_WRITE = "grants:write"
    REQUESTS_READ = "requests:read"
    REQUESTS_WRITE = "requests:write"
    APPEARANCES_READ = "appearances:read"
    APPEARANCES_WRITE = "appearances:write"
    RECEIPTS_READ = "receipts:read"
    NOTICES_READ = "notices:read"
    NOTICES_WRITE = "notices:write"
    PEOPLE_READ = "people:read"
    PEOPLE_WRITE = "people:write"
    PERMISSIONS_READ = "permissions:read"
    JOBS_READ = "jobs:read"
    JOBS_WRITE = "jobs:write"
    CLIPS_READ = "clips:read"
    CLIPS_WRITE = "clips:write"


def opaque() -> str:
    """Return a fresh public id: 64 random bits in hex, which is all the id has to be."""
    return secrets.token_hex(8)


class Token(models.Model):
    """A program's key to one person's account, for some things and for a while.

    Trusted? Only when the secret matches. If lost: whoever finds the table cannot make a token from it; a person who
    loses theirs makes another.
    """

    public_id = models.CharField(max_length=16, unique=True, default=opaque, editable=False)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="tokens")
    name = models.CharField(max_length=60)
    secret_sha256 = models.CharField(max_length=64, unique=True)
    scopes = ArrayField(models.CharField(max_length=24))
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)
    last_used_at = models.DateTimeField(null=True, blank=True, help_text="To the minute.")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(secret_sha256__regex=HEX), name="token_secret_is_sha256"),
            models.CheckConstraint(
                condition=Q(scopes__contained_by=[scope.value for scope in Scope], scopes__len__gte=1),
                name="token_scopes_known",
            ),
            models.CheckConstraint(
                condition=Q(expires_at__gt=F("created_at"), expires_at__lte=F("created_at") + LONGEST),
                name="token_lives_a_year_at_most",
            ),
        ]
        indexes = [models.Index(fields=["person", "-id"], name="token_newest_first")]

    def __str__(self) -> str:
        return f"token {self.public_id}"


def in_force(person: Person) -> QuerySet[Token]:
    """Return the tokens that would be taken now."""
    return Token.objects.filter(person=person, revoked_at=None, expires_at__gt=timezone.now())


@transaction.atomic
def make(person: Person, *, name: str, scopes: Collection[Scope], days: int) -> tuple[Token, str]:
    """Make a token and return it with its text, which is never to be had again. Raises TokenError."""
    if not scopes:
        raise TokenError("Choose at least one thing the token may do.")
    if not 1 <= days <= LONGEST.days:
        raise TokenError("A token lives from one day to a year.")
    Person.objects.select_for_update(of=("self",)).get(pk=person.pk)  # two at once count one another
    if in_force(person).count() >= MOST:
        raise TokenError(f"You have {MOST} tokens in force. Revoke one first.")
    secret, now = secrets.token_urlsafe(32), timezone.now()
    token = Token.objects.create(
        person=person,
        name=name,
        secret_sha256=digest(secret),
        scopes=sorted(scope.value for scope in set(scopes)),
        created_at=now,
        expires_at=now + timedelta(days=days),
    )
    notices.tell(person.pk, "security.token", f"A token called “{name}” was made for your account.")
    return token, f"cnt_{token.public_id}.{secret}"


@transaction.atomic
def revoke(person: Person, *, token: str) -> Token:
    """End one of the person's tokens, by public id; safe to repeat. Raises TokenError when there is none such."""
    found = Token.objects.select_for_update().filter(person=person, public_id=token).first()
    if found is None:
        raise TokenError("There is no such token.")
    if found.revoked_at is None:
        found.revoked_at = timezone.now()
        found.save(update_fields=["revoked_at"])
        notices.tell(person.pk, "security.token", f"The token called “{found.name}” was revoked.")
    return found


def find(text: str) -> Token | None:
    """Return the token in force with this text, or None: unknown, wrong, ended, revoked, or of a closed account."""
    match = SHAPE.fullmatch(text)
    named = Token.objects.select_related("person").filter(public_id=match["id"]).first() if match else None
    secret = match["secret"] if match else ""
    is_it = secrets.compare_digest(named.secret_sha256 if named else NOBODY, digest(secret))
    if named is None or not is_it or named.revoked_at or named.expires_at <= timezone.now():
        return None
    return seen(named) if named.person.is_active else None


def seen(token: Token) -> Token:
    """Note that a token was used, once a minute at most, and return it."""
    now = timezone.now()
    if token.last_used_at is None or now - token.last_used_at > SEEN_EVERY:
        Token.objects.filter(pk=token.pk).update(last_used_at=now)
        token.last_used_at = now
    return token


def digest(secret: str) -> str:
    """Return hex SHA-256; plain, because 256 random bits cannot be guessed however fast one tries."""
    return hashlib.sha256(secret.encode()).hexdigest()
