"""Export: all of one's data in one file; asked for here, gathered in the background, fetched for a week."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from consent.accounts import export as exports
from consent.accounts.export import Export
from consent.errors import ExportError
from consent.views.permissions import owner_of

LATEST = 10


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@never_cache
def export(request: HttpRequest) -> HttpResponse:
    """Show what was gathered and what is on its way; on POST, begin. htmx asks for the list alone."""
    owner = owner_of(request)
    if request.method == "POST":
        try:
            exports.ask(owner.pk)
        except ExportError as error:
            messages.error(request, str(error))
        return redirect("consent:export")
    rows = list(Export.objects.filter(person=owner).order_by("-pk")[:LATEST])
    running = any(row.state in {Export.State.WAITING, Export.State.GATHERING} for row in rows)
    name = "consent/export_rows.html" if request.headers.get("HX-Request") else "consent/export.html"
    return render(request, name, {"rows": rows, "running": running})


@require_safe
@login_required
@never_cache
def fetch(request: HttpRequest, export_id: str) -> HttpResponseBase:
    """Hand out one's own file, as long as it is kept."""
    found = Export.objects.filter(public_id=export_id, person=owner_of(request)).first()
    if found is None or not found.is_open or not exports.place(found).exists():
        raise Http404
    name = f"countenance-{found.created_at:%Y-%m-%d}.zip"
    return FileResponse(exports.place(found).open("rb"), as_attachment=True, filename=name)
