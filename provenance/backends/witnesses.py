"""Speaking to witnesses over HTTP: C2SP tlog-witness ``add-checkpoint``, as the log's side of it."""

import http.client
from urllib.parse import urlsplit

MOST = 64 * 1024  # bytes of an answer that are read
TYPE = "text/plain; charset=utf-8"


def submit(prefix: str, body: bytes, *, seconds: float) -> tuple[int, str] | None:
    """Post to ``<prefix>/add-checkpoint``; return status and text, or None when nobody answers in time.

    Redirects are not followed and no proxy is asked: an operator names a witness by its own address.
    """
    try:
        parts = urlsplit(prefix)
        kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
        line = kind(parts.hostname or "", parts.port, timeout=seconds)
        try:
            line.request("POST", f"{parts.path.rstrip('/')}/add-checkpoint", body, {"Content-Type": TYPE})
            answer = line.getresponse()
            return answer.status, answer.read(MOST).decode()
        finally:
            line.close()
    except (OSError, http.client.HTTPException, ValueError):
        return None
