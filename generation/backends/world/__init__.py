"""The embedded engine, by name; its reading order is parse, stage, layouts, setup, simulate, head, person, cast, place, lens, draw, sound."""

from generation.backends.world.engine import WorldEngine

__all__ = ["WorldEngine"]
