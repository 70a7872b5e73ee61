"""The Verify page: any file in, one answer out. Public; nothing is kept."""

import json

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.defaultfilters import filesizeformat
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from provenance import verify
from provenance.views import words

SLACK = 64 * 1024  # what a form's own lines take beside the file


@csrf_exempt  # it changes nothing and knows nobody, so nothing can be forged; no body is read before its size
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HttpRequest) -> HttpResponse:
    """Show the drop zone, and the answer about a file that was dropped."""
    if request.method != "POST":
        return show(request)
    limit = settings.VERIFY_MAX_BYTES
    if int(request.META.get("CONTENT_LENGTH") or 0) > limit + SLACK:
        return show(request, trouble=f"This file is larger than the {filesizeformat(limit)} we read here.", status=413)
    upload = request.FILES.get("file")
    if upload is None:
        return show(request, trouble="Choose a file first.", status=400)
    report = verify.examine_upload(upload.chunks())
    title, sentence = words.headline(report)
    return show(
        request,
        name=upload.name,
        report=report,
        title=title,
        sentence=sentence,
        lines=words.lines(report),
        raw=json.dumps(report.data(), indent=2, ensure_ascii=True),
    )


def show(request: HttpRequest, *, status: int = 200, trouble: str = "", **said: object) -> HttpResponse:
    """Return the page with what there is to say."""
    context = {"trouble": trouble, "limit": settings.VERIFY_MAX_BYTES, **said}
    return render(request, "provenance/verify.html", context, status=status)
