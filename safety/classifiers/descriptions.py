"""Described but not named: the words that matter stand close together, in any order, one for another where alike."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

from safety.classifiers.people import WORD, Figure

IDLE_WORDS = (
    "a an and as at by co for from had has he her his in into is it its of on or she so that the their this to was "
    "were which who whose will with first famous former late"
)
IDLE = frozenset(IDLE_WORDS.split())
SPARE = 2  # how many other words that matter may stand among them
FEWEST = 2  # words that matter; of fewer, nobody is told


class Descriptions:
    """Phrases of a gazetteer's column ``described``, by their rarest word."""

    def __init__(self, phrases: Iterable[tuple[str, Figure]], *, alike: Mapping[str, str]) -> None:
        self._alike = alike
        known = [(self._telling(phrase), figure) for phrase, figure in phrases]
        known = [(words, figure) for words, figure in known if len(words) >= FEWEST]
        often = Counter(word for words, _ in known for word in words)
        self._by_rarest: dict[str, list[tuple[frozenset[str], Figure]]] = defaultdict(list)
        for words, figure in known:
            self._by_rarest[min(words, key=lambda word: (often[word], word))].append((words, figure))

    def find(self, words: Sequence[str]) -> Iterator[tuple[Figure, int, int]]:
        """Yield (figure, first word, one past the last) where a description stands in ``words``."""
        telling = [(root, at) for at, word in enumerate(words) if (root := self._root(word))]
        roots = [root for root, _ in telling]
        for at, root in enumerate(roots):
            for wanted, figure in self._by_rarest.get(root, ()):
                reach = len(wanted) + SPARE - 1
                low, high = max(0, at - reach), at + reach + 1
                places = [place for place in range(low, min(high, len(roots))) if roots[place] in wanted]
                if {roots[place] for place in places} == wanted and _is_close(places, roots=roots, wanted=wanted):
                    yield figure, telling[places[0]][1], telling[places[-1]][1] + 1

    def _telling(self, phrase: str) -> frozenset[str]:
        return frozenset(root for word in WORD.findall(phrase) if (root := self._root(word)))

    def _root(self, word: str) -> str:
        """Return a word without its plural and as the word it is alike to; nothing for a word that tells nothing."""
        if word in IDLE or len(word) == 1:
            return ""
        root = self._alike.get(word, word)
        return root[:-1] if len(root) > 3 and root.endswith("s") else root  # noqa: PLR2004 - "gas", "bus"


def _is_close(places: Sequence[int], *, roots: Sequence[str], wanted: frozenset[str]) -> bool:
    """Return whether some stretch of the right length holds every wanted word."""
    reach = len(wanted) + SPARE
    return any({roots[place] for place in places if start <= place < start + reach} == wanted for start in places)
