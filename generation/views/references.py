"""Files that videos are made from, in the studio: send one, see how it stands, let it go."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_POST

from generation.errors import GenerationError, HeavyError, NoFileError, NoTakerError, QuotaError
from generation.studio import references
from generation.studio.models import Reference
from generation.views.reader import reader

SENT = "Sent. It is looked at now; nothing of it is kept if it cannot be used."


def mine(request: HttpRequest) -> dict[str, object]:
    """Return what the studio shows of files: one's own that no video took, and which models take pictures."""
    own = Reference.objects.filter(maker_id=reader(request), draft=None).exclude(state=Reference.State.GONE)
    shown = list(own.order_by("-pk")[: settings.REFERENCES_MAX])
    takers = references.takers(Reference.Kind.IMAGE.value)
    return {
        "references": [{"it": one, "why": why(one)} for one in shown],
        "looking": any(one.state == Reference.State.CHECKING for one in shown),
        "takers": takers,
        "without": [name for name in settings.VIDEO_ENGINES if name not in takers],
    }


def why(one: Reference) -> str:
    """Return the sentence beside a file that cannot be used now."""
    return "" if one.state == Reference.State.READY else references.unfit(one)


@login_required
@require_GET
def states(request: HttpRequest) -> HttpResponse:
    """Show how one's files stand; the studio asks again while some are being looked at."""
    return render(request, "generation/references.html", mine(request))


@login_required
@require_POST
def send(request: HttpRequest) -> HttpResponse:
    """Take a picture in."""
    file = request.FILES.get("file")
    try:
        references.receive(file.chunks() if file else (), kind=Reference.Kind.IMAGE.value, maker=reader(request))
    except (NoTakerError, QuotaError, NoFileError, HeavyError) as error:
        said(request, error)
    else:
        messages.success(request, SENT)
    return redirect("generation:studio")


def said(request: HttpRequest, error: GenerationError) -> None:
    """Tell one sentence."""
    messages.error(request, str(error))


@login_required
@require_POST
def remove(request: HttpRequest, reference: str) -> HttpResponse:
    """Let one's own file go."""
    references.forget(get_object_or_404(Reference, public_id=reference, maker_id=reader(request)))
    return redirect("generation:studio")
