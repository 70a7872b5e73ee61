"""What the Soft Binding Resolution API takes and gives, in the specification's names."""

from typing import Any

from rest_framework import serializers

LONGEST = 4096  # characters of a value in an address


class MatchSerializer(serializers.Serializer[Any]):
    """A manifest that was found; it is had from ``manifests/{manifestId}``."""

    manifestId = serializers.CharField()  # noqa: N815 - the specification's name
    similarityScore = serializers.IntegerField(min_value=0, max_value=100, required=False)  # noqa: N815


class MatchesSerializer(serializers.Serializer[Any]):
    """Every manifest that was found, best first; none is an answer too."""

    matches = MatchSerializer(many=True)


class BindingSerializer(serializers.Serializer[Any]):
    """A soft binding: its algorithm, and its value in base64."""

    alg = serializers.CharField(max_length=128)
    value = serializers.CharField(max_length=65_536)


class ManySerializer(serializers.Serializer[Any]):
    """How many manifests to name at most."""

    maxResults = serializers.IntegerField(min_value=1, max_value=100, default=10)  # noqa: N815


class HintedSerializer(ManySerializer):
    """How to look for a file."""

    alg = serializers.CharField(max_length=128, default="", allow_blank=True)
    hintAlg = serializers.CharField(max_length=128, default="", allow_blank=True)  # noqa: N815
    hintValue = serializers.CharField(max_length=LONGEST, default="", allow_blank=True)  # noqa: N815


class AlgorithmSerializer(serializers.Serializer[Any]):
    """A soft binding's algorithm."""

    alg = serializers.CharField()


class AlgorithmsSerializer(serializers.Serializer[Any]):
    """The algorithms by which we find manifests. None is on C2PA's list yet: they are our own."""

    watermarks = AlgorithmSerializer(many=True)
    fingerprints = AlgorithmSerializer(many=True)


class ActiveSerializer(serializers.Serializer[Any]):
    """Whether the active manifest is wanted without those of what it was made from."""

    returnActiveManifest = serializers.BooleanField(default=False)  # noqa: N815
