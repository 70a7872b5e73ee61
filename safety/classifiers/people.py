"""The rows of a gazetteer of public figures: read from tabs or commas, and refused with the line that is wrong.

``gazetteer/people.tsv`` is ours; an operator's own has the same columns (see ``gazetteer/README.md``).
"""

import csv
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass

from safety.classifiers.normalise import fold
from safety.errors import GazetteerError

COLUMNS = ("name", "aliases", "field", "country", "died", "described")
KNOWN_FIELDS = (
    "activism art business crime fashion film history internet literature media military monarchy music politics "
    "religion science sport"
)
FIELDS = frozenset(KNOWN_FIELDS.split())
COUNTRY = re.compile(r"[A-Z]{2}")
YEAR = re.compile(r"-?\d{1,4}")
WORD = re.compile(r"[^\W_]+")
# Scripts that are written without spaces, or whose words take endings without one: matched inside words.
SIGN = re.compile(r"[\u0e00-\u0e7f\u1100-\u11ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff]")
SHORTEST = 3  # letters of a name
FEW_SIGNS = 2  # of a name in signs; so few may be a part of another word
MOST = 100_000  # rows of one file


@dataclass(frozen=True, slots=True)
class Figure:
    """One public figure; ``died`` is a year, None for the living; ``described`` are phrases that mean only them."""

    name: str
    aliases: tuple[str, ...]
    field: str
    country: str
    died: int | None
    described: tuple[str, ...]

    @property
    def called(self) -> tuple[str, ...]:
        """Return the name and every alias."""
        return (self.name, *self.aliases)


def read(text: str, *, source: str) -> tuple[Figure, ...]:
    """Return the figures of a file; GazetteerError with one sentence that names the line and what is wrong."""
    header = text.lstrip("\ufeff").split("\n", 1)[0]
    is_tabs = "\t" in header
    lines = csv.reader(
        io.StringIO(text.lstrip("\ufeff")),
        delimiter="\t" if is_tabs else ",",
        quoting=csv.QUOTE_NONE if is_tabs else csv.QUOTE_MINIMAL,
    )
    try:
        rows = [(lines.line_num, row) for row in lines if any(cell.strip() for cell in row)]
    except csv.Error as error:
        raise GazetteerError(f"{source}, line {lines.line_num}: {error}.") from error
    return _figures(rows, source=source)


def _figures(rows: Sequence[tuple[int, Sequence[str]]], *, source: str) -> tuple[Figure, ...]:
    if not rows or tuple(cell.strip() for cell in rows[0][1]) != COLUMNS:
        raise GazetteerError(f"{source}, line 1: the columns must be {', '.join(COLUMNS)}, by tabs or commas.")
    if len(rows) > MOST:
        raise GazetteerError(f"{source} has more than {MOST:,} rows.")
    seen: dict[str, int] = {}
    return tuple(_placed(row, line=line, source=source, seen=seen) for line, row in rows[1:])


def _placed(row: Sequence[str], *, line: int, source: str, seen: dict[str, int]) -> Figure:
    """Return one line's figure; whatever is wrong with it is said with the line."""
    try:
        figure = _figure(row)
    except GazetteerError as error:
        raise GazetteerError(f"{source}, line {line}: {error}.") from error
    if (first := seen.setdefault(fold(figure.name).text, line)) != line:
        raise GazetteerError(f"{source}, line {line}: “{figure.name}” was already in line {first}.")
    return figure


def _figure(row: Sequence[str]) -> Figure:
    if len(row) != len(COLUMNS):
        raise GazetteerError(f"{len(row)} columns instead of {len(COLUMNS)}")
    name, aliases, field, country, died, described = (cell.strip() for cell in row)
    if field not in FIELDS:
        raise GazetteerError(f"“{field}” is no field; the fields are {', '.join(sorted(FIELDS))}")
    if country and not COUNTRY.fullmatch(country):
        raise GazetteerError(f"“{country}” is no country of two capital letters")
    if died and not YEAR.fullmatch(died):
        raise GazetteerError(f"“{died}” is no year")
    figure = Figure(name, _split(aliases), field, country, int(died) if died else None, _split(described))
    for called in figure.called:
        _check(called)
    return figure


def _check(called: str) -> None:
    """Refuse what would be found in other words: a name has three letters, or two signs."""
    length = sum(map(len, WORD.findall(called)))
    if length < (FEW_SIGNS if SIGN.search(called) else SHORTEST):
        raise GazetteerError(f"“{called}” is too short to mean one person")


def _split(cell: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in cell.split(";") if part.strip())
