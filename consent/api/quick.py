"""The short road to a pre-check: who asks, and how often, found out in as few statements as can be.

It never refuses. Whoever is not recognised, and whatever is not plainly asked, takes the long road, which knows how to
say no. What is recognised here is what Django and :mod:`consent.api.bearer` would recognise.
"""

import secrets
from threading import Lock

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.http import HttpRequest
from rest_framework.request import Request
from rest_framework.throttling import UserRateThrottle
from rest_framework.views import APIView

from consent.accounts import prepared, tokens
from consent.accounts.models import Person
from consent.accounts.tokens import Scope

BY_SESSION = "SELECT session_data FROM django_session WHERE session_key = %s AND expire_date > statement_timestamp()"
PERSON = "SELECT password FROM consent_person WHERE id = %s::bigint AND is_active"
BEARER = """
SELECT t.secret_sha256, t.person_id FROM consent_token t JOIN consent_person p ON p.id = t.person_id
WHERE t.public_id = %s AND %s = ANY (t.scopes) AND t.revoked_at IS NULL AND t.expires_at > statement_timestamp()
  AND t.last_used_at > statement_timestamp() - interval '1 minute' AND p.is_active"""
"""One not used for a minute takes the long road, which notes that it is."""

PLAIN = frozenset({"", "*/*", "application/json"})
AT_ONCE = 100  # questions
MOST = 10_000
LEFT: dict[int, int] = {}
"""Person -> questions that this process may still answer before the shared count is asked again."""
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
            if len(LEFT) > MOST:
                LEFT.clear()
            LEFT[person] = AT_ONCE - 1
        return True


def take(person: int) -> bool:
    """Take one question of this person's portion, if there is one."""
    with LOCK:
        left = LEFT.get(person, 0)
        LEFT[person] = max(0, left - 1)
    return left > 0


def asker(request: HttpRequest, *, scope: Scope) -> int | None:
    """Return who plainly asks and may be answered at once; None sends the request the long road."""
    if request.method != "GET" or request.META.get("HTTP_ACCEPT", "") not in PLAIN:
        return None
    sent = request.META.get("HTTP_AUTHORIZATION")
    person = by_session(request) if sent is None else by_token(sent, scope=scope)
    return person if person is not None and take(person) else None


def by_session(request: HttpRequest) -> int | None:
    """Return who is signed in, by the rules of ``django.contrib.auth.get_user``."""
    rows = prepared.rows(BY_SESSION, [request.COOKIES.get(settings.SESSION_COOKIE_NAME, "")])
    session = SessionStore().decode(rows[0][0]) if rows else {}
    key, proof = session.get(SESSION_KEY, ""), session.get(HASH_SESSION_KEY, "")
    if not key.isdecimal() or session.get(BACKEND_SESSION_KEY) not in settings.AUTHENTICATION_BACKENDS:
        return None
    for (password,) in prepared.rows(PERSON, [key]):
        if secrets.compare_digest(proof, Person(password=password).get_session_auth_hash()):
            return int(key)
    return None


def by_token(sent: str, *, scope: Scope) -> int | None:
    """Return whose token this is, by the rules of ``consent.accounts.tokens.find``."""
    kind, _, text = sent.partition(" ")
    match = tokens.SHAPE.fullmatch(text.strip())
    if match is None or kind.lower() != "bearer":
        return None
    for digest, person in prepared.rows(BEARER, [match["id"], scope.value]):
        if secrets.compare_digest(digest, tokens.digest(match["secret"])):
            return int(person)
    return None
