"""GET /things, DELETE /things/{id}: one's animals and objects; they are made by POST /captures with path *thing*."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from consent.api.answers import person, refused
from consent.cameos import things
from consent.cameos.models import Thing


class ThingSerializer(serializers.Serializer[Any]):
    """An animal or an object that somebody enrolled; only they may use it."""

    id = serializers.CharField(source="public_id")
    kind = serializers.ChoiceField(choices=Thing.Kind.choices)
    name = serializers.CharField()
    created_at = serializers.DateTimeField()


class ThingsView(APIView):
    """One's things."""

    @extend_schema(responses=ThingSerializer(many=True))
    def get(self, request: Request) -> Response:
        """List them, oldest first."""
        mine = Thing.objects.filter(owner=person(request)).order_by("pk")
        return Response({"things": ThingSerializer(mine, many=True).data})


class ThingView(APIView):
    """One of one's things."""

    @extend_schema(responses={204: None})
    def delete(self, request: Request, thing_id: str) -> Response:
        """Unmake it: its picture is unreadable for good when this answers."""
        thing = Thing.objects.filter(owner=person(request), public_id=thing_id).first()
        if thing is None:
            return refused(status.HTTP_404_NOT_FOUND, word="no_such_thing", message="There is no such thing of yours.")
        things.withdraw(thing)
        return Response(status=status.HTTP_204_NO_CONTENT)
