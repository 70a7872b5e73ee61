"""Whisper: what is said in a sound track, and when (Whisper base, int8, CTranslate2; MIT).

Silero's voice activity (in faster-whisper's own package, MIT) says where somebody speaks; only that is written down,
each half minute in the language it is heard in. Nothing is ever downloaded from here.
"""

import hashlib
from pathlib import Path
from typing import Any

import numpy as np
from faster_whisper import WhisperModel
from faster_whisper.vad import VadOptions, get_speech_timestamps
from numpy.typing import NDArray

from safety.backends import Heard, Utterance
from safety.errors import NotAvailableError

RATE = 16_000
THREADS = 2
VOICE = VadOptions(min_silence_duration_ms=500, speech_pad_ms=200)
SHORTEST, MARGIN = 1500, 200  # hundredths of a second


class _Brief(WhisperModel):  # type: ignore[misc]  # the library has no types
    """Listens to what there is instead of to half a minute: a third of the work for a short clip, the same words."""

    def encode(self, features: NDArray[np.float32]) -> Any:  # noqa: ANN401 - the library's own kind
        """Return the encoder's output for features (..., 80, frames), whose silent rest is left out."""
        filled = np.flatnonzero(np.any(features != 0, axis=tuple(range(features.ndim - 1))))
        frames = max(SHORTEST, int(filled[-1]) + 1 + MARGIN if filled.size else 0)
        return super().encode(np.ascontiguousarray(features[..., :frames]))


class Whisper:
    """One model, two threads; safe to keep for the life of the process."""

    name = "Whisper base, int8"
    licence = "MIT"

    def __init__(self, folder: Path) -> None:
        try:
            with (folder / "model.bin").open("rb") as file:
                self.sha256 = hashlib.file_digest(file, "sha256").hexdigest()
            self._model = _Brief(
                str(folder), device="cpu", compute_type="int8", cpu_threads=THREADS, local_files_only=True
            )
        except (RuntimeError, ValueError, OSError) as surprise:
            raise NotAvailableError("The speech engine is not available: its model cannot be opened.") from surprise

    def hear(self, samples: NDArray[np.float32]) -> Heard:
        """Return what is said in mono 16 kHz sound, and for how many seconds somebody speaks."""
        voiced = sum(part["end"] - part["start"] for part in get_speech_timestamps(samples, VOICE)) / RATE
        if not voiced:
            return Heard(0.0, ())
        segments, _ = self._model.transcribe(
            samples,
            language="en",  # until each half minute is heard: `multilingual` tells its language from its own sound
            multilingual=True,
            beam_size=2,
            temperature=0.0,
            vad_filter=True,
            vad_parameters=VOICE,
            condition_on_previous_text=False,
        )
        said = [Utterance(part.start, part.end, part.text.strip()) for part in segments]
        return Heard(voiced, tuple(one for one in said if one.text))
