"""Pages of ``provenance``."""

from django.urls import URLPattern, URLResolver, path

from provenance.views import keys, published, verify

app_name = "provenance"
urlpatterns: list[URLPattern | URLResolver] = [
    path("verify", verify.page, name="verify"),
    path("health/keys", keys.page, name="keys"),
    path("health/keys.json", keys.data, name="keys-data"),
    path("verify/look", verify.look, name="look"),
    path("verify/anchors.pem", published.anchors, name="anchors"),
    path("verify/log-key.txt", published.log_key, name="log-key"),
    path("verify/<str:label>.tlog-proof", published.proof, name="proof"),
]
