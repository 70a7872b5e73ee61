"""The network side: one host, a total time, counted bytes, and one sentence for whatever goes wrong."""

import json
import threading
import time
from collections.abc import Iterator, Mapping
from typing import Any, Final, NoReturn, Self

import requests
import urllib3
from requests.adapters import HTTPAdapter

from generation.errors import EngineError, EngineRefusedError

CONNECT, READ = 5.0, 30.0  # seconds of silence we bear
JSON_BYTES: Final = 1 << 20
BLOCKED: Final = frozenset({"moderation_blocked", "content_policy_violation", "content_filter", "safety"})
BLOCKED_SENTENCE: Final = "The video provider's rules do not allow this video; change the prompt."
LATE: Final = "The video provider took too long, so we stopped."
STATUSES: Final = {
    401: "The video provider does not accept our key.",
    403: "The video provider does not accept our key.",
    404: "The video provider does not know this request.",
    429: "The video provider is busy; try again in a few minutes.",
}


class Line:
    """A line to one host with a total time: no redirects, no proxies, no cookies, no address of its own choosing."""

    def __init__(self, base: str, *, key: str, seconds: float) -> None:
        self.base, self.end = base.rstrip("/"), time.monotonic() + seconds
        self.cut = threading.Timer(seconds, self._hang_up)  # ends even an answer that comes a byte at a time
        self.cut.daemon = True
        self.sockets: list[Any] = []
        self.session = requests.Session()
        self.session.trust_env = False  # no proxy, .netrc or certificate bundle that nobody named here
        self.session.auth = _Bearer(key)
        self.session.headers["Accept-Encoding"] = "identity"  # what is counted is what was sent
        self.session.mount(self.base, _Adapter(self.sockets))

    def __enter__(self) -> Self:
        self.cut.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.cut.cancel()
        self.session.close()

    def sleep(self, seconds: float) -> None:
        """Wait, but not past the end."""
        if time.monotonic() + seconds >= self.end:
            raise EngineError(LATE)
        time.sleep(seconds)

    def json(self, method: str, path: str, **body: Any) -> tuple[Mapping[str, Any], Mapping[str, str]]:  # noqa: ANN401
        """Return the answer's object and its headers."""
        response, chunks = self._open(method, path, limit=JSON_BYTES, **body)
        found = _object(b"".join(chunks))
        if response.status_code // 100 != 2:  # noqa: PLR2004
            _status(response.status_code, found)
        if found is None:
            raise EngineError("The video provider gave no usable answer.")
        return found, response.headers

    def stream(self, method: str, path: str, *, limit: int) -> Iterator[bytes]:
        """Yield the answer's bytes as they come."""
        response, chunks = self._open(method, path, limit=limit)
        if response.status_code != 200:  # noqa: PLR2004
            response.close()
            _status(response.status_code, None)
        yield from chunks

    def _open(self, method: str, path: str, *, limit: int, **body: Any) -> tuple[requests.Response, Iterator[bytes]]:  # noqa: ANN401
        with _Words(self):
            response = self.session.request(
                method, self.base + path, stream=True, allow_redirects=False, timeout=(CONNECT, READ), **body
            )
        if response.is_redirect or response.is_permanent_redirect:
            response.close()
            raise EngineError("The video provider sent us to another address, which we do not follow.")
        return response, self._read(response, limit=limit)

    def _read(self, response: requests.Response, *, limit: int) -> Iterator[bytes]:
        got = 0
        with _Words(self), response:
            for chunk in response.raw.stream(65536, decode_content=False):
                got += len(chunk)
                if got > limit:
                    raise EngineError("The video provider's answer is too large.")
                yield chunk

    def _hang_up(self) -> None:
        for one in self.sockets:
            try:
                one.shutdown(2)
            except OSError:
                continue


class _Words:
    """Turn what the network may raise into one sentence."""

    def __init__(self, line: Line) -> None:
        self.line = line

    def __enter__(self) -> None:
        if time.monotonic() >= self.line.end:
            raise EngineError(LATE)

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: object) -> None:
        if (
            kind is None
            or error is None
            or not isinstance(error, requests.RequestException | urllib3.exceptions.HTTPError | OSError)
        ):
            return
        late = time.monotonic() >= self.line.end or isinstance(
            error, requests.Timeout | urllib3.exceptions.TimeoutError
        )
        if late:
            raise EngineError(LATE) from None
        if isinstance(error, requests.exceptions.SSLError | urllib3.exceptions.SSLError):
            raise EngineError("The video provider could not prove who it is (its certificate is not valid).") from None
        if isinstance(error, requests.ConnectionError):
            raise EngineError("The video provider cannot be reached.") from None
        raise EngineError("The video provider's answer broke off.") from None


class _Bearer(requests.auth.AuthBase):
    def __init__(self, key: str) -> None:
        self.key = key

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        if self.key:
            request.headers["Authorization"] = f"Bearer {self.key}"
        return request


class _Adapter(HTTPAdapter):
    """Remembers the sockets it opens, so that the line can be cut."""

    def __init__(self, sockets: list[Any]) -> None:
        self.opened = sockets
        super().__init__(max_retries=0)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401
        super().init_poolmanager(*args, **kwargs)
        opened = self.opened

        class Plain(urllib3.connection.HTTPConnection):
            def connect(self) -> None:
                super().connect()
                opened.append(self.sock)

        class Secure(urllib3.connection.HTTPSConnection):
            def connect(self) -> None:
                super().connect()
                opened.append(self.sock)

        plain = type("Pool", (urllib3.HTTPConnectionPool,), {"ConnectionCls": Plain})
        secure = type("Pool", (urllib3.HTTPSConnectionPool,), {"ConnectionCls": Secure})
        self.poolmanager.pool_classes_by_scheme = {"http": plain, "https": secure}


def _object(data: bytes) -> Mapping[str, Any] | None:
    try:
        found = json.loads(data)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _status(status: int, found: Mapping[str, Any] | None) -> NoReturn:
    error = (found or {}).get("error")
    if isinstance(error, dict) and str(error.get("code")) in BLOCKED:
        raise EngineRefusedError(BLOCKED_SENTENCE)
    raise EngineError(STATUSES.get(status, f"The video provider answered with an error ({status})."))
