"""Signing manifests with the key of the day."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from provenance.backends import c2pa, keys
from provenance.manifests.claim import CREATED


def sign(source: Path, *, destination: Path, manifest: Mapping[str, Any], parents: Sequence[Path] = ()) -> None:
    """Write ``source`` with its signed manifest to ``destination``.

    Raises:
        SealError: the manifest, certificate or file was refused.
        KeyStoreError: there is no usable signing key.
    """
    signing = keys.signing()
    c2pa.sign(
        source,
        destination=destination,
        manifest=manifest,
        created=CREATED,
        parents=parents,
        signing=signing,
        anchors=keys.anchors(),
    )


def anchors() -> str:
    """Return the roots our own seals stand under, in PEM; empty before the first seal. Makes nothing."""
    return keys.anchors()
