"""GET and POST /exports, GET /exports/{id}: all of one's own data. In a session alone: it is everything at once."""

from typing import Any

from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from consent.accounts import export
from consent.accounts.export import Export
from consent.api.answers import no, person
from consent.errors import ExportError


class ExportSerializer(serializers.ModelSerializer[Export]):
    """One gathering: how far it is, and until when its file can be fetched from the page."""

    id = serializers.CharField(source="public_id")

    class Meta:
        model = Export
        fields = ("id", "state", "section", "progress", "size", "sha256", "created_at", "made_at", "expires_at")
        read_only_fields = fields


class ExportsSerializer(serializers.Serializer[Any]):
    """The gatherings of the last weeks, newest first."""

    exports = ExportSerializer(many=True)


class ExportsView(APIView):
    """Gatherings of one's own data."""

    @extend_schema(responses=ExportsSerializer)
    def get(self, request: Request) -> Response:
        """List them, newest first."""
        rows = Export.objects.filter(person=person(request)).order_by("-pk")[:20]
        return Response({"exports": ExportSerializer(rows, many=True).data})

    @extend_schema(request=None, responses={202: ExportSerializer})
    def post(self, request: Request) -> Response:
        """Begin one, or return the one under way."""
        try:
            made = export.ask(person(request).pk)
        except ExportError as error:
            return no(error)
        return Response(ExportSerializer(made).data, status=status.HTTP_202_ACCEPTED)


class ExportView(APIView):
    """One gathering."""

    @extend_schema(responses=ExportSerializer)
    def get(self, request: Request, export_id: str) -> Response:
        """Say how far it is."""
        found = Export.objects.filter(public_id=export_id, person=person(request)).first()
        if found is None:
            raise Http404
        return Response(ExportSerializer(found).data)
