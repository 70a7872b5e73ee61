"""The C2PA engine: c2pa-python (c2pa-rs) writes and signs manifests. Apache-2.0 OR MIT.

Unknown setting keys are accepted by it in silence, so tests check their effect, not their spelling.
"""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from c2pa import Builder, C2paError, C2paSigningAlg, Context, Signer

from provenance.backends.keys import Signing
from provenance.errors import SealError


def settings(anchors: str, created: Sequence[str]) -> dict[str, Any]:
    """Return how manifests are written: nothing fetched, ``free`` and ``skip`` boxes hashed, checked at once."""
    return {
        "version": 1,
        "trust": {"trust_anchors": anchors},
        "verify": {"verify_after_sign": True, "remote_manifest_fetch": False, "ocsp_fetch": False},
        "core": {"backing_store_memory_threshold_in_mb": 16},  # a 200 MB file: 446 -> 245 MB of memory
        "builder": {
            "thumbnail": {"enabled": False},
            "bmff_hash_exclude_free_and_skip_boxes": False,  # else anything can be hidden in a free box
            "created_assertion_labels": list(created),
        },
    }


def sign(
    source: Path,
    *,
    destination: Path,
    manifest: Mapping[str, Any],
    created: Sequence[str],
    parents: Sequence[Path],
    signing: Signing,
    anchors: str,
) -> None:
    """Write ``source`` with a signed manifest to ``destination``; a failure may leave a useless file there.

    Raises:
        SealError: the engine refused the manifest, the certificate or the file.
    """
    mime = str(manifest["format"])
    try:
        context = Context.from_dict(settings(anchors, created))
        builder = Builder(json.dumps(manifest), context=context)
        for number, parent in enumerate(parents):
            add(
                builder,
                parent,
                label=f"parent-{number}",
                relationship="componentOf" if number else "parentOf",
                mime=mime,
            )
        signer = Signer.from_callback(signing.sign, C2paSigningAlg.ES256, signing.chain, None)
        with source.open("rb") as before, destination.open("w+b") as after:
            builder.sign(signer, mime, before, after)
    except (C2paError, OSError) as error:
        msg = "The seal was refused by the C2PA library or the disk; nothing was released."
        raise SealError(msg) from error


def add(builder: Builder, parent: Path, *, label: str, relationship: str, mime: str) -> None:
    """Name a video that this one was made from; ``label`` is what the actions call it."""
    ingredient = {"title": "parent", "relationship": relationship, "label": label}
    with parent.open("rb") as file:
        builder.add_ingredient(json.dumps(ingredient), mime, file)
