"""Pages of ``provenance``."""

from django.urls import URLPattern, URLResolver, path

from provenance.views import verify

app_name = "provenance"
urlpatterns: list[URLPattern | URLResolver] = [path("verify", verify.page, name="verify")]
