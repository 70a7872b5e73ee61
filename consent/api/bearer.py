"""Programs that act for a person: ``Authorization: Bearer cnt_…``, and what their token may be used for.

A view says in ``scopes`` which scope each method needs. A method without one is for sessions alone, so a new view is
closed to tokens until somebody decides. The house's other apps name scopes as plain words and import nothing for it.
"""

from typing import TYPE_CHECKING

from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed, PermissionDenied, Throttled
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.throttling import SimpleRateThrottle

from consent.accounts import tokens
from consent.accounts.models import Person
from consent.accounts.tokens import Token

if TYPE_CHECKING:
    from rest_framework.views import APIView  # which imports this module, by its settings

WORD = "bearer "


class Misses(SimpleRateThrottle):
    """So many wrong tokens a minute from one address; right ones are not counted."""

    rate = "30/min"
    scope = "misses"

    def get_cache_key(self, request: Request, _view: object) -> str:
        """Count by address; nothing a client says of itself is believed."""
        return f"token-misses-{request.META.get('REMOTE_ADDR', '')}"


class PerToken(SimpleRateThrottle):
    """So many requests a minute with one token; sessions are not counted here."""

    rate = "600/min"
    scope = "token"

    def get_cache_key(self, request: Request, _view: object) -> str | None:
        """Count by token."""
        return f"token-{request.auth.pk}" if isinstance(request.auth, Token) else None


class Bearer(BaseAuthentication):
    """A person's token, sent by a program. Nothing of it is ever logged."""

    def authenticate(self, request: Request) -> tuple[Person, Token] | None:
        """Return whose token it is; None when none was sent, so that a session may be asked."""
        sent = request.headers.get("Authorization", "")
        if not sent.lower().startswith(WORD):
            return None
        token = tokens.find(sent[len(WORD) :].strip())
        if token is None:
            if not Misses().allow_request(request, None):  # type: ignore[arg-type]  # it looks at no view
                raise Throttled
            raise AuthenticationFailed("This token is unknown, has ended or was revoked.", code="token_invalid")
        return token.person, token

    def authenticate_header(self, _request: Request) -> str:
        """Return how to sign in, which makes an unknown caller's answer 401."""
        return 'Bearer realm="Countenance"'


class Scoped(BasePermission):
    """A token does what its scopes name, and nothing else; sessions do everything their person may."""

    def has_permission(self, request: Request, view: "APIView") -> bool:
        """Return whether the token's scopes cover this method, or raise with the scope that is missing."""
        if not isinstance(request.auth, Token):
            return True
        method = "GET" if request.method in {"HEAD", "OPTIONS"} else request.method
        needed = getattr(view, "scopes", {}).get(method)
        if needed is None:
            raise PermissionDenied("This is done signed in, not with a token.", code="session_only")
        if needed not in request.auth.scopes:
            raise PermissionDenied(f"This token has no scope {needed}.", code="scope_missing")
        return True
