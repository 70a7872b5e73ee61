"""Pages of ``provenance``."""

from django.urls import URLPattern, URLResolver, path

from provenance.views import keys, verify

app_name = "provenance"
urlpatterns: list[URLPattern | URLResolver] = [
    path("verify", verify.page, name="verify"),
    path("health/keys", keys.page, name="keys"),
    path("health/keys.json", keys.data, name="keys-data"),
]
