"""Pages of ``consent``."""

from django.urls import URLPattern, URLResolver, path

from consent.views import enrol, likeness, permissions, receipts, tokens

app_name = "consent"
urlpatterns: list[URLPattern | URLResolver] = [
    path("", likeness.likeness, name="likeness"),
    path("enrol", enrol.start, name="enrol"),
    path("enrol/<str:capture_id>", enrol.capture, name="capture"),
    path("enrol/<str:capture_id>/recording", enrol.recording, name="recording"),
    path("likeness/pause", permissions.pause, name="pause"),
    path("likeness/resume", permissions.resume, name="resume"),
    path("likeness/withdraw", permissions.withdraw, name="withdraw"),
    path("likeness/audience", permissions.choose_audience, name="audience"),
    path("likeness/ruled-out", permissions.rule_out, name="rule_out"),
    path("grants", permissions.give, name="give"),
    path("grants/<str:grant_id>/revoke", permissions.revoke, name="revoke"),
    path("receipts", receipts.receipts, name="receipts"),
    path("receipts/all.json", receipts.files, name="receipt_files"),
    path("receipts/<str:receipt_id>", receipts.receipt, name="receipt"),
    path("receipts/<str:receipt_id>/file", receipts.file, name="receipt_file"),
    path("settings/tokens", tokens.tokens, name="tokens"),
    path("settings/tokens/<str:token_id>/revoke", tokens.revoke, name="revoke_token"),
]
