"""What the log's page gives to take away: the key, proofs of growth and of older standings, everything at once."""

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_safe

from provenance import ledger
from provenance.errors import LedgerError
from provenance.log import archive, finding, growing, ours, replay
from provenance.log.models import Checkpoint
from provenance.views.log_pace import paced


def keep(text: str | None, *, name: str, kind: str = "text/plain; charset=utf-8") -> HttpResponse:
    """Return a text as a file, or that there is none."""
    if not text:
        raise Http404
    return HttpResponse(text, content_type=kind, headers={"Content-Disposition": f'attachment; filename="{name}"'})


@require_safe
def key(_: HttpRequest) -> HttpResponse:
    """Give the log's key as auditors and witnesses take it."""
    found = ours.key()
    return keep(found and f"{found}\n", name="countenance-log-key.txt")


@require_safe
@never_cache
@paced("120/min")
def growth(_: HttpRequest, old: int, new: int) -> HttpResponseBase:
    """Give the proof that the log of one signed size begins that of another."""
    try:
        found = growing.between_sizes(old, new) if max(old, new) < 1 << 63 else None
    except LedgerError:
        raise Http404 from None
    return keep(growing.file(found) if found else None, name=f"growth-{old}-{new}.json", kind="application/json")


@require_safe
@never_cache
@paced("30/min")
def standing(_: HttpRequest, name: str, size: int) -> HttpResponseBase:
    """Give the proof of how a receipt or a seal stood when the log had a size at which it was signed."""
    signed = Checkpoint.objects.filter(size=size).first() if size < 1 << 63 else None
    found = replay.at(name, signed) if signed and finding.is_name(name) else None
    return keep(ledger.standing_file(found) if found else None, name=f"standing-{size}.txt")


@require_GET
@never_cache
@paced("6/hour")
def everything(_: HttpRequest) -> HttpResponseBase:
    """Give everything that is public of the log in one archive."""
    last = ledger.checkpoint()
    if last is None:
        raise Http404
    headers = {"Content-Disposition": f'attachment; filename="countenance-log-{last.size}.tar"'}
    return StreamingHttpResponse(archive.stream(last), content_type="application/x-tar", headers=headers)
