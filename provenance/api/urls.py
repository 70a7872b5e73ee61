"""Endpoints of ``provenance`` under /api/v1."""

from django.urls import URLPattern, URLResolver, path

from provenance.api import binding, log, verify

urlpatterns: list[URLPattern | URLResolver] = [
    path("verify", verify.Verify.as_view(), name="verify-file"),
    path("log/growth", log.Grew.as_view(), name="log-growth"),
    path("c2pa/matches/byBinding", binding.MatchesByBinding.as_view(), name="matches-by-binding"),
    path("c2pa/matches/byContent", binding.MatchesByContent.as_view(), name="matches-by-content"),
    path("c2pa/manifests/<str:label>", binding.ManifestById.as_view(), name="manifest-by-id"),
    path("c2pa/services/supportedAlgorithms", binding.SupportedAlgorithms.as_view(), name="supported-algorithms"),
]
