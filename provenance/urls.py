"""Pages of ``provenance``."""

from django.urls import URLPattern, URLResolver, path

from provenance.api import log
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
    path("log/checkpoint", log.checkpoint, name="log-checkpoint"),
    path("log/tile/<path:path>", log.tile, name="log-tile"),
    path("log/entry/<int:index>.tlog-proof", log.place, name="log-entry-proof"),
    path("log/video/<str:label>.tlog-proof", log.sealing, name="log-video-proof"),
    path("log/standing/<str:name>", log.standing, name="log-standing"),
]
