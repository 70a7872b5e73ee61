"""What anybody may download to check a file without us: our roots, the log's key, the proof of one seal."""

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from provenance import verify


@require_safe
def anchors(_: HttpRequest) -> HttpResponse:
    """Give the certificates our seals stand under."""
    return download(verify.published.anchors(), name="countenance-anchors.pem", kind="application/x-pem-file")


@require_safe
def log_key(_: HttpRequest) -> HttpResponse:
    """Give the log's public key, with the name it signs under."""
    return download(verify.published.log_key(), name="countenance-log-key.txt")


@require_safe
def proof(_: HttpRequest, label: str) -> HttpResponse:
    """Give the proof that a seal is in the log, to whoever knows its label."""
    return download(verify.published.proof(label), name="countenance.tlog-proof")


def download(text: str, *, name: str, kind: str = "text/plain; charset=utf-8") -> HttpResponse:
    """Return a text as a file, or say that there is none."""
    if not text:
        raise Http404
    return HttpResponse(text, content_type=kind, headers={"Content-Disposition": f'attachment; filename="{name}"'})
