"""Pages of ``provenance``."""

from django.urls import URLPattern, URLResolver, path

from provenance.api import log
from provenance.views import keys, log_files, log_proofs, published, verify
from provenance.views import log as log_page

app_name = "provenance"
urlpatterns: list[URLPattern | URLResolver] = [
    path("verify", verify.page, name="verify"),
    path("health/keys", keys.page, name="keys"),
    path("health/keys.json", keys.data, name="keys-data"),
    path("verify/look", verify.look, name="look"),
    path("verify/anchors.pem", published.anchors, name="anchors"),
    path("verify/times.pem", published.times, name="times"),
    path("log", log_page.page, name="log"),
    path("log/entries", log_page.entries, name="log-entries"),
    path("log/entry/<int:index>", log_page.entry, name="log-entry"),
    path("log/find", log_page.find, name="log-find"),
    path("log/growth", log_proofs.growth, name="log-growth"),
    path("log/growth/<int:old>-<int:new>.json", log_files.growth, name="log-growth-file"),
    path("log/life/<str:name>", log_proofs.life, name="log-life"),
    path("log/life/<str:name>/<int:size>.txt", log_files.standing, name="log-standing-then"),
    path("log/check", log_proofs.check, name="log-check"),
    path("log/key.txt", log_files.key, name="log-key-file"),
    path("log/everything.tar", log_files.everything, name="log-everything"),
    path("log/checkpoint", log.checkpoint, name="log-checkpoint"),
    path("log/tile/<path:path>", log.tile, name="log-tile"),
    path("log/entry/<int:index>.tlog-proof", log.place, name="log-entry-proof"),
    path("log/video/<str:label>.tlog-proof", log.sealing, name="log-video-proof"),
    path("log/standing/<str:name>", log.standing, name="log-standing"),
]
