"""Endpoints of ``consent`` under ``/api/v1``."""

from django.urls import URLPattern, URLResolver, path, re_path

from consent.api.cameo import AudienceView, CameoView, SwitchView
from consent.api.captures import AgreementView, CapturesView, CaptureView, RecordingView
from consent.api.grants import GrantsView, GrantView
from consent.api.permissions import CheckView
from consent.api.things import ThingsView, ThingView

urlpatterns: list[URLPattern | URLResolver] = [
    path("captures", CapturesView.as_view()),
    path("captures/agreement", AgreementView.as_view()),
    path("captures/<str:capture_id>", CaptureView.as_view()),
    path("captures/<str:capture_id>/recording", RecordingView.as_view()),
    path("things", ThingsView.as_view()),
    path("things/<str:thing_id>", ThingView.as_view()),
    path("cameo", CameoView.as_view()),
    path("cameo/audience", AudienceView.as_view()),
    re_path(r"^cameo/(?P<action>pause|resume|withdraw)$", SwitchView.as_view()),
    path("grants", GrantsView.as_view()),
    path("grants/<str:grant_id>", GrantView.as_view()),
    path("permissions/check", CheckView.as_view()),
]
