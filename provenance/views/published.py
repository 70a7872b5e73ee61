"""What anybody may download to check a file without us: our roots. The log's key and proofs are with the log."""

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from provenance import verify


@require_safe
def anchors(_: HttpRequest) -> HttpResponse:
    """Give the certificates our seals stand under."""
    return download(verify.published.anchors(), name="countenance-anchors.pem")


@require_safe
def times(_: HttpRequest) -> HttpResponse:
    """Give the roots of the timestamp authorities we believe."""
    return download(verify.published.times(), name="countenance-times.pem")


def download(pem: str, *, name: str) -> HttpResponse:
    """Return certificates as a file, or say that there are none."""
    if not pem:
        raise Http404
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(pem, content_type="application/x-pem-file", headers=headers)
