"""The Verify page: any file in, one answer out. Public; nothing is kept longer than it is looked at."""

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import TemporaryUploadedFile
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.defaultfilters import filesizeformat
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST

from provenance import verify
from provenance.manifests import shown, words
from provenance.verify import Part, Report

SLACK = 64 * 1024  # what a form's own lines take beside the file
LONGEST = 120  # characters of a file's name
AUDIT = "countenance-audit FILE --anchors countenance-anchors.pem"
PROVE = " \\\n    --proof video.tlog-proof --standing standing.txt --log-key countenance-log-key.txt"


@csrf_exempt  # it changes nothing and knows nobody, so nothing can be forged; no body is read before its size
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HttpRequest) -> HttpResponse:
    """Show the drop zone, and the answer about a file that was dropped: at once, from the file alone."""
    if request.method != "POST":
        return show(request)
    limit = settings.VERIFY_MAX_BYTES
    if int(request.META.get("CONTENT_LENGTH") or 0) > limit + SLACK:
        return show(request, trouble=f"This file is larger than the {filesizeformat(limit)} we read here.", status=413)
    upload = request.FILES.get("file")
    if not isinstance(upload, TemporaryUploadedFile):
        return show(request, trouble="Choose a file first.", status=400)
    path = Path(upload.temporary_file_path())
    report = verify.read(path)
    ticket = verify.waiting.keep(path) if report.may_be_marked else ""
    return show(request, **told(report, name=upload.name or "", ticket=ticket))


@csrf_exempt  # the ticket is known to nobody else
@never_cache
@require_POST
def look(request: HttpRequest) -> HttpResponse:
    """Search the pictures of a file that waits for our mark, once, and show the whole answer anew."""
    ticket, name = request.POST.get("ticket", ""), request.POST.get("name", "")
    try:
        with verify.waiting.taken(ticket) as path:
            report = verify.examine(path, search=True) if path else None
    except verify.waiting.Busy:
        return show(request, busy=True, ticket=ticket, name=name)
    if report is None:
        return show(request, trouble="This file is no longer here: we keep none longer than we look at it.", status=410)
    return show(request, **told(report, name=name))


def told(report: Report, *, name: str, ticket: str = "") -> dict[str, Any]:
    """Return what the page says about a report; ``ticket`` while its pictures are still to be searched."""
    title, sentence = report.headline
    parts = {each.name: each for each in report.answers}
    return {
        "name": shown.text(name)[:LONGEST],
        "report": report,
        "ticket": ticket,
        "title": title,
        "sentence": sentence,
        "lines": [("Bytes", parts["bytes"]), ("People", parts["consent"]), ("Record", recorded(parts))],
        "answers": [(words.ASKED[each.name], each) for each in report.answers],
        "said": report.data(),
        "raw": json.dumps(report.data(), indent=2, ensure_ascii=True),
        "log_key": verify.published.log_key(),
        "audit": AUDIT + (PROVE if report.record.ledger == "included" else ""),
    }


def recorded(parts: Mapping[str, Part]) -> Part:
    """Return the line about the record: in the log, and taken back if it was."""
    log, standing = parts["log"], parts["standing"]
    return replace(log, sentence=f"{log.sentence} {standing.sentence}") if standing.state == "failed" else log


def show(request: HttpRequest, *, status: int = 200, trouble: str = "", **said: object) -> HttpResponse:
    """Return the page, or for htmx the answer alone, with what there is to say."""
    context = {"trouble": trouble, "limit": settings.VERIFY_MAX_BYTES, **said}
    if request.headers.get("HX-Request") != "true":
        return render(request, "provenance/verify.html", context, status=status)
    part = "looking" if said.get("busy") else "answer"
    answer = render(request, f"provenance/{part}.html", context)  # 200: htmx swaps in nothing else
    answer["HX-Retarget"] = f"#{part}"
    return answer
