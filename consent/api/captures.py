"""POST /captures, PUT /captures/{id}/recording, GET /captures/{id}: enrolling, one step a call."""

from functools import partial
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from consent.accounts.models import Person
from consent.api.answers import person, refused
from consent.cameos import agreement, enrolment, keeping, uploading
from consent.cameos.enrolment import Declined
from consent.cameos.models import Cameo, Capture, Thing

STATUS: dict[str, int] = {
    "name_taken": status.HTTP_409_CONFLICT,
    "held": status.HTTP_403_FORBIDDEN,
    "waiting": status.HTTP_409_CONFLICT,
    "agreement_changed": status.HTTP_409_CONFLICT,
    "other_browser": status.HTTP_403_FORBIDDEN,
    "frozen": status.HTTP_403_FORBIDDEN,
    "too_often": status.HTTP_429_TOO_MANY_REQUESTS,
    "staff": status.HTTP_403_FORBIDDEN,
    "proof": status.HTTP_400_BAD_REQUEST,
    "guardian_needed": status.HTTP_403_FORBIDDEN,
    "expired": status.HTTP_410_GONE,
    "too_large": status.HTTP_413_REQUEST_ENTITY_TOO_LARGE,
    "empty": status.HTTP_400_BAD_REQUEST,
}


class LightSerializer(serializers.Serializer[Any]):
    """One colour of the screen."""

    rgb = serializers.ListField(child=serializers.IntegerField(), min_length=3, max_length=3)
    start_s = serializers.FloatField()
    hold_s = serializers.FloatField()
    ease_s = serializers.FloatField()


class ChallengeSerializer(serializers.Serializer[Any]):
    """What to do in the recording, and when; left and right are the person's own, seconds count from its start."""

    path = serializers.ChoiceField(choices=["standard", "alternative", enrolment.THING, enrolment.PROTECTED])
    poses = serializers.ListField(child=serializers.CharField())
    cues = serializers.ListField(child=serializers.FloatField(), required=False)
    holds = serializers.ListField(child=serializers.FloatField(), required=False)
    digits = serializers.CharField()
    digits_s = serializers.FloatField(required=False)
    phrase = serializers.CharField(allow_blank=True, required=False)
    phrase_s = serializers.FloatField(required=False)
    lights = LightSerializer(many=True, required=False)
    seconds = serializers.FloatField(required=False)
    max_seconds = serializers.IntegerField()


class OpeningSerializer(serializers.Serializer[Any]):
    """How to enrol; everything may be left out for a person."""

    path = serializers.ChoiceField(
        choices=["standard", "alternative", enrolment.THING],
        default="standard",
        help_text="The alternative one shows no colours; a thing is an animal or an object.",
    )
    kind = serializers.ChoiceField(choices=Thing.Kind.choices, required=False, help_text="Of a thing.")
    name = serializers.CharField(max_length=60, required=False, help_text="Of a thing.")
    agreement = serializers.CharField(
        default=agreement.VERSION,
        help_text="The version of the text you agree to by asking.",
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Refuse a thing without a kind or a name."""
        missing = [name for name in ("kind", "name") if attrs["path"] == enrolment.THING and not attrs.get(name)]
        if missing:
            raise serializers.ValidationError(dict.fromkeys(missing, "A thing needs a kind and a name."))
        return attrs


class ParagraphSerializer(serializers.Serializer[Any]):
    """One paragraph of the agreement."""

    heading = serializers.CharField()
    words = serializers.CharField()


class AgreementSerializer(serializers.Serializer[Any]):
    """What is agreed to."""

    version = serializers.CharField()
    sha256 = serializers.CharField()
    paragraphs = ParagraphSerializer(many=True)


class OpenedSerializer(serializers.Serializer[Any]):
    """A capture that waits for its recording."""

    id = serializers.CharField()
    challenge = ChallengeSerializer()
    expires_at = serializers.DateTimeField()


class EnrolledSerializer(serializers.Serializer[Any]):
    """The cameo that came of it."""

    handle = serializers.CharField()
    state = serializers.ChoiceField(choices=Cameo.State.choices)


class CaptureSerializer(serializers.Serializer[Any]):
    """How a capture stands: reasons are sentences, never scores."""

    id = serializers.CharField()
    state = serializers.ChoiceField(choices=Capture.State.choices)
    reasons = serializers.ListField(child=serializers.CharField())
    cameo = EnrolledSerializer(allow_null=True)


class RecordingSerializer(serializers.Serializer[Any]):
    """One file that answers the challenge."""

    recording = serializers.FileField()


class CapturesView(APIView):
    """Beginning to enrol."""

    @extend_schema(request=OpeningSerializer, responses={201: OpenedSerializer})
    def post(self, request: Request) -> Response:
        """Agree, and get a fresh challenge: good for two minutes, for one recording, from this browser."""
        asked = OpeningSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        capture = begun(request, asked.validated_data)
        if isinstance(capture, Declined):
            return declined(capture)
        body = {"id": capture.public_id, "challenge": capture.challenge, "expires_at": capture.expires_at}
        return Response(body, status=status.HTTP_201_CREATED)


def begun(request: Request, asked: dict[str, Any]) -> Capture | Declined:
    """Open the capture that was asked for."""
    who, where = person(request), browser(request)
    if asked["path"] == enrolment.THING:
        return enrolment.begin_thing(who, browser=where, kind=Thing.Kind(asked["kind"]), name=asked["name"])
    return enrolment.begin(who, browser=where, path=asked["path"], agreed=asked["agreement"])


class ConsentTextView(APIView):
    """The agreement."""

    @extend_schema(responses=AgreementSerializer)
    def get(self, _request: Request) -> Response:
        """Give the text in force."""
        return Response(agreement.told(days=keeping.strictest().days))


class CaptureView(APIView):
    """One's own capture."""

    @extend_schema(responses=CaptureSerializer)
    def get(self, request: Request, capture_id: str) -> Response:
        """Say how it stands."""
        capture = enrolment.find(capture_id, person=person(request))
        return missing() if capture is None else Response(capture_json(capture, owner=person(request)))


class RecordingView(APIView):
    """The recording that answers a challenge."""

    parser_classes = [MultiPartParser]

    @extend_schema(request={"multipart/form-data": RecordingSerializer}, responses={202: CaptureSerializer})
    def put(self, request: Request, capture_id: str) -> Response:
        """Take it, once; it is judged in the background."""
        if not uploading.prepare(request._request):  # noqa: SLF001 - DRF's name for Django's request
            return declined(enrolment.HEAVY)
        capture = enrolment.find(capture_id, person=person(request))
        if capture is None:
            return missing()
        recording = request.FILES.get("recording")
        taken = partial(enrolment.receive, capture, browser=browser(request))
        refusal = taken(chunks=recording.chunks()) if recording else enrolment.EMPTY
        if refusal is not None:
            return declined(refusal)
        capture.refresh_from_db()
        return Response(capture_json(capture, owner=person(request)), status=status.HTTP_202_ACCEPTED)


def browser(request: Request) -> str:
    """Return what binds a capture to the browser that asks; without a session, to nothing that ever comes back."""
    return enrolment.browser_of(request._request.session.session_key)  # noqa: SLF001 - as above


def declined(answer: Declined) -> Response:
    """Return a no in the API's one shape."""
    return refused(STATUS[answer.code], word=answer.code, message=answer.sentence, advice=answer.advice)


def missing() -> Response:
    """Return the same for a capture that is not there and for somebody else's."""
    return refused(status.HTTP_404_NOT_FOUND, word="no_such_capture", message="There is no such capture of yours.")


def capture_json(capture: Capture, *, owner: Person) -> dict[str, Any]:
    """Return a capture as its owner sees it."""
    cameo = Cameo.objects.filter(owner=owner).exclude(enrolled_at=None).first()
    return {
        "id": capture.public_id,
        "state": capture.state,
        "reasons": capture.reasons,
        "cameo": {"handle": owner.handle, "state": cameo.state} if cameo else None,
    }
