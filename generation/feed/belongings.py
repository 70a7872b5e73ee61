"""What we hold of a maker, for the export of their data: every video they made, and the bytes of those that stand."""

from collections.abc import Iterator
from typing import Any

from consent import people
from consent.people import Piece
from generation.feed import watch
from generation.feed.models import Clip
from provenance import ledger


def register() -> None:
    """Say what is held; called once, when Django is ready."""
    people.contribute("videos", videos)


def videos(person: int) -> Iterator[Piece]:
    """Yield the list of what one made, and each sealed file that may be shown now: others are in it too."""
    mine = Clip.objects.filter(maker_id=person).select_related("manifest", "render__job__draft").order_by("pk")
    clips = list(mine)
    yield Piece("videos.json", [of_clip(clip) for clip in clips])
    for clip in clips:
        if watch.serves(clip):
            yield Piece(f"videos/{clip.public_id}.mp4", file=watch.file(clip))


def of_clip(clip: Clip) -> dict[str, Any]:
    """Return a clip and what proves it."""
    draft, manifest = clip.render.job.draft, clip.manifest
    return {
        "id": clip.public_id,
        "prompt": draft.prompt,
        "state": clip.state,
        "visibility": clip.visibility,
        "released_at": clip.released_at,
        "ended_at": clip.ended_at,
        "model": f"{clip.render.engine} {clip.render.engine_version}".strip(),
        "manifest": {
            "label": manifest.label,
            "file_sha256": manifest.file_sha256,
            "stream_sha256": manifest.stream_digest,
            "clearance_sha256": manifest.clearance_digest,
            "log_entry": manifest.entry_id,
            "is_logged": ledger.proof(manifest.entry_id) is not None,
            "sealed_at": manifest.sealed_at,
        },
    }
