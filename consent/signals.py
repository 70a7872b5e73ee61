"""Door: past-tense facts that others may hear; hints only, the outbox is the truth.

Every fact is first an outbox row written in the transaction it tells of; ``consent.tasks.deliver``
then sends it here at least once, so a receiver must be idempotent. Each signal is sent with
``fact: str`` (the row's public id) and ``body: dict[str, object]`` (ids only).
"""

from django.dispatch import Signal

cameo_enrolled = Signal()
"""body: cameo (int), owner (int)."""

cameo_stopped = Signal()
"""A cameo was paused, frozen or withdrawn. body: cameo (int), owner (int), state (str)."""

grant_made = Signal()
"""body: cameo (int), owner (int), person (int)."""

permission_lost = Signal()
"""Some yes became a no. body: cameo (int), owner (int), person (int | None: anyone may be affected)."""

appearance_deleted = Signal()
"""Somebody in them took videos down, and what is made from them. body: cameo (int), owner (int), subjects (list)."""
