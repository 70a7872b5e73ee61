"""The public log over HTTP: C2SP tlog-tiles under ``/log``, proof files, and that it only grew.

Everything here is public and the same for everybody: commitments, hashes, signatures. Words of an entry are shown
for a video's seal alone, to whoever knows the label that only its file bears.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.throttling import AnonRateThrottle
from rest_framework.views import APIView

from provenance import ledger
from provenance.errors import LogFormatError, ProvenanceError
from provenance.log import finding, serving, tiles
from provenance.manifests import logged

TEXT, BYTES = "text/plain; charset=utf-8", "application/octet-stream"
FRESH, FOR_GOOD = "public, max-age=2", "public, max-age=31536000, immutable"


def answer(found: str | bytes | None, *, kind: str, keeps: str, name: str = "") -> HttpResponse:
    """Return what was found, or that there is no such thing."""
    if found is None:
        raise Http404
    headers = {"Cache-Control": keeps}
    if name:
        headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return HttpResponse(found, content_type=kind, headers=headers)


@require_safe
def checkpoint(_: HttpRequest) -> HttpResponse:
    """Show the newest checkpoint."""
    return answer(serving.checkpoint(), kind=TEXT, keeps=FRESH)


@require_safe
def tile(_: HttpRequest, path: str) -> HttpResponse:
    """Show a tile of the tree, or a bundle of entries."""
    try:
        wanted = tiles.address(f"tile/{path}")
    except LogFormatError:
        raise Http404 from None
    return answer(serving.tile(wanted), kind=BYTES, keeps=FOR_GOOD)


@require_safe
def place(_: HttpRequest, index: int) -> HttpResponse:
    """Give the proof that the log holds what it holds at a place, without the words."""
    return proof_file(lambda: logged.place(index) if index < 1 << 63 else None, name=f"entry-{index}", is_open=False)


@require_safe
def sealing(_: HttpRequest, label: str) -> HttpResponse:
    """Give the proof of a video's seal, with its words."""
    return proof_file(lambda: logged.sealing(label), name="video", is_open=True)


def proof_file(find: Callable[[], ledger.Proof | None], *, name: str, is_open: bool) -> HttpResponse:
    """Return a proof as a file to keep; where the tiles are short there is none."""
    try:
        proof = find()
    except ValueError:
        proof = None
    text = None if proof is None else ledger.proof_file(proof, is_open=is_open)
    return answer(text, kind=TEXT, keeps=FRESH, name=f"{name}.tlog-proof")


@require_safe
def standing(_: HttpRequest, name: str) -> HttpResponse:
    """Give the proof of how a receipt or a seal stands, by its digest or label, which only its holder knows."""
    found = ledger.standing(name) if finding.is_name(name) else None
    return answer(None if found is None else ledger.standing_file(found), kind=TEXT, keeps=FRESH, name="standing.txt")


class SpanSerializer(serializers.Serializer[Any]):
    """From when to when, each a moment with its time zone."""

    start = serializers.DateTimeField()
    end = serializers.DateTimeField()


class GrowthSerializer(serializers.Serializer[Any]):
    """Two checkpoints, and the RFC 6962 consistency proof between them in hex."""

    old = serializers.CharField(source="old.note")
    old_signed_at = serializers.DateTimeField(source="old.created_at")
    new = serializers.CharField(source="new.note")
    new_signed_at = serializers.DateTimeField(source="new.created_at")
    path = serializers.SerializerMethodField()

    def get_path(self, found: ledger.Growth) -> list[str]:
        """Return the hashes of the proof."""
        return [each.hex() for each in found.path]


class Pace(AnonRateThrottle):
    """So many proofs a minute from one address."""

    rate = "120/min"


class Grew(APIView):
    """Prove that nothing in the log was changed between two dates."""

    authentication_classes = ()
    permission_classes = (AllowAny,)
    throttle_classes = (Pace,)

    @extend_schema(parameters=[SpanSerializer], responses={200: GrowthSerializer})
    def get(self, request: Request) -> Response:
        """Return the last checkpoints signed until each, and the proof that the second only added to the first."""
        wish = SpanSerializer(data=request.query_params)
        wish.is_valid(raise_exception=True)
        found = growth(**wish.validated_data)
        if found is None:
            raise Http404
        return Response(GrowthSerializer(found).data)


def growth(*, start: datetime, end: datetime) -> ledger.Growth | None:
    """Return the proof between two dates, or None when there is none."""
    try:
        return ledger.growth_between(start, end)
    except (ProvenanceError, ValueError):  # tiles that are short: the log cannot prove it
        return None
