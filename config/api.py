"""The API, mounted under /api/v1."""

from django.urls import include, path, re_path
from drf_spectacular.views import SpectacularAPIView

from config.answers import NothingHere

urlpatterns = [
    path("schema", SpectacularAPIView.as_view(), name="schema"),
    path("", include("consent.api.urls")),
    path("", include("safety.api.urls")),
    path("", include("generation.api.urls")),
    path("", include("provenance.api.urls")),
    re_path(r"", NothingHere.as_view()),
]
