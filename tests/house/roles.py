"""Who may do what at every address: the table that ``test_roles`` holds every route to.

A row's key is the route as the resolver spells it. Its values say by method who is let in, and with which answer:

* ``mine(200)`` everybody signed in, each to their own;  ``of("olive")`` these people; to others it does not exist;
* ``public(200)`` everybody;  ``staff(200)`` moderators; to others, the unknown too, it does not exist.

Whoever is not let in gets what the route's kind says: a page sends the unknown to sign in (302), the API answers 401;
a token without the scope is 403; everybody else gets the very same 404 as for an id that never was.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.utils import timezone

SIGNED_IN = ("olive", "felix", "sten", "pat", "tess", "mo")
ANONYMOUS, TOKEN = "anonymous", "token"


@dataclass(frozen=True)
class Rule:
    """Who is let in (``people``), with which statuses; ``otherwise`` the people answers besides 404."""

    people: frozenset[str]
    ok: frozenset[int]
    otherwise: Mapping[str, int] = field(default_factory=dict)
    body: Mapping[str, Any] | None = None
    query: str = ""
    is_hidden: bool = False


def mine(
    *ok: int,
    body: Mapping[str, Any] | None = None,
    query: str = "",
    without: Mapping[str, int] | None = None,
    **other: int,
) -> Rule:
    """Everybody signed in; ``without`` and ``other`` name those who have nothing there, and what they are told."""
    otherwise = {**(without or {}), **other}
    return Rule(frozenset(SIGNED_IN) - set(otherwise), frozenset(ok), otherwise, body, query)


def of(*people: str, ok: int = 200, body: Mapping[str, Any] | None = None, **otherwise: int) -> Rule:
    """These people; to anybody else it does not exist, but for those in ``otherwise``, whom it concerns."""
    return Rule(frozenset(people), frozenset({ok}), otherwise, body)


def public(*ok: int, body: Mapping[str, Any] | None = None, query: str = "") -> Rule:
    """Everybody, signed in or not."""
    return Rule(frozenset({ANONYMOUS, TOKEN, *SIGNED_IN}), frozenset(ok), body=body, query=query)


def staff(*ok: int) -> Rule:
    """Moderators; to everybody else, signed in or not, there is no such address."""
    return Rule(frozenset({"mo"}), frozenset(ok), is_hidden=True)


NO_CAMEO = {name: 409 for name in SIGNED_IN if name not in {"olive", "pat", "tess"}}
NO_CAMEO_YET = dict.fromkeys(NO_CAMEO, 404)
GRANT = {"person": "felix", "uses": ["generate"]}
WISH = {"prompt": "a red ball", "seconds": 1}
ASK = {"cameo": "olive", "uses": ["generate"], "message": ""}
WARD = {"person": "tess", "i_am": "guardian"}
SHOWN = {"words": "My passport can be seen by a moderator at the front desk, on any day of the week."}
DELEGATE = {"person": "sten", "role": "delegate", "powers": ["pause"], "evidence": SHOWN["words"],
            "until": (timezone.now() + timedelta(days=30)).isoformat()}  # fmt: skip
BIRTHDAY = {"birth_date": "1990-01-01", "reason": "I mistyped the year when I joined, and can show my passport."}
CHOICE = {"kind": "follow.made", "channel": "inbox", "wanted": False}

API: dict[str, dict[str, Rule]] = {
    "schema": {"GET": public(200)},
    "": {},
    "captures": {"POST": mine(201)},
    "captures/agreement": {"GET": mine(200)},
    "captures/<str:capture_id>": {"GET": of("olive")},
    "captures/<str:capture_id>/recording": {"PUT": of("olive", ok=415)},
    "things": {"GET": mine(200)},
    "things/<str:thing_id>": {"DELETE": of("olive", ok=204)},
    "protected": {"GET": mine(200), "POST": mine(415)},
    "protected/<str:protected_id>": {"DELETE": of("olive", ok=204)},
    "cameo": {"GET": mine(200, without=NO_CAMEO_YET)},
    "cameo/audience": {"POST": mine(200, body={"audience": "approved"}, without=NO_CAMEO)},
    r"^cameo/(?P<action>pause|resume)$": {"POST": mine(200, without=NO_CAMEO)},
    "cameo/withdraw": {"POST": mine(200, without=NO_CAMEO)},
    "grants": {"GET": mine(200), "POST": mine(201, body=GRANT, without={**NO_CAMEO, "felix": 400})},
    "grants/<str:grant_id>": {"DELETE": of("olive")},
    "permissions/check": {"GET": mine(200, query="cameo=olive")},
    "permissions/why": {"GET": mine(200, query="person=felix")},
    "requests": {"GET": mine(200), "POST": mine(201, body=ASK, olive=409)},
    "requests/<str:request_id>": {"DELETE": of("sten")},
    "requests/<str:request_id>/answer": {"POST": of("olive", body={"answer": "decline"})},
    "rules": {
        "GET": mine(200),
        "POST": mine(201, body={"text": "Never put me in political scenes."}, without=NO_CAMEO),
        "PUT": mine(200, body={"rules": []}, without=NO_CAMEO),
    },
    "rules/<str:rule_id>": {"DELETE": of("olive")},
    "appearances": {"GET": mine(200)},
    "appearances/<str:appearance_id>": {"GET": of("olive"), "DELETE": of("olive")},
    "appearances/<str:appearance_id>/revoke": {"POST": of("olive")},
    "exports": {"GET": mine(200), "POST": mine(202)},
    "exports/<str:export_id>": {"GET": of("olive")},
    "people/<str:handle>": {"GET": mine(200)},
    "follows": {"GET": mine(200)},
    "follows/<str:handle>": {"PUT": mine(200, sten=400), "DELETE": mine(200)},
    "blocks": {"GET": mine(200)},
    "blocks/<str:handle>": {"PUT": mine(200, sten=400), "DELETE": mine(200)},
    "guardianships": {"GET": mine(200), "POST": mine(201, body=WARD, felix=409, sten=409, tess=409, mo=409)},
    "guardianships/evidence": {"POST": mine(202, body=SHOWN, tess=409)},
    "guardianships/<str:guardianship_id>": {"DELETE": of("pat", "tess")},
    "guardianships/<str:guardianship_id>/confirm": {"POST": of("pat", "tess", ok=409)},
    "guardianships/<str:guardianship_id>/agreement": {"PUT": of("pat"), "DELETE": of("pat")},
    "stewards": {"GET": mine(200), "POST": mine(201, body=DELEGATE, sten=409, tess=409)},
    "stewards/<str:steward_id>": {"DELETE": of("olive", "pat")},
    "stewards/<str:steward_id>/accept": {"POST": of("pat", olive=409)},
    r"^stewards/(?P<steward_id>[\w-]+)/(?P<action>pause|resume|withdraw)$": {"POST": of()},
    "stewards/<str:steward_id>/appearances/<str:appearance_id>": {"DELETE": of()},
    "stewards/<str:steward_id>/requests/<str:request_id>": {"POST": of(body={"agree": False})},
    "invites": {"GET": mine(200), "POST": mine(201)},
    "invites/<str:invite_id>/replace": {"POST": of("olive")},
    "birth-date": {"POST": mine(202, body=BIRTHDAY)},
    "notices": {"GET": mine(200)},
    "notices/read": {"POST": mine(200)},
    "notices/<str:notice_id>/read": {"POST": of("olive")},
    "notice-preferences": {"GET": mine(200), "PUT": mine(200, body=CHOICE)},
    "receipts": {"GET": mine(200)},
    "receipts/<str:receipt_id>": {"GET": of("olive")},
    "receipts/<str:receipt_id>/signature": {"POST": of("olive", ok=400, body={})},
    "receipts/<str:receipt_id>/signature/options": {"POST": of("olive")},
    "tokens": {"GET": mine(200), "POST": mine(201, body={"name": "x", "scopes": ["cameo:read"], "days": 1})},
    "tokens/<str:token_id>": {"DELETE": of("olive")},
    "jobs": {"POST": mine(201, body=WISH)},
    "jobs/<str:job>": {"GET": of("felix")},
    "jobs/<str:job>/cancel": {"POST": of("felix")},
    "jobs/<str:job>/ask": {"POST": of("felix", ok=409, body={"message": "Please."})},
    "jobs/<str:job>/again": {"POST": of("felix")},
    "references": {"GET": mine(200), "POST": mine(415)},
    "references/<str:reference>": {"GET": of("felix"), "DELETE": of("felix", ok=204)},
    "clips/<str:clip>": {"GET": of("felix", "olive"), "DELETE": of("felix", ok=204)},
    "clips/<str:clip>/content": {"GET": of("felix", "olive")},
    "clips/<str:clip>/visibility": {"POST": of("felix", body={"visibility": "private"})},
    "clips/<str:clip>/link": {"GET": of("felix"), "POST": of("felix", ok=201), "DELETE": of("felix", ok=204)},
    "verify": {"POST": public(415)},
    "log/growth": {"GET": public(404, query="start=2026-01-01T00:00:00Z&end=2026-01-02T00:00:00Z")},
    "c2pa/matches/byBinding": {
        "GET": public(200, query="alg=io.countenance.mark.v1&value=AAAAAAAAAAE="),
        "POST": public(200, body={"alg": "io.countenance.mark.v1", "value": "AAAAAAAAAAE="}),
    },
    "c2pa/matches/byContent": {"POST": public(415)},
    "c2pa/manifests/<str:label>": {"GET": public(404)},
    "c2pa/services/supportedAlgorithms": {"GET": public(200)},
}
PAGES: dict[str, dict[str, Rule]] = {
    "": {"GET": public(200)},
    "enrol": {"GET": mine(200), "POST": mine(302)},
    "enrol/faces.json": {"GET": mine(200)},
    "enrol/<str:capture_id>": {"GET": of("olive")},
    "enrol/<str:capture_id>/recording": {"POST": of("olive", ok=302)},
    "things": {"GET": mine(200), "POST": mine(302, body={"kind": "object", "name": "Ball"})},
    "things/<str:thing_id>/withdraw": {"POST": of("olive", ok=302)},
    "protect": {"GET": mine(200), "POST": mine(400)},
    "protect/<str:protected_id>/take-back": {"POST": of("olive", ok=302)},
    "likeness/pause": {"POST": mine(302)},
    "likeness/resume": {"POST": mine(302)},
    "likeness/withdraw": {"POST": mine(302)},
    "likeness/audience": {"POST": mine(302, body={"audience": "approved"})},
    "likeness/ruled-out": {"POST": mine(302, body={"categories": ["politics"]})},
    "grants": {"POST": mine(302, 400, body=GRANT)},
    "grants/<str:grant_id>/revoke": {"POST": of("olive", ok=302)},
    "denials": {"POST": mine(302, 400, body={"person": "felix"})},
    "permissions": {"GET": mine(200)},
    "permissions/rules": {"POST": mine(302, 400, body={"text": "Never put me in political scenes."})},
    "permissions/rules/confirm": {"POST": mine(302)},
    "permissions/rules/<str:rule_id>/remove": {"POST": of("olive", ok=302)},
    "requests": {"GET": mine(200)},
    "requests/ask": {"POST": mine(302, body=ASK, olive=409)},
    "requests/<str:request_id>/answer": {"POST": of("olive", ok=302, body={"answer": "decline"})},
    "requests/<str:request_id>/withdraw": {"POST": of("sten", ok=302)},
    "stewards/<str:steward_id>/appearances/<str:appearance_id>": {"POST": of()},
    "appearances": {"GET": mine(200)},
    "appearances/<str:appearance_id>/take-down": {"GET": of("olive"), "POST": of("olive", ok=302)},
    "appearances/<str:appearance_id>/revoke": {"GET": of("olive"), "POST": of("olive", ok=302)},
    "people/<str:handle>": {"GET": mine(200)},
    r"^people/(?P<handle>\w+)/(?P<act>follow|unfollow|block|unblock)$": {"POST": mine(302)},
    "notices": {"GET": mine(200)},
    "notices/read": {"POST": mine(302)},
    "notices/preferences": {"GET": mine(200), "POST": mine(302)},
    "notices/<str:notice_id>": {"GET": of("olive", ok=302)},
    "family": {"GET": mine(200)},
    "family/propose": {"POST": mine(400)},
    "family/evidence": {"POST": mine(400)},
    r"^family/(?P<guardianship_id>[\w-]+)/(?P<what>confirm|end|agree|take-back)$": {"POST": of("pat", "tess", ok=302)},
    "stewards": {"GET": mine(200)},
    r"^stewards/begin/(?P<role>claim|delegate)$": {"POST": mine(400)},
    "stewards/<str:steward_id>/requests/<str:request_id>": {"POST": of()},
    r"^stewards/(?P<steward_id>[\w-]+)/(?P<what>accept|end|pause|resume|withdraw)$": {
        "POST": of("olive", "pat", ok=302)
    },
    "invites": {"GET": mine(200), "POST": mine(200)},
    "invites/tree": {"GET": of("mo")},
    "settings": {"GET": mine(200)},
    "settings/birth-date": {"POST": mine(400)},
    "export": {"GET": mine(200), "POST": mine(302)},
    "export/<str:export_id>/file": {"GET": of()},
    "receipts": {"GET": mine(200)},
    "receipts/all.json": {"GET": mine(200)},
    "receipts/<str:receipt_id>": {"GET": of("olive")},
    "receipts/<str:receipt_id>/file": {"GET": of("olive")},
    "settings/tokens": {"GET": mine(200), "POST": mine(400)},
    "settings/tokens/<str:token_id>/revoke": {"POST": of("olive", ok=302)},
    "studio": {"GET": mine(200), "POST": mine(200, 302, 400, body=WISH)},
    "studio/references": {"GET": mine(200)},
    "studio/references/send": {"POST": mine(302)},
    "studio/references/<str:reference>/remove": {"POST": of("felix", ok=302)},
    "studio/people": {"POST": mine(200, body=WISH)},
    "jobs/<str:job>": {"GET": of("felix")},
    "jobs/<str:job>/cancel": {"POST": of("felix", ok=302)},
    "jobs/<str:job>/ask": {"POST": of("felix", ok=302)},
    "jobs/<str:job>/again": {"POST": of("felix", ok=302)},
    "cases": {"GET": staff(200)},
    "cases/next": {"POST": staff(302)},
    "cases/<str:case>": {"GET": staff(200), "POST": staff(200, 400)},
    "cases/<str:case>/media": {"GET": staff(404)},
    "videos/<str:clip>": {"GET": of("felix", "olive")},
    "videos/<str:clip>/content": {"GET": of("felix", "olive")},
    "videos/<str:clip>/visibility": {"POST": of("felix", ok=302, body={"visibility": "private"})},
    "videos/<str:clip>/link": {"POST": of("felix", ok=302)},
    "videos/<str:clip>/delete": {"POST": of("felix", ok=302)},
    "v/<str:token>": {"GET": public(200)},
    "v/<str:token>/content": {"GET": public(200)},
    "library": {"GET": mine(200)},
    "verify": {"GET": public(200), "POST": public(400)},
    "health/keys": {"GET": staff(200)},
    "health/keys.json": {"GET": staff(200)},
    "verify/look": {"POST": public(410)},
    "verify/anchors.pem": {"GET": public(200, 404)},
    "verify/times.pem": {"GET": public(404)},
    "log": {"GET": public(200)},
    "log/entries": {"GET": public(200)},
    "log/find": {"GET": public(404, query="q=" + "0" * 64)},
    "log/growth": {"GET": public(404, query="start=2026-01-01&end=2026-01-02")},
    "log/growth/<int:old>-<int:new>.json": {"GET": public(404)},
    "log/life/<str:name>": {"GET": public(404)},
    "log/life/<str:name>/<int:size>.txt": {"GET": public(404)},
    "log/check": {"POST": public(400)},
    "log/key.txt": {"GET": public(200, 404)},
    "log/everything.tar": {"GET": public(404)},
    "log/entry/<int:index>": {"GET": public(404)},
    "log/checkpoint": {"GET": public(404)},  # nothing is signed in this world: what they show is in tests/provenance
    "log/tile/<path:path>": {"GET": public(404)},
    "log/entry/<int:index>.tlog-proof": {"GET": public(404)},
    "log/video/<str:label>.tlog-proof": {"GET": public(404)},
    "log/standing/<str:name>": {"GET": public(404)},
}
ROWS = {f"api/v1/{route}": row for route, row in API.items()} | PAGES

SIGN_IN = {  # allauth's own pages that somebody unknown must reach
    "login/", "logout/", "inactive/", "signup/", "confirm-email/", "password/reset/", "password/reset/done/",
    "password/reset/key/done/", "login/code/confirm/", "2fa/authenticate/", "2fa/webauthn/login/",
    r"^confirm-email/(?P<key>[-:\w]+)/$", r"^password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
}  # fmt: skip
