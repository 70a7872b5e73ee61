"""How the API says no: one shape, ``{"error": {"code", "message", "advice"}}``, for every refusal."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, JsonResponse
from drf_spectacular.utils import extend_schema
from rest_framework import exceptions
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView, exception_handler

ADVICE = {
    400: "Check what you sent against the schema at /api/v1/schema.",
    401: "Sign in, or send a token that is in force.",
    403: "Sign in with the account this belongs to, or use a token with this scope.",
    404: "Check the address.",
    405: "Look at the schema at /api/v1/schema.",
    406: "Ask for application/json.",
    413: "Send something smaller.",
    415: "Look at the schema at /api/v1/schema.",
    429: "Wait a little, then try again.",
}
UNKNOWN = "There is nothing here by this name, or it is not yours to see."
STRANGE = "This request did not come from one of our pages."


def refuse(error: Exception, context: dict[str, Any]) -> Response | None:
    """Translate what REST framework raised into our shape; anything else stays a surprise (500, logged)."""
    answer = exception_handler(error, context)
    if answer is None or (isinstance(answer.data, dict) and "error" in answer.data):
        return answer
    code = code_of(error)
    said = {"not_found": UNKNOWN, "csrf_failed": STRANGE}.get(code) or sentence(answer.data)
    answer.data = shape(code, said, ADVICE.get(answer.status_code, ""))
    return answer


def shape(code: str, message: str, advice: str = "") -> dict[str, Any]:
    """Return the one shape."""
    return {"error": {"code": code, "message": message, "advice": advice}}


def code_of(error: Exception) -> str:
    """Return the machine's word for an error."""
    if isinstance(error, Http404 | exceptions.NotFound):
        return "not_found"  # whatever was looked for: its name would be a hint
    if isinstance(error, exceptions.ValidationError):
        return "invalid"
    if isinstance(error, PermissionDenied):
        return "permission_denied"
    if isinstance(error, exceptions.PermissionDenied) and str(error.detail).startswith("CSRF"):
        return "csrf_failed"
    codes = error.get_codes() if isinstance(error, exceptions.APIException) else "error"
    return codes if isinstance(codes, str) else "error"


def sentence(data: object) -> str:
    """Return the first complaint as one sentence, with the field it is about."""
    if isinstance(data, dict):
        name, value = next(iter(data.items()), ("", ""))
        said = sentence(value)
        return said if name in {"detail", "non_field_errors", ""} else f"{name}: {said}"
    if isinstance(data, list):
        return sentence(data[0]) if data else "It was not understood."
    return str(data)


def too_large(_request: HttpRequest) -> JsonResponse:
    """Return the refusal of a body that was not read."""
    return JsonResponse(shape("too_large", "What you sent is larger than we read here.", ADVICE[413]), status=413)


@extend_schema(exclude=True)
class NothingHere(APIView):
    """Every address of the API that is none: the same answer as for what is somebody else's."""

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401, ARG002  (REST framework's)
        """Answer before anybody is asked who they are."""
        raise Http404
