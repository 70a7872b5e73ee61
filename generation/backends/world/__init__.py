"""The embedded engine, by name; its reading order is parse, stage, simulate, head, person, cast, draw, sound."""

from generation.backends.world.engine import WorldEngine

__all__ = ["WorldEngine"]
