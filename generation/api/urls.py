"""Endpoints of ``generation`` under /api/v1."""

from django.urls import URLPattern, URLResolver, path

from generation.api.clips import ClipView, ContentView
from generation.api.jobs import AgainView, AskView, CancelView, JobsView, JobView
from generation.api.references import ReferencesView, ReferenceView
from generation.api.visibility import LinkView, VisibilityView

urlpatterns: list[URLPattern | URLResolver] = [
    path("jobs", JobsView.as_view(), name="api-jobs"),
    path("jobs/<str:job>", JobView.as_view(), name="api-job"),
    path("jobs/<str:job>/cancel", CancelView.as_view(), name="api-job-cancel"),
    path("jobs/<str:job>/ask", AskView.as_view(), name="api-job-ask"),
    path("jobs/<str:job>/again", AgainView.as_view(), name="api-job-again"),
    path("references", ReferencesView.as_view(), name="api-references"),
    path("references/<str:reference>", ReferenceView.as_view(), name="api-reference"),
    path("clips/<str:clip>", ClipView.as_view(), name="api-clip"),
    path("clips/<str:clip>/visibility", VisibilityView.as_view(), name="api-clip-visibility"),
    path("clips/<str:clip>/link", LinkView.as_view(), name="api-clip-link"),
    path("clips/<str:clip>/content", ContentView.as_view(), name="api-clip-content"),
]
