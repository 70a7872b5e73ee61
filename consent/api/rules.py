"""GET, POST and PUT /rules, DELETE /rules/{id}: preferences in one's own words, and the rules they become."""

from collections.abc import Iterable
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from consent.accounts.models import Person
from consent.api.answers import no, person, refused
from consent.cameos.models import Cameo
from consent.errors import CameoStateError, PreferenceError
from consent.grants import preferences
from consent.grants.compiling import MOST_CLAUSES
from consent.grants.rows import Rule


class TextSerializer(serializers.Serializer[Any]):
    """What one wants, and never wants, in one's own words."""

    text = serializers.CharField(max_length=4000)


class ConfirmSerializer(serializers.Serializer[Any]):
    """The proposed rules to put in force; the others are dropped."""

    rules = serializers.ListField(child=serializers.CharField(max_length=16), max_length=MOST_CLAUSES * 2)


class RuleSerializer(serializers.Serializer[Any]):
    """A clause, the rule it became, and how many of one's past appearances it would have refused."""

    id = serializers.CharField()
    clause = serializers.CharField()
    kind = serializers.ChoiceField(choices=Rule.Kind.choices)
    meaning = serializers.CharField()
    state = serializers.ChoiceField(choices=Rule.State.choices)
    would_have_refused = serializers.IntegerField()
    past = serializers.IntegerField()


class RulesSerializer(serializers.Serializer[Any]):
    """Rules in the order in which they were written."""

    rules = RuleSerializer(many=True)


class RulesView(APIView):
    """One's own rules."""

    scopes = {"GET": "grants:read", "POST": "grants:write", "PUT": "grants:write"}

    @extend_schema(responses=RulesSerializer)
    def get(self, request: Request) -> Response:
        """List those in force and those that wait to be confirmed."""
        cameo = Cameo.objects.filter(owner=person(request)).first()
        if cameo is None:
            return Response({"rules": []})
        return rules_json([*preferences.in_force(cameo), *preferences.waiting(cameo)])

    @extend_schema(request=TextSerializer, responses={201: RulesSerializer})
    def post(self, request: Request) -> Response:
        """Compile a text and show what it would become; nothing is in force before it is confirmed."""
        asked = TextSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        try:
            proposed = preferences.propose(person(request), text=asked.validated_data["text"])
        except (PreferenceError, CameoStateError) as error:
            return no(error)
        return rules_json(proposed, code=status.HTTP_201_CREATED)

    @extend_schema(request=ConfirmSerializer, responses=RulesSerializer)
    def put(self, request: Request) -> Response:
        """Put proposed rules in force; what they forbid has stopped when this answers."""
        asked = ConfirmSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        try:
            return rules_json(preferences.confirm(person(request), rules=asked.validated_data["rules"]))
        except CameoStateError as error:
            return no(error)


class RuleView(APIView):
    """One rule of one's own."""

    scopes = {"DELETE": "grants:write"}

    @extend_schema(request=None, responses=RuleSerializer)
    def delete(self, request: Request, rule_id: str) -> Response:
        """Take it out of force; somebody else's is as unknown as one that never was."""
        owner: Person = person(request)
        try:
            return Response(rule_json(preferences.remove(owner, rule=rule_id)))
        except (PreferenceError, CameoStateError):
            return refused(status.HTTP_404_NOT_FOUND, word="not_found", message="There is no such rule.")


def rules_json(rules: Iterable[Rule], *, code: int = status.HTTP_200_OK) -> Response:
    """Return several rules."""
    return Response({"rules": [rule_json(rule) for rule in rules]}, status=code)


def rule_json(rule: Rule) -> dict[str, Any]:
    """Return one rule."""
    tried = preferences.tried(rule)
    return {
        "id": rule.public_id,
        "clause": rule.clause,
        "kind": rule.kind,
        "meaning": preferences.meaning(rule),
        "state": rule.state,
        "would_have_refused": tried.refused,
        "past": tried.past,
    }
