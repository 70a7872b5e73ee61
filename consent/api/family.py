"""/guardianships: who looks after whom; proposing, confirming, ending, a guardian's yes. Signed in, never by token."""

from typing import Any

from django.db.models import Q
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.throttling import UserRateThrottle
from rest_framework.views import APIView

from consent.accounts import consents, evidence, guardians, ties
from consent.accounts.guardianship import Guardianship
from consent.accounts.models import Person
from consent.api.answers import no, person, refused
from consent.errors import GuardianError, NobodyError


class Proposing(UserRateThrottle):
    """A family's worth an hour."""

    rate = "20/hour"
    scope = "proposing"


class NewGuardianshipSerializer(serializers.Serializer[Any]):
    """Whom to propose it to, and what the caller would be."""

    person = serializers.CharField(max_length=31)
    i_am = serializers.ChoiceField(choices=["guardian", "ward"])


class GuardianshipSerializer(serializers.Serializer[Any]):
    """One guardianship; ``agreed``: the guardian said yes to the use of the ward's likeness by others."""

    id = serializers.CharField()
    guardian = serializers.CharField()
    ward = serializers.CharField()
    state = serializers.ChoiceField(choices=Guardianship.State.choices)
    waits_for_you = serializers.BooleanField()
    agreed = serializers.BooleanField()


class GuardianshipsSerializer(serializers.Serializer[Any]):
    """Those that have not ended."""

    guardianships = GuardianshipSerializer(many=True)


class EvidenceSerializer(serializers.Serializer[Any]):
    """What shows who one is, and where a moderator can see it."""

    words = serializers.CharField(max_length=1000)


class EvidenceStateSerializer(serializers.Serializer[Any]):
    """How it stands."""

    id = serializers.CharField()
    state = serializers.CharField()


class GuardianshipsView(APIView):
    """One's own, from either side."""

    def get_throttles(self) -> list[Any]:
        """Slow down proposing, not reading."""
        return [Proposing()] if self.request.method == "POST" else []

    @extend_schema(responses=GuardianshipsSerializer)
    def get(self, request: Request) -> Response:
        """List those that have not ended."""
        me = person(request)
        rows = Guardianship.objects.filter(Q(ward=me) | Q(guardian=me)).exclude(state=Guardianship.State.ENDED)
        listed = rows.select_related("ward", "guardian").order_by("pk")
        return Response({"guardianships": [guardianship_json(row, reader=me) for row in listed]})

    @extend_schema(request=NewGuardianshipSerializer, responses={201: GuardianshipSerializer})
    def post(self, request: Request) -> Response:
        """Propose it; it begins when the other one confirms it."""
        asked, me = NewGuardianshipSerializer(data=request.data), person(request)
        asked.is_valid(raise_exception=True)
        told = asked.validated_data
        try:
            other = ties.visible(told["person"], to=me.pk)
            made = guardians.propose(me, other=other, as_guardian=told["i_am"] == "guardian")
        except (NobodyError, GuardianError) as error:
            return no(error)
        return Response(guardianship_json(made, reader=me), status=status.HTTP_201_CREATED)


class GuardianshipView(APIView):
    """One guardianship of one's own."""

    @extend_schema(request=None, responses=GuardianshipSerializer)
    def delete(self, request: Request, guardianship_id: str) -> Response:
        """End it, from either side; what needed it is out of use when this answers."""
        try:
            ended = guardians.end(person(request), guardianship=guardianship_id)
        except GuardianError as error:
            return no(error)
        return Response(guardianship_json(ended, reader=person(request)))


class ConfirmView(APIView):
    """The other one's yes."""

    @extend_schema(request=None, responses=GuardianshipSerializer)
    def post(self, request: Request, guardianship_id: str) -> Response:
        """Begin what the other one proposed."""
        try:
            begun = guardians.confirm(person(request), guardianship=guardianship_id)
        except GuardianError as error:
            return no(error)
        return Response(guardianship_json(begun, reader=person(request)))


class AgreementView(APIView):
    """A guardian's yes to the use of their ward's likeness by others."""

    @extend_schema(request=None, responses=GuardianshipSerializer)
    def put(self, request: Request, guardianship_id: str) -> Response:
        """Say yes."""
        return self.said(request, guardianship=guardianship_id, yes=True)

    @extend_schema(request=None, responses=GuardianshipSerializer)
    def delete(self, request: Request, guardianship_id: str) -> Response:
        """Take it back; nothing made with the likeness by others is shown when this answers."""
        return self.said(request, guardianship=guardianship_id, yes=False)

    def said(self, request: Request, *, guardianship: str, yes: bool) -> Response:
        """Write it down for the ward of this guardianship."""
        me = person(request)
        mine = Guardianship.objects.filter(guardian=me, public_id=guardianship).select_related("ward", "guardian")
        found = mine.first()
        if found is None:
            return missing()
        try:
            (consents.give if yes else consents.withdraw)(me, ward=found.ward)
        except GuardianError as error:
            return no(error)
        return Response(guardianship_json(found, reader=me))


class EvidenceView(APIView):
    """Showing that one is who one says, without enrolling a face."""

    throttle_classes = [Proposing]

    @extend_schema(request=EvidenceSerializer, responses={202: EvidenceStateSerializer})
    def post(self, request: Request) -> Response:
        """Take it; a moderator decides."""
        asked = EvidenceSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        try:
            shown = evidence.show(person(request), words=asked.validated_data["words"])
        except GuardianError as error:
            return no(error)
        return Response({"id": shown.public_id, "state": shown.state}, status=status.HTTP_202_ACCEPTED)


def missing() -> Response:
    """Return the same for what is not there and for what is somebody else's."""
    return refused(
        status.HTTP_404_NOT_FOUND,
        word="not_found",
        message="There is no such guardianship.",
        advice="Check the address.",
    )


def guardianship_json(row: Guardianship, *, reader: Person) -> dict[str, Any]:
    """Return one as either of the two sees it."""
    return {
        "id": row.public_id,
        "guardian": row.guardian.handle,
        "ward": row.ward.handle,
        "state": row.state,
        "waits_for_you": row.state == Guardianship.State.PROPOSED and row.proposed_by_id != reader.pk,
        "agreed": row.state == Guardianship.State.LIVE and consents.is_given(row.ward, guardian=row.guardian),
    }
