"""Strings of strangers, made safe to look at: nothing in them steers a terminal, hides, or turns a line around.

What a file says of itself is chosen by whoever made it. A control character can rewrite a terminal, U+202E shows
``gpj.exe`` as ``exe.jpg``, a zero-width space makes two names look alike. Each becomes its code in brackets, so that a
reader sees that something is there. No Django: the auditor shows strings too.
"""

import unicodedata
from collections.abc import Mapping

KEPT = "\u200c\u200d"  # joiners: Persian, Indic scripts and emoji are misspelt without them
HIDDEN = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}  # controls, formats, surrogates, private, unassigned, line ends


def text(value: str) -> str:
    """Return a text in which every character that cannot be seen is shown by its code."""
    return value if value.isascii() and value.isprintable() else "".join(map(character, value))


def character(one: str) -> str:
    """Return a character, or its code where it would not be seen for what it is."""
    return f"[U+{ord(one):04X}]" if unicodedata.category(one) in HIDDEN and one not in KEPT else one


def everything(value: object) -> object:
    """Return plain JSON with all its texts, keys too, made safe to look at."""
    match value:
        case str():
            return text(value)
        case Mapping():
            return {text(str(key)): everything(each) for key, each in value.items()}
        case list() | tuple():
            return [everything(each) for each in value]
        case _:
            return value
