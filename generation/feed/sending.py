"""Send a sealed file, whole or the range a player asks for (Safari plays nothing without ranges).

Every request is judged before it gets here, each range too; and while an answer is being sent, it is judged again every
few seconds, so that a yes that ends ends the view. The connection is then cut: what was promised does not come.
"""

import time
from collections.abc import Callable, Iterator
from http import HTTPStatus
from io import BufferedIOBase
from pathlib import Path

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from whitenoise.responders import Response, SlicedFile, StaticFile

from generation.errors import ViewEndedError

PIECE = 64 * 1024  # bytes
AGAIN = 2.0  # seconds between two judgements of one answer
May = Callable[[], bool]


class SealedFile(StaticFile):  # type: ignore[misc]  # whitenoise has no types
    """Whitenoise's file, which takes a range of one byte for an empty one (6.12 compares with ``>=``).

    It also passes over ``If-Range`` (RFC 9110, 13.1.5). A sealed file can be replaced once, by the same video with its
    timestamp, and a player that asks on is then sent the new one whole, never its bytes behind the old one's.
    """

    def get_response(self, method: str | None, request_headers: dict[str, str]) -> Response:
        """Return the range asked for, if it is of this very file; else the whole."""
        if request_headers.get("HTTP_IF_RANGE", self.etag) != self.etag:
            request_headers = {name: each for name, each in request_headers.items() if name != "HTTP_RANGE"}
        return super().get_response(method, request_headers)

    def get_range_response(
        self, range_header: str, base_headers: list[tuple[str, str]], file_handle: BufferedIOBase | None
    ) -> Response:
        """Return one byte when one byte is asked for; else what whitenoise answers."""
        size = int(dict(base_headers)["Content-Length"])
        start, end = self.get_byte_range(range_header, size)
        if start != end or start >= size:
            return super().get_range_response(range_header, base_headers, file_handle)
        headers = [pair for pair in base_headers if pair[0] != "Content-Length"]
        headers += [("Content-Range", f"bytes {start}-{end}/{size}"), ("Content-Length", "1")]
        return Response(HTTPStatus.PARTIAL_CONTENT, headers, file_handle and SlicedFile(file_handle, start, end))


def sent(path: Path, *, request: HttpRequest, name: str, keep: bool, may: May) -> HttpResponseBase:
    """Return the response; ranges, conditions and HEAD are whitenoise's. ``may`` is asked again while it is sent.

    Nothing between us and the viewer may store it, since it may be withdrawn at any moment. Raises Http404 when the
    bytes are lost.
    """
    if not path.is_file():
        raise Http404
    headers = [
        ("Content-Type", "video/mp4"),
        ("Content-Disposition", f'{"attachment" if keep else "inline"}; filename="countenance-{name}.mp4"'),
        ("Cache-Control", "private, no-store"),
        ("X-Content-Type-Options", "nosniff"),
        ("Accept-Ranges", "bytes"),
    ]
    answer = SealedFile(str(path), headers).get_response(request.method, request.META)
    response: HttpResponseBase = (
        HttpResponse() if answer.file is None else StreamingHttpResponse(Judged(answer.file, may=may))
    )
    response.status_code = int(answer.status)
    for header, value in answer.headers:
        response[header] = value
    return response


class Judged:
    """The file in pieces; raises ViewEndedError, which cuts the connection, once it may not be sent any more."""

    def __init__(self, file: BufferedIOBase, *, may: May) -> None:
        self.file, self.may, self.asked = file, may, time.monotonic()
        self.close = file.close  # the server closes an answer that nobody reads to its end

    def __iter__(self) -> Iterator[bytes]:
        while piece := self.file.read(PIECE):
            if time.monotonic() - self.asked >= AGAIN:
                if not self.may():
                    raise ViewEndedError
                self.asked = time.monotonic()
            yield piece
