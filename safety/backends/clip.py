"""CLIP: how well each of several sentences describes a picture (ViT-B/32, OpenAI, MIT; loaded by open_clip).

An opt-in: PyTorch and open_clip are an extra, the weights no package carries. Both of OpenAI's formats are read, the
archive that it publishes and a plain state dict; what shape the model has is read from the weights.
"""

import hashlib
import warnings
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from open_clip import OPENAI_DATASET_MEAN, OPENAI_DATASET_STD, image_transform
from open_clip.model import build_model_from_openai_state_dict
from open_clip.tokenizer import SimpleTokenizer
from PIL import Image

THREADS = 2


class Clip:
    """One model, two threads; about 60 ms a picture, and each list of sentences is read once."""

    name = "CLIP ViT-B/32"
    licence = "MIT"

    def __init__(self, weights: Path) -> None:
        torch.set_num_threads(THREADS)
        with weights.open("rb") as file:
            self.sha256 = hashlib.file_digest(file, "sha256").hexdigest()
        self._model: Any = build_model_from_openai_state_dict(_numbers(weights)).float().eval()
        self._prepare: Any = image_transform(
            self._model.visual.image_size, is_train=False, mean=OPENAI_DATASET_MEAN, std=OPENAI_DATASET_STD
        )
        self._tokens: Any = SimpleTokenizer(context_length=self._model.context_length)
        self._read: dict[tuple[str, ...], Any] = {}

    def match(self, rgb: NDArray[np.uint8], sentences: Sequence[str]) -> NDArray[np.float32]:
        """Return float32 (N,), summing to 1: how well each sentence describes uint8 (H, W, 3)."""
        with torch.inference_mode():
            seen = self._model.encode_image(self._prepare(Image.fromarray(rgb))[None], normalize=True)
            scores = self._model.logit_scale.exp() * seen @ self._vectors(tuple(sentences)).T
            return np.asarray(scores.softmax(dim=-1)[0].numpy(), np.float32)

    def _vectors(self, sentences: tuple[str, ...]) -> Any:  # noqa: ANN401 - torch's own kind
        if sentences not in self._read:
            self._read[sentences] = self._model.encode_text(self._tokens(list(sentences)), normalize=True)
        return self._read[sentences]


def _numbers(weights: Path) -> dict[str, Any]:
    """Return the weights by name; only numbers are read from a state dict, and the archive's program is not run."""
    with zipfile.ZipFile(weights) as archive:
        is_program = any("/code/" in name for name in archive.namelist())
    if not is_program:
        return dict(torch.load(weights, map_location="cpu", weights_only=True))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # the format in which OpenAI published it stays as it is
        program: Any = torch.jit  # untyped
        return dict(program.load(str(weights), map_location="cpu").state_dict())
