"""What is heard: each contact rings with the modes of its materials, in a place with its own air.

Modal synthesis: a struck body is a sum of damped sines, excited harder (and brighter) by a harder blow.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from generation.backends.world.simulate import Play, Touch
from generation.backends.world.stage import Stage

RATE = 48_000
STRIKE, THUD = round(0.8 * RATE), 8192  # samples: how long a blow rings, and how long its noise lasts
RUMBLE = 25  # Hz: lower is not heard, only wastes loudness
FIRST = 0.012  # seconds until a room answers
Sound = NDArray[np.float32]
Wave = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Voice:
    """How a material rings: mode frequencies in Hz, decay of the lowest in s, loudness, and its share of thud."""

    modes: tuple[float, ...]
    decay: float
    level: float
    thud: float


VOICES = {
    "rubber": Voice((118, 236, 395, 610), 0.07, 0.9, 0.5),
    "leather": Voice((88, 176, 318, 470, 930), 0.12, 1.0, 0.6),
    "fruit": Voice((140, 260), 0.035, 0.55, 0.8),
    "wood": Voice((520, 1170, 1890, 2960, 4100), 0.06, 0.8, 0.35),
    "glass": Voice((2210, 3650, 5480, 7900, 10200), 0.35, 0.5, 0.06),
    "stone": Voice((310, 890, 1900, 3300), 0.045, 0.9, 0.7),
    "boards": Voice((96, 192, 340, 515, 800), 0.09, 0.7, 0.5),
    "tiles": Voice((900, 2100, 3900), 0.04, 0.4, 0.4),
    "asphalt": Voice((180,), 0.02, 0.3, 0.8),
    "sand": Voice((70,), 0.02, 0.15, 1.0),
    "grass": Voice((80,), 0.025, 0.2, 0.9),
    "hand": Voice((170, 420), 0.025, 0.35, 0.9),
}
AIR = {  # colour of the noise (Hz), loudness, how it swells (Hz), reverberation in s
    "beach": (600.0, 0.05, 0.16, 0.0),
    "park": (2600.0, 0.010, 0.11, 0.0),
    "street": (240.0, 0.035, 0.07, 0.15),
    "gym": (180.0, 0.010, 0.02, 1.1),
    "stage": (140.0, 0.008, 0.02, 0.7),
    "kitchen": (120.0, 0.010, 0.02, 0.3),
}


def sound(stage: Stage, play: Play, *, seconds: float, seed: int) -> Sound:
    """Return float32 (samples, 2) at 48 kHz, exactly ``seconds`` long; each contact starts on its sample."""
    rng = np.random.default_rng([seed, 31])
    samples = round(seconds * RATE)
    dry = np.zeros((samples, 2))
    for touch in play.touches:
        _add(dry, strike(touch, rng), at=touch.at, pan=touch.x / stage.half_width)
    _, _, _, tail = AIR[stage.scene.place]
    wet = dry + _echo(dry, rng, seconds=tail) if tail else dry
    whole = wet + air(stage.scene.place, samples=samples, rng=rng)
    return _ease(whole).astype(np.float32)


def strike(touch: Touch, rng: np.random.Generator) -> Wave:
    """Return the sound of one contact, mono; its first sample is the moment of touching."""
    force = float(np.clip(touch.impulse, 0.0, 8.0)) ** 0.5
    total = np.zeros(STRIKE)
    for material in touch.materials:
        voice = VOICES[material]
        total += voice.level * (_ring(voice, force, rng) + voice.thud * _thud(force, rng))
    return np.asarray(total * min(0.05 + 0.16 * force, 0.5))


def _ring(voice: Voice, force: float, rng: np.random.Generator) -> Wave:
    t = np.arange(STRIKE) / RATE
    wave = np.zeros_like(t)
    for place, mode in enumerate(voice.modes):
        pitch = mode * (1 + 0.02 * float(rng.standard_normal()))
        bright = (0.45 + 0.2 * min(force, 1.5)) ** place  # hard blows reach the higher modes
        wave += (
            bright
            * np.sin(2 * np.pi * pitch * t + np.pi / 2 * (place % 2))
            * np.exp(-t * (1 + 0.7 * place) / voice.decay)
        )
    return wave


def _thud(force: float, rng: np.random.Generator) -> Wave:
    """Return the short noise of two surfaces meeting, darker when soft."""
    t = np.arange(THUD) / RATE
    noise = rng.standard_normal(THUD) * np.exp(-t / (0.006 + 0.004 * min(force, 2.0)))
    wave = np.zeros(STRIKE)
    wave[:THUD] = _dark(noise, corner=900 + 1400 * min(force, 1.5)) * 1.4
    return wave


def air(place: str, *, samples: int, rng: np.random.Generator) -> Wave:
    """Return the place's own sound, (samples, 2): surf, leaves, a far road, or a room's tone."""
    corner, level, swell, _ = AIR[place]
    t = np.arange(samples) / RATE
    sides = []
    for _side in range(2):
        noise = _dark(rng.standard_normal(samples), corner=corner)
        wave = 0.55 + 0.45 * np.sin(2 * np.pi * (swell * t + float(rng.random())))
        sides.append(noise / max(float(np.std(noise)), 1e-9) * wave)
    return level * np.stack(sides, axis=1)


def _dark(noise: Wave, *, corner: float) -> Wave:
    """Return the noise with what lies above ``corner`` Hz rolled off, by a smooth spectrum."""
    spectrum = np.fft.rfft(noise)
    pitch = np.fft.rfftfreq(len(noise), 1 / RATE)
    return np.asarray(np.fft.irfft(spectrum / (1 + (pitch / corner) ** 2) * (pitch > RUMBLE), len(noise)))


def _echo(dry: Wave, rng: np.random.Generator, *, seconds: float) -> Wave:
    """Return the room's answer: the dry sound through decaying noise, different at each ear."""
    t = np.arange(round(seconds * RATE)) / RATE
    size = 1 << int(np.ceil(np.log2(len(dry) + len(t))))
    answer = []
    for side in range(2):
        tail = _dark(rng.standard_normal(len(t)), corner=2500) * np.exp(-t * 6.9 / seconds) * (t > FIRST) * 0.035
        answer.append(np.fft.irfft(np.fft.rfft(dry[:, side], size) * np.fft.rfft(tail, size), size)[: len(dry)])
    return np.stack(answer, axis=1)


def _add(dry: Wave, wave: Wave, *, at: float, pan: float) -> None:
    start = round(at * RATE)
    part = wave[: max(0, len(dry) - start)]
    angle = (np.clip(pan, -1, 1) * 0.7 + 1) * np.pi / 4
    dry[start : start + len(part)] += part[:, None] * np.array([np.cos(angle), np.sin(angle)])


def _ease(whole: Wave) -> Wave:
    """Keep the peaks under full scale softly, and end without a click."""
    whole = np.tanh(whole * 1.1) * 0.9
    fade = min(960, len(whole))
    whole[len(whole) - fade :] *= np.linspace(1, 0, fade)[:, None]
    return whole
