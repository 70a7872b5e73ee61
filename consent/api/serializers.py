"""What may be sent, and what comes back. Nothing else a client sends is read, least of all its own word for consent."""

from typing import Any

from rest_framework import serializers

from consent.cameos.models import Cameo
from consent.grants.categories import GIVEABLE
from consent.permit import Use


class AudienceSerializer(serializers.Serializer[Any]):
    """Whom to let in."""

    audience = serializers.ChoiceField(choices=Cameo.Audience.choices)


class NewGrantSerializer(serializers.Serializer[Any]):
    """Whom to let use it, for what, until when."""

    person = serializers.CharField(max_length=31)
    uses = serializers.ListField(
        child=serializers.ChoiceField(choices=[use.value for use in Use]), allow_empty=False, max_length=len(Use)
    )
    categories = serializers.ListField(
        child=serializers.ChoiceField(choices=GIVEABLE),
        required=False,
        default=list,
        max_length=len(GIVEABLE),
        help_text="Sensitive categories it is given for; each is off unless named.",
    )
    effect = serializers.ChoiceField(choices=["grant", "denial"], default="grant")
    expires_at = serializers.DateTimeField(required=False, allow_null=True, default=None)


class CameoSerializer(serializers.Serializer[Any]):
    """A cameo as its owner sees it."""

    handle = serializers.CharField()
    state = serializers.ChoiceField(choices=Cameo.State.choices)
    audience = serializers.ChoiceField(choices=Cameo.Audience.choices)
    enrolled_at = serializers.DateTimeField(allow_null=True)


class GrantSerializer(NewGrantSerializer):
    """A grant as its owner sees it; ``receipt`` is the digest that stands in the public log."""

    id = serializers.CharField()
    receipt = serializers.CharField()
    draft = serializers.CharField(allow_null=True, help_text="Digest of the one video it is for, if it is for one.")


class GrantsSerializer(serializers.Serializer[Any]):
    """All grants in force."""

    grants = GrantSerializer(many=True)


class RevokedSerializer(serializers.Serializer[Any]):
    """A grant that was taken back."""

    id = serializers.CharField()
    revoked_at = serializers.DateTimeField()
    receipt = serializers.CharField()


class AnswerSerializer(serializers.Serializer[Any]):
    """What would be answered now about one cameo."""

    cameo = serializers.CharField()
    may = serializers.BooleanField()
    reason = serializers.CharField(allow_null=True)
    sentence = serializers.CharField()
    advice = serializers.CharField(allow_blank=True)
    clause = serializers.CharField(allow_blank=True, help_text="The owner's own words, when a rule of theirs fired.")
    path = serializers.ListField(child=serializers.CharField())


class AnswersSerializer(serializers.Serializer[Any]):
    """One answer for each cameo asked about."""

    answers = AnswerSerializer(many=True)
