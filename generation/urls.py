"""Pages of ``generation``."""

from django.urls import URLPattern, URLResolver, path

from generation.views import jobs, studio, videos

app_name = "generation"
urlpatterns: list[URLPattern | URLResolver] = [
    path("studio", studio.studio, name="studio"),
    path("studio/people", studio.chips, name="chips"),
    path("jobs/<str:job>", jobs.job, name="job"),
    path("jobs/<str:job>/cancel", jobs.stop, name="cancel"),
    path("videos/<str:clip>", videos.video, name="video"),
    path("videos/<str:clip>/delete", videos.remove, name="delete"),
    path("library", videos.library, name="library"),
]
