"""Pages of ``consent``."""

from django.urls import URLPattern, URLResolver, path, re_path

from consent.views import (
    account,
    appearances,
    enrol,
    exporting,
    family,
    likeness,
    notices,
    people,
    permissions,
    receipts,
    stewards,
    tokens,
)

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
    path("appearances", appearances.appearances, name="appearances"),
    path("appearances/<str:appearance_id>/take-down", appearances.take_down, name="take_down"),
    path("appearances/<str:appearance_id>/revoke", appearances.revoke, name="take_back"),
    path("export", exporting.export, name="export"),
    path("export/<str:export_id>/file", exporting.fetch, name="fetch_export"),
    path("receipts", receipts.receipts, name="receipts"),
    path("receipts/all.json", receipts.files, name="receipt_files"),
    path("receipts/<str:receipt_id>", receipts.receipt, name="receipt"),
    path("receipts/<str:receipt_id>/file", receipts.file, name="receipt_file"),
    path("settings/tokens", tokens.tokens, name="tokens"),
    path("settings/tokens/<str:token_id>/revoke", tokens.revoke, name="revoke_token"),
    path("people/<str:handle>", people.person, name="person"),
    re_path(r"^people/(?P<handle>\w+)/(?P<act>follow|unfollow|block|unblock)$", people.tie, name="tie"),
    path("notices", notices.notices, name="notices"),
    path("notices/read", notices.read_all, name="read_all"),
    path("notices/preferences", notices.preferences, name="preferences"),
    path("notices/<str:notice_id>", notices.notice, name="notice"),
    path("family", family.family, name="family"),
    path("family/propose", family.propose, name="propose"),
    path("family/evidence", family.show, name="evidence"),
    re_path(
        r"^family/(?P<guardianship_id>[\w-]+)/(?P<what>confirm|end|agree|take-back)$", family.act, name="family_act"
    ),
    path("stewards", stewards.stewards, name="stewards"),
    re_path(r"^stewards/begin/(?P<role>claim|delegate)$", stewards.begin, name="steward_begin"),
    path("stewards/<str:steward_id>/requests/<str:request_id>", stewards.answer, name="steward_answer"),
    re_path(
        r"^stewards/(?P<steward_id>[\w-]+)/(?P<what>accept|end|pause|resume|withdraw)$",
        stewards.act,
        name="steward_act",
    ),
    path("invites", account.invites, name="invites"),
    path("invites/tree", account.tree, name="invite_tree"),
    path("settings", account.settings, name="settings"),
    path("settings/birth-date", account.birth_date, name="birth_date"),
]
