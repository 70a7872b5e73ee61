"""What anybody may download to check a file without us: our roots. The log's key and proofs are with the log."""

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from provenance import verify


@require_safe
def anchors(_: HttpRequest) -> HttpResponse:
    """Give the certificates our seals stand under."""
    found = verify.published.anchors()
    if not found:
        raise Http404
    headers = {"Content-Disposition": 'attachment; filename="countenance-anchors.pem"'}
    return HttpResponse(found, content_type="application/x-pem-file", headers=headers)
