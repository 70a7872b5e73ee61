"""The short road to a pre-check: who asks, and what they may, in one statement and nothing else.

It never refuses. Whoever is not recognised, and whatever is not plainly asked, takes the long road, which knows how to
say no, and which notes who came by which session or token. Such a note is never believed: the statement that answers
proves it as well, by the rules of Django and of :mod:`consent.accounts.tokens`.
"""

import hashlib
import logging
import secrets
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from threading import Lock
from typing import Any

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.http import HttpRequest
from rest_framework.request import Request
from rest_framework.throttling import UserRateThrottle
from rest_framework.views import APIView

from consent.accounts import tokens, transactions
from consent.accounts.models import Person
from consent.accounts.tokens import Scope
from consent.grants import graph, known, why
from consent.grants.graph import Question
from consent.permit import Answer

logger = logging.getLogger(__name__)

SESSION = """
SELECT s.session_data, p.password FROM django_session s CROSS JOIN consent_person p
WHERE s.session_key = %s AND s.expire_date > statement_timestamp() AND p.id = %s::bigint AND p.is_active"""
BEARER = """
SELECT t.secret_sha256, '' FROM consent_token t JOIN consent_person p ON p.id = t.person_id
WHERE t.public_id = %s AND t.person_id = %s::bigint AND %s = ANY (t.scopes) AND t.revoked_at IS NULL
  AND t.expires_at > statement_timestamp() AND t.last_used_at > statement_timestamp() - interval '1 minute'
  AND p.is_active"""
"""One not used for a minute takes the long road, which notes that it is."""

PLAIN = frozenset({"", "*/*", "application/json"})
PORTION = 100  # questions
MOST = 10_000
LEFT: dict[int, int] = {}
"""Person -> questions that this process may still answer before the shared count is asked again."""
CAME: dict[str, int] = {}
"""A digest of a session's key or a token -> who came by it last."""
SIGNED: dict[str, str] = {}
"""A digest of a session's row and a person's password hash -> the person whom these two sign in."""
LOCK = Lock()


class Often(UserRateThrottle):
    """300 questions a minute: enough for typing, too slow for asking about everybody.

    Every process counts the same tries, a hundred at a time: three portions a minute.
    """

    rate = "3/min"
    scope = "check"

    def allow_request(self, request: Request, view: APIView) -> bool:
        """Return whether there is one left, or another portion to be had."""
        person = request.user.pk or 0  # nobody comes so far without having signed in
        if take(person):
            return True
        if not super().allow_request(request, view):
            return False
        with LOCK:
            bound(LEFT)[person] = PORTION - 1
        return True


def take(person: int) -> bool:
    """Take one question of this person's portion, if there is one."""
    with LOCK:
        left = LEFT.get(person, 0)
        if left:
            LEFT[person] = left - 1
    return left > 0


def bound(notes: dict[Any, Any]) -> dict[Any, Any]:
    """Return the notes, emptied when there are too many."""
    if len(notes) > MOST:
        notes.clear()
    return notes


@dataclass(frozen=True, slots=True)
class Claim:
    """What a request says of who sends it: a session's key (no ``secret``), or a token's public id and secret."""

    name: str
    secret: str = ""

    @property
    def note(self) -> str:
        """Return what this claim is noted under: neither keys nor secrets are kept."""
        return hashlib.sha256(f"{self.name} {self.secret}".encode()).hexdigest()

    def asks(self, person: int, *, scope: Scope) -> tuple[str, list[str]]:
        """Return the statement that proves the claim to be this person's, and its values."""
        if self.secret:
            return BEARER, [self.name, str(person), scope.value]
        return SESSION, [self.name, str(person)]

    def is_proved(self, row: Sequence[Any], *, person: int) -> bool:
        """Return whether what the statement read proves it."""
        if not row:
            return False
        if self.secret:
            return secrets.compare_digest(row[0], tokens.digest(self.secret))
        return signed_in(*row) == str(person)


def signed_in(data: str, password: str) -> str:
    """Return whom a session's row signs in while this is their password's hash, by Django's rules; nothing for nobody.

    Both were read with the answer, and what they come to never changes: so their signatures are looked at once.
    """
    note = hashlib.sha256(f"{data} {password}".encode()).hexdigest()
    who = SIGNED.get(note) or verified(data, password)
    if who:
        with LOCK:
            bound(SIGNED)[note] = who
    return who


def verified(data: str, password: str) -> str:
    """Return the same, from the signatures."""
    session = SessionStore().decode(data)
    proof = Person(password=password).get_session_auth_hash()
    is_ours = session.get(BACKEND_SESSION_KEY) in settings.AUTHENTICATION_BACKENDS
    is_theirs = secrets.compare_digest(session.get(HASH_SESSION_KEY, ""), proof)
    return str(session.get(SESSION_KEY, "")) if is_ours and is_theirs else ""


def claim(request: HttpRequest) -> Claim | None:
    """Return what a request says of who sends it; a session does not stand in for a token that is none."""
    sent = request.META.get("HTTP_AUTHORIZATION")
    if sent is None:
        key = request.COOKIES.get(settings.SESSION_COOKIE_NAME)
        return Claim(key) if key else None
    kind, _, text = sent.partition(" ")
    match = tokens.SHAPE.fullmatch(text.strip())
    return Claim(match["id"], match["secret"]) if match and kind.lower() == "bearer" else None


def remember(request: HttpRequest, *, person: int) -> None:
    """Note who came by this session or token: they were recognised on the long road."""
    if made := claim(request):
        with LOCK:
            bound(CAME)[made.note] = person


def answers(
    request: HttpRequest, *, handles: Collection[str], uses: int, categories: frozenset[str], scope: Scope
) -> list[Answer] | None:
    """Return what the gate would answer to whoever asks; None sends the request the long road."""
    made = claim(request) if request.method == "GET" and request.META.get("HTTP_ACCEPT", "") in PLAIN else None
    person = CAME.get(made.note) if made else None
    cameos = known.remembered(handles)
    if made is None or person is None or not cameos:
        return None
    questions = [Question(person, cameo, uses, categories) for cameo in cameos.values()]
    try:
        query, values = made.asks(person, scope=scope)
        with transactions.whole():
            judged, row = graph.judge_beside(questions, query=query, values=values)
        found = dict(zip(cameos, judged, strict=bool(judged)))
        if made.is_proved(row, person=person) and known.is_about(found) and take(person):
            return [why.for_asker(answer, handle=handle) for handle, answer in found.items()]
    except Exception:
        logger.exception("quick.check_failed")
    return None
