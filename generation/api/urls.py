"""Endpoints of ``generation`` under /api/v1."""

from django.urls import URLPattern, URLResolver, path

from generation.api.clips import ClipView, ContentView
from generation.api.jobs import CancelView, JobsView, JobView

urlpatterns: list[URLPattern | URLResolver] = [
    path("jobs", JobsView.as_view(), name="api-jobs"),
    path("jobs/<str:job>", JobView.as_view(), name="api-job"),
    path("jobs/<str:job>/cancel", CancelView.as_view(), name="api-job-cancel"),
    path("clips/<str:clip>", ClipView.as_view(), name="api-clip"),
    path("clips/<str:clip>/content", ContentView.as_view(), name="api-clip-content"),
]
