"""GET and POST /grants, DELETE /grants/{id}: what one gives and takes back."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from consent.accounts.models import Person
from consent.api.answers import grant_json, no, person, refused
from consent.api.serializers import GrantSerializer, GrantsSerializer, NewGrantSerializer, RevokedSerializer
from consent.errors import CameoStateError, GrantError, UsesError
from consent.grants import grant
from consent.grants.graph import plain
from consent.grants.models import Grant
from consent.permit import Use


class GrantsView(APIView):
    """The grants of one's own cameo."""

    scopes = {"GET": "grants:read", "POST": "grants:write"}

    @extend_schema(responses=GrantsSerializer)
    def get(self, request: Request) -> Response:
        """List what was given and denied and is in force, newest first."""
        rows = Grant.objects.filter(cameo__owner=person(request), revoked_at=None)
        listed = rows.select_related("person", "receipt").order_by("-pk")
        return Response({"grants": [grant_json(row) for row in listed]})

    @extend_schema(request=NewGrantSerializer, responses={201: GrantSerializer})
    def post(self, request: Request) -> Response:
        """Let somebody use one's likeness, in place of an earlier grant to them; or deny them more than before."""
        asked = NewGrantSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        told = asked.validated_data
        other = Person.objects.filter(handle=plain(told["person"])).first()
        if other is None:
            return refused(
                status.HTTP_400_BAD_REQUEST,
                word="no_such_person",
                message=f"Nobody here is called @{plain(told['person'])}.",
                advice="Check the spelling of the name.",
            )
        try:
            made = said(person(request), other=other, told=told)
        except (GrantError, UsesError, CameoStateError) as error:
            return no(error)
        return Response(grant_json(made), status=status.HTTP_201_CREATED)


class GrantView(APIView):
    """One grant of one's own cameo."""

    scopes = {"DELETE": "grants:write"}

    @extend_schema(request=None, responses=RevokedSerializer)
    def delete(self, request: Request, grant_id: str) -> Response:
        """Take it back; nothing made under it is served when this answers. Somebody else's is as unknown as none."""
        try:
            found = grant.revoke(person(request), grant=grant_id)
        except GrantError as error:
            return refused(status.HTTP_404_NOT_FOUND, word="not_found", message=str(error), advice="Check the address.")
        digest = found.revocation.digest if found.revocation else ""
        return Response({"id": found.public_id, "revoked_at": found.revoked_at, "receipt": digest})


def said(owner: Person, *, other: Person, told: dict[str, Any]) -> Grant:
    """Give or deny, as was asked."""
    uses, about = [Use(use) for use in told["uses"]], told["categories"]
    if told["effect"] == Grant.Effect.DENIAL:
        return grant.deny(owner, person=other, uses=uses, categories=about)
    return grant.give(owner, person=other, uses=uses, categories=about, expires_at=told["expires_at"])
