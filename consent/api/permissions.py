"""GET /permissions/check: what the gate would answer now; GET /permissions/why: the whole truth about one's own."""

from collections.abc import Iterable
from typing import Any

from django.http import JsonResponse, QueryDict
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from consent import gate
from consent.accounts.models import Person
from consent.accounts.tokens import Scope
from consent.api import quick
from consent.api.answers import person, refused
from consent.api.quick import Often
from consent.api.serializers import AnswerSerializer, AnswersSerializer
from consent.grants import why
from consent.grants.categories import NAMES
from consent.grants.uses import BITS
from consent.permit import Answer, Use

AT_ONCE = 16
KNOWN = frozenset(NAMES)
USES = {use.value: use for use in Use}
COMPACT = {"ensure_ascii": False, "separators": (",", ":")}
USE = OpenApiParameter("use", str, enum=[use.value for use in Use], default="generate")
CATEGORY = OpenApiParameter("category", str, many=True, enum=list(NAMES), description="What the video touches.")


class CheckView(APIView):
    """Questions before a request is made."""

    scopes = {"GET": "permissions:read"}
    throttle_classes = [Often]

    @extend_schema(
        parameters=[
            OpenApiParameter("cameo", str, many=True, required=True, description="A handle; up to 16 of them."),
            USE,
            CATEGORY,
        ],
        responses=AnswersSerializer,
    )
    def get(self, request: Request) -> Response:
        """Say for each cameo whether the caller may use it, and if not, why; it promises nothing for later.

        What somebody decided against the caller is not told apart from what everybody else hears.
        """
        asked = question(request.query_params)
        if asked is None:
            message = f"Ask about 1 to {AT_ONCE} cameos, one of the uses {', '.join(Use)}, and categories that exist."
            return refused(status.HTTP_400_BAD_REQUEST, word="invalid", message=message)
        quick.remember(request, person=person(request).pk)
        handles, use, about = asked
        return Response(answers_json(gate.check(person(request).pk, handles, use, about)))

    def dispatch(self, request: Any, *args: Any, **kwargs: Any) -> Any:  # noqa: ANN401  (REST framework's)
        """Answer what is plainly asked on the short road; everything else goes on to ``get``."""
        if asked := question(request.GET):
            handles, use, about = asked
            scope = Scope.PERMISSIONS_READ
            found = quick.answers(request, handles=handles, uses=BITS[use], categories=about, scope=scope)
            if found is not None:
                vary = {"Vary": "Accept, Authorization, Cookie"}
                return JsonResponse(answers_json(found), json_dumps_params=COMPACT, headers=vary)
        return super().dispatch(request, *args, **kwargs)


class WhyView(APIView):
    """Why somebody may, or may not, use one's own cameo."""

    scopes = {"GET": "grants:read"}
    throttle_classes = [Often]

    @extend_schema(
        parameters=[OpenApiParameter("person", str, required=True, description="A handle."), USE, CATEGORY],
        responses=AnswerSerializer,
    )
    def get(self, request: Request) -> Response:
        """Say what would be answered to this person now, and by which rule, row or clause of one's own."""
        use, about = wanted(request.query_params), listed(request.query_params, "category")
        if use is None or not set(about) <= set(NAMES):
            return refused(status.HTTP_400_BAD_REQUEST, word="invalid", message="Ask about a use that exists.")
        handle = request.query_params.get("person", "")
        asker = Person.objects.filter(handle=handle.strip().removeprefix("@").lower()).first()
        if asker is None:
            message = "Nobody here is called that."
            return refused(status.HTTP_400_BAD_REQUEST, word="no_such_person", message=message)
        return Response(answer_json(why.ask(person(request), asker=asker, use=use, categories=frozenset(about))))


def question(given: QueryDict) -> tuple[list[str], Use, frozenset[str]] | None:
    """Return the handles, the use and the categories that are asked about; None when it cannot be asked so."""
    handles, use, about = listed(given, "cameo"), wanted(given), frozenset(listed(given, "category"))
    if not 1 <= len(handles) <= AT_ONCE or use is None or not about <= KNOWN:
        return None
    return handles, use, about


def listed(given: QueryDict, name: str) -> list[str]:
    """Return a parameter that may be repeated, or hold several things with commas between them."""
    return [part.strip() for value in given.getlist(name) for part in value.split(",") if part.strip()]


def wanted(given: QueryDict) -> Use | None:
    """Return the use that is asked about, None for one that does not exist."""
    return USES.get(given.get("use", Use.GENERATE.value))


def answers_json(found: Iterable[Answer]) -> dict[str, Any]:
    """Return all answers."""
    return {"answers": [answer_json(answer) for answer in found]}


def answer_json(answer: Answer) -> dict[str, Any]:
    """Return one answer."""
    return {
        "cameo": answer.handle,
        "may": answer.may,
        "reason": answer.reason,
        "sentence": answer.sentence,
        "advice": answer.advice,
        "clause": answer.clause,
        "path": list(answer.path),
    }
