"""GET and POST /requests, POST /requests/{id}/answer, DELETE /requests/{id}: asking for a yes, and answering."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.throttling import UserRateThrottle
from rest_framework.views import APIView

from consent.accounts.models import Person
from consent.api.answers import categories_json, no, person, refused, uses_json
from consent.errors import ConsentError, RequestError
from consent.grants import requests
from consent.grants.categories import GIVEABLE
from consent.grants.requests import Wanted, Yes
from consent.grants.rows import Request as Asked
from consent.permit import Use

USES = [use.value for use in Use]
LATEST = 100
MISSING = "There is no such request."


class Asking(UserRateThrottle):
    """A cast can be asked in a minute, a crowd cannot."""

    rate = "20/min"


class NewRequestSerializer(serializers.Serializer[Any]):
    """What is asked of whom. One video is asked for where it was refused, with its exact prompt."""

    cameo = serializers.CharField(max_length=31)
    uses = serializers.ListField(child=serializers.ChoiceField(choices=USES), allow_empty=False, max_length=len(USES))
    message = serializers.CharField(max_length=500, required=False, allow_blank=True, default="")


class AnswerToRequestSerializer(serializers.Serializer[Any]):
    """How the owner answers; uses, categories and an end belong to *approve*."""

    answer = serializers.ChoiceField(choices=["approve_once", "approve", "decline", "block"])
    uses = serializers.ListField(child=serializers.ChoiceField(choices=USES), required=False, default=list)
    categories = serializers.ListField(child=serializers.ChoiceField(choices=GIVEABLE), required=False, default=list)
    expires_at = serializers.DateTimeField(required=False, allow_null=True, default=None)


class RequestSerializer(serializers.Serializer[Any]):
    """A request as either of the two sees it; ``prompt`` and ``shots`` are exactly what would be drawn."""

    id = serializers.CharField()
    cameo = serializers.CharField()
    requester = serializers.CharField()
    uses = serializers.ListField(child=serializers.CharField())
    categories = serializers.ListField(child=serializers.CharField())
    prompt = serializers.CharField(allow_blank=True)
    shots = serializers.ListField(child=serializers.CharField())
    message = serializers.CharField(allow_blank=True)
    state = serializers.ChoiceField(choices=Asked.State.choices)
    created_at = serializers.DateTimeField()
    expires_at = serializers.DateTimeField()


class RequestsSerializer(serializers.Serializer[Any]):
    """What waits for the caller, and what the caller has asked for, each newest first."""

    to_answer = RequestSerializer(many=True)
    made = RequestSerializer(many=True)


class RequestsView(APIView):
    """The requests of one person, in both directions."""

    scopes = {"GET": "requests:read", "POST": "requests:write"}

    def get_throttles(self) -> list[Any]:
        """Slow down asking, not reading."""
        return [Asking()] if self.request.method == "POST" else []

    @extend_schema(responses=RequestsSerializer)
    def get(self, request: Request) -> Response:
        """List what waits for one's answer, also for a ward, and what one has asked for."""
        reader = person(request)
        waiting, made = requests.to_answer(reader)[:LATEST], requests.made(reader)[:LATEST]
        return Response(
            {
                "to_answer": [request_json(row, state=row.state) for row in waiting],
                "made": [request_json(row, state=requests.standing(row)) for row in made],
            }
        )

    @extend_schema(request=NewRequestSerializer, responses={201: RequestSerializer})
    def post(self, request: Request) -> Response:
        """Ask an owner for uses in general; the same again while it is open returns the one that is."""
        asked = NewRequestSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        told = asked.validated_data
        wanted = Wanted(uses=frozenset(Use(use) for use in told["uses"]), message=told["message"])
        try:
            made = requests.ask(person(request), cameo=requests.asked_of(told["cameo"]), wanted=wanted)
        except RequestError as error:
            return no(error)
        return Response(request_json(made, state=requests.standing(made)), status=status.HTTP_201_CREATED)


class RequestView(APIView):
    """One request that one has made."""

    scopes = {"DELETE": "requests:write"}

    @extend_schema(request=None, responses=RequestSerializer)
    def delete(self, request: Request, request_id: str) -> Response:
        """Take it back; somebody else's is as unknown as one that never was."""
        try:
            found = requests.withdraw(person(request), request=request_id)
        except RequestError:
            return refused(status.HTTP_404_NOT_FOUND, word="not_found", message=MISSING)
        return Response(request_json(found, state=requests.standing(found)))


class AnswerView(APIView):
    """Answering a request, as its owner or as the guardian of one under 18."""

    scopes = {"POST": "requests:write"}

    @extend_schema(request=AnswerToRequestSerializer, responses=RequestSerializer)
    def post(self, request: Request, request_id: str) -> Response:
        """Say yes to the one video, yes to uses until a day, no, or no for good."""
        reader = person(request)
        if not requests.may_answer(reader, request=request_id):
            return refused(status.HTTP_404_NOT_FOUND, word="not_found", message=MISSING)
        asked = AnswerToRequestSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        try:
            found = answered(reader, request_id=request_id, told=asked.validated_data)
        except ConsentError as error:
            return no(error)
        return Response(request_json(found, state=found.state))


def answered(reader: Person, *, request_id: str, told: dict[str, Any]) -> Asked:
    """Do what was said."""
    if told["answer"] in {"decline", "block"}:
        return requests.decline(reader, request=request_id, block=told["answer"] == "block")
    uses = frozenset(Use(use) for use in told["uses"])
    once = told["answer"] == "approve_once"
    yes = Yes(once=once, uses=uses, categories=frozenset(told["categories"]), expires_at=told["expires_at"])
    return requests.approve(reader, request=request_id, yes=yes)


def request_json(row: Asked, *, state: str) -> dict[str, Any]:
    """Return one request."""
    return {
        "id": row.public_id,
        "cameo": row.cameo.owner.handle,
        "requester": row.requester.handle,
        "uses": uses_json(row.uses),
        "categories": categories_json(row.categories),
        "prompt": row.prompt,
        "shots": row.shots,
        "message": row.message,
        "state": state,
        "created_at": row.created_at,
        "expires_at": row.expires_at,
    }
