"""Signing manifests with the key of the day, and with the time an authority vouches for."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import structlog
from django.conf import settings

from provenance.backends import c2pa, keys, leaves
from provenance.errors import KeyStoreError, SealError
from provenance.manifests.claim import CREATED, GENERATOR

log = structlog.get_logger(__name__)


def sign(
    source: Path,
    *,
    destination: Path,
    manifest: Mapping[str, Any],
    parents: Sequence[Path] = (),
    is_stamped: bool = False,
) -> bool:
    """Write ``source`` with its signed manifest to ``destination``; return whether it bears a timestamp.

    Args:
        source: the file as it was encoded.
        destination: where the signed file goes.
        manifest: what is claimed.
        parents: the files it was made from.
        is_stamped: ask the timestamp authority; without its answer the file is signed all the same, by a leaf that
            lives long enough for one to be added later.

    Raises:
        SealError: the manifest, certificate or file was refused.
        KeyStoreError: there is no usable signing key.
    """
    if is_stamped:
        try:
            write(source, destination, manifest, parents, authority=settings.TIMESTAMP_URL)
        except SealError:
            log.warning("sealing without a timestamp: the authority did not answer")
        else:
            return True
    write(source, destination, manifest, parents)
    return False


def write(
    source: Path, destination: Path, manifest: Mapping[str, Any], parents: Sequence[Path], *, authority: str = ""
) -> None:
    """Sign once, with the leaf that fits: short-lived where the ``authority`` says when."""
    c2pa.sign(
        source,
        destination=destination,
        manifest=manifest,
        created=CREATED,
        parents=parents,
        signing=keys.signing(is_stamped=bool(authority)),
        anchors=keys.anchors(),
        times=keys.time_anchors(),
        authority=authority,
    )


def stamp(source: Path, *, destination: Path) -> None:
    """Write a sealed mp4 with an update manifest that adds its timestamps.

    Raises:
        SealError: the authority did not answer, or the file took no update.
        KeyStoreError: there is no usable signing key.
    """
    c2pa.stamp(
        source,
        destination=destination,
        manifest={"format": "video/mp4", "claim_generator_info": [GENERATOR]},
        signing=keys.signing(is_stamped=True),
        anchors=keys.anchors(),
        times=keys.time_anchors(),
        authority=settings.TIMESTAMP_URL,
    )


def rotate(*, is_forced: bool = False) -> None:
    """Renew the leaves that are issued here, those that are due or ``is_forced`` all; an operator's chain is theirs.

    Raises:
        KeyStoreError: the authority cannot issue, or ``is_forced`` and leaves are not issued here.
    """
    if keys.is_issued_here():
        leaves.rotate(is_forced=is_forced)
    elif is_forced:
        msg = "The signing chain is your own: renew it with whoever issued it, and name the new files in the settings."
        raise KeyStoreError(msg)


def anchors() -> str:
    """Return the roots our own seals stand under, in PEM; empty before the first seal. Makes nothing."""
    return keys.anchors()


def times() -> str:
    """Return the roots of the timestamp authorities we believe, in PEM; empty when there are none."""
    return keys.time_anchors()
