"""POST and GET /references, GET and DELETE /references/{id}: files that videos are made from."""

from typing import Any

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from generation.api.jobs import no, person
from generation.errors import HeavyError, NoFileError, NoTakerError, QuotaError
from generation.studio import references
from generation.studio.models import Reference

FORM = 2**16  # bytes a form may take besides the file


class SendingSerializer(serializers.Serializer[Any]):
    """A file for a video to be made from; everybody in it has to have enrolled and to let the caller use them."""

    file = serializers.FileField(required=False, help_text="JPEG or PNG, at most 20 MB.")
    kind = serializers.ChoiceField(choices=Reference.Kind.choices, default=Reference.Kind.IMAGE.value)


class ReferenceRefusalSerializer(serializers.Serializer[Any]):
    """Why a file cannot be used, and what can be done."""

    source = serializers.CharField()  # type: ignore[assignment]  # a field of our own, not DRF's attribute
    code = serializers.CharField()
    sentence = serializers.CharField()
    advice = serializers.CharField(allow_blank=True)


class ReferenceSerializer(serializers.ModelSerializer[Reference]):
    """How a file stands: a ready one can be named in one request for a video, within a day."""

    id = serializers.CharField(source="public_id")
    refusal = ReferenceRefusalSerializer(allow_null=True)

    class Meta:
        model = Reference
        fields = ("id", "kind", "state", "refusal", "received_at")
        read_only_fields = fields


class ReferencesView(APIView):
    """Files that one sent."""

    parser_classes = [MultiPartParser]
    scopes = {"GET": "jobs:read", "POST": "jobs:write"}

    @extend_schema(responses=ReferenceSerializer(many=True))
    def get(self, request: Request) -> Response:
        """List those that are still here, newest first."""
        mine = Reference.objects.filter(maker_id=person(request)).exclude(state=Reference.State.GONE)
        return Response({"references": ReferenceSerializer(mine.order_by("-pk")[:50], many=True).data})

    @extend_schema(request={"multipart/form-data": SendingSerializer}, responses={202: ReferenceSerializer})
    def post(self, request: Request) -> Response:
        """Send one; it is looked at in the background, and nothing is kept of one that is refused."""
        if int(request.META.get("CONTENT_LENGTH") or 0) > references.HEAVIEST + FORM:
            return no(HeavyError())
        sent = SendingSerializer(data=request.data)
        sent.is_valid(raise_exception=True)
        told = sent.validated_data
        try:
            chunks = told["file"].chunks() if "file" in told else ()
            made = references.receive(chunks, kind=told["kind"], maker=person(request))
        except (NoTakerError, QuotaError, NoFileError, HeavyError) as error:
            return no(error)
        return Response(ReferenceSerializer(made).data, status=status.HTTP_202_ACCEPTED)


class ReferenceView(APIView):
    """One file of one's own."""

    scopes = {"GET": "jobs:read", "DELETE": "jobs:write"}

    @extend_schema(responses=ReferenceSerializer)
    def get(self, request: Request, reference: str) -> Response:
        """Say how it stands."""
        return Response(ReferenceSerializer(own(request, reference)).data)

    @extend_schema(responses={204: None})
    def delete(self, request: Request, reference: str) -> Response:
        """Let it go, unless a video is being made from it."""
        references.forget(own(request, reference))
        return Response(status=status.HTTP_204_NO_CONTENT)


def own(request: Request, reference: str) -> Reference:
    """Return the caller's file; anybody else's is as unknown as one that never was."""
    return get_object_or_404(Reference, public_id=reference, maker_id=person(request))
