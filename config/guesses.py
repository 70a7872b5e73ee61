"""Whose password is being guessed: what django-axes counts by."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest


def name(request: HttpRequest, credentials: Mapping[str, Any] | None = None) -> str:
    """Return the handle or address that somebody tries to sign in with, in small letters."""
    given = credentials or {}
    tried = given.get("username") or given.get("email") or request.POST.get("login") or request.POST.get("username")
    return str(tried or "").strip().lower()
