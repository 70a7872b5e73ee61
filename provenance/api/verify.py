"""POST /api/v1/verify: the report about a file as JSON; public, nothing is kept."""

from typing import Any

from django.conf import settings
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.parsers import MultiPartParser
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.throttling import AnonRateThrottle
from rest_framework.views import APIView

from provenance import verify

SLACK = 64 * 1024


class UploadSerializer(serializers.Serializer[Any]):
    """The file to look at."""

    file = serializers.FileField(allow_empty_file=True)


class PartSerializer(serializers.Serializer[Any]):
    """One answer, kept apart from the others."""

    state = serializers.ChoiceField(
        choices=["proven", "claimed", "missing", "failed"],
        help_text="proven: checked, on nobody's word; claimed: somebody says so; missing: nothing was found; "
        "failed: checked, and it does not hold",
    )
    code = serializers.CharField(help_text="stable, such as bytes.intact")
    sentence = serializers.CharField()


class ReportSerializer(serializers.Serializer[Any]):
    """What can be said about it."""

    verdict = serializers.ChoiceField(choices=[str(each) for each in verify.Verdict])
    headline = serializers.CharField(help_text="the answer in a few words")
    sentence = serializers.CharField(help_text="the answer in one or two sentences")
    parts = serializers.DictField(
        child=PartSerializer(),
        help_text="one answer each to: bytes, signer, ingredients, consent, standing, time, log, mark",
    )
    signer = serializers.JSONField(allow_null=True)
    manifest = serializers.JSONField(allow_null=True)
    timestamp = serializers.JSONField(allow_null=True)
    ingredients = serializers.ListField(child=serializers.JSONField())
    consent = serializers.ListField(child=serializers.JSONField())
    ledger = serializers.ChoiceField(choices=["included", "pending", "absent", "unknown"])
    standing = serializers.CharField()
    withdrawn_at = serializers.DateTimeField(allow_null=True)
    marks = serializers.JSONField()
    problems = serializers.ListField(child=serializers.CharField())


class Pace(AnonRateThrottle):
    """So many files a minute from one address: each costs a process and some seconds."""

    rate = "60/min"


class Verify(APIView):
    """Say who made a file and whether it is unaltered."""

    authentication_classes = ()
    permission_classes = (AllowAny,)
    parser_classes = (MultiPartParser,)
    throttle_classes = (Pace,)

    @extend_schema(request=UploadSerializer, responses={200: ReportSerializer})
    def post(self, request: Request) -> Response:
        """Return the report; a file that is no media is a report too."""
        if int(request.META.get("CONTENT_LENGTH") or 0) > settings.VERIFY_MAX_BYTES + SLACK:
            return refuse("too_large", "This file is larger than we read here.", "Send a smaller one.", 413)
        wish = UploadSerializer(data=request.data)
        if not wish.is_valid():
            return refuse("no_file", "There is no file in this request.", "Send it as the multipart field 'file'.", 400)
        return Response(verify.examine_upload(wish.validated_data["file"].chunks()).data())


def refuse(code: str, message: str, advice: str, status: int) -> Response:
    """Return why nothing was looked at."""
    return Response({"error": {"code": code, "message": message, "advice": advice}}, status=status)
