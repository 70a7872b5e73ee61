"""Send a sealed file, whole or the range a player asks for (Safari plays nothing without ranges)."""

from pathlib import Path

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from whitenoise.middleware import WhiteNoiseFileResponse
from whitenoise.responders import StaticFile


def sent(path: Path, *, request: HttpRequest, name: str, keep: bool) -> HttpResponseBase:
    """Return the response; ranges, conditions and HEAD are whitenoise's, which reads the file in pieces.

    Nothing between us and the viewer may store it, since it may be withdrawn at any moment.
    """
    headers = [
        ("Content-Type", "video/mp4"),
        ("Content-Disposition", f'{"attachment" if keep else "inline"}; filename="countenance-{name}.mp4"'),
        ("Cache-Control", "private, no-store"),
        ("X-Content-Type-Options", "nosniff"),
        ("Accept-Ranges", "bytes"),
    ]
    answer = StaticFile(str(path), headers).get_response(request.method, request.META)
    body = answer.file
    response: HttpResponseBase = WhiteNoiseFileResponse(body) if body is not None else HttpResponse()
    response.status_code = int(answer.status)
    for header, value in answer.headers:
        response[header] = value
    return response
