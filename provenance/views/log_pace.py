"""So many requests from one address: proofs cost little, searches and archives more."""

from collections.abc import Callable
from functools import wraps
from typing import Any, cast

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from rest_framework.request import Request
from rest_framework.throttling import SimpleRateThrottle

View = Callable[..., HttpResponseBase]


class Pace(SimpleRateThrottle):
    """Counts by address, signed in or not."""

    def __init__(self, rate: str, scope: str) -> None:
        self.rate, self.scope = rate, scope
        super().__init__()

    def get_cache_key(self, request: Request, view: Any) -> str:  # noqa: ANN401, ARG002 - as REST framework has it
        """Return under which name it is counted."""
        return f"log_{self.scope}_{self.get_ident(request)}"


def paced(rate: str) -> Callable[[View], View]:
    """Let so many requests through (``"60/min"``); say to the others, in a sentence, when to come back."""

    def wrap(view: View) -> View:
        @wraps(view)
        def paced_view(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
            pace = Pace(rate, view.__name__)
            if pace.allow_request(cast("Request", request), cast("Any", None)):
                return view(request, *args, **kwargs)
            return too_many(request, int(pace.wait() or 0) + 1)

        return paced_view

    return wrap


def too_many(request: HttpRequest, seconds: int) -> HttpResponseBase:
    """Say when to come back."""
    wait = f"{seconds} seconds" if seconds < 120 else f"{-(-seconds // 60)} minutes"  # noqa: PLR2004
    said = {
        "title": "That was too much at once",
        "trouble": f"You asked for more of this than we make for one address in a row; try again in {wait}.",
        "advice": "The tiles themselves have no such limit: with them you can compute every proof on your own machine.",
    }
    answer = render(request, "provenance/log_missing.html", said, status=429)
    answer["Retry-After"] = str(seconds)
    return answer
