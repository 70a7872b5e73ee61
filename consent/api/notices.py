"""GET /notices, POST /notices/read, POST /notices/{id}/read; GET and PUT /notice-preferences."""

from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from consent.accounts import notices
from consent.accounts.kinds import KINDS
from consent.accounts.letterbox import Channel
from consent.accounts.models import Notice
from consent.api.answers import no, person, refused
from consent.errors import NoticeError

A_PAGE = 100


class NoticeSerializer(serializers.Serializer[Any]):
    """One sentence, and the public id of what it is about."""

    id = serializers.CharField()
    kind = serializers.CharField()
    sentence = serializers.CharField()
    about = serializers.CharField(allow_blank=True)
    at = serializers.DateTimeField()
    read_at = serializers.DateTimeField(allow_null=True)


class NoticesSerializer(serializers.Serializer[Any]):
    """The newest hundred; ``before`` asks for those that came before one of them."""

    unread = serializers.IntegerField()
    notices = NoticeSerializer(many=True)


class ReadSerializer(serializers.Serializer[Any]):
    """How many were marked as read just now."""

    read = serializers.IntegerField()


class PreferenceSerializer(serializers.Serializer[Any]):
    """One choice; a locked channel is always on."""

    kind = serializers.ChoiceField(choices=[(name, kind.words) for name, kind in KINDS.items()])
    channel = serializers.ChoiceField(choices=Channel.choices)
    wanted = serializers.BooleanField()
    locked = serializers.BooleanField(read_only=True)


class PreferencesSerializer(serializers.Serializer[Any]):
    """Every kind and channel."""

    preferences = PreferenceSerializer(many=True)


class NoticesView(APIView):
    """One's inbox."""

    scopes = {"GET": "notices:read"}

    @extend_schema(parameters=[OpenApiParameter("before", str)], responses=NoticesSerializer)
    def get(self, request: Request) -> Response:
        """List the newest, or what came before a notice."""
        me, before = person(request), request.query_params.get("before", "")
        rows = Notice.objects.filter(person=me).order_by("-pk")
        if before:
            rows = rows.filter(pk__lt=Notice.objects.filter(person=me, public_id=before).values("pk"))
        listed = [notice_json(row) for row in rows[:A_PAGE]]
        return Response({"unread": notices.unread(me.pk), "notices": listed})


class ReadAllView(APIView):
    """All of one's notices."""

    scopes = {"POST": "notices:write"}

    @extend_schema(request=None, responses=ReadSerializer)
    def post(self, request: Request) -> Response:
        """Mark them as read."""
        return Response({"read": notices.read(person(request).pk)})


class ReadView(APIView):
    """One of one's notices."""

    scopes = {"POST": "notices:write"}

    @extend_schema(request=None, responses=NoticeSerializer)
    def post(self, request: Request, notice_id: str) -> Response:
        """Mark it as read; somebody else's is as unknown as none."""
        me = person(request)
        notices.read(me.pk, notice=notice_id)
        found = Notice.objects.filter(person=me, public_id=notice_id).first()
        if found is None:
            message = "There is no such notice of yours."
            return refused(status.HTTP_404_NOT_FOUND, word="not_found", message=message, advice="Check the address.")
        return Response(notice_json(found))


class NoticePreferencesView(APIView):
    """What one wants to be told, and how."""

    scopes = {"GET": "notices:read", "PUT": "notices:write"}

    @extend_schema(responses=PreferencesSerializer)
    def get(self, request: Request) -> Response:
        """List every kind and channel."""
        return Response({"preferences": preferences_json(person(request).pk)})

    @extend_schema(request=PreferenceSerializer, responses=PreferencesSerializer)
    def put(self, request: Request) -> Response:
        """Choose; what concerns one's likeness or account cannot be turned off."""
        asked = PreferenceSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        told = asked.validated_data
        try:
            channel = Channel(told["channel"])
            notices.prefer(person(request).pk, name=told["kind"], channel=channel, wanted=told["wanted"])
        except NoticeError as error:
            return no(error)
        return Response({"preferences": preferences_json(person(request).pk)})


def notice_json(row: Notice) -> dict[str, Any]:
    """Return a notice as its reader sees it."""
    return {
        "id": row.public_id,
        "kind": row.kind,
        "sentence": row.sentence,
        "about": row.about,
        "at": row.created_at,
        "read_at": row.read_at,
    }


def preferences_json(reader: int) -> list[dict[str, Any]]:
    """Return every choice."""
    return [
        {
            "kind": name,
            "channel": channel.value,
            "wanted": wanted,
            "locked": notices.is_locked(KINDS[name], channel=channel),
        }
        for name, chosen in notices.preferences(reader).items()
        for channel, wanted in chosen.items()
    ]
