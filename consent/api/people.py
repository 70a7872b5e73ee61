"""GET /people/{handle}, GET /follows, GET /blocks, PUT and DELETE /follows/{handle} and /blocks/{handle}."""

from collections.abc import Callable
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.throttling import UserRateThrottle
from rest_framework.views import APIView

from consent.accounts import ties
from consent.accounts.models import Block, Follow, Person
from consent.api.answers import no, person
from consent.errors import NobodyError, TieError

Tie = Callable[..., None]


class Meeting(UserRateThrottle):
    """Enough for getting to know people, too slow for listing everybody."""

    rate = "60/min"
    scope = "meeting"


class PersonSerializer(serializers.Serializer[Any]):
    """Somebody as others see them."""

    handle = serializers.CharField()
    name = serializers.CharField()
    you_follow = serializers.BooleanField()
    follows_you = serializers.BooleanField()
    you_block = serializers.BooleanField()


class FollowsSerializer(serializers.Serializer[Any]):
    """Handles of both directions, newest first."""

    following = serializers.ListField(child=serializers.CharField())
    followers = serializers.ListField(child=serializers.CharField())


class BlocksSerializer(serializers.Serializer[Any]):
    """Handles of those one has blocked, newest first; who blocks one is told to nobody."""

    blocked = serializers.ListField(child=serializers.CharField())


class PersonView(APIView):
    """Somebody."""

    scopes = {"GET": "people:read"}
    throttle_classes = [Meeting]

    @extend_schema(responses=PersonSerializer)
    def get(self, request: Request, handle: str) -> Response:
        """Say who they are; 404 where nobody is called so, and where they block the caller."""
        reader = person(request)
        try:
            found = ties.visible(handle, to=reader.pk)
        except NobodyError as error:
            return no(error)
        return Response(person_json(found, reader=reader))


class FollowsView(APIView):
    """Whom one follows, and who follows one."""

    scopes = {"GET": "people:read"}

    @extend_schema(responses=FollowsSerializer)
    def get(self, request: Request) -> Response:
        """List both."""
        me = person(request)
        following = Follow.objects.filter(src=me, dst__is_active=True).order_by("-pk")
        followers = Follow.objects.filter(dst=me, src__is_active=True).order_by("-pk")
        return Response(
            {
                "following": list(following.values_list("dst__handle", flat=True)),
                "followers": list(followers.values_list("src__handle", flat=True)),
            }
        )


class BlocksView(APIView):
    """Whom one has blocked."""

    scopes = {"GET": "people:read"}

    @extend_schema(responses=BlocksSerializer)
    def get(self, request: Request) -> Response:
        """List them."""
        rows = Block.objects.filter(src=person(request)).order_by("-pk")
        return Response({"blocked": list(rows.values_list("dst__handle", flat=True))})


class TieView(APIView):
    """One tie between the caller and somebody: there after PUT, gone after DELETE, however often either is sent."""

    scopes = {"PUT": "people:write", "DELETE": "people:write"}
    throttle_classes = [Meeting]
    make: Tie
    end: Tie

    @extend_schema(request=None, responses=PersonSerializer)
    def put(self, request: Request, handle: str) -> Response:
        """Make it."""
        return self.tied(request, handle=handle, tie=type(self).make)

    @extend_schema(request=None, responses=PersonSerializer)
    def delete(self, request: Request, handle: str) -> Response:
        """End it; what it let in is out when this answers."""
        return self.tied(request, handle=handle, tie=type(self).end)

    def tied(self, request: Request, *, handle: str, tie: Tie) -> Response:
        """Do it and say how the two stand now."""
        me = person(request)
        try:
            found = ties.visible(handle, to=me.pk)
            tie(me.pk, dst=found.pk)
        except (NobodyError, TieError) as error:
            return no(error)
        return Response(person_json(found, reader=me), status=status.HTTP_200_OK)


class FollowView(TieView):
    """Following somebody."""

    make = staticmethod(ties.follow)
    end = staticmethod(ties.unfollow)


class BlockView(TieView):
    """Blocking somebody; it ends everything between the two."""

    make = staticmethod(ties.block)
    end = staticmethod(ties.unblock)


def person_json(found: Person, *, reader: Person) -> dict[str, Any]:
    """Return somebody as another person sees them."""
    return {
        "handle": found.handle,
        "name": found.get_full_name(),
        "you_follow": Follow.objects.filter(src=reader, dst=found).exists(),
        "follows_you": Follow.objects.filter(src=found, dst=reader).exists(),
        "you_block": Block.objects.filter(src=reader, dst=found).exists(),
    }
