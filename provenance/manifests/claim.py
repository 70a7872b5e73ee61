"""What a seal claims: the C2PA manifest of a generated video.

Shape after C2PA 2.4 and the conformance programme's rubric 0.2: ``c2pa.created`` first, with the digital source
type that is true of the engine; every action listed; the mark's payload in a soft binding. No personal data: a
manifest travels with the file and cannot be taken back, so people appear as salted digests only.
"""

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from provenance.errors import SealError

SOURCE_TYPES = "http://cv.iptc.org/newscodes/digitalsourcetype/"
TRUE_OF_A_RENDER = frozenset(
    {
        "trainedAlgorithmicMedia",  # a model trained on data made it
        "algorithmicMedia",  # an algorithm made it, untrained
        "compositeWithTrainedAlgorithmicMedia",  # a mix with such elements
        "compositeSynthetic",  # a mix of captured and synthetic elements
        "virtualRecording",  # recorded inside a simulated scene
        "digitalCreation",  # made by a person with digital tools
    }
)
CONSENT = "io.countenance.consent"
MARK_ALGORITHM = "io.countenance.mark.v1"  # our own; not on the list of registered soft bindings, and pages say so
FINGERPRINT = "io.iscc.v0"  # ISO 24138, on the list
CREATED = ["c2pa.actions", "c2pa.soft-binding", CONSENT]  # what the signer itself vouches for
GENERATOR = {"name": "Countenance", "version": "0.1.0", "specVersion": "2.4.0"}
TRAINING = ("cawg.ai_generative_training", "cawg.ai_training", "cawg.ai_inference", "cawg.data_mining")


@dataclass(frozen=True, slots=True)
class ReceiptRef:
    """A receipt of somebody's yes: its salted digest (SHA-256, hex) and the ledger entry that reports it.

    ``attested_by`` is who stood behind that yes when it was used: the person's own ``passkey``, or the ``operator``.
    """

    digest: str
    entry: int
    attested_by: str = "operator"


@dataclass(frozen=True, slots=True)
class Statement:
    """What the maker of a video states when it is sealed.

    ``source_type`` is an IPTC digital source type, by name or full address, true of the engine; digests are SHA-256
    in hex: ``stream_digest`` of the encoded packets, ``clearance_digest`` of the clearance that was given for them.
    """

    title: str
    model: str
    model_version: str
    source_type: str
    made_at: datetime
    stream_digest: str
    clearance_digest: str
    receipts: tuple[ReceiptRef, ...]
    parents: tuple[Path, ...] = ()


@dataclass(frozen=True, slots=True)
class Position:
    """Where the log has an entry: its leaf (the 32 bytes that stand for it), and its place once it has one."""

    leaf: bytes
    index: int | None


def manifest(
    statement: Statement,
    *,
    payload: bytes,
    log: str,
    positions: Mapping[int, Position],
    moments: Mapping[int, str] | None = None,
) -> dict[str, Any]:
    """Return the manifest definition that is signed.

    Args:
        statement: what is claimed.
        payload: the invisible mark's bytes.
        log: the log's name.
        positions: ledger entry to where the log has it.
        moments: milliseconds to the listed fingerprint of the picture shown then.

    Raises:
        SealError: the digital source type is none that can be true of a render.
    """
    return {
        "title": statement.title,
        "format": "video/mp4",
        "claim_generator_info": [GENERATOR],
        "assertions": [
            {"label": "c2pa.actions.v2", "data": {"actions": actions(statement), "allActionsIncluded": True}},
            {"label": "c2pa.soft-binding", "data": soft_binding(payload)},
            *([{"label": "c2pa.soft-binding", "data": fingerprint(moments)}] if moments else []),
            {"label": CONSENT, "data": consent(statement, log=log, positions=positions)},
            {
                "label": "cawg.training-mining",
                "data": {"entries": {use: {"use": "notAllowed"} for use in TRAINING}},
            },
        ],
    }


def actions(statement: Statement) -> list[dict[str, Any]]:
    """Return what was done, in order: how the video began, then the marks that were put into it."""
    when = statement.made_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    maker = {"name": statement.model, "version": statement.model_version}
    ours = {"name": GENERATOR["name"], "version": GENERATOR["version"]}
    if statement.parents:
        first = [
            {"action": "c2pa.opened", "when": when, "parameters": {"ingredientIds": ["parent-0"]}},
            *(
                {"action": "c2pa.placed", "when": when, "parameters": {"ingredientIds": [f"parent-{number}"]}}
                for number in range(1, len(statement.parents))
            ),
            {
                "action": "c2pa.edited",
                "when": when,
                "softwareAgent": maker,
                "digitalSourceType": source_type(statement),
            },
        ]
    else:
        kind = source_type(statement)
        first = [{"action": "c2pa.created", "when": when, "softwareAgent": maker, "digitalSourceType": kind}]
    return [
        *first,
        {"action": "c2pa.watermarked.bound", "when": when, "softwareAgent": ours},
        {
            "action": "c2pa.edited",
            "when": when,
            "softwareAgent": ours,
            "digitalSourceType": SOURCE_TYPES + "algorithmicallyEnhanced",
            "description": "visible watermark",
        },
    ]


def source_type(statement: Statement) -> str:
    """Return the digital source type's address."""
    name = statement.source_type.removeprefix(SOURCE_TYPES)
    if name not in TRUE_OF_A_RENDER:
        msg = f"A rendered video cannot be sealed as {statement.source_type!r}; name the true digital source type."
        raise SealError(msg)
    return SOURCE_TYPES + name


def soft_binding(payload: bytes) -> dict[str, Any]:
    """Return the assertion that ties the invisible mark to this manifest."""
    block = {"scope": {}, "value": base64.b64encode(payload).decode()}
    return {"alg": MARK_ALGORITHM, "blocks": [block], "pad": ""}


def fingerprint(moments: Mapping[int, str]) -> dict[str, Any]:
    """Return the assertion that ties pictures of the video to this manifest, by an algorithm on C2PA's list."""
    blocks = [{"scope": {"timespan": {"start": at, "end": at}}, "value": code} for at, code in moments.items()]
    return {"alg": FINGERPRINT, "blocks": blocks, "pad": ""}


def consent(statement: Statement, *, log: str, positions: Mapping[int, Position]) -> dict[str, Any]:
    """Return our own assertion: which receipts and which clearance stood behind this render."""
    return {
        "log": log,
        "receipts": [receipt(each, positions.get(each.entry)) for each in statement.receipts],
        "clearance_sha256": statement.clearance_digest,
        "stream_sha256": statement.stream_digest,
    }


def receipt(each: ReceiptRef, position: Position | None) -> dict[str, Any]:
    """Return a receipt and where it is logged: a leaf can be looked for in the log even before it had a place."""
    return {
        "sha256": each.digest,
        "entry": each.entry,
        "leaf": position.leaf.hex() if position else None,
        "leaf_index": position.index if position else None,
        "attested_by": each.attested_by,
    }
