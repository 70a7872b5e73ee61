"""GET /appearances, GET and DELETE /appearances/{id}, POST /appearances/{id}/revoke: the videos one is in."""

from typing import Any

from django.http import Http404
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from consent.api.answers import no, person
from consent.api.serializers import RevokedSerializer
from consent.errors import AppearanceError
from consent.grants import listing, takedown
from consent.grants.models import Appearance
from consent.grants.takedown import Cascade


class ParentSerializer(serializers.Serializer[Any]):
    """A video that another one is made from."""

    video = serializers.CharField()
    maker = serializers.CharField(allow_null=True)


class AppearanceSerializer(serializers.Serializer[Any]):
    """A video one is in; private ones too. ``video`` is a clip's id."""

    id = serializers.CharField()
    video = serializers.CharField()
    maker = serializers.CharField()
    state = serializers.ChoiceField(choices=["released", "held", "withdrawn", "deleted"])
    visibility = serializers.ChoiceField(choices=["private", "link", "followers", "public"])
    uses = serializers.ListField(child=serializers.CharField())
    made_from = ParentSerializer(many=True)
    others_made_from_it = serializers.IntegerField()
    created_at = serializers.DateTimeField()
    deleted_at = serializers.DateTimeField(allow_null=True)


class CascadeSerializer(serializers.Serializer[Any]):
    """What goes: the videos themselves, and what is made from them, directly or not."""

    count = serializers.IntegerField()
    videos = serializers.ListField(child=serializers.CharField())
    made_from_them = serializers.ListField(child=serializers.CharField())


class DetailSerializer(AppearanceSerializer):
    """One appearance, with what a takedown or a revocation would take along; nothing has been done yet."""

    takedown = CascadeSerializer()
    grant = serializers.CharField(allow_null=True)
    revocation = CascadeSerializer(allow_null=True)


class AppearancesSerializer(serializers.Serializer[Any]):
    """A page of appearances, newest first; ``next`` is what to send as ``before`` for the following one."""

    appearances = AppearanceSerializer(many=True)
    next = serializers.CharField(allow_null=True)


class DeletedSerializer(serializers.Serializer[Any]):
    """What was taken down; ``receipt`` is empty when it was down already."""

    id = serializers.CharField()
    receipt = serializers.CharField(allow_blank=True)
    gone = CascadeSerializer()


class AppearancesView(APIView):
    """The videos one is in."""

    scopes = {"GET": "appearances:read"}

    @extend_schema(
        parameters=[OpenApiParameter("before", str, description="The `next` of the page before.")],
        responses=AppearancesSerializer,
    )
    def get(self, request: Request) -> Response:
        """List them, newest first."""
        listed, following = listing.page(person(request).pk, before=request.query_params.get("before", ""))
        return Response({"appearances": [listing.as_json(one) for one in listed], "next": following or None})


class AppearanceView(APIView):
    """One video one is in."""

    scopes = {"GET": "appearances:read", "DELETE": "appearances:write"}

    @extend_schema(responses=DetailSerializer)
    def get(self, request: Request, appearance_id: str) -> Response:
        """Say how it stands, and what would go with it."""
        found = own(request, appearance_id)
        (one,) = listing.told([found])
        grant = takedown.behind(found)
        return Response(
            {
                **listing.as_json(one),
                "takedown": shape(takedown.cascade(found)),
                "grant": grant.public_id if grant else None,
                "revocation": shape(takedown.cascade_of_grant(grant)) if grant else None,
            }
        )

    @extend_schema(responses=DeletedSerializer)
    def delete(self, request: Request, appearance_id: str) -> Response:
        """Take it down with all that is made from it; nothing of it is served when this answers."""
        found = own(request, appearance_id)
        gone, receipt = takedown.delete(found, by=person(request))
        return Response({"id": found.public_id, "receipt": receipt.digest if receipt else "", "gone": shape(gone)})


class BehindView(APIView):
    """The grant behind an appearance."""

    scopes = {"POST": "grants:write"}

    @extend_schema(request=None, responses=RevokedSerializer)
    def post(self, request: Request, appearance_id: str) -> Response:
        """Take it back; nothing made under it is served when this answers."""
        try:
            grant = takedown.revoke(own(request, appearance_id), by=person(request))
        except AppearanceError as error:
            return no(error)
        digest = grant.revocation.digest if grant.revocation else ""
        return Response({"id": grant.public_id, "revoked_at": grant.revoked_at, "receipt": digest})


def own(request: Request, appearance_id: str) -> Appearance:
    """Return the caller's appearance; anybody else's is as unknown as one that never was."""
    found = listing.find(person(request).pk, appearance=appearance_id)
    if found is None:
        raise Http404
    return found


def shape(cascade: Cascade) -> dict[str, Any]:
    """Return a cascade as JSON."""
    return {
        "count": len(cascade.subjects),
        "videos": list(cascade.videos),
        "made_from_them": list(cascade.made_from),
    }
