"""The embedded engine, by name.

Read parse, stage, layouts, setup, simulate, then head, person, cast, place, lens, canvas, draw, then sound;
engine ties them together.
"""

from generation.backends.world.engine import WorldEngine

__all__ = ["WorldEngine"]
