"""Hears consent's facts and hands them to the pipeline's recall; may hear a fact twice."""

from typing import Any

from consent import signals


def connect() -> None:
    """Listen; called once, when Django is ready."""
    signals.cameo_stopped.connect(on_cameo_stopped, dispatch_uid="generation.recall")
    signals.appearance_deleted.connect(on_appearance_deleted, dispatch_uid="generation.withdraw")
    signals.permission_lost.connect(on_permission_lost, dispatch_uid="generation.recall")


def on_cameo_stopped(*, body: dict[str, Any], **_: object) -> None:
    """Recall everything that casts the cameo's owner."""
    recall(owner=body["owner"])


def on_appearance_deleted(*, body: dict[str, Any], **_: object) -> None:
    """Withdraw what somebody in it had taken down, with all that is made from it."""
    from generation.pipeline import recall as recalling  # noqa: PLC0415 - see recall

    recalling.take_down(body["subjects"])


def on_permission_lost(*, body: dict[str, Any], **_: object) -> None:
    """Recall what the person who lost permission made, or everybody's."""
    recall(owner=body["owner"], person=body.get("person"))


def recall(*, owner: int, person: int | None = None) -> None:
    """Reach the pipeline only now, so that a process which never hears a fact loads no seal."""
    from generation.pipeline import recall as recalling  # noqa: PLC0415 - see above

    recalling.recall(owner=owner, person=person)
