"""Pages of ``generation``."""

from django.urls import URLPattern, URLResolver, path

from generation.views import jobs, references, studio, videos

app_name = "generation"
urlpatterns: list[URLPattern | URLResolver] = [
    path("studio", studio.studio, name="studio"),
    path("studio/people", studio.chips, name="chips"),
    path("studio/references", references.states, name="references"),
    path("studio/references/send", references.send, name="send_reference"),
    path("studio/references/<str:reference>/remove", references.remove, name="remove_reference"),
    path("jobs/<str:job>", jobs.job, name="job"),
    path("jobs/<str:job>/cancel", jobs.stop, name="cancel"),
    path("jobs/<str:job>/ask", jobs.ask, name="ask"),
    path("jobs/<str:job>/again", jobs.again, name="again"),
    path("videos/<str:clip>", videos.video, name="video"),
    path("videos/<str:clip>/content", videos.content, name="content"),
    path("videos/<str:clip>/visibility", videos.show, name="show"),
    path("videos/<str:clip>/link", videos.renew, name="renew"),
    path("videos/<str:clip>/delete", videos.remove, name="delete"),
    path("v/<str:token>", videos.shared, name="shared"),
    path("v/<str:token>/content", videos.shared_content, name="shared_content"),
    path("library", videos.library, name="library"),
]
