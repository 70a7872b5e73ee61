"""What is kept of a prompt: keyed digests of its phrases, so that owners' rules about words can be judged again.

The words themselves are not kept here. Without the key, which lies outside PostgreSQL, nobody can look up which phrase
a digest stands for; with it, a rule's phrase can be found in a prompt, and a prompt cannot be read back.
"""

import hashlib
import re
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Final

from django.conf import settings

from consent.backends import folder
from safety import screen

WORDS: Final = b"w"
SAID: Final = b"s"
SAYS: Final = re.compile(
    r"\b(?:say|said|tell|told|shout|yell|scream|whisper|sing|sang|sung|announc|declar|claim|repeat|recit|narrat|explain"
    r"|promis|swear|swore|speak|spoke|ask|answer|repl|mutter|chant|read(?:s|ing)?\s+(?:out|aloud)|talk)\w*\b"
    r"(?P<said>[^.!?\n]*)",
    re.IGNORECASE,
)
QUOTED: Final = re.compile(
    r"\"(?P<a>[^\"]+)\"|“(?P<b>[^”]+)”|„(?P<c>[^“”]+)[“”]|«(?P<d>[^»]+)»|(?<!\w)['‘](?P<e>[^'‘’]*(?:['’]\w[^'‘’]*)*)['’](?!\w)"  # noqa: RUF001 - the marks people type
)


def fingerprint(text: str) -> frozenset[int]:
    """Return the digests of every phrase of a prompt, and those of every phrase that somebody in it says."""
    if not text.strip():
        return frozenset()
    said = {phrase for part in spoken(text) for phrase in screen.phrases(part)}
    return digests(WORDS, screen.phrases(text)) | digests(SAID, said)


def spoken(text: str) -> list[str]:
    """Return what is said in a prompt: whatever stands in quotation marks, and what follows a verb of saying.

    The rest of the sentence counts as said: too much rather than too little.
    """
    quoted = ["".join(filter(None, match.groups())) for match in QUOTED.finditer(text)]
    return quoted + [match["said"] for match in SAYS.finditer(text)]


def digests(kind: bytes, phrases: Iterable[str]) -> frozenset[int]:
    """Return the digests of phrases as the database compares them: signed 64-bit numbers."""
    return frozenset(digest(kind, phrase) for phrase in phrases)


def digest(kind: bytes, phrase: str) -> int:
    """Return the keyed digest of one phrase."""
    made = hashlib.blake2b(kind + phrase.encode(), digest_size=8, key=key(Path(settings.KEY_HOME)))
    return int.from_bytes(made.digest(), "big", signed=True)


@cache
def key(home: Path) -> bytes:
    """Return the key, made at first use (mode 0600); two processes at first use get the same one."""
    return folder.made(home / "phrases.key")
