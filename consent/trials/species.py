"""Every kind of attempt by its name, and how one is drawn: who sits there, in what room, asked for what."""

import zlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import numpy as np

from consent.trials import actor, camera, people
from consent.trials.actor import Part
from consent.trials.asked import Asked
from consent.trials.attacks import borrowed, display, objects, paper, protocol, strangers
from consent.trials.attacks.borrowed import Handed, Loan, Session
from consent.trials.attacks.scene import Scene
from consent.trials.camera import Take
from consent.trials.people import Sitter
from consent.trials.voice import RATE

BONA_FIDE: Final = "bona_fide"
OBJECT: Final = "human_as_object"  # judged on the path for animals and things
Maker = Callable[[Scene], Take]
Borrower = Callable[[Loan], Handed]
Challenges = Callable[[np.random.Generator], dict[str, Any]]
"""Draws a challenge as the product would, in its JSON."""


def honest(scene: Scene) -> Take:
    """Return the person asked, answering."""
    return scene.honest(scene.player())


FILMED: Final[dict[str, Maker]] = {
    BONA_FIDE: honest,
    "print_waved": paper.waved,
    "print_tilted": paper.tilted,
    "print_bent": paper.bent,
    "print_cut_out": paper.cut_out,
    "screen_replay": display.screen,
    "spliced": protocol.splice,
    "same_clip": protocol.same_clip,
    "face_swap": strangers.swap,
    "injected_stream": strangers.injection,
    "no_echo": protocol.no_echo,
    "two_people": strangers.two_people,
    OBJECT: objects.human,
}
BORROWED: Final[dict[str, Borrower]] = {
    "session_replay": borrowed.replay,
    "stale_nonce": borrowed.stale,
    "wrong_order": borrowed.order,
    "wrong_digits": borrowed.digits,
    "other_echo": borrowed.other_echo,
    "late_echo": borrowed.late_echo,
    "late_poses": borrowed.late_poses,
    "early_digits": borrowed.early_digits,
    "another_voice": borrowed.other_voice,
    "virtual_camera": borrowed.virtual_camera,
}
SPECIES: Final = (*FILMED, *BORROWED)
ATTACKS: Final = SPECIES[1:]
SYNTHETIC: Final = 12  # sitters, the two real ones included
TOLD_APART: Final = frozenset({"face_swap"})  # needs two faces that an engine tells apart: the real portraits
WAITED_FOR: Final[dict[str, Callable[[dict[str, Any]], bool]]] = {"same_clip": protocol.asks_again}
RATES: Final = (15, 15, 15, 20, 30)  # pictures a second; webcams slow down in dim rooms
FORMATS: Final = ((".webm", camera.VP9), (".mp4", None), (".mp4", None), (".webm", None))  # phones write the second


@dataclass(frozen=True, slots=True)
class Attempt:
    """One attempt, before it is filmed: everything follows from these four."""

    species: str
    number: int
    seed: int
    strength: float = 0.5

    def source(self) -> np.random.Generator:
        """Return this attempt's own chance."""
        return np.random.default_rng([self.seed, zlib.crc32(self.species.encode()), self.number])


def film(attempt: Attempt, folder: Path, *, challenges: Challenges, model: Path) -> Session:
    """Film an attempt into the folder: a session, in which the recording should answer what was ``told``."""
    rng = attempt.source()
    due = WAITED_FOR.get(attempt.species, bool)
    told = next(filter(due, iter(lambda: challenges(rng), None)))
    before = [challenges(rng) for _ in range(2)]
    suffix, codecs = FORMATS[int(rng.integers(len(FORMATS)))]
    scene = _scene(attempt, told, before, rng=rng, model=model)
    take = FILMED[attempt.species](scene)
    take.codecs = codecs
    out = folder / f"{attempt.species}-{attempt.number}{suffix}"
    camera.film(take, out)
    return Session(told=told, path=out, seconds=len(take.sound) / RATE, part=scene.part)


def borrow(session: Session, attempt: Attempt, *, challenges: Challenges) -> Handed:
    """Hand an honest session's recording in for another one; files made for it lie beside the session's own."""
    rng = attempt.source()
    loan = Loan(session, draw=lambda: challenges(rng), strength=attempt.strength, rng=rng)
    return BORROWED[attempt.species](loan)


def _scene(
    attempt: Attempt, told: dict[str, Any], before: list[dict[str, Any]], *, rng: np.random.Generator, model: Path
) -> Scene:
    number = int(rng.integers(2 if attempt.species in TOLD_APART else SYNTHETIC))
    return Scene(
        asked=Asked.read(told),
        earlier=tuple(Asked.read(one) for one in before),
        part=_part(number, rng, model=model),
        other=replace(_part(1 - number % 2, rng, model=model), has_glasses=False),
        strength=attempt.strength,
        rng=rng,
        model=model,
        fps=int(rng.choice(RATES)),
    )


def _part(number: int, rng: np.random.Generator, *, model: Path) -> Part:
    """Return somebody drawn; only who shows bare eyes is given glasses (Hopper, and who is made from her, has some)."""
    sitter = Sitter(number, skin=float(rng.choice(people.SKINS)))
    part = actor.drawn(people.portrait(sitter, model=model), rng)
    return part if number == 0 else replace(part, has_glasses=False)
