"""A video model somewhere else, behind the OpenAI-shaped videos API (OpenAI, Azure, vLLM-Omni, SGLang, LiteLLM).

What comes back is untrusted: sizes, times and redirects are limited here, and the bytes are decoded by
``provenance.media`` in its limited subprocess. A likeness is never sent: this engine draws no enrolled people.
"""

from generation.backends.http.engine import HttpEngine

__all__ = ["HttpEngine"]
