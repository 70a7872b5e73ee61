"""Endpoints of ``consent`` under ``/api/v1``."""

from django.urls import URLPattern, URLResolver, path, re_path

from consent.api.account import BirthDateView, InvitesView, ReplaceView
from consent.api.appearances import AppearancesView, AppearanceView, BehindView
from consent.api.cameo import AudienceView, CameoView, SwitchView, WithdrawView
from consent.api.captures import CapturesView, CaptureView, ConsentTextView, RecordingView
from consent.api.exports import ExportsView, ExportView
from consent.api.family import AgreementView, ConfirmView, EvidenceView, GuardianshipsView, GuardianshipView
from consent.api.grants import GrantsView, GrantView
from consent.api.notices import NoticePreferencesView, NoticesView, ReadAllView, ReadView
from consent.api.people import BlocksView, BlockView, FollowsView, FollowView, PersonView
from consent.api.permissions import CheckView, WhyView
from consent.api.protected import ProtectedFacesView, ProtectedFaceView
from consent.api.receipts import OptionsView, ReceiptsView, ReceiptView, SignatureView
from consent.api.requests import AnswerView, RequestsView, RequestView
from consent.api.rules import RulesView, RuleView
from consent.api.stewards import (
    AcceptView,
    ActView,
    StewardAppearanceView,
    StewardRequestView,
    StewardsView,
    StewardView,
)
from consent.api.things import ThingsView, ThingView
from consent.api.tokens import TokensView, TokenView

urlpatterns: list[URLPattern | URLResolver] = [
    path("permissions/check", CheckView.as_view()),  # first: it is asked for most often, by far
    path("captures", CapturesView.as_view()),
    path("captures/agreement", ConsentTextView.as_view()),
    path("captures/<str:capture_id>", CaptureView.as_view()),
    path("captures/<str:capture_id>/recording", RecordingView.as_view()),
    path("things", ThingsView.as_view()),
    path("things/<str:thing_id>", ThingView.as_view()),
    path("protected", ProtectedFacesView.as_view()),
    path("protected/<str:protected_id>", ProtectedFaceView.as_view()),
    path("cameo", CameoView.as_view()),
    path("cameo/audience", AudienceView.as_view()),
    re_path(r"^cameo/(?P<action>pause|resume)$", SwitchView.as_view()),
    path("cameo/withdraw", WithdrawView.as_view(), {"action": "withdraw"}),
    path("grants", GrantsView.as_view()),
    path("grants/<str:grant_id>", GrantView.as_view()),
    path("permissions/why", WhyView.as_view()),
    path("requests", RequestsView.as_view()),
    path("requests/<str:request_id>", RequestView.as_view()),
    path("requests/<str:request_id>/answer", AnswerView.as_view()),
    path("rules", RulesView.as_view()),
    path("rules/<str:rule_id>", RuleView.as_view()),
    path("appearances", AppearancesView.as_view()),
    path("appearances/<str:appearance_id>", AppearanceView.as_view()),
    path("appearances/<str:appearance_id>/revoke", BehindView.as_view()),
    path("exports", ExportsView.as_view()),
    path("exports/<str:export_id>", ExportView.as_view()),
    path("receipts", ReceiptsView.as_view()),
    path("receipts/<str:receipt_id>", ReceiptView.as_view()),
    path("receipts/<str:receipt_id>/signature", SignatureView.as_view(), name="api-receipt-signature"),
    path("receipts/<str:receipt_id>/signature/options", OptionsView.as_view()),
    path("tokens", TokensView.as_view()),
    path("tokens/<str:token_id>", TokenView.as_view()),
    path("people/<str:handle>", PersonView.as_view()),
    path("follows", FollowsView.as_view()),
    path("follows/<str:handle>", FollowView.as_view()),
    path("blocks", BlocksView.as_view()),
    path("blocks/<str:handle>", BlockView.as_view()),
    path("guardianships", GuardianshipsView.as_view()),
    path("guardianships/evidence", EvidenceView.as_view()),
    path("guardianships/<str:guardianship_id>", GuardianshipView.as_view()),
    path("guardianships/<str:guardianship_id>/confirm", ConfirmView.as_view()),
    path("guardianships/<str:guardianship_id>/agreement", AgreementView.as_view()),
    path("stewards", StewardsView.as_view()),
    path("stewards/<str:steward_id>", StewardView.as_view()),
    path("stewards/<str:steward_id>/accept", AcceptView.as_view()),
    path("stewards/<str:steward_id>/appearances/<str:appearance_id>", StewardAppearanceView.as_view()),
    path("stewards/<str:steward_id>/requests/<str:request_id>", StewardRequestView.as_view()),
    re_path(r"^stewards/(?P<steward_id>[\w-]+)/(?P<action>pause|resume|withdraw)$", ActView.as_view()),
    path("invites", InvitesView.as_view()),
    path("invites/<str:invite_id>/replace", ReplaceView.as_view()),
    path("birth-date", BirthDateView.as_view()),
    path("notices", NoticesView.as_view()),
    path("notices/read", ReadAllView.as_view()),
    path("notices/<str:notice_id>/read", ReadView.as_view()),
    path("notice-preferences", NoticePreferencesView.as_view()),
]
