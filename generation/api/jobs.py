"""POST /jobs, GET /jobs/{id}, POST /jobs/{id}/cancel, /ask and /again."""

from collections.abc import Mapping
from typing import Any

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from consent.permit import Refusal
from generation.api.serializers import JobSerializer, WishSerializer
from generation.errors import (
    DraftError,
    GenerationError,
    HeavyError,
    NoFileError,
    NoTakerError,
    QuotaError,
    RepeatedError,
    StrangerError,
)
from generation.pipeline import asking
from generation.pipeline.models import Job
from generation.pipeline.submit import cancel, submit
from generation.studio.compose import Wish

ANSWERS: dict[type[GenerationError], tuple[int, str, str]] = {
    DraftError: (status.HTTP_400_BAD_REQUEST, "draft", "Change the request and send it again."),
    StrangerError: (
        status.HTTP_400_BAD_REQUEST,
        "unconsented_person_in_reference",
        "Name everybody who is in it with @, or use another file.",
    ),
    NoTakerError: (status.HTTP_409_CONFLICT, "no_taker", "Make the video from words alone."),
    NoFileError: (status.HTTP_400_BAD_REQUEST, "no_file", "Send it as multipart form data, in the field file."),
    HeavyError: (status.HTTP_413_REQUEST_ENTITY_TOO_LARGE, "too_large", "Send a smaller one."),
    QuotaError: (status.HTTP_429_TOO_MANY_REQUESTS, "quota", "Wait until one of them is done, or cancel one."),
    RepeatedError: (status.HTTP_409_CONFLICT, "repeated", "Use a key once for each request."),
}
KEY_MAX = 128
WORD = 100  # characters
CARRIERS = frozenset({  # what other services call a file, a link to one, or somebody known to them
    "audio", "audio_url", "character", "characters", "extend", "file", "first_frame", "image", "image_url", "images",
    "input_reference", "last_frame", "mask", "picture", "reference", "reference_image", "reference_images", "remix_of",
    "sound", "source", "video", "video_url", "voice",
})  # fmt: skip
UNREAD = "Nothing here reads {}; a file for the video goes to /api/v1/references first, and its id into references."


def no(error: GenerationError) -> Response:
    """Return one of our errors in the API's one shape."""
    code, word, advice = ANSWERS[type(error)]
    headers = {"Retry-After": "10"} if code == status.HTTP_429_TOO_MANY_REQUESTS else None
    return Response({"error": {"code": word, "message": str(error), "advice": advice}}, status=code, headers=headers)


class JobsView(APIView):
    """Ask for a video."""

    scopes = {"POST": "jobs:write"}

    @extend_schema(
        request=WishSerializer,
        responses={201: JobSerializer},
        parameters=[OpenApiParameter("Idempotency-Key", str, OpenApiParameter.HEADER)],
    )
    def post(self, request: Request) -> Response:
        """Queue a job; the same Idempotency-Key and request again return the same job."""
        if name := unread(request):
            return no(DraftError(UNREAD.format(name)))
        asked = WishSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        key = request.headers.get("Idempotency-Key", "")[:KEY_MAX]
        try:
            job = submit(Wish(**asked.validated_data), maker=person(request), key=key)
        except (DraftError, QuotaError, RepeatedError) as error:
            return no(error)
        return Response(JobSerializer(job).data, status=status.HTTP_201_CREATED)


def unread(request: Request) -> str:
    """Return a field that nothing here reads and that may hold a file or name one: it is never passed over unseen.

    Other words that nothing here reads are ignored, as always: nobody's own word for consent means anything.
    """
    sent = request.data if isinstance(request.data, Mapping) else {}
    known = frozenset(WishSerializer().fields)
    strange = [str(name) for name in sent if name not in known and (name in CARRIERS or is_load(sent[name]))]
    return next(iter(sorted([*strange, *request.FILES])), "")


def is_load(value: object) -> bool:
    """Return whether a value is more than a word or a number."""
    return isinstance(value, Mapping | list) or (isinstance(value, str) and len(value) > WORD)


class JobView(APIView):
    """One job of one's own."""

    scopes = {"GET": "jobs:read"}

    @extend_schema(responses=JobSerializer)
    def get(self, request: Request, job: str) -> Response:
        """Say how far it is."""
        return Response(JobSerializer(own(request, job)).data)


class CancelView(APIView):
    """Stop one's own job."""

    scopes = {"POST": "jobs:write"}

    @extend_schema(request=None, responses=JobSerializer)
    def post(self, request: Request, job: str) -> Response:
        """Cancel it unless it has ended; say how it stands now."""
        found = own(request, job)
        cancel(found)
        found.refresh_from_db()
        return Response(JobSerializer(found).data)


class AskSerializer(serializers.Serializer[Any]):
    """A word to whoever is asked."""

    message = serializers.CharField(max_length=500, required=False, allow_blank=True, default="")


class AskedSerializer(serializers.Serializer[Any]):
    """The request that was made; see /requests."""

    request = serializers.CharField()


class AskView(APIView):
    """Ask whoever refused one's own job."""

    scopes = {"POST": "requests:write"}

    @extend_schema(request=AskSerializer, responses={201: AskedSerializer})
    def post(self, request: Request, job: str) -> Response:
        """Show them the request exactly as it would be drawn, and ask for a yes to this one video."""
        sent = AskSerializer(data=request.data)
        sent.is_valid(raise_exception=True)
        answer = asking.ask(own(request, job), message=sent.validated_data["message"])
        if isinstance(answer, Refusal):
            body = {"error": {"code": "request", "message": answer.sentence, "advice": "Look at how the job ended."}}
            return Response(body, status=status.HTTP_409_CONFLICT)
        return Response({"request": answer}, status=status.HTTP_201_CREATED)


class AgainView(APIView):
    """Try a job that consent refused once more."""

    scopes = {"POST": "jobs:write"}

    @extend_schema(request=None, responses=JobSerializer)
    def post(self, request: Request, job: str) -> Response:
        """Queue it again, the same to the letter; everything is asked anew. Any other job stays as it is."""
        found = own(request, job)
        try:
            asking.again(found)
        except QuotaError as error:
            return no(error)
        found.refresh_from_db()
        return Response(JobSerializer(found).data)


def own(request: Request, job: str) -> Job:
    """Return the caller's job; anybody else's is as unknown as one that never was."""
    return get_object_or_404(Job, public_id=job, maker_id=person(request))


def person(request: Request) -> int:
    """Return the caller's key; the default permission has seen to it that there is one."""
    return int(request.user.pk or 0)
