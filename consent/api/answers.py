"""The JSON of cameos and grants, and how consent says no over the API; shapes only, no rules."""

from typing import Any

from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from consent.accounts.models import Person
from consent.cameos.models import Cameo
from consent.errors import (
    AppearanceError,
    AudienceError,
    BirthdayError,
    CameoStateError,
    ConsentError,
    ExportError,
    GrantError,
    GuardianError,
    InviteError,
    NobodyError,
    NoGuardianshipError,
    NoStewardError,
    NoticeError,
    PreferenceError,
    RequestError,
    StewardError,
    TieError,
    UsesError,
)
from consent.grants import categories
from consent.grants.models import Grant
from consent.grants.uses import named
from consent.permit import Use

CODES: dict[type[ConsentError], tuple[int, str, str]] = {
    AudienceError: (status.HTTP_400_BAD_REQUEST, "audience", "Choose a smaller audience."),
    UsesError: (status.HTTP_400_BAD_REQUEST, "uses", "Choose other uses."),
    GrantError: (status.HTTP_400_BAD_REQUEST, "grant", "Change the grant and send it again."),
    PreferenceError: (status.HTTP_400_BAD_REQUEST, "preference", "Change the words and send them again."),
    RequestError: (status.HTTP_409_CONFLICT, "request", "Look at how the request stands."),
    TieError: (status.HTTP_400_BAD_REQUEST, "oneself", "Name somebody else."),
    NobodyError: (status.HTTP_404_NOT_FOUND, "not_found", "Check the spelling of the name."),
    NoGuardianshipError: (status.HTTP_404_NOT_FOUND, "not_found", "Check the address."),
    NoStewardError: (status.HTTP_404_NOT_FOUND, "not_found", "Check the address."),
    GuardianError: (status.HTTP_409_CONFLICT, "guardian", "Look at how it stands under /api/v1/guardianships."),
    StewardError: (status.HTTP_409_CONFLICT, "steward", "Look at how it stands under /api/v1/stewards."),
    InviteError: (status.HTTP_409_CONFLICT, "invite", "Look at your invites first."),
    BirthdayError: (status.HTTP_409_CONFLICT, "birth_date", "Send another date, or wait for the decision."),
    NoticeError: (status.HTTP_400_BAD_REQUEST, "notice", "Choose another kind or channel."),
    AppearanceError: (status.HTTP_409_CONFLICT, "appearance", "Narrow your audience, or take the video down."),
    ExportError: (status.HTTP_409_CONFLICT, "export", "Fetch the file that is there, or ask again tomorrow."),
    CameoStateError: (status.HTTP_409_CONFLICT, "cameo_state", "Look at the state of your cameo first."),
}


def person(request: Request) -> Person:
    """Return who asks; the default permission has seen to it that somebody does."""
    assert isinstance(request.user, Person)  # noqa: S101  (for the type checker: IsAuthenticated guards every view)
    return request.user


def no(error: ConsentError) -> Response:
    """Return one of our errors in the API's one shape."""
    code, word, advice = CODES[type(error)]
    return refused(code, word=word, message=str(error), advice=advice)


def refused(code: int, *, word: str, message: str, advice: str = "") -> Response:
    """Return a refusal in the API's one shape."""
    return Response({"error": {"code": word, "message": message, "advice": advice}}, status=code)


def cameo_json(cameo: Cameo, *, owner: Person) -> dict[str, Any]:
    """Return a cameo as its owner sees it."""
    return {
        "handle": owner.handle,
        "state": cameo.state,
        "audience": cameo.audience,
        "enrolled_at": cameo.enrolled_at,
    }


def grant_json(grant: Grant) -> dict[str, Any]:
    """Return a grant as its owner sees it."""
    return {
        "id": grant.public_id,
        "person": grant.person.handle,
        "uses": uses_json(grant.uses),
        "categories": categories_json(grant.categories),
        "effect": grant.effect,
        "draft": grant.draft_digest or None,
        "expires_at": grant.expires_at,
        "receipt": grant.receipt.digest,
    }


def uses_json(bits: int) -> list[str]:
    """Return uses in their one order."""
    return [use.value for use in Use if use in named(bits)]


def categories_json(bits: int) -> list[str]:
    """Return categories in their one order."""
    return [name for name in categories.NAMES if name in categories.named(bits)]
