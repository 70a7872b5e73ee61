"""POST /clips/{id}/visibility, GET, POST and DELETE /clips/{id}/link: who else may see one's own clip."""

from typing import Any

from django.http import Http404
from django.urls import reverse
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from consent.permit import Refusal
from generation.api.jobs import person
from generation.feed import publish
from generation.feed.models import Clip, Link

NO_LINK = {
    "error": {
        "code": "no_link",
        "message": "There is no link to this clip: it is not shown by link.",
        "advice": "Set its visibility to link first.",
    }
}


class VisibilitySerializer(serializers.Serializer[Any]):
    """Who, besides its maker and the people in it, may see a clip; everybody in it is asked again."""

    visibility = serializers.ChoiceField(choices=Clip.Visibility.choices)


class LinkSerializer(serializers.Serializer[Any]):
    """The link in force; whoever has it may see the clip."""

    id = serializers.CharField()
    url = serializers.URLField()
    created_at = serializers.DateTimeField()


class VisibilityView(APIView):
    """Who may see one's own clip."""

    scopes = {"POST": "clips:write"}

    @extend_schema(request=VisibilitySerializer, responses=VisibilitySerializer)
    def post(self, request: Request, clip: str) -> Response:
        """Change it, or answer with the no of somebody in it; a no changes nothing."""
        found = own(request, clip)
        asked = VisibilitySerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        wanted = Clip.Visibility(asked.validated_data["visibility"])
        if refusal := publish.show(found.public_id, visibility=wanted):
            return no(refusal)
        return Response({"visibility": wanted.value})


class LinkView(APIView):
    """The link to one's own clip."""

    scopes = {"GET": "clips:read", "POST": "clips:write", "DELETE": "clips:write"}

    @extend_schema(responses=LinkSerializer)
    def get(self, request: Request, clip: str) -> Response:
        """Return the link in force."""
        link = publish.link_of(own(request, clip))
        return Response(shape(request, link)) if link else Response(NO_LINK, status=status.HTTP_409_CONFLICT)

    @extend_schema(request=None, responses={201: LinkSerializer})
    def post(self, request: Request, clip: str) -> Response:
        """Revoke the link in force and make another."""
        link = publish.renew(own(request, clip))
        if link is None:
            return Response(NO_LINK, status=status.HTTP_409_CONFLICT)
        return Response(shape(request, link), status=status.HTTP_201_CREATED)

    @extend_schema(responses={204: None})
    def delete(self, request: Request, clip: str) -> Response:
        """Revoke the link; the clip is private again."""
        found = own(request, clip)
        if publish.link_of(found) is None:
            return Response(NO_LINK, status=status.HTTP_409_CONFLICT)
        publish.hide(found.public_id)
        return Response(status=status.HTTP_204_NO_CONTENT)


def own(request: Request, clip: str) -> Clip:
    """Return the caller's clip that is still here; anybody else's is as unknown as one that never was."""
    here = (Clip.State.RELEASED, Clip.State.HELD)
    found = Clip.objects.filter(public_id=clip, maker_id=person(request), state__in=here).first()
    if found is None:
        raise Http404
    return found


def shape(request: Request, link: Link) -> dict[str, Any]:
    """Return a link as JSON."""
    url = request.build_absolute_uri(reverse("generation:shared", args=[link.token]))
    return {"id": link.public_id, "url": url, "created_at": link.created_at}


def no(refusal: Refusal) -> Response:
    """Return consent's no in the API's one shape."""
    error = {"code": refusal.reason.value, "message": refusal.sentence, "advice": refusal.advice}
    return Response({"error": error}, status=status.HTTP_403_FORBIDDEN)
