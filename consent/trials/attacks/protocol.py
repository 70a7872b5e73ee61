"""Attacks on the protocol: a real face answers, but not this challenge, or not all of it, or not in one go."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

import cv2
import numpy as np

from consent.trials import voice
from consent.trials.asked import TURNS, Asked, Light
from consent.trials.attacks.scene import Scene, See
from consent.trials.camera import Pixels, Take
from consent.trials.lamp import Screen, linear, tinted

LATEST, SOONEST = 2.5, 0.7  # seconds an echo comes too late
POOREST, FINEST = 500_000, 2_500_000  # bits a second


def replay(scene: Scene) -> Take:
    """Return an earlier session of the same person, encoded anew: the poorest at 0, as good as the first at 1."""
    take = scene.honest(scene.player(scene.earlier[0]))
    take.bits = int(POOREST + scene.strength * (FINEST - POOREST))
    return take


def stale(scene: Scene) -> Take:
    """Return an answer to a nonce that has been renewed: the more of it was drawn again the same, the higher the dial.

    At 0 nothing is the same; from .4 on the poses and their cues are; from .8 on all but two digits, too.
    """
    old = scene.earlier[0]
    if scene.strength >= 0.4:  # noqa: PLR2004 - as said
        old = replace(scene.asked, digits=old.digits, lights=old.lights and _coloured(scene.asked, old))
    if scene.strength >= 0.8:  # noqa: PLR2004 - as said
        old = replace(old, digits=_changed(scene.asked.digits, scene.rng, count=2))
    return scene.honest(scene.player(old))


def order(scene: Scene) -> Take:
    """Return the right poses in a wrong order: shuffled below .5, two neighbours exchanged from there on."""
    poses, rng = scene.asked.poses, scene.rng
    if len(set(poses)) == 1:
        wrong = tuple(rng.permutation([pose for pose in TURNS if pose != poses[0]]))[: len(poses)]
    elif scene.strength < 0.5:  # noqa: PLR2004 - as said
        wrong = poses
        while wrong == poses:
            wrong = tuple(str(pose) for pose in rng.permutation(poses))
    else:
        swappable = [n for n, (one, two) in enumerate(pairwise(poses)) if one != two]
        at = int(rng.choice(swappable))
        wrong = (*poses[:at], poses[at + 1], poses[at], *poses[at + 2 :])
    return scene.honest(scene.player(replace(scene.asked, poses=wrong)))


def digits(scene: Scene) -> Take:
    """Return the right poses with wrong digits: all of them wrong at 0, one of them at 1."""
    count = max(1, round(len(scene.asked.digits) * (1 - scene.strength)))
    return scene.honest(scene.player(replace(scene.asked, digits=_changed(scene.asked.digits, scene.rng, count=count))))


def other_voice(scene: Scene) -> Take:
    """Return the digits said by somebody beside the camera: lips at rest at 0, lips that say other digits to .7.

    Above that the lips follow the strange voice, but late: 600 ms at .7, 150 ms at 1.
    """
    strange = voice.say(scene.asked.digits, voice.unlike(scene.part.voice, scene.rng))
    speaker = scene.player(said=strange)
    if scene.strength < 0.35:  # noqa: PLR2004 - as said
        said = np.zeros(len(strange), np.float32)
    elif scene.strength < 0.7:  # noqa: PLR2004 - as said
        said = voice.say(_changed(scene.asked.digits, scene.rng, count=len(scene.asked.digits)), scene.part.voice)
    else:
        late = 0.6 - 1.5 * (scene.strength - 0.7)
        said = np.concatenate([np.zeros(int(late * voice.RATE), np.float32), strange])
    return scene.filmed(scene.player(said=said).see, speaker.track(), seconds=speaker.seconds)


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


def no_echo(scene: Scene) -> Take:
    """Return an answer in which the screen's light never reaches the face; at higher dials a television does."""
    lamp = _unrelated(scene.asked.lights, scene.rng)
    part = replace(scene.part, bright=scene.part.bright * 0.6 * scene.strength)
    return scene.honest(scene.player(replace(scene.asked, lights=lamp), part=part))


def late_echo(scene: Scene) -> Take:
    """Return an answer whose light comes late, as when somebody computes it: 2.5 s at 0, .7 s at 1."""
    late = LATEST - scene.strength * (LATEST - SOONEST)
    return scene.honest(scene.player(part=replace(scene.part, late=scene.part.late + late)))


def other_echo(scene: Scene) -> Take:
    """Return an answer in the light of another sequence, in the same rhythm: all colours other at 0, two at 1."""
    lights = scene.asked.lights
    wrong = max(2, round(len(lights) * (1 - scene.strength)))
    chosen = set(scene.rng.permutation(len(lights))[:wrong].tolist())
    pool = [light.rgb for one in (scene.asked, *scene.earlier) for light in one.lights]
    shown = tuple(
        replace(light, rgb=_other(pool, light.rgb)) if n in chosen else light for n, light in enumerate(lights)
    )
    return scene.honest(scene.player(replace(scene.asked, lights=shown)))


def _other(pool: Sequence[tuple[float, float, float]], rgb: tuple[float, float, float]) -> tuple[float, float, float]:
    """Return the colour of the pool whose hue is furthest from this one."""
    own = linear(np.array(rgb))
    return max(pool, key=lambda one: float(np.linalg.norm(linear(np.array(one)) - own)))


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


def _coloured(asked: Asked, like: Asked) -> tuple[Light, ...]:
    """Return the rhythm of one challenge with the colours of another."""
    return tuple(replace(light, rgb=other.rgb) for light, other in zip(asked.lights, like.lights, strict=False))


def _changed(said: str, rng: np.random.Generator, *, count: int) -> str:
    """Return digits of which that many differ, each for sure."""
    wrong = list(said)
    for place in rng.permutation(len(said))[:count]:
        wrong[int(place)] = str((int(said[int(place)]) + int(rng.integers(1, 10))) % 10)
    return "".join(wrong)


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
