"""Errors are surprises; refusals are values (see the value doors)."""
