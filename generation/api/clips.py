"""GET and DELETE /clips/{id}, GET /clips/{id}/content."""

from functools import partial

from django.http import Http404, HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from generation.api.jobs import person
from generation.api.serializers import ClipSerializer
from generation.feed import watch
from generation.feed.models import Clip
from generation.feed.sending import sent
from generation.feed.withdraw import delete

GONE = {
    "error": {
        "code": "gone",
        "message": "This video is not shown any more: somebody in it, its maker or a moderator took it back.",
        "advice": "Its maker can make a new one if everybody in it agrees.",
    }
}


class ClipView(APIView):
    """One clip."""

    scopes = {"GET": "clips:read", "DELETE": "clips:write"}

    @extend_schema(responses=ClipSerializer)
    def get(self, request: Request, clip: str) -> Response:
        """Say what may be known of it, by those who may see it, while it may be shown."""
        found, sight = look(request, clip)
        if sight is watch.Sight.GONE:
            return Response(GONE, status=status.HTTP_410_GONE)
        return Response(ClipSerializer(found).data)

    @extend_schema(responses={204: None})
    def delete(self, request: Request, clip: str) -> Response:
        """Delete one's own clip, bytes and all; the log then says that it was withdrawn."""
        if not Clip.objects.filter(public_id=clip, maker_id=person(request)).exists():
            raise Http404
        delete(clip)
        return Response(status=status.HTTP_204_NO_CONTENT)


class ContentView(APIView):
    """The sealed bytes."""

    scopes = {"GET": "clips:read"}

    @extend_schema(
        responses={(200, "video/mp4"): OpenApiTypes.BINARY},
        parameters=[OpenApiParameter("download", str, description="Present: as a file to keep.")],
    )
    def get(self, request: Request, clip: str) -> HttpResponseBase:
        """Send them, whole or by range; 410 when they were taken back, 404 for everybody they do not concern."""
        found, sight = look(request, clip)
        if sight is watch.Sight.GONE:
            return Response(GONE, status=status.HTTP_410_GONE)
        return sent(
            watch.file(found), request=request._request, name=found.public_id,  # noqa: SLF001 - DRF's way to Django's
            keep="download" in request.query_params, may=partial(watch.still, found.pk, viewer=person(request)),
        )  # fmt: skip


def look(request: Request, clip: str) -> tuple[Clip, watch.Sight]:
    """Return the clip and what the caller gets of it; a clip that does not concern them does not exist."""
    found = Clip.objects.select_related("render__job__draft", "maker", "manifest").filter(public_id=clip).first()
    if found is None:
        raise Http404
    sight = watch.seen(found, viewer=person(request))
    if sight is watch.Sight.UNKNOWN:
        raise Http404
    return found, sight
