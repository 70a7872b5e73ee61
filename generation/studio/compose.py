"""Compose a draft: one normal form of the text, everybody it names, and one digest of all that matters."""

import hashlib
import re
import secrets
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import rfc8785
from django.conf import settings
from django.db import transaction

from consent import gate, people
from generation.errors import DraftError
from generation.studio import references
from generation.studio.models import Casting, Draft, Reference

HANDLE = re.compile(r"(?<![\w@.])@([a-z0-9_]{2,30})(?!\w)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Wish:
    """What a maker typed and chose; ``seed`` None lets us choose one; ``references`` are the ids of files they sent."""

    prompt: str
    size: str = "640x360"
    seconds: int = 4
    model: str = "world"
    style: str = "realistic"
    seed: int | None = None
    references: tuple[str, ...] = ()


def normal(text: str) -> str:
    """Return the one form of a prompt that is judged, digested and drawn: NFKC, no control characters."""
    plain = unicodedata.normalize("NFKC", text)
    return "".join(c for c in plain if c in "\n\t" or unicodedata.category(c) not in {"Cc", "Cf"}).strip()


def handles(text: str) -> tuple[str, ...]:
    """Return who a prompt names, lower case, without the ``@``, each once, in order of first mention."""
    return tuple(dict.fromkeys(found.lower() for found in HANDLE.findall(normal(text))))


@transaction.atomic
def compose(wish: Wish, *, maker: int) -> Draft:
    """Insert the draft and its castings, or raise :class:`DraftError` with one sentence."""
    width, height = checked(wish)
    text = normal(wish.prompt)
    cast = named(text)
    draft = Draft(
        maker_id=maker,
        prompt=text,
        requires=required([handle for handle, _ in cast], maker=maker),
        width=width,
        height=height,
        seconds=wish.seconds,
        fps=settings.VIDEO_FPS,
        style=wish.style,
        model=wish.model,
        seed=secrets.randbelow(2**31) if wish.seed is None else wish.seed,
    )
    basis = references.chosen(wish.references, maker=maker, model=wish.model, cast=[person for _, person in cast])
    draft.digest = digest(draft, cast, basis)
    draft.save()
    if basis is not None:
        references.bind(basis, draft=draft)
    Casting.objects.bulk_create(
        Casting(draft=draft, person_id=person, handle=handle, position=n) for n, (handle, person) in enumerate(cast)
    )
    return draft


def checked(wish: Wish) -> tuple[int, int]:
    """Return width and height, or raise with the first thing that is wrong."""
    text = normal(wish.prompt)
    for wrong, sentence in (
        (not text, "Write what should happen in the video."),
        (len(text) > settings.VIDEO_PROMPT_MAX, f"Use at most {settings.VIDEO_PROMPT_MAX} characters."),
        (wish.size not in settings.VIDEO_SIZES, f"Choose a size: {', '.join(settings.VIDEO_SIZES)}."),
        (
            not 1 <= wish.seconds <= settings.VIDEO_SECONDS_MAX,
            f"Choose a length of 1 to {settings.VIDEO_SECONDS_MAX} seconds.",
        ),
        (wish.model not in settings.VIDEO_ENGINES, f"Choose a model: {', '.join(settings.VIDEO_ENGINES)}."),
        (wish.style not in settings.VIDEO_STYLES, f"Choose a style: {', '.join(settings.VIDEO_STYLES)}."),
        (wish.seed is not None and not 0 <= wish.seed < 2**31, "A seed is a whole number from 0 to 2147483647."),
    ):
        if wrong:
            raise DraftError(sentence)
    width, _, height = wish.size.partition("x")
    return int(width), int(height)


def named(text: str) -> list[tuple[str, int]]:
    """Return (handle, person) for everybody the text names; a handle that nobody has is a DraftError."""
    found = handles(text)
    if len(found) > settings.VIDEO_CAST_MAX:
        raise DraftError(f"Cast at most {settings.VIDEO_CAST_MAX} people in one video.")
    known = people.by_handle(found)
    if missing := [handle for handle in found if handle not in known]:
        raise DraftError(f"Nobody here is called @{missing[0]}; check the spelling or leave the @ out.")
    return [(handle, known[handle]) for handle in found]


def required(cast: Sequence[str], *, maker: int) -> list[str]:
    """Return what those of the cast whom the maker may use always want to be shown, a line each."""
    wanted = gate.wishes(maker, cast) if cast else {}
    return [line(handle, wish) for handle, wishes in wanted.items() for wish in wishes]


def line(handle: str, wish: str) -> str:
    """Return one wish as it stands in a prompt."""
    return normal(f"@{handle}: {wish}.")


def digest(draft: Draft, cast: Sequence[tuple[str, int]], basis: Reference | None = None) -> str:
    """Return SHA-256 (hex) over the canonical JSON (RFC 8785) of all that shapes the video, and the draft's id.

    ``basis`` is the file it is made from: its own digest and everybody in it are part of the draft's.
    """
    matter: dict[str, Any] = {
        "draft": draft.public_id,
        "cast": [list(pair) for pair in cast],
        "fps": draft.fps,
        "maker": draft.maker_id,
        "model": draft.model,
        "prompt": draft.prompt,
        "requires": draft.requires,
        "seconds": draft.seconds,
        "seed": draft.seed,
        "size": [draft.width, draft.height],
        "style": draft.style,
    } | ({"references": [references.matter(basis)]} if basis else {})
    return hashlib.sha256(rfc8785.dumps(matter)).hexdigest()


def is_whole(draft: Draft) -> bool:
    """Return whether the rows, and the bytes it is made from, still are what the digest says; asked before all else."""
    cast = [(c.handle, c.person_id) for c in draft.castings.all()]
    basis = references.of(draft)
    if basis is not None and not references.is_there(basis):
        return False
    return secrets.compare_digest(digest(draft, cast, basis), draft.digest)
