"""POST, GET /protected, DELETE /protected/{id}: asking that a face is left alone."""

from functools import partial
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from consent.api.answers import person, refused
from consent.api.captures import CaptureSerializer, browser, capture_json, declined
from consent.cameos import enrolment, registry, uploading
from consent.cameos.enrolment import Declined
from consent.cameos.models import Capture, Protected


class AskingSerializer(serializers.Serializer[Any]):
    """Whose face it is, what proves that you may ask, and a picture of that face alone."""

    picture = serializers.FileField(help_text="JPEG, PNG, MP4 or WebM; one face.")
    relation = serializers.ChoiceField(choices=Protected.Relation.choices)
    proof = serializers.CharField(max_length=enrolment.PROOF)
    agreement = serializers.CharField(help_text="The version of the text you agree to by asking.")


class ProtectedSerializer(serializers.Serializer[Any]):
    """A face that one asked to be left alone."""

    id = serializers.CharField(source="public_id")
    relation = serializers.ChoiceField(choices=Protected.Relation.choices)
    state = serializers.ChoiceField(choices=Protected.State.choices)
    created_at = serializers.DateTimeField()
    decided_at = serializers.DateTimeField(allow_null=True)
    erased_at = serializers.DateTimeField(allow_null=True)


class ProtectedFacesView(APIView):
    """Faces that one asked to be left alone."""

    parser_classes = [MultiPartParser]

    @extend_schema(responses=ProtectedSerializer(many=True))
    def get(self, request: Request) -> Response:
        """List them, oldest first."""
        mine = Protected.objects.filter(asked_by=person(request)).order_by("pk")
        return Response({"protected": ProtectedSerializer(mine, many=True).data})

    @extend_schema(request={"multipart/form-data": AskingSerializer}, responses={202: CaptureSerializer})
    def post(self, request: Request) -> Response:
        """Ask; the picture is looked at in the background, then a person looks at the proof."""
        if not uploading.prepare(request._request):  # noqa: SLF001 - DRF's name for Django's request
            return declined(enrolment.HEAVY)
        asked = AskingSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        capture = asked_for(request, asked.validated_data)
        if isinstance(capture, Declined):
            return declined(capture)
        return Response(capture_json(capture, owner=person(request)), status=status.HTTP_202_ACCEPTED)


def asked_for(request: Request, told: dict[str, Any]) -> Capture | Declined:
    """Open a capture for the picture and take it."""
    begin = partial(enrolment.begin_protection, person(request), browser=browser(request))
    capture = begin(relation=Protected.Relation(told["relation"]), proof=told["proof"], agreed=told["agreement"])
    if isinstance(capture, Declined):
        return capture
    refusal = enrolment.receive(capture, chunks=told["picture"].chunks(), browser=browser(request))
    capture.refresh_from_db()
    return refusal or capture


class ProtectedFaceView(APIView):
    """One of them."""

    @extend_schema(responses={204: None})
    def delete(self, request: Request, protected_id: str) -> Response:
        """Take it back: what is kept of the face is destroyed, and it is compared with nobody any more."""
        mine = Protected.objects.filter(asked_by=person(request), public_id=protected_id)
        entry = mine.exclude(state=Protected.State.WITHDRAWN).first()
        if entry is None:
            return refused(status.HTTP_404_NOT_FOUND, word="no_such_protected", message="You asked for no such face.")
        registry.withdraw(entry)
        return Response(status=status.HTTP_204_NO_CONTENT)
