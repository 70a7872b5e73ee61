"""How the API says no: one shape, ``{"error": {"code", "message", "advice"}}``, for every refusal."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import exception_handler

ADVICE = {
    400: "Check what you sent against the schema at /api/v1/schema.",
    401: "Sign in first.",
    403: "Sign in with the account this belongs to.",
    404: "Check the address.",
    429: "Wait a little, then try again.",
}


def refuse(error: Exception, context: dict[str, Any]) -> Response | None:
    """Translate what REST framework raised into our shape; anything else stays a surprise (500, logged)."""
    answer = exception_handler(error, context)
    if answer is None or (isinstance(answer.data, dict) and "error" in answer.data):
        return answer
    answer.data = {
        "error": {
            "code": code_of(error),
            "message": sentence(answer.data),
            "advice": ADVICE.get(answer.status_code, ""),
        }
    }
    return answer


def code_of(error: Exception) -> str:
    """Return the machine's word for an error."""
    if isinstance(error, Http404):
        return "not_found"
    if isinstance(error, PermissionDenied):
        return "permission_denied"
    if isinstance(error, exceptions.ValidationError):
        return "invalid"
    return str(getattr(error, "default_code", "error"))


def sentence(data: object) -> str:
    """Return the first complaint as one sentence, with the field it is about."""
    if isinstance(data, dict):
        name, value = next(iter(data.items()), ("", ""))
        said = sentence(value)
        return said if name in {"detail", "non_field_errors", ""} else f"{name}: {said}"
    if isinstance(data, list):
        return sentence(data[0]) if data else "It was not understood."
    return str(data)
