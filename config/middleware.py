"""Two rules for every request and answer."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.template.loader import render_to_string

from config.answers import too_large

Handler = Callable[[HttpRequest], HttpResponseBase]


def refuse_oversized(handler: Handler) -> Handler:
    """Refuse a body above ``BODY_MAX_BYTES`` before a byte of it is read."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        told = request.META.get("CONTENT_LENGTH") or "0"
        if told.isdigit() and int(told) > settings.BODY_MAX_BYTES:
            if request.path.startswith("/api/"):
                return too_large(request)
            return HttpResponse(render_to_string("413.html"), status=413)
        return handler(request)

    return middleware


def permissions_policy(handler: Handler) -> Handler:
    """Let our own pages ask for camera and microphone, and nobody else for anything."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        answer = handler(request)
        answer["Permissions-Policy"] = "camera=(self), microphone=(self), geolocation=(), payment=(), usb=()"
        return answer

    return middleware
