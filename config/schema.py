"""The OpenAPI schema of every endpoint: what it answers, what it needs, and the one shape in which it refuses."""

import re
from typing import Any, Literal

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema
from rest_framework import serializers
from rest_framework.permissions import IsAuthenticated

from config.codes import CODES

REFUSED = "4XX"


class RefusalDetailSerializer(serializers.Serializer[Any]):
    """Why not: the machine's word, the sentence a person reads, and what can be done."""

    code = serializers.ChoiceField(choices=CODES)
    message = serializers.CharField()
    advice = serializers.CharField(allow_blank=True)


class RefusedSerializer(serializers.Serializer[Any]):
    """Every refusal of every endpoint looks like this."""

    error = RefusalDetailSerializer()


class BearerScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]  # it registers itself
    """How the schema tells of tokens."""

    target_class = "consent.api.bearer.Bearer"
    name = "token"

    def get_security_definition(self, _auto_schema: object) -> dict[str, Any]:
        """Return the scheme."""
        about = "Made on the page Settings, Tokens: `cnt_…`, for the scopes that were chosen there."
        return {"type": "http", "scheme": "bearer", "description": about}


class Schema(AutoSchema):
    """drf-spectacular's reading of a view, with our refusals and scopes."""

    def get_operation_id(self) -> str:
        """Return the view's own name and the method: ``receipt_get`` beside ``receipts_get``."""
        words = re.findall(r"[A-Z][a-z0-9]*", type(self.view).__name__.removesuffix("View"))
        return "_".join([*words, self.method]).lower()

    def _get_response_bodies(self, direction: Literal["request", "response"] = "response") -> dict[str, Any]:
        bodies: dict[str, Any] = super()._get_response_bodies(direction)
        refused = self._get_response_for_code(RefusedSerializer, REFUSED, direction=direction)  # type: ignore[no-untyped-call]
        return bodies | {REFUSED: refused}

    def get_description(self) -> str:  # type: ignore[override]  # drf-spectacular's own signature
        """Return what the method's docstring says, and which scope a token needs for it."""
        told, scope = super().get_description() or "", getattr(self.view, "scopes", {}).get(self.method)
        if IsAuthenticated not in self.view.permission_classes:
            return str(told)
        needed = f"Scope of a token: `{scope}`." if scope else "Signed in, never with a token."
        return f"{told}\n\n{needed}"
