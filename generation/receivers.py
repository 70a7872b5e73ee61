"""Hears consent's facts and hands them to the pipeline's recall."""
