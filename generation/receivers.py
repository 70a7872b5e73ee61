"""Hears consent's facts and hands them to the pipeline's recall; may hear a fact twice."""

from typing import Any

from consent import signals
from generation.pipeline.recall import recall


def connect() -> None:
    """Listen; called once, when Django is ready."""
    signals.cameo_stopped.connect(on_cameo_stopped, dispatch_uid="generation.recall")
    signals.permission_lost.connect(on_permission_lost, dispatch_uid="generation.recall")


def on_cameo_stopped(*, body: dict[str, Any], **_: object) -> None:
    """Recall everything that casts the cameo's owner."""
    recall(owner=body["owner"])


def on_permission_lost(*, body: dict[str, Any], **_: object) -> None:
    """Recall what the person who lost permission made, or everybody's."""
    recall(owner=body["owner"], person=body.get("person"))
