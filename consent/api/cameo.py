"""GET /cameo, POST /cameo/pause, /cameo/resume, /cameo/withdraw, /cameo/audience: one's own and nobody else's."""

from collections.abc import Callable

from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from consent.accounts.models import Person
from consent.api.answers import cameo_json, no, person, refused
from consent.api.serializers import AudienceSerializer, CameoSerializer
from consent.cameos.models import Cameo
from consent.errors import AudienceError, CameoStateError
from consent.grants import audience, switch

SWITCHES: dict[str, Callable[[Person], Cameo]] = {
    "pause": switch.pause,
    "resume": switch.resume,
    "withdraw": switch.withdraw,
}


class CameoView(APIView):
    """One's own cameo."""

    scopes = {"GET": "cameo:read"}

    @extend_schema(responses=CameoSerializer)
    def get(self, request: Request) -> Response:
        """Say how it stands."""
        owner = person(request)
        cameo = Cameo.objects.filter(owner=owner).first()
        if cameo is None:
            return refused(
                status.HTTP_404_NOT_FOUND, word="no_cameo", message="You have no cameo yet.", advice="Enrol."
            )
        return Response(cameo_json(cameo, owner=owner))


class SwitchView(APIView):
    """Stop every use, or begin again."""

    scopes = {"POST": "cameo:write"}

    @extend_schema(request=None, responses=CameoSerializer)
    def post(self, request: Request, action: str) -> Response:
        """Do it; what it stops has stopped when this answers."""
        try:
            cameo = SWITCHES[action](person(request))
        except CameoStateError as error:
            return no(error)
        return Response(cameo_json(cameo, owner=person(request)))


class WithdrawView(SwitchView):
    """Take the likeness back for good. In a session alone: what is destroyed then cannot be had again."""

    scopes = {}


class AudienceView(APIView):
    """Whom to let in without asking one by one."""

    scopes = {"POST": "cameo:write"}

    @extend_schema(request=AudienceSerializer, responses=CameoSerializer)
    def post(self, request: Request) -> Response:
        """Choose; a narrower audience is in force when this answers."""
        asked = AudienceSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        wanted = Cameo.Audience(asked.validated_data["audience"])
        try:
            cameo = audience.set_audience(person(request), audience=wanted)
        except (AudienceError, CameoStateError) as error:
            return no(error)
        return Response(cameo_json(cameo, owner=person(request)))
