"""Mint permits; imported by the gate alone."""
