"""MiniLM: sentences become 384 numbers (all-MiniLM-L6-v2, int8 ONNX, Apache-2.0).

Mean pooling over the last hidden state, then length 1, as the model's card prescribes.
"""

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
from numpy.typing import NDArray
from tokenizers import Tokenizer

# Windows of 64 tokens keep what only a whole paragraph says, windows of 32 keep a short harmful clause from
# being thinned out among harmless ones. Each overlaps the next by a quarter.
# In a long text one size between the two must do: 32,000 characters are to be read in 2.5 seconds.
SIZES = (64, 32)
LONG, SIZES_WHEN_LONG = 1_000, (48,)  # tokens
MOST_WINDOWS = 300  # of each size; bounds the work: beyond it the windows grow, no character is skipped
LONGEST = 500  # the model has 512 positions, two of them for its own marks
BATCH = 16


class MiniLM:
    """One session, one thread; safe to keep for the life of the process."""

    name = "all-MiniLM-L6-v2-int8"
    licence = "Apache-2.0"

    def __init__(self, model: Path, tokenizer: Path) -> None:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        self.sha256 = hashlib.sha256(model.read_bytes()).hexdigest()
        self._session = onnxruntime.InferenceSession(str(model), options, providers=["CPUExecutionProvider"])
        self._inputs = {entry.name for entry in self._session.get_inputs()}
        self._tokenizer = Tokenizer.from_file(str(tokenizer))
        self._tokenizer.no_truncation()
        self._tokenizer.no_padding()

    def windows(self, text: str) -> list[tuple[int, int]]:
        """Return (start, end) character offsets of overlapping windows that together cover ``text``."""
        offsets = self._tokenizer.encode(text, add_special_tokens=False).offsets
        found = [(0, len(text))] if len(offsets) <= max(SIZES) else []
        for size in SIZES if len(offsets) <= LONG else SIZES_WHEN_LONG:
            found += _slide(offsets, size=size) if len(offsets) > size else []
        return found

    def knows(self, word: str) -> bool:
        """Return whether a lower-case word stands in the vocabulary as a whole."""
        return self._tokenizer.token_to_id(word) is not None

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return float32 (N, 384), each row of length 1; texts beyond 500 tokens are cut (use ``windows`` first)."""
        out = np.zeros((len(texts), 384), np.float32)
        order = sorted(range(len(texts)), key=lambda at: len(texts[at]))  # like lengths pad least
        for at in range(0, len(order), BATCH):
            out[order[at : at + BATCH]] = self._batch([texts[i] for i in order[at : at + BATCH]])
        return out

    def _batch(self, texts: Sequence[str]) -> NDArray[np.float32]:
        ids = [encoding.ids for encoding in self._tokenizer.encode_batch(list(texts))]
        ids = [row if len(row) <= LONGEST else [*row[: LONGEST - 1], row[-1]] for row in ids]
        width = max(map(len, ids))
        tokens = np.array([row + [0] * (width - len(row)) for row in ids], np.int64)
        mask = np.array([[1] * len(row) + [0] * (width - len(row)) for row in ids], np.int64)
        feed: dict[str, Any] = {"input_ids": tokens, "attention_mask": mask, "token_type_ids": np.zeros_like(tokens)}
        hidden = self._session.run(None, {name: feed[name] for name in self._inputs})[0]
        pooled = (hidden * mask[:, :, None]).sum(1) / mask.sum(1, keepdims=True)
        lengths = np.linalg.norm(pooled, axis=1, keepdims=True)
        return np.asarray(pooled / np.maximum(lengths, 1e-9), np.float32)


def _slide(offsets: list[tuple[int, int]], *, size: int) -> list[tuple[int, int]]:
    """Cover all tokens by overlapping windows; larger ones where there would be too many."""
    stride = max(size * 3 // 4, -(-len(offsets) // MOST_WINDOWS))
    size = min(stride + size // 4, LONGEST)
    starts = range(0, len(offsets) - (size - stride), stride)
    return [(offsets[at][0], offsets[min(at + size, len(offsets)) - 1][1]) for at in starts]
