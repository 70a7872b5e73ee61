"""A player that asks on for a file which was replaced meanwhile is sent the new one from its beginning."""

import os
from pathlib import Path

import pytest
from django.test import RequestFactory

from generation.feed.sending import sent


def answer(path: Path, **asked: str) -> tuple[int, str, bytes]:
    """Status, ETag and bytes of a request for the file."""
    request = RequestFactory().get("/", headers=asked)
    response = sent(path, request=request, name="x", keep=False, may=lambda: True)
    body = b"".join(response.streaming_content)  # type: ignore[attr-defined]  # it streams
    response.close()
    return response.status_code, response["ETag"], body


@pytest.mark.django_db  # a response that is closed looks after the connection
@pytest.mark.parametrize("asked", ["the tag", "Fri, 20 Nov 2020 10:00:00 GMT"])
def test_a_range_of_the_file_before_is_not_answered_with_bytes_of_the_one_after(tmp_path: Path, asked: str) -> None:
    path = tmp_path / "clip.mp4"
    path.write_bytes(b"0123456789")
    status, tag, body = answer(path, Range="bytes=0-3")
    assert (status, body) == (206, b"0123")
    known = {"Range": "bytes=4-", "If-Range": tag if asked == "the tag" else asked}
    if asked == "the tag":
        assert answer(path, **known)[::2] == (206, b"456789")
    fresh = tmp_path / "fresh"
    fresh.write_bytes(b"stamped: 0123456789")
    os.utime(fresh, (2e9, 2e9))
    fresh.replace(path)
    assert answer(path, **known)[::2] == (200, b"stamped: 0123456789")
