"""GET and POST /invites, POST /invites/{id}/replace, POST /birth-date: signed in, never by token."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.throttling import UserRateThrottle
from rest_framework.views import APIView

from consent.accounts import correction, invites
from consent.accounts.birthdays import BirthChange
from consent.accounts.invitation import EACH, Invite
from consent.api.answers import no, person, refused
from consent.errors import BirthdayError, InviteError


class Inviting(UserRateThrottle):
    """Codes are made and replaced by hand."""

    rate = "30/hour"
    scope = "inviting"


class InviteSerializer(serializers.Serializer[Any]):
    """One invite; its code is told when it is made, and never again."""

    id = serializers.CharField()
    used_by = serializers.CharField(allow_null=True)
    used_at = serializers.DateTimeField(allow_null=True)
    made_at = serializers.DateTimeField()


class InvitesSerializer(serializers.Serializer[Any]):
    """One's invites, and how many more one can make."""

    invites = InviteSerializer(many=True)
    left = serializers.IntegerField()


class CodeSerializer(serializers.Serializer[Any]):
    """A code, told once."""

    code = serializers.CharField()


class BirthDateSerializer(serializers.Serializer[Any]):
    """Another birth date, and why."""

    birth_date = serializers.DateField()
    reason = serializers.CharField(max_length=300, required=False, allow_blank=True, default="")


class BirthChangeSerializer(serializers.Serializer[Any]):
    """How the correction stands; until it is decided the stricter date holds."""

    id = serializers.CharField()
    state = serializers.ChoiceField(choices=BirthChange.State.choices)


class InvitesView(APIView):
    """One's invites."""

    def get_throttles(self) -> list[Any]:
        """Slow down making, not reading."""
        return [Inviting()] if self.request.method == "POST" else []

    @extend_schema(responses=InvitesSerializer)
    def get(self, request: Request) -> Response:
        """List them."""
        rows = Invite.objects.filter(inviter=person(request)).select_related("redeemed_by").order_by("slot")
        return Response({"invites": [invite_json(row) for row in rows], "left": EACH - len(rows)})

    @extend_schema(request=None, responses={201: CodeSerializer})
    def post(self, request: Request) -> Response:
        """Make one; its code is in this answer and nowhere else."""
        try:
            return Response({"code": invites.make(person(request))}, status=status.HTTP_201_CREATED)
        except InviteError as error:
            return no(error)


class ReplaceView(APIView):
    """An invite that was not used."""

    throttle_classes = [Inviting]

    @extend_schema(request=None, responses=CodeSerializer)
    def post(self, request: Request, invite_id: str) -> Response:
        """Give it another code; the old one is worth nothing from now on."""
        try:
            return Response({"code": invites.replace(person(request), invite=invite_id)})
        except InviteError as error:  # used, somebody else's, or none at all: told as one
            return refused(status.HTTP_404_NOT_FOUND, word="not_found", message=str(error), advice="Check the address.")


class BirthDateView(APIView):
    """One's birth date, which is told once."""

    throttle_classes = [Inviting]

    @extend_schema(request=BirthDateSerializer, responses={202: BirthChangeSerializer})
    def post(self, request: Request) -> Response:
        """Ask for a correction."""
        asked = BirthDateSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        told = asked.validated_data
        try:
            change = correction.ask(person(request), birth_date=told["birth_date"], reason=told["reason"])
        except BirthdayError as error:
            return no(error)
        return Response({"id": change.public_id, "state": change.state}, status=status.HTTP_202_ACCEPTED)


def invite_json(row: Invite) -> dict[str, Any]:
    """Return an invite as its inviter sees it."""
    return {
        "id": row.public_id,
        "used_by": row.redeemed_by.handle if row.redeemed_by else None,
        "used_at": row.redeemed_at,
        "made_at": row.created_at,
    }
