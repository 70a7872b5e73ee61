"""Pages of ``provenance``."""

from django.urls import URLPattern, URLResolver, path

from provenance.api import log
from provenance.views import verify

app_name = "provenance"
urlpatterns: list[URLPattern | URLResolver] = [
    path("verify", verify.page, name="verify"),
    path("log/checkpoint", log.checkpoint, name="log-checkpoint"),
    path("log/tile/<path:path>", log.tile, name="log-tile"),
    path("log/entry/<int:index>.tlog-proof", log.place, name="log-entry-proof"),
    path("log/video/<str:label>.tlog-proof", log.sealing, name="log-video-proof"),
    path("log/standing/<str:name>", log.standing, name="log-standing"),
]
