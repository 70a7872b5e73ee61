"""The one table of what is said about a file: page, API, command and auditor all speak from here.

A headline for the whole, and for each of eight questions a code, how sure the answer is, and a sentence that needs no
term explained. ``proven``: checked here, with nobody's word for it; ``claimed``: somebody says so; ``missing``: nothing
was found; ``failed``: it was checked and does not hold. No Django: the auditor runs it alone.
"""

from collections.abc import Mapping
from typing import Final, Literal

State = Literal["proven", "claimed", "missing", "failed"]

HEADLINES: Final[Mapping[str, tuple[str, str]]] = {
    "ours": ("Ours, and unaltered", "We made this with AI, and nothing in it has changed since."),
    "ours-withdrawn": (
        "Ours, and since withdrawn",
        "We made this with AI. Somebody in it, or we, have taken it back: please do not share it.",
    ),
    "valid-unknown-signer": (
        "Signed by someone we do not know",
        "The file is as it was signed. The name below is what the signer says; we cannot vouch for it.",
    ),
    "invalid": (
        "Credentials do not hold",
        "There are credentials in this file, but they are out of date or badly made. Do not rely on them.",
    ),
    "tampered": ("Altered after signing", "What is in this file is not what was signed."),
    "no-credentials": (
        "No credentials",
        "This file carries nothing to check. That proves nothing: most files carry none, and they can be removed.",
    ),
    "unreadable": ("We cannot read this file", "So nothing can be said about it."),
    # of a video that is not ours as it stands, once its pictures were looked at
    "marked": (
        "Ours once; these bytes are not proven",
        "The pictures carry our mark, so they come from a video of ours. What was changed since cannot be told.",
    ),
    "marked-unknown": (
        "Ours once; these bytes are not proven",
        "The pictures carry our mark, but which video of ours it was given to cannot be told any more.",
    ),
    "transplanted": (
        "Our mark, on other pictures",
        "Somebody copied our mark into these pictures: they are not those of the video it was given to.",
    ),
}

SAID: Final[Mapping[str, tuple[State, str]]] = {
    # are these the bytes that were signed?
    "bytes.intact": ("proven", "Every picture and every sound is as we sealed it."),
    "bytes.padding": (
        "proven",
        "Every picture and every sound is as we sealed it; something around them that no seal covers was changed.",
    ),
    "bytes.theirs": (
        "claimed",
        "Unchanged since “{name}” signed them. That is a name in a certificate; we do not know them.",
    ),
    "bytes.altered": ("failed", "They are not those that were signed."),
    "bytes.unvouched": ("missing", "They fit the credentials, but the credentials themselves do not hold."),
    "bytes.once": ("missing", "What was changed since our mark was put in cannot be told."),
    "bytes.nothing": ("missing", "Nothing shows whether they were changed."),
    # whose signature is it?
    "signer.ours": ("proven", "Signed with our key."),
    "signer.once": ("failed", "The signature is ours, but it was given to other bytes than these."),
    "signer.unknown": (
        "claimed",
        "Signed as “{name}”. Anybody can write a name into a certificate; nobody we know vouches for this one.",
    ),
    "signer.expired": (
        "failed",
        "The signer's certificate has run out, and no clock we trust shows that it was used before that.",
    ),
    "signer.revoked": ("failed", "The signer's certificate was revoked."),
    "signer.broken": ("failed", "There is a signature, but it does not hold."),
    "signer.nothing": ("missing", "Nobody signed this file."),
    # was everything it was made from clean, all the way down?
    "ingredients.clean": ("proven", "Made from {count}; the credentials of every one held, all the way down."),
    "ingredients.theirs": ("claimed", "Made from {count} whose credentials held, as the signer says."),
    "ingredients.none": ("claimed", "Made from no other file, as the signer says."),
    "ingredients.failed": ("failed", "Made from {count}; the credentials of {bad} did not hold."),
    "ingredients.unknown": ("claimed", "Made from {count}; {bad} signed by somebody we do not know."),
    "ingredients.bare": ("missing", "Made from {count}; {bad} without credentials: where it came from is not shown."),
    "ingredients.nothing": ("missing", "Nothing shows what it was made from."),
    # had the people in it agreed when it was made, and by whose key?
    "consent.passkey": ("proven", "{count}, and the public log knew before the video was sealed. {whose}"),
    "consent.operator": ("claimed", "{count}, and the public log knew before the video was sealed. {whose}"),
    "consent.unlogged": ("claimed", "{count}, as the seal says; the log does not show it here. {whose}"),
    "consent.late": ("failed", "{count}, as the seal says, but the log took it in only after the video was sealed."),
    "consent.nobody": ("claimed", "Made without anybody's enrolled likeness, as the seal says."),
    "consent.nothing": ("missing", "Nothing shows who is in it, or whether they agreed."),
    # does it still stand?
    "standing.stands": ("claimed", "It stands: our records know of nobody who has taken it back."),
    "standing.proven": (
        "proven",
        "It stood when the log had {size} entries: the list of what was taken back, signed then, proves it.",
    ),
    "standing.withdrawn": ("failed", "It was taken back{when}. Please do not share it."),
    "standing.unknown": ("missing", "Whether it still stands is {standing}."),
    "standing.nothing": ("missing", "There is no seal of ours on it that could have been taken back."),
    # when was it made, and by whose clock?
    "time.stamped": ("proven", "Signed on {when}, as a clock that we trust confirms{by}."),
    "time.untrusted": ("claimed", "Signed on {when}, by a clock that nobody we know vouches for."),
    "time.claimed": ("claimed", "Made on {when}, as the signer says; no independent clock confirms it."),
    "time.nothing": ("missing", "Nothing says when it was made."),
    # is it in the public log?
    "log.included": (
        "proven",
        "In the public log{place}, checked against a list{size} that it signed{witnessed}.",
    ),
    "log.pending": ("claimed", "Written down; it will be in the public log within seconds."),
    "log.broken": ("failed", "The log's own proof of it does not hold."),
    "log.absent": ("failed", "It bears our signature, and our log does not know it. We ask you to tell us."),
    "log.unknown": ("missing", "The log could not be asked here."),
    "log.nothing": ("missing", "No entry in our public log was found for this file."),
    # is our mark in the pictures?
    "mark.found": (
        "claimed",
        "Our mark is in the pictures and leads to a video we sealed. A mark can be copied, so it proves nothing alone.",
    ),
    "mark.unsealed": ("claimed", "Our mark is in the pictures and leads to a video that we began and never released."),
    "mark.unknown": ("claimed", "Our mark is in the pictures; which video it was given to cannot be told any more."),
    "mark.transplanted": ("failed", "Our mark is in the pictures, but was given to others: it was copied here."),
    "mark.nothing": ("missing", "Our mark was not found in the pictures. That proves nothing."),
    "mark.unread": ("missing", "The pictures were not, or could not be, searched for our mark."),
}

ASKED: Final[Mapping[str, str]] = {
    "bytes": "Are these the bytes that were signed?",
    "signer": "Who signed it?",
    "ingredients": "Was what it was made from clean, all the way down?",
    "consent": "Had the people in it agreed when it was made?",
    "standing": "Does it still stand?",
    "time": "When was it made?",
    "log": "Is it in the public log?",
    "mark": "Is our mark in the pictures?",
}
