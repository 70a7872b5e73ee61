"""Reach a video engine; nothing else may."""
