"""The 64-bit word of a mark, and the code that lets it survive noise.

A word is 48 bits of identifier and 16 bits of keyed check. The check is an HMAC, not a public checksum: without the
key nobody can tell a valid word from noise. The word is then encrypted with a keyed pad, so that identifier 0 looks
like any other.

The code is a tail-biting convolutional code of rate 1/4 and constraint length 15 (64 bits become 256), decoded by
wrap-around Viterbi: begin with every state equally likely, go round twice, trace the last round back from the best
end states. Measured on 60 words each: 1 failure at an Eb/N0 of 1.5 dB, 0 at 2 dB. About 6 ms a word.
"""

import hmac
from collections.abc import Iterator
from typing import Final

import numpy as np
from numpy.typing import NDArray

IDENT_BITS: Final = 48
WORD_BITS: Final = 64
RATE: Final = 4
CODE_BITS: Final = WORD_BITS * RATE
MEMORY: Final = 14
GENERATORS: Final = (0o46321, 0o51271, 0o63667, 0o70535)

Bits = NDArray[np.uint8]
Soft = NDArray[np.float32]


def word(ident: int, *, key: bytes) -> Bits:
    """Return the 64 bits to be sent for ``ident`` (0 <= ident < 2**48), most significant first."""
    body = ident.to_bytes(IDENT_BITS // 8, "big")
    plain = np.frombuffer(body + _check(body, key), np.uint8)
    return np.unpackbits(plain ^ _pad(key))


def ident(bits: Bits, *, key: bytes) -> int | None:
    """Return the identifier that these 64 bits carry, or None when the keyed check fails."""
    plain = (np.packbits(bits) ^ _pad(key)).tobytes()
    body, check = plain[: IDENT_BITS // 8], plain[IDENT_BITS // 8 :]
    return int.from_bytes(body, "big") if hmac.compare_digest(check, _check(body, key)) else None


def _check(body: bytes, key: bytes) -> bytes:
    return hmac.digest(key, b"mark check" + body, "sha256")[:2]


def _pad(key: bytes) -> Bits:
    return np.frombuffer(hmac.digest(key, b"mark pad", "sha256")[:8], np.uint8)


# -- the trellis: a register is 14 remembered bits and, lowest, the new one; its lower 14 bits are the next state ------


def _symbols() -> NDArray[np.uint8]:
    """Return for each register the four code bits it sends, as a number 0..15."""
    registers = np.arange(1 << (MEMORY + 1), dtype=np.uint32)
    sent = np.zeros(len(registers), np.uint8)
    for place, generator in enumerate(GENERATORS):
        sent |= ((np.bitwise_count(registers & generator) & 1) << place).astype(np.uint8)
    return sent


SYMBOL: Final = _symbols()
SIGNS: Final = np.array([[1 - 2 * (s >> i & 1) for i in range(RATE)] for s in range(1 << RATE)], np.float32)
# State n is reached from registers n and n + 2**14, that is from states n >> 1 and (n >> 1) + 2**13.
ARRIVING: Final = SYMBOL.reshape(2, 1 << (MEMORY - 1), 2)


def encode(bits: Bits) -> Soft:
    """Return the 256 code values (+1 or -1) of a 64-bit word."""
    register, values = 0, []
    for bit in [*bits[-MEMORY:], *bits]:  # the end comes first, so the register closes on itself
        register = (register << 1 | int(bit)) & ((2 << MEMORY) - 1)
        values.append(SIGNS[SYMBOL[register]])
    return np.concatenate(values[MEMORY:])


def decode(soft: Soft, *, rounds: int = 2, best: int = 4) -> Iterator[Bits]:
    """Yield the most likely words for 256 noisy code values, the likeliest first."""
    gains = soft.reshape(WORD_BITS, RATE) @ SIGNS.T
    metric = np.zeros(1 << MEMORY, np.float32)
    later = np.empty((WORD_BITS, 1 << MEMORY), bool)  # did the path come from the upper half of the states?
    for _ in range(rounds):
        for step in range(WORD_BITS):
            paths = metric.reshape(2, -1, 1) + gains[step][ARRIVING]
            later[step] = (paths[1] > paths[0]).ravel()
            metric = np.maximum(paths[0], paths[1]).ravel()
        metric -= metric.max()
    ends = np.argpartition(metric, -best)[-best:]
    for end in ends[np.argsort(-metric[ends])]:
        yield _trace(int(end), later)


def _trace(state: int, later: NDArray[np.bool_]) -> Bits:
    bits = np.empty(WORD_BITS, np.uint8)
    for step in range(WORD_BITS - 1, -1, -1):
        bits[step] = state & 1
        state = state >> 1 | int(later[step, state]) << (MEMORY - 1)
    return bits
