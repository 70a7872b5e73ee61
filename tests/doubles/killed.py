"""Stand in for bad luck after a commit: a real process that takes a yes back and is killed before anybody heard of it.

Run as a module with one JSON object. The product knows nothing of this: the kill is hung onto the transaction's commit,
or behind the last receiver of a fact, from outside.
"""

import json
import os
import signal
import sys
from pathlib import Path
from typing import Any

import django
from django.conf import settings
from django.db import transaction


def die(**_: object) -> None:
    """End this process as the kernel would: no handler, no cleanup."""
    os.kill(os.getpid(), signal.SIGKILL)


def revoke(task: dict[str, Any]) -> None:
    """Take a grant back, and die with the commit."""
    from consent.grants import grant  # noqa: PLC0415 - Django is set up only now
    from consent.models import Grant  # noqa: PLC0415

    with transaction.atomic():
        transaction.on_commit(die)
        grant.revoke(Grant.objects.get(public_id=task["id"]).cameo.owner, grant=task["id"])


def take_down(task: dict[str, Any]) -> None:
    """Take a video down, and die with the commit."""
    from consent.grants import takedown  # noqa: PLC0415
    from consent.models import Appearance  # noqa: PLC0415

    found = Appearance.objects.get(public_id=task["id"])
    with transaction.atomic():
        transaction.on_commit(die)
        takedown.delete(found, by=found.cameo.owner)


def deliver(task: dict[str, Any]) -> None:
    """Tell the news; with ``dies``, die when every receiver has done its work but nothing is committed."""
    from consent import signals  # noqa: PLC0415
    from consent.accounts import outbox  # noqa: PLC0415

    if task.get("dies"):
        for each in (signals.permission_lost, signals.appearance_deleted):
            each.connect(die)
    outbox.deliver()


def main() -> None:
    """Do what was asked."""
    task = json.loads(sys.argv[1])
    django.setup()
    for name, path in task["homes"].items():
        setattr(settings, name, Path(path))
    {"revoke": revoke, "take_down": take_down, "deliver": deliver}[task["act"]](task)


if __name__ == "__main__":
    main()
