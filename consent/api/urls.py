"""Endpoints of ``consent`` under ``/api/v1``."""

from django.urls import URLPattern, URLResolver, path, re_path

from consent.api.cameo import AudienceView, CameoView, SwitchView, WithdrawView
from consent.api.captures import CapturesView, CaptureView, RecordingView
from consent.api.grants import GrantsView, GrantView
from consent.api.permissions import CheckView
from consent.api.receipts import OptionsView, ReceiptsView, ReceiptView, SignatureView
from consent.api.tokens import TokensView, TokenView

urlpatterns: list[URLPattern | URLResolver] = [
    path("captures", CapturesView.as_view()),
    path("captures/<str:capture_id>", CaptureView.as_view()),
    path("captures/<str:capture_id>/recording", RecordingView.as_view()),
    path("cameo", CameoView.as_view()),
    path("cameo/audience", AudienceView.as_view()),
    re_path(r"^cameo/(?P<action>pause|resume)$", SwitchView.as_view()),
    path("cameo/withdraw", WithdrawView.as_view(), {"action": "withdraw"}),
    path("grants", GrantsView.as_view()),
    path("grants/<str:grant_id>", GrantView.as_view()),
    path("permissions/check", CheckView.as_view()),
    path("receipts", ReceiptsView.as_view()),
    path("receipts/<str:receipt_id>", ReceiptView.as_view()),
    path("receipts/<str:receipt_id>/signature", SignatureView.as_view()),
    path("receipts/<str:receipt_id>/signature/options", OptionsView.as_view()),
    path("tokens", TokensView.as_view()),
    path("tokens/<str:token_id>", TokenView.as_view()),
]
