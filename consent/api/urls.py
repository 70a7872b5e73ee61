"""Endpoints of ``consent`` under ``/api/v1``."""

from django.urls import URLPattern, URLResolver, path, re_path

from consent.api.cameo import AudienceView, CameoView, SwitchView, WithdrawView
from consent.api.captures import CapturesView, CaptureView, RecordingView
from consent.api.grants import GrantsView, GrantView
from consent.api.permissions import CheckView, WhyView
from consent.api.receipts import OptionsView, ReceiptsView, ReceiptView, SignatureView
from consent.api.requests import AnswerView, RequestsView, RequestView
from consent.api.rules import RulesView, RuleView
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
    path("permissions/why", WhyView.as_view()),
    path("requests", RequestsView.as_view()),
    path("requests/<str:request_id>", RequestView.as_view()),
    path("requests/<str:request_id>/answer", AnswerView.as_view()),
    path("rules", RulesView.as_view()),
    path("rules/<str:rule_id>", RuleView.as_view()),
    path("receipts", ReceiptsView.as_view()),
    path("receipts/<str:receipt_id>", ReceiptView.as_view()),
    path("receipts/<str:receipt_id>/signature", SignatureView.as_view(), name="api-receipt-signature"),
    path("receipts/<str:receipt_id>/signature/options", OptionsView.as_view()),
    path("tokens", TokensView.as_view()),
    path("tokens/<str:token_id>", TokenView.as_view()),
]
