"""Every page and endpoint, mounted."""

from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("accounts/", include("allauth.urls")),
    path("admin/", admin.site.urls),
    path("api/v1/", include("config.api")),
    path("", include("consent.urls")),
    path("", include("safety.urls")),
    path("", include("generation.urls")),
    path("", include("provenance.urls")),
]
