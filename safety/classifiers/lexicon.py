"""Words that mean one thing: matched as hashes, so that nobody has to read them; and the lists one may read.

``catalogue/lexicon.toml`` holds both. To add a hashed entry: ``fingerprint("word or phrase")`` of its normalised form.
"""

import re
from collections.abc import Iterator

from safety.policies.rules import Catalogue, fingerprint

TOKEN = re.compile(r"[^\W_]+")
LONGEST = 4  # words in a phrase


def hits(text: str, *, rules: Catalogue) -> Iterator[tuple[str, int, int]]:
    """Yield (category, start, end) for each listed word or phrase in a normalised reading."""
    for phrase, start, end in phrases(text):
        category = rules.plain.get(phrase) or rules.hashed.get(fingerprint(phrase))
        if category:
            yield category, start, end


def phrases(text: str) -> Iterator[tuple[str, int, int]]:
    """Yield every run of one to four words with its offsets."""
    words = [(match.group(), match.start(), match.end()) for match in TOKEN.finditer(text)]
    for at in range(len(words)):
        for length in range(1, min(LONGEST, len(words) - at) + 1):
            run = words[at : at + length]
            yield " ".join(word for word, _, _ in run), run[0][1], run[-1][2]
