"""Still pictures from strangers: JPEG and PNG, read in the limited child, and one sentence for everything else."""

import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from provenance import media
from provenance.media import Limits


def saved(path: Path, *, mode: str = "RGB", size: tuple[int, int] = (96, 64), **how: object) -> Path:
    ramp = np.linspace(0, 255, size[0] * size[1] * 3).reshape(size[1], size[0], 3).astype(np.uint8)
    Image.fromarray(ramp).convert(mode).save(path, **how)  # type: ignore[arg-type]
    return path


@pytest.mark.parametrize(("name", "mode"), [("a.png", "RGB"), ("a.png", "RGBA"), ("a.png", "L"), ("a.jpg", "RGB"),
                                            ("a.jpg", "L"), ("a.png", "P")])  # fmt: skip
def test_a_picture_is_read_in_colour(tmp_path: Path, name: str, mode: str) -> None:
    frame = media.picture(saved(tmp_path / name, mode=mode))
    assert frame.rgb.shape == (64, 96, 3)
    assert frame.rgb.dtype == np.uint8
    assert frame.rgb[0, 0].mean() < 40
    assert frame.rgb[-1, -1].mean() > 200


def test_a_large_picture_is_shrunk(tmp_path: Path) -> None:
    assert media.picture(saved(tmp_path / "a.jpg", size=(3000, 1500)), max_side=1280).rgb.shape == (640, 1280, 3)


def bomb(path: Path, *, side: int) -> Path:
    """Write a PNG of a few kilobytes that says it is this large."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    head = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    rows = zlib.compress(bytes(1 + 3 * side) * 64, 9)
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b""))
    return path


def test_a_picture_that_says_it_is_huge_ends_in_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(media.MediaError):
        media.picture(bomb(tmp_path / "a.png", side=60_000), limits=Limits(max_side=8192, memory_mb=1024))


def test_a_picture_beyond_the_side_is_refused(tmp_path: Path) -> None:
    with pytest.raises(media.MediaError, match="larger than"):
        media.picture(saved(tmp_path / "a.png", size=(600, 20)), limits=Limits(max_side=512))


@pytest.mark.parametrize("kind", ["gif", "bmp", "webp", "tiff"])
def test_other_kinds_are_not_read(tmp_path: Path, kind: str) -> None:
    with pytest.raises(media.MediaError, match="JPEG or PNG"):
        media.picture(saved(tmp_path / f"a.{kind}"))


def test_what_is_cut_or_no_picture_at_all_is_one_sentence(tmp_path: Path) -> None:
    whole = saved(tmp_path / "a.png").read_bytes()
    for number, body in enumerate(
        (whole[: len(whole) // 2], b"\xff\xd8\xff\xe0" + bytes(100), b"<svg/>", b"#EXTM3U\n")
    ):
        path = tmp_path / f"bad-{number}"
        path.write_bytes(body)
        with pytest.raises(media.MediaError):
            media.picture(path)


def test_a_picture_is_still_no_video(tmp_path: Path) -> None:
    with pytest.raises(media.MediaError):
        next(media.frames(saved(tmp_path / "a.png")))
