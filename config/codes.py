"""Every word the API refuses with, and when; the schema lists them, and a test finds one that is missing here."""

CODES = [
    # of any endpoint
    ("invalid", "what was sent does not fit the schema"),
    ("parse_error", "what was sent could not be read"),
    ("not_authenticated", "nobody is signed in, and no token was sent"),
    ("token_invalid", "the token is unknown, has ended or was revoked"),
    ("permission_denied", "this account may not do this"),
    ("csrf_failed", "the request did not come from one of our pages"),
    ("scope_missing", "the token has not the scope this needs"),
    ("session_only", "this is done signed in, never with a token"),
    ("not_found", "there is no such thing, or it is not the caller's to see"),
    ("method_not_allowed", "this cannot be done here"),
    ("not_acceptable", "no form that was asked for can be given"),
    ("unsupported_media_type", "what was sent is of a kind that is not read here"),
    ("throttled", "too many requests"),
    ("too_large", "what was sent is larger than is read here"),
    ("gone", "this was here and was taken back"),
    # people and their likeness
    ("audience", "this audience is not open to this person"),
    ("uses", "a likeness cannot be given for these uses"),
    ("grant", "this grant cannot be given"),
    ("no_such_person", "nobody has this handle"),
    ("cameo_state", "the cameo is not in a state in which this can be done"),
    ("no_cameo", "the caller has no cameo"),
    ("frozen", "the likeness is frozen while a person looks into a case"),
    ("too_often", "too many captures were begun"),
    ("expired", "the challenge has run out"),
    ("empty", "there is no recording in the request"),
    ("no_such_capture", "there is no such capture of the caller's"),
    # receipts and tokens
    ("not_to_sign", "the receipt tells of somebody else's act, or its words were changed"),
    ("signed_already", "the receipt is signed already"),
    ("no_passkey", "the caller has no passkey"),
    ("unreadable", "this is no answer of a passkey"),
    ("wrong_site", "signed for another site"),
    ("wrong_receipt", "signed for something else"),
    ("unknown_passkey", "not a passkey of the caller's"),
    ("bad_signature", "the signature does not hold"),
    ("count_went_back", "the passkey counted backwards: there may be a copy of it"),
    ("token", "this token cannot be made"),
    # making
    ("draft", "the request cannot be made as it is"),
    ("quota", "too many of the caller's videos are waiting"),
    ("repeated", "this Idempotency-Key was used for another request"),
    # files
    ("no_file", "there is no file in the request"),
]
