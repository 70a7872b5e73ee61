"""GET /receipts, GET /receipts/{id}, and a passkey's signature under one: options first, then the answer."""

from typing import Any

from django.http import Http404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.throttling import UserRateThrottle
from rest_framework.views import APIView

from consent.api.answers import person, refused
from consent.errors import SignatureError
from consent.receipts import checking, listing, signing
from consent.receipts.models import Receipt
from consent.receipts.signing import Site

CONFLICTS = frozenset({"signed_already", "no_passkey", "not_to_sign"})


class BriefSerializer(serializers.Serializer[Any]):
    """A receipt in a list."""

    id = serializers.CharField(source="public_id")
    kind = serializers.CharField()
    created_at = serializers.DateTimeField()
    digest = serializers.CharField()
    log_entry = serializers.IntegerField(source="entry")
    attested_by = serializers.ChoiceField(choices=Receipt.Attestation.choices)


class ReceiptsSerializer(serializers.Serializer[Any]):
    """A page of receipts, newest first; ``next`` is what to send as ``before`` for the following one."""

    receipts = BriefSerializer(many=True)
    next = serializers.CharField(allow_null=True)


class ReceiptSerializer(serializers.Serializer[Any]):
    """A receipt with all that it takes to check it: its words, its salt, its place in the log, its signature."""

    id = serializers.CharField()
    kind = serializers.CharField()
    created_at = serializers.DateTimeField()
    payload = serializers.CharField(help_text="Canonical JSON; digest = SHA-256(salt bytes, payload bytes).")
    salt = serializers.CharField()
    digest = serializers.CharField()
    attested_by = serializers.ChoiceField(choices=Receipt.Attestation.choices)
    attestation = serializers.CharField()
    log_entry = serializers.IntegerField()
    log = serializers.ChoiceField(choices=["proven", "claimed", "missing"])
    inclusion = serializers.JSONField(allow_null=True)
    signature = serializers.JSONField(allow_null=True)


class Signing(UserRateThrottle):
    """As often as fingers are quick."""

    rate = "60/min"
    scope = "signing"


class ReceiptsView(APIView):
    """One's own receipts."""

    scopes = {"GET": "receipts:read"}

    @extend_schema(
        parameters=[OpenApiParameter("before", str, description="The `next` of the page before.")],
        responses=ReceiptsSerializer,
    )
    def get(self, request: Request) -> Response:
        """List them, newest first."""
        page = listing.page(person(request), before=request.query_params.get("before", ""))
        return Response({"receipts": BriefSerializer(page.receipts, many=True).data, "next": page.next or None})


class ReceiptView(APIView):
    """One of one's own receipts."""

    scopes = {"GET": "receipts:read"}

    @extend_schema(responses=ReceiptSerializer)
    def get(self, request: Request, receipt_id: str) -> Response:
        """Hand it out with its salt and its proofs."""
        return Response(checking.portable(checking.examine(own(request, receipt_id))))


class OptionsView(APIView):
    """What the browser asks a passkey for. In a session alone: a token has no finger."""

    throttle_classes = [Signing]

    @extend_schema(request=None, responses={200: OpenApiTypes.OBJECT})
    def post(self, request: Request, receipt_id: str) -> Response:
        """Return PublicKeyCredentialRequestOptions as JSON; the challenge is the receipt's digest."""
        try:
            return Response(signing.options(own(request, receipt_id), site=site(request)))
        except SignatureError as error:
            return no(error)


class SignatureView(APIView):
    """A passkey's answer. In a session alone."""

    throttle_classes = [Signing]

    @extend_schema(request=OpenApiTypes.OBJECT, responses={201: ReceiptSerializer})
    def post(self, request: Request, receipt_id: str) -> Response:
        """Keep the signature, once, if it is this person's, for this receipt, from this site."""
        receipt = own(request, receipt_id)
        assertion = request.data if isinstance(request.data, dict) else {}
        try:
            signing.sign(receipt, assertion=assertion, site=site(request))
        except SignatureError as error:
            return no(error)
        told = checking.portable(checking.examine(own(request, receipt_id)))
        return Response(told, status=status.HTTP_201_CREATED)


def own(request: Request, receipt_id: str) -> Receipt:
    """Return the caller's receipt; anybody else's is as unknown as one that never was."""
    found = Receipt.objects.select_related("person").filter(public_id=receipt_id, person=person(request)).first()
    if found is None:
        raise Http404
    return found


def site(request: Request) -> Site:
    """Return where this request was sent to, as the browser knows it."""
    return Site(f"{request.scheme}://{request.get_host()}")


def no(error: SignatureError) -> Response:
    """Return why it was not signed."""
    code = status.HTTP_409_CONFLICT if error.code in CONFLICTS else status.HTTP_400_BAD_REQUEST
    return refused(code, word=error.code, message=str(error), advice=signing.ADVICE)
