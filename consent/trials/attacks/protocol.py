"""Attacks on the protocol that need a film: a real face answers, but not all of it, or not in one go."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import cv2
import numpy as np

from consent.trials import actor, camera, voice
from consent.trials.asked import Asked, Light
from consent.trials.attacks.scene import Scene, See
from consent.trials.camera import Pixels, Take
from consent.trials.lamp import Screen, tinted


def splice(scene: Scene) -> Take:
    """Return a film cut together from a library: each pose from another day, digits from ten recordings of digits.

    Cuts are hard at 0 and faded over a third of a second at 1; from .75 on the whole picture is tinted like the
    screen, below that the light is that of an earlier session.
    """
    is_tinted = scene.strength >= 0.75  # noqa: PLR2004 - as said
    said = voice.spelled(scene.asked.digits, scene.part.voice)
    shown = () if is_tinted else scene.earlier[0].lights
    days = [scene.restyled(scene.part) for _ in range(len(scene.asked.poses) + 1)]
    asked = replace(scene.asked, lights=shown)
    players = [scene.player(asked, part=replace(day, dim=1.0, side=0.0), said=said) for day in days]
    cuts, fade = _cuts(asked, players[0].score.speaks_at), scene.strength / 3
    shades = [float(scene.rng.uniform(0.94, 1.06)) for _ in players]
    tint = Screen(scene.asked.lights, late=0.1)

    def see(t: float) -> Pixels:
        seen = _joined([player.see for player in players], shades, cuts, t=t, fade=fade)
        whole = np.full(seen.shape[:2], 200, np.uint8)
        return tinted(seen, whole, tint.colour(t), bright=scene.part.bright) if is_tinted else seen

    return scene.filmed(see, players[0].track(), seconds=players[0].seconds)


def same_clip(scene: Scene) -> Take:
    """Return an answer with one clip for each pose, shown again where a pose is asked for again; all else is right.

    The whole of the pose is shown again at 0, the first third of it at 1. It is handed on as it was recorded, in the
    camera's place: no other noise of a room comes over it than a sensor's own.
    """
    player, seed = scene.player(), scene.seed()
    eye = actor.sensor(scene.part, scene.size, seed=seed)
    again = _again(scene.asked, share=1 - scene.strength * 2 / 3)
    times = ((t, again(t)) for t in camera.ticking(player.seconds, fps=scene.fps, seed=seed))
    pictures = ((t, eye.expose(player.see(at), at)) for t, at in times)
    return Take(
        pictures=pictures, sound=camera.heard(player.track(), seed=scene.seed()), size=scene.size, fps=scene.fps
    )


def asks_again(told: Mapping[str, Any]) -> bool:
    """Return whether a challenge asks for a pose twice: who has one clip of each asks for challenges until one does."""
    return len(set(told["poses"])) < len(told["poses"])


def no_echo(scene: Scene) -> Take:
    """Return an answer in which the screen's light never reaches the face; at higher dials a television does."""
    lamp = _unrelated(scene.asked.lights, scene.rng)
    part = replace(scene.part, bright=scene.part.bright * 0.6 * scene.strength)
    return scene.honest(scene.player(replace(scene.asked, lights=lamp), part=part))


def _unrelated(lights: Sequence[Light], rng: np.random.Generator) -> tuple[Light, ...]:
    """Return colours that have nothing to do with those: other hues, other times, like a television in the room."""
    if not lights:
        return ()
    at, made = lights[0].start_s - 1.0, []
    while at < lights[-1].end_s:
        red, green, blue = (float(value) for value in rng.uniform(110, 240, 3))
        made.append(Light(rgb=(red, green, blue), start_s=at, hold_s=float(rng.uniform(0.3, 1.6)), ease_s=0.15))
        at = made[-1].end_s
    return tuple(made)


def _again(asked: Asked, *, share: float) -> Callable[[float], float]:
    """Return which moment is shown when: a pose's second time is its first one's, for that share of it."""
    first = {pose: asked.cues[asked.poses.index(pose)] for pose in asked.poses}
    spans = [
        (cue, cue + share * (end - cue), first[pose] - cue)
        for pose, cue, end in zip(asked.poses, asked.cues, (*asked.cues[1:], asked.digits_s), strict=True)
    ]
    return lambda t: t + next((shift for start, end, shift in spans if start <= t < end), 0.0)


def _cuts(asked: Asked, speaks_at: float) -> list[float]:
    """Return when one day gives way to the next: before each cue but the first, and before the digits."""
    return [*(cue - 0.05 for cue in asked.cues[1:]), speaks_at - 0.2]


def _joined(sights: Sequence[See], shades: Sequence[float], cuts: Sequence[float], *, t: float, fade: float) -> Pixels:
    """Return what is seen at a time; around a cut two days are seen at once."""
    number = int(np.searchsorted(cuts, t))
    seen = cv2.convertScaleAbs(sights[number](t), alpha=shades[number])
    if number and t - cuts[number - 1] < fade:
        before = cv2.convertScaleAbs(sights[number - 1](t), alpha=shades[number - 1])
        much = (t - cuts[number - 1]) / fade
        seen = cv2.addWeighted(seen, much, before, 1 - much, 0)
    return np.asarray(seen, np.uint8)
