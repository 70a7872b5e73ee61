"""The C2PA engine: c2pa-python (c2pa-rs) writes and signs manifests. Apache-2.0 OR MIT.

Unknown setting keys are accepted by it in silence, so tests check their effect, not their spelling.
"""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from c2pa import Builder, C2paBuilderIntent, C2paError, C2paSigningAlg, Context, Signer

from provenance.backends.keys import Signing
from provenance.errors import KeyStoreError, SealError

REFUSED = "The seal was refused by the C2PA library or the disk; nothing was released."
UNSTAMPED = "No timestamp was added: the authority did not answer, or the file's credentials did not take it."


def settings(anchors: str, created: Sequence[str], *, times: str = "", authority: str = "") -> dict[str, Any]:
    """Return how manifests are written: nothing fetched, ``free`` and ``skip`` boxes hashed, checked at once.

    Args:
        anchors: the roots that seals stand under, in PEM.
        created: the labels of the assertions that the signer itself vouches for.
        times: the roots of timestamp authorities, in PEM; a parent's own timestamp is judged by them.
        authority: the address of the one timestamp authority that may be asked; it may not send elsewhere.
    """
    kinds = (("manifest", anchors), ("tsa", times))
    core: dict[str, Any] = {"backing_store_memory_threshold_in_mb": 16}  # a 200 MB file: 446 -> 245 MB of memory
    if authority:
        core |= {"allow_redirects": False, "allowed_network_hosts": [origin(authority)]}
    return {
        "version": 1,
        "trust": {"anchors": [{"trust_anchors": pem, "trust_kind": kind} for kind, pem in kinds if pem]},
        "verify": {"verify_after_sign": True, "remote_manifest_fetch": False, "ocsp_fetch": False},
        "core": core,
        "builder": {
            "thumbnail": {"enabled": False},
            "bmff_hash_exclude_free_and_skip_boxes": False,  # else anything can be hidden in a free box
            "created_assertion_labels": list(created),
        },
    }


def origin(address: str) -> str:
    """Return scheme, host and port of an address."""
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"


def sign(
    source: Path,
    *,
    destination: Path,
    manifest: Mapping[str, Any],
    created: Sequence[str],
    parents: Sequence[Path],
    signing: Signing,
    anchors: str,
    times: str = "",
    authority: str = "",
) -> None:
    """Write ``source`` with a signed manifest to ``destination``; a failure may leave a useless file there.

    With an ``authority`` its timestamp is in the signature (``sigTst2``), or there is no signature.

    Raises:
        SealError: the engine refused the manifest, the certificate or the file, or the authority did not answer.
        KeyStoreError: the key did not sign.
    """
    mime = str(manifest["format"])
    try:
        context = Context.from_dict(settings(anchors, created, times=times, authority=authority))
        builder = Builder(json.dumps(manifest), context=context)
        for number, parent in enumerate(parents):
            add(
                builder,
                parent,
                label=f"parent-{number}",
                relationship="componentOf" if number else "parentOf",
                mime=mime,
            )
        write(builder, source, destination=destination, mime=mime, signing=signing, authority=authority)
    except (C2paError, OSError) as error:
        raise SealError(REFUSED) from error


def stamp(
    source: Path,
    *,
    destination: Path,
    manifest: Mapping[str, Any],
    signing: Signing,
    anchors: str,
    times: str,
    authority: str,
) -> None:
    """Write ``source`` with an update manifest that adds the authority's timestamp of every signature in it.

    The bytes that the seal is about stay as they are; the update manifest's own signature is stamped too.

    Raises:
        SealError: the authority did not answer, or the file took no update; ``destination`` may hold a useless file.
        KeyStoreError: the key did not sign.
    """
    mime = str(manifest["format"])
    wanted = settings(anchors, ["c2pa.actions"], times=times, authority=authority)
    # Stamps that are there already may be of an authority nobody believes: ask anew for each signature.
    wanted["builder"]["actions"] = {"all_actions_included": True}  # the rubric asks for it
    wanted["builder"]["auto_timestamp_assertion"] = {"enabled": True, "skip_existing": False, "fetch_scope": "all"}
    try:
        builder = Builder(json.dumps(manifest), context=Context.from_dict(wanted))
        builder.set_intent(C2paBuilderIntent.UPDATE)
        write(builder, source, destination=destination, mime=mime, signing=signing, authority=authority)
    except (C2paError, OSError) as error:
        raise SealError(UNSTAMPED) from error


def write(builder: Builder, source: Path, *, destination: Path, mime: str, signing: Signing, authority: str) -> None:
    """Sign what is built; a key that failed is told as such, since the library forgets why."""
    trouble: list[KeyStoreError] = []

    def signed(data: bytes) -> bytes:
        try:
            return signing.sign(data)
        except KeyStoreError as error:
            trouble.append(error)
            raise

    signer = Signer.from_callback(signed, C2paSigningAlg.ES256, signing.chain, authority or None)
    try:
        with source.open("rb") as before, destination.open("w+b") as after:
            builder.sign(signer, mime, before, after)
    except C2paError:
        if trouble:
            raise trouble[0] from None
        raise


def add(builder: Builder, parent: Path, *, label: str, relationship: str, mime: str) -> None:
    """Name a video that this one was made from; ``label`` is what the actions call it."""
    ingredient = {"title": "parent", "relationship": relationship, "label": label}
    with parent.open("rb") as file:
        builder.add_ingredient(json.dumps(ingredient), mime, file)
