"""Endpoints of ``provenance`` under /api/v1."""

from django.urls import URLPattern, URLResolver, path

from provenance.api import log, verify

urlpatterns: list[URLPattern | URLResolver] = [
    path("verify", verify.Verify.as_view(), name="verify-file"),
    path("log/growth", log.Grew.as_view(), name="log-growth"),
]
