"""/stewards: who acts in whose place; claiming, naming, accepting, ending, and acting; signed in, never by token."""

from typing import Any

from django.db.models import Q
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.throttling import UserRateThrottle
from rest_framework.views import APIView

from consent.accounts import stewards, ties
from consent.accounts.models import Person
from consent.accounts.stewardship import OPEN, Power, Steward
from consent.api.answers import cameo_json, no, person
from consent.api.serializers import CameoSerializer
from consent.errors import CameoStateError, ConsentError, NobodyError, StewardError
from consent.grants import stewardship


class Claiming(UserRateThrottle):
    """Each one takes a moderator's time."""

    rate = "10/hour"
    scope = "claiming"


class NewStewardSerializer(serializers.Serializer[Any]):
    """``estate``: the caller acts for ``person``; ``delegate``: ``person`` acts for the caller, within ``powers``."""

    person = serializers.CharField(max_length=31)
    role = serializers.ChoiceField(choices=Steward.Role.choices)
    powers = serializers.ListField(child=serializers.ChoiceField(choices=Power.choices), required=False, default=list)
    evidence = serializers.CharField(max_length=1000)
    until = serializers.DateTimeField()


class StewardSerializer(serializers.Serializer[Any]):
    """One stewardship, as either of the two sees it."""

    id = serializers.CharField()
    owner = serializers.CharField()
    steward = serializers.CharField()
    role = serializers.ChoiceField(choices=Steward.Role.choices)
    powers = serializers.ListField(child=serializers.ChoiceField(choices=Power.choices))
    state = serializers.ChoiceField(choices=Steward.State.choices)
    until = serializers.DateTimeField()


class StewardsSerializer(serializers.Serializer[Any]):
    """Those that have not ended."""

    stewards = StewardSerializer(many=True)


class AgreeSerializer(serializers.Serializer[Any]):
    """Yes or no."""

    agree = serializers.BooleanField()


class StewardsView(APIView):
    """One's own, from either side."""

    def get_throttles(self) -> list[Any]:
        """Slow down claiming, not reading."""
        return [Claiming()] if self.request.method == "POST" else []

    @extend_schema(responses=StewardsSerializer)
    def get(self, request: Request) -> Response:
        """List those that have not ended."""
        me = person(request)
        rows = Steward.objects.filter(Q(owner=me) | Q(steward=me), state__in=OPEN).select_related("owner", "steward")
        return Response({"stewards": [steward_json(row) for row in rows.order_by("pk")]})

    @extend_schema(request=NewStewardSerializer, responses={201: StewardSerializer})
    def post(self, request: Request) -> Response:
        """Claim an estate, or name a delegate; a moderator decides before anything may be done."""
        asked = NewStewardSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        try:
            made = begun(person(request), told=asked.validated_data)
        except (NobodyError, StewardError) as error:
            return no(error)
        return Response(steward_json(made), status=status.HTTP_201_CREATED)


class StewardView(APIView):
    """One stewardship of one's own."""

    @extend_schema(request=None, responses=StewardSerializer)
    def delete(self, request: Request, steward_id: str) -> Response:
        """End it, from either side; nothing more is done under it when this answers."""
        try:
            return Response(steward_json(stewards.end(person(request), stewardship=steward_id)))
        except StewardError as error:
            return no(error)


class AcceptView(APIView):
    """A delegate's yes."""

    @extend_schema(request=None, responses=StewardSerializer)
    def post(self, request: Request, steward_id: str) -> Response:
        """Say it; a moderator decides next."""
        try:
            return Response(steward_json(stewards.accept(person(request), stewardship=steward_id)))
        except StewardError as error:
            return no(error)


class ActView(APIView):
    """Acting in somebody's place."""

    @extend_schema(request=None, responses=CameoSerializer)
    def post(self, request: Request, steward_id: str, action: str) -> Response:
        """Pause, resume or withdraw; the owner's receipt says by whose hand."""
        me = person(request)
        try:
            row = stewards.own(me, stewardship=steward_id)
            cameo = stewardship.act(me, owner=row.owner, what=action)
        except (StewardError, CameoStateError) as error:
            return no(error)
        return Response(cameo_json(cameo, owner=row.owner))


class StewardAppearanceView(APIView):
    """One video that shows somebody in whose place the caller acts."""

    @extend_schema(request=None, responses={204: None})
    def delete(self, request: Request, steward_id: str, appearance_id: str) -> Response:
        """Take it down, with all that is made from it; the owner's receipt says by whose hand."""
        me = person(request)
        try:
            row = stewards.own(me, stewardship=steward_id)
            stewardship.delete(me, owner=row.owner, appearance=appearance_id)
        except StewardError as error:
            return no(error)
        return Response(status=status.HTTP_204_NO_CONTENT)


class StewardRequestView(APIView):
    """One request to somebody in whose place the caller acts."""

    @extend_schema(request=AgreeSerializer, responses={204: None})
    def post(self, request: Request, steward_id: str, request_id: str) -> Response:
        """Answer it: yes to exactly what is asked, or no."""
        asked, me = AgreeSerializer(data=request.data), person(request)
        asked.is_valid(raise_exception=True)
        try:
            row = stewards.own(me, stewardship=steward_id)
            stewardship.answer(me, owner=row.owner, request=request_id, agree=asked.validated_data["agree"])
        except ConsentError as error:
            return no(error)
        return Response(status=status.HTTP_204_NO_CONTENT)


def begun(me: Person, *, told: dict[str, Any]) -> Steward:
    """Write down what was asked for."""
    other = ties.visible(told["person"], to=me.pk)
    evidence, until = told["evidence"], told["until"]
    if told["role"] == Steward.Role.ESTATE:
        return stewards.claim(me, owner=other, evidence=evidence, until=until)
    powers = [Power(power) for power in told["powers"]]
    return stewards.name(me, steward=other, powers=powers, evidence=evidence, until=until)


def steward_json(row: Steward) -> dict[str, Any]:
    """Return one as either of the two sees it; the evidence is for moderators alone."""
    return {
        "id": row.public_id,
        "owner": row.owner.handle,
        "steward": row.steward.handle,
        "role": row.role,
        "powers": row.powers,
        "state": row.state,
        "until": row.expires_at,
    }
