"""GET /permissions/check: what the gate would answer now, for the one who asks and nobody else."""

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.throttling import UserRateThrottle
from rest_framework.views import APIView

from consent import gate
from consent.api.answers import person, refused
from consent.api.serializers import AnswersSerializer
from consent.permit import Use

AT_ONCE = 16


class Often(UserRateThrottle):
    """Enough for typing, too slow for asking about everybody."""

    rate = "300/min"


class CheckView(APIView):
    """Questions before a request is made."""

    scopes = {"GET": "permissions:read"}
    throttle_classes = [Often]

    @extend_schema(
        parameters=[
            OpenApiParameter("cameo", str, many=True, required=True, description="A handle; up to 16 of them."),
            OpenApiParameter("use", str, enum=[use.value for use in Use], default="generate"),
        ],
        responses=AnswersSerializer,
    )
    def get(self, request: Request) -> Response:
        """Say for each cameo whether it may be used, and if not, why; it promises nothing for later."""
        handles = [part for given in request.query_params.getlist("cameo") for part in given.split(",") if part.strip()]
        use = request.query_params.get("use", Use.GENERATE.value)
        if not 1 <= len(handles) <= AT_ONCE or use not in set(Use):
            message = f"Ask about 1 to {AT_ONCE} cameos, and one of the uses {', '.join(Use)}."
            return refused(status.HTTP_400_BAD_REQUEST, word="invalid", message=message)
        answers = gate.check(person(request).pk, handles, Use(use))
        return Response(
            {
                "answers": [
                    {
                        "cameo": answer.handle,
                        "may": answer.may,
                        "reason": answer.reason,
                        "sentence": answer.sentence,
                        "advice": answer.advice,
                    }
                    for answer in answers
                ]
            }
        )
