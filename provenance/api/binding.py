"""The Soft Binding Resolution API of C2PA: from a stripped video back to its credentials; public, nothing is kept.

Paths, parameters and answers are the specification's ("C2PA Soft Binding API", OpenAPI 1.0.0), below /api/v1/c2pa.
Refusals have the shape that ours have everywhere.
"""

import tempfile
from pathlib import Path
from typing import IO, Any

from django.conf import settings
from django.http import Http404, HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import exceptions, serializers
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.parsers import BaseParser, JSONParser
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.throttling import AnonRateThrottle
from rest_framework.views import APIView

from provenance.api.binding_shapes import (
    LONGEST,
    ActiveSerializer,
    AlgorithmsSerializer,
    BindingSerializer,
    HintedSerializer,
    ManySerializer,
    MatchesSerializer,
)
from provenance.api.verify import refuse
from provenance.errors import MediaError
from provenance.manifests import store
from provenance.marks import disclosed, resolution

KINDS = ("video/", "audio/", "image/", "application/octet-stream")
CHUNK = 1 << 16
MOST = OpenApiParameter("maxResults", int, description="Manifests to name at most, 1 to 100; 10 unless said.")
ALG = OpenApiParameter("alg", str, description="One of those that `services/supportedAlgorithms` names.")


class Asset(BaseParser):
    """The body as a file: the asset itself, of any kind that a video, sound or picture comes in."""

    media_type = "*/*"

    def parse(self, stream: IO[bytes], media_type: str | None = None, _context: object = None) -> Any:  # noqa: ANN401
        """Return the body in a file that is gone once it is closed."""
        if not (media_type or "").startswith(KINDS):
            raise exceptions.UnsupportedMediaType(media_type or "")
        file = tempfile.NamedTemporaryFile(prefix="binding-")  # noqa: SIM115 - the view closes it
        left = settings.VERIFY_MAX_BYTES
        while left >= 0 and (part := stream.read(min(CHUNK, left + 1))):
            left -= file.write(part)
        file.flush()
        return file


class Plainly(BaseContentNegotiation):
    """JSON, whatever the caller accepts: a manifest that is not there is a refusal, and refusals are JSON."""

    def select_parser(self, request: Request, parsers: Any) -> Any:  # noqa: ANN401, ARG002 - REST framework's
        """Return the one there is."""
        return parsers[0]

    def select_renderer(self, request: Request, renderers: Any, format_suffix: str | None = None) -> Any:  # noqa: ANN401, ARG002
        """Return JSON."""
        return renderers[0], renderers[0].media_type


class Pace(AnonRateThrottle):
    """So many questions a minute from one address."""

    scope, rate = "binding", "60/min"


class SlowPace(AnonRateThrottle):
    """So many files a minute from one address: each costs a process and some seconds."""

    scope, rate = "binding-content", "20/min"


class Open(APIView):
    """Everybody may ask."""

    authentication_classes = ()
    permission_classes = (AllowAny,)
    throttle_classes: Any = (Pace,)
    content_negotiation_class = Plainly


class MatchesByBinding(Open):
    """Find manifests by a soft binding."""

    parser_classes = (JSONParser,)

    @extend_schema(
        parameters=[ALG, OpenApiParameter("value", str, required=True), MOST], responses={200: MatchesSerializer}
    )
    def get(self, request: Request) -> Response:
        """Return the manifests of public videos that a soft binding leads to."""
        if len(request.query_params.get("value", "")) > LONGEST:
            return refuse("too_large", "This value is too long for an address.", "Send it with POST.", 414)
        return found(request, request.query_params)

    @extend_schema(parameters=[MOST], request=BindingSerializer, responses={200: MatchesSerializer})
    def post(self, request: Request) -> Response:
        """Return the manifests of public videos that a long soft binding leads to."""
        return found(request, request.data)


class MatchesByContent(Open):
    """Find manifests by a file."""

    parser_classes = (Asset,)
    throttle_classes = (SlowPace,)

    @extend_schema(
        parameters=[ALG, MOST, OpenApiParameter("hintAlg", str), OpenApiParameter("hintValue", str)],
        request={f"{kind}*".replace("octet-stream*", "octet-stream"): OpenApiTypes.BINARY for kind in KINDS},
        responses={200: MatchesSerializer},
    )
    def post(self, request: Request) -> Response:
        """Return the manifests of public videos that a file looks or sounds like, or whose mark is in it."""
        wish = checked(HintedSerializer(data=request.query_params))
        asset: Any = request.data
        if not asset:  # an empty body is never parsed
            return refuse("no_file", "There is no file in this request.", "Send it as the body, with its type.", 400)
        with asset as file:
            path = Path(file.name)
            if path.stat().st_size > settings.VERIFY_MAX_BYTES:
                return refuse("too_large", "This file is larger than we read here.", "Send a smaller one.", 413)
            try:
                hinted = resolution.by_binding(wish["hintAlg"], wish["hintValue"]) if wish["hintAlg"] else []
                named = resolution.by_content(path, alg=wish["alg"])
            except resolution.BindingError as error:
                raise exceptions.ValidationError(str(error)) from error
            except MediaError as error:
                return refuse("unsupported_media_type", str(error), "Send a video, a sound or a picture.", 415)
        return told([*hinted, *named], wish["maxResults"])


class ManifestById(Open):
    """Fetch a manifest."""

    @extend_schema(
        parameters=[OpenApiParameter("returnActiveManifest", bool)],
        responses={(200, "application/c2pa"): OpenApiTypes.BINARY},
    )
    def get(self, request: Request, label: str) -> HttpResponse:
        """Return the manifest store of a public video, or the active manifest alone."""
        wish = checked(ActiveSerializer(data=request.query_params))
        kept = disclosed.store(label)
        if not kept:
            raise Http404
        body = store.active(kept) if wish["returnActiveManifest"] else kept
        return HttpResponse(body, content_type="application/c2pa")


class SupportedAlgorithms(Open):
    """Say by what manifests are found."""

    @extend_schema(responses={200: AlgorithmsSerializer})
    def get(self, _request: Request) -> Response:
        """Return the soft bindings we know."""
        return Response(resolution.ALGORITHMS)


def found(request: Request, data: Any) -> Response:  # noqa: ANN401 - a query or a document
    """Return what a binding leads to."""
    wish = checked(BindingSerializer(data=data))
    most = checked(ManySerializer(data=request.query_params))
    try:
        return told(resolution.by_binding(wish["alg"], wish["value"]), most["maxResults"])
    except resolution.BindingError as error:
        raise exceptions.ValidationError(str(error)) from error


def told(named: resolution.Found, most: int) -> Response:
    """Return matches in the specification's shape, each manifest once."""
    best: dict[str, float | None] = {}
    for label, score in named:
        best.setdefault(label, score)
    rows = [{"manifestId": label, **similar(score)} for label, score in best.items()]
    return Response({"matches": rows[:most]})


def similar(score: float | None) -> dict[str, int]:
    """Return how much agrees, 0 to 100, where alike is a matter of degree."""
    return {} if score is None else {"similarityScore": round(100 * score)}


def checked(wish: serializers.Serializer[Any]) -> Any:  # noqa: ANN401 - whatever it holds
    """Return what was asked for; what does not fit is refused in the one shape."""
    wish.is_valid(raise_exception=True)
    return wish.validated_data
