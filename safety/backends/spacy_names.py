"""spaCy's recogniser of names (en_core_web_md 3.8.0: tok2vec and ner alone; MIT), for people in English words.

Its other parts (tagger, parser, lemmas) are neither fetched nor loaded.
"""

import hashlib
from pathlib import Path

import spacy

PERSON = "PERSON"
DECIDING = ("ner/model", "tok2vec/model", "vocab/vectors", "tokenizer")  # the files that the answer depends on


class SpacyNames:
    """One pipeline; about 300 MB, most of it word vectors; safe to keep for the life of the process."""

    name = "en_core_web_md-3.8.0"
    licence = "MIT"

    def __init__(self, folder: Path) -> None:
        self.sha256 = hashlib.sha256(b"".join((folder / name).read_bytes() for name in DECIDING)).hexdigest()
        self._pipeline = spacy.load(
            folder, exclude=["tagger", "parser", "attribute_ruler", "lemmatizer", "senter"], enable=["tok2vec", "ner"]
        )

    def people(self, text: str) -> list[tuple[int, int]]:
        """Return (start, end) character offsets of every person's name."""
        return [(found.start_char, found.end_char) for found in self._pipeline(text).ents if found.label_ == PERSON]
