"""What sealing adds to the decode→encode floor of the same clip, and what verifying adds to the library's own reading.

Each pair is measured turn by turn in one run, so that a busy machine is as busy for both. For sealing the processor's
time is compared, with that of every thread; for verifying the clock's, since its readers are nobody's children here.
Nothing is left: files lie in a folder that goes, rows are rolled
back. The keys are those of this installation.
"""

import hashlib
import resource
import secrets
import shutil
import statistics
import struct
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
from django.db import transaction
from django.utils import timezone
from numpy.typing import NDArray

from provenance import seal, verify
from provenance.manifests import reading, signing
from provenance.seal import Sealing, Statement

SIZE = (1280, 720)  # pixels
RATE = 24  # frames a second
HEAVY = 20_000_000  # bytes of the file that is verified
Mark = Callable[[NDArray[np.uint8], float], None]


@dataclass(frozen=True, slots=True)
class Spent:
    """Seconds that the processor worked, and that went by."""

    cpu: float
    wall: float


def measure(video: Path | None = None, *, seconds: float = 8.0, turns: int = 5) -> dict[str, Any]:
    """Return every figure; milliseconds and shares, medians over the turns.

    Args:
        video: the clip that is decoded and encoded; without one, a clip is drawn.
        seconds: how long the drawn clip is.
        turns: how often each pair is measured.
    """
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        plain = Path(name) / "plain.mp4"
        if video is None:
            drawn(plain, frames=round(seconds * RATE))
        else:
            shutil.copyfile(video, plain)
        return {"seal": sealing(plain, turns=turns), "verify": verifying(heavy(plain), turns=turns)}


def lines(found: dict[str, Any]) -> Iterator[str]:
    """Yield what was found, for people."""
    seal, verify = found["seal"], found["verify"]
    yield (
        f"seal    {seal['added_share']:+.0%} on decoding and encoding {seal['frames']} pictures "
        f"({seal['decode_encode_ms_per_frame']:.1f} ms each), {seal['mark_ms_per_frame']:.1f} ms of it the mark"
    )
    yield (
        f"verify  {verify['verify_ms']:.0f} ms for {verify['bytes'] / 1e6:.0f} MB, {verify['verify_to_read']:.1f} x "
        f"the library's own reading; sealing it {verify['seal_ms']:.0f} ms, the library's signing "
        f"{verify['sign_ms']:.0f} ms"
    )


def sealing(plain: Path, *, turns: int) -> dict[str, Any]:
    """Return what sealing adds to decoding a clip and encoding it again."""
    with transaction.atomic():
        found = added(plain, turns=turns)
        transaction.set_rollback(True)
    return found


def added(plain: Path, *, turns: int) -> dict[str, Any]:
    """Return the figures; inside a transaction that is rolled back."""
    frames = count(plain)
    recode(plain, plain.with_name("warm.mp4"))
    pairs = [(spent(recode, plain, plain.with_name("floor.mp4")), spent(sealed, plain)) for _ in range(turns)]
    marking = [spent(mark_all, next(pictures(plain)), frames) for _ in range(turns)]
    floor, whole = ([each[side].cpu for each in pairs] for side in (0, 1))
    return {
        "frames": frames,
        "turns": turns,
        "decode_encode_ms_per_frame": milli(floor) / frames,
        "mark_ms_per_frame": milli([each.cpu for each in marking]) / frames,
        "added_share": statistics.median(b / a - 1 for a, b in zip(floor, whole, strict=True)),
        "added_share_by_the_clock": statistics.median(b.wall / a.wall - 1 for a, b in pairs),
    }


def verifying(path: Path, *, turns: int) -> dict[str, Any]:
    """Return what verifying costs beside the library's own reading of the same file, and sealing beside its signing."""
    with transaction.atomic():
        signed = path.with_name("signed.mp4")
        signs = [spent(signing.sign, path, destination=signed, manifest=bare()) for _ in range(turns)]
        made = [spent(finished, begun(), path, path.with_name(f"sealed-{n}.mp4")) for n in range(turns)]
        one = path.with_name("sealed-0.mp4")
        raw(one)
        verify.examine(one)  # the reader's library is loaded once, for the first file
        pairs = [(spent(raw, one), spent(verify.examine, one)) for _ in range(3 * turns)]
        transaction.set_rollback(True)
    return {
        "bytes": one.stat().st_size,
        "turns": turns,
        "sign_ms": milli([each.cpu for each in signs]),
        "seal_ms": milli([each.cpu for each in made]),
        "read_ms": milli([each[0].wall for each in pairs]),
        "verify_ms": milli([each[1].wall for each in pairs]),
        "verify_to_read": statistics.median(b.wall / a.wall for a, b in pairs),
    }


def spent(work: Callable[..., object], *args: object, **options: object) -> Spent:
    """Return what a piece of work took."""
    cpu, wall = worked(), time.perf_counter()
    work(*args, **options)
    return Spent(worked() - cpu, time.perf_counter() - wall)


def worked() -> float:
    """Return the seconds that the processor worked for this process and its children that ended."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(each.ru_utime + each.ru_stime for each in used)


def milli(seconds: list[float]) -> float:
    """Return the median in milliseconds."""
    return statistics.median(seconds) * 1000


def drawn(path: Path, *, frames: int) -> Path:
    """Write a clip of drifting shades and grain, as a camera's pictures have them."""
    width, height = SIZE
    grain = np.random.default_rng(7).normal(0, 6, (height, width * 2)).astype(np.float32)
    shade = 110 + 60 * np.sin(np.linspace(0, 9, width * 2))[None] * np.cos(np.linspace(0, 5, height))[:, None]
    picture = (shade + grain).clip(16, 235).astype(np.uint8)
    with av.open(str(path), "w") as container:
        video = track(container)
        for index in range(frames):
            frame = av.VideoFrame(width, height, "yuv420p")
            for plane in frame.planes[1:]:
                plane.update(bytes([128]) * plane.buffer_size)
            luma(frame)[:] = picture[:, 4 * index % width :][:, :width]
            frame.pts, frame.time_base = index, Fraction(1, RATE)
            container.mux(video.encode(frame))
        container.mux(video.encode(None))
    return path


def track(container: Any, size: tuple[int, int] = SIZE) -> Any:  # noqa: ANN401 - PyAV has no types here
    """Add a track as the pipeline encodes it: x264 veryfast, CRF 20, a key frame every 2 seconds, two threads."""
    video = container.add_stream("libx264", rate=RATE, options={"preset": "veryfast", "crf": "20"})
    video.width, video.height, video.pix_fmt = *size, "yuv420p"
    video.codec_context.gop_size, video.codec_context.thread_count = 2 * RATE, 2
    return video


def luma(frame: Any) -> NDArray[np.uint8]:  # noqa: ANN401
    """Return the Y plane, writable in place."""
    plane = frame.planes[0]
    return np.frombuffer(plane, np.uint8).reshape(-1, plane.line_size)[: frame.height, : frame.width]


def pictures(path: Path) -> Iterator[Any]:
    """Yield every decoded frame."""
    with av.open(str(path)) as container:
        yield from container.decode(video=0)


def size(path: Path) -> tuple[int, int]:
    """Return how wide and high a clip is."""
    frame = next(pictures(path))
    return frame.width, frame.height


def count(path: Path) -> int:
    """Return how many frames a clip has."""
    return sum(1 for _ in pictures(path))


def recode(source: Path, target: Path, mark: Mark | None = None) -> None:
    """Decode a clip and encode it again, each picture marked if there is a mark: the floor, and what lies on it."""
    with av.open(str(target), "w") as container:
        video = track(container, size(source))
        for index, frame in enumerate(pictures(source)):
            if mark:
                mark(luma(frame), index / RATE)
            frame.pts, frame.time_base = index, Fraction(1, RATE)
            container.mux(video.encode(frame))
        container.mux(video.encode(None))


def mark_all(frame: Any, frames: int) -> None:  # noqa: ANN401
    """Mark so many pictures without decoding or encoding any."""
    it, shown = begun((frame.width, frame.height)), luma(frame)
    for index in range(frames):
        it.mark(shown.copy(), index / RATE)


def sealed(plain: Path) -> None:
    """Do all of it: marks into every picture, the manifest, reading it back, the rows."""
    it, path = begun(size(plain)), plain.with_name("marked.mp4")
    recode(plain, path, it.mark)
    finished(it, path, plain.with_name(f"sealed-{secrets.token_hex(4)}.mp4"))


def begun(size: tuple[int, int] = SIZE) -> Sealing:
    """Begin the seal of a render that nobody asked for."""
    width, height = size
    return seal.begin(render=f"bench-{secrets.token_hex(8)}", width=width, height=height, handle="bench")


def finished(it: Sealing, path: Path, destination: Path) -> None:
    """Finish it."""
    it.finish(path, destination=destination, statement=statement(path))


def statement(path: Path) -> Statement:
    """Return what is stated about it."""
    digest = hashlib.sha256(path.name.encode()).hexdigest()
    return Statement(
        title="bench", model="bench", model_version="1", source_type="algorithmicMedia", made_at=timezone.now(),
        stream_digest=digest, clearance_digest=digest, receipts=(),
    )  # fmt: skip


def bare() -> dict[str, Any]:
    """Return the least that the library signs."""
    kind = "http://cv.iptc.org/newscodes/digitalsourcetype/algorithmicMedia"
    actions = {"actions": [{"action": "c2pa.created", "digitalSourceType": kind}]}
    return {"title": "bench", "format": "video/mp4", "assertions": [{"label": "c2pa.actions.v2", "data": actions}]}


def heavy(plain: Path) -> Path:
    """Return the clip made heavy by a box of noise after its pictures, which a hash covers like them."""
    path = plain.with_name("heavy.mp4")
    missing = max(0, HEAVY - plain.stat().st_size)
    path.write_bytes(plain.read_bytes() + struct.pack(">I4s", missing + 8, b"mdat") + secrets.token_bytes(missing))
    return path


def raw(path: Path) -> None:
    """Read a file's credentials with the library alone, here."""
    with path.open("rb") as file:
        reading.credentials(file, "video/mp4", signing.anchors())
