"""The API, mounted under /api/v1."""

from django.urls import include, path
from drf_spectacular.views import SpectacularAPIView

urlpatterns = [
    path("schema", SpectacularAPIView.as_view(), name="schema"),
    path("", include("consent.api.urls")),
    path("", include("safety.api.urls")),
    path("", include("generation.api.urls")),
    path("", include("provenance.api.urls")),
]
