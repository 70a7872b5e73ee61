"""GET and POST /tokens, DELETE /tokens/{id}: in a session alone; a token never makes another."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.throttling import UserRateThrottle
from rest_framework.views import APIView

from consent.accounts import tokens
from consent.accounts.tokens import Scope, Token
from consent.api.answers import person, refused
from consent.errors import TokenError


class NewTokenSerializer(serializers.Serializer[Any]):
    """What a program is to be let do, and for how many days."""

    name = serializers.CharField(max_length=60)
    scopes = serializers.ListField(
        child=serializers.ChoiceField(choices=[scope.value for scope in Scope]), allow_empty=False
    )
    days = serializers.IntegerField(min_value=1, max_value=tokens.LONGEST.days, default=90)


class TokenSerializer(serializers.Serializer[Any]):
    """A token as its person sees it; never its secret."""

    id = serializers.CharField(source="public_id")
    name = serializers.CharField()
    scopes = serializers.ListField(child=serializers.ChoiceField(choices=[scope.value for scope in Scope]))
    created_at = serializers.DateTimeField()
    expires_at = serializers.DateTimeField()
    revoked_at = serializers.DateTimeField(allow_null=True)
    last_used_at = serializers.DateTimeField(allow_null=True)


class MadeTokenSerializer(TokenSerializer):
    """A token just made: ``token`` is shown this once."""

    token = serializers.CharField()


class TokensSerializer(serializers.Serializer[Any]):
    """All of a person's tokens."""

    tokens = TokenSerializer(many=True)


class Seldom(UserRateThrottle):
    """Nobody needs more tokens than this in an hour."""

    rate = "30/hour"
    scope = "tokens"


class TokensView(APIView):
    """One's own tokens."""

    def get_throttles(self) -> list[Any]:
        """Slow down making, not looking."""
        return [Seldom()] if self.request.method == "POST" else super().get_throttles()

    @extend_schema(responses=TokensSerializer)
    def get(self, request: Request) -> Response:
        """List them, newest first, those that have ended too."""
        rows = Token.objects.filter(person=person(request)).order_by("-pk")
        return Response({"tokens": TokenSerializer(rows, many=True).data})

    @extend_schema(request=NewTokenSerializer, responses={201: MadeTokenSerializer})
    def post(self, request: Request) -> Response:
        """Make one; its text is in this answer and nowhere else."""
        asked = NewTokenSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        told = asked.validated_data
        try:
            scopes = [Scope(scope) for scope in told["scopes"]]
            made, text = tokens.make(person(request), name=told["name"], scopes=scopes, days=told["days"])
        except TokenError as error:
            return refused(status.HTTP_400_BAD_REQUEST, word="token", message=str(error), advice="Change the request.")
        body = {**TokenSerializer(made).data, "token": text}
        return Response(body, status=status.HTTP_201_CREATED, headers={"Cache-Control": "no-store"})


class TokenView(APIView):
    """One of one's own tokens."""

    @extend_schema(request=None, responses=TokenSerializer)
    def delete(self, request: Request, token_id: str) -> Response:
        """End it; it is refused from the next request on."""
        try:
            return Response(TokenSerializer(tokens.revoke(person(request), token=token_id)).data)
        except TokenError as error:
            return refused(status.HTTP_404_NOT_FOUND, word="not_found", message=str(error), advice="Check the address.")
