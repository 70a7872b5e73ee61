"""Who is named: figures by any spelling, strangers by a recogniser, nobody by a handle, a given name or a dish."""

from pathlib import Path

import pytest
from django.conf import settings as configured
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import IntegrityError, transaction
from django.utils import timezone
from pytest_django import Settings

from safety.classifiers import gazetteers, names, own
from safety.classifiers.normalise import readings
from safety.classifiers.people import COLUMNS, read
from safety.errors import GazetteerError
from tests.safety.stories import ask, cleared, held

pytestmark = pytest.mark.django_db
HEADER = "\t".join(COLUMNS)
MAYOR = f"{HEADER}\nIgnatia Quellmoor\tMayoress Quell\tpolitics\tDE\t\tmayoress with the copper umbrella\n"


def spoken(text: str) -> dict[str, set[str]]:
    """Return what is named in a text, by category."""
    found: dict[str, set[str]] = {}
    for signal in names.found(readings(text), text=text).signals:
        assert signal.span is not None
        found.setdefault(signal.category, set()).add(text[int(signal.span.start) : int(signal.span.end)])
    return found


@pytest.mark.parametrize(
    "text",
    [
        "a portrait of Angela Merkel on a bench",
        "ANGELA MERKEL rides a bicycle",
        "@olive waves to angela  merkel's dog",
        "4ng3l4 m3rk3l rides a bicycle",
        "a\u200bngela mer\u200bkel rides a bicycle",
        "\u0430ng\u0435l\u0430 m\u0435rk\u0435l rides a bicycle",
        "J. R. R. Tolkien writes at a desk",
        "JRR Tolkien writes at a desk",
        "\u83ab\u5948\u5728\u82b1\u56ed\u91cc",
        "\u6234\u8000\u5ef7\u5728\u9999\u6e2f\u7684\u8857\u4e0a\u8d70",
        "\uc1a1\uac15\ud638\uac00 \uac78\uc5b4\uac04\ub2e4",
        "a painter, the one with the melting clocks, walks in the desert",
        "he handed Trump a flower",
        "the rapper Drake in a kitchen",
        "president zelenskyy in a garden",
    ],
)
def test_a_public_figure_is_noticed_in_any_spelling(text: str) -> None:
    assert names.FIGURE in spoken(text)


@pytest.mark.parametrize(
    "text",
    [
        "@trump juggles three oranges",
        "@obama.official and @olive dance",
        "Olive and Felix cook pasta together",
        "Trump cards lie on a table",
        "a drake swims on the pond in May",
        "the prince of a small kingdom, a sting, a pink rose in the rain",
        "Sunflowers, in the style of Van Gogh",
        "a boat on the Seine by Vincent van Gogh",
        "a jack o lantern on a tree, and a glass of Earl Grey",
        "a cavalier King Charles spaniel in the Lincoln Memorial",
        "A painter in the desert. The clocks of the town hall strike twelve.",
        "\u4ed6\u83ab\u5948\u4f55",
    ],
)
def test_a_handle_a_given_name_and_a_word_are_nobody(text: str) -> None:
    assert spoken(text) == {}


def test_a_name_nobody_knows_is_a_real_person_and_waits() -> None:
    assert spoken("At noon Annika Brandstrup walks her dog")[names.PERSON] == {"Annika Brandstrup"}
    assert held(ask("At noon Annika Brandstrup walks her dog by the sea", likeness=False)).policy == names.PERSON


def test_a_name_in_spaced_letters_is_noticed_beside_a_sign() -> None:
    """Signs stand apart in spaced letters, and the recogniser reads no name before a lone comma."""
    typed = " ".join("Annika Brandstrup, who walks her dog, waves")
    assert spoken(typed)[names.PERSON] == {" ".join("Annika Brandstrup")}


def test_small_letters_in_another_language_are_no_names_and_large_ones_are() -> None:
    assert spoken("una mujer camina con su perro por la playa mientras el sol se pone") == {}
    assert names.PERSON in spoken("Una mujer camina con Marisol Quevedo por la playa mientras el sol se pone")


def test_a_hit_points_to_the_letters_that_were_typed() -> None:
    assert "4ng3l4 m3rk3l" in spoken("two friends meet 4ng3l4 m3rk3l there")[names.FIGURE]


def test_without_the_recogniser_a_likeness_waits_and_nobody_else_does(settings: Settings) -> None:
    settings.WEIGHTS = {**configured.WEIGHTS, "en_core_web_md": None}
    assert held(ask("@olive walks her dog", likeness=True)).policy == "not-evaluated"
    assert cleared(ask("a woman walks her dog", likeness=False, job="job-2")).not_evaluated == (names.MISSING,)
    assert names.FIGURE in spoken("Angela Merkel walks her dog"), "the gazetteer needs no weights"


def test_an_operators_own_list_is_read_beside_ours_and_the_newest_is_the_whole_list(tmp_path: Path) -> None:
    assert names.FIGURE not in spoken("ignatia quellmoor opens a bridge")
    file = tmp_path / "town.tsv"
    file.write_text(MAYOR)
    call_command("gazetteer", "import", str(file))
    assert names.FIGURE in spoken("ignatia quellmoor opens a bridge")
    assert names.FIGURE in spoken("the mayoress under her copper umbrella")
    assert names.FIGURE in spoken("Angela Merkel opens a bridge")
    file.write_text(HEADER + "\n")
    call_command("gazetteer", "import", str(file))
    assert names.FIGURE not in spoken("ignatia quellmoor opens a bridge")
    assert [row.is_current for row in own.OwnGazetteer.objects.order_by("pk")] == [False, True]


def test_an_altered_list_is_an_error_and_an_error_is_a_refusal() -> None:
    own.keep(MAYOR, source="town.tsv")
    own.OwnGazetteer.objects.update(content=HEADER + "\n")
    gazetteers._read.cache_clear()
    with pytest.raises(GazetteerError, match="altered"):
        spoken("a quiet beach")


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("Ignatia Quellmoor\t\tpolitics\tDE", "line 2: 4 columns instead of 6"),
        ("Ignatia Quellmoor\t\tcooking\tDE\t\t", "line 2: “cooking” is no field"),
        ("Ignatia Quellmoor\t\tpolitics\tGermany\t\t", "line 2: “Germany” is no country"),
        ("Ignatia Quellmoor\t\tpolitics\tDE\tlately\t", "line 2: “lately” is no year"),
        ("Ignatia Quellmoor\tIQ\tpolitics\tDE\t\t", "line 2: “IQ” is too short"),
        ("Ignatia Quellmoor\t\tpolitics\tDE\t\t\nIGNATIA QUELLMOOR\t\tart\tDE\t\t", "line 3: .* already in line 2"),
    ],
)
def test_a_bad_row_is_named_in_one_sentence_and_nothing_changes(row: str, said: str, tmp_path: Path) -> None:
    file = tmp_path / "town.tsv"
    file.write_text(f"{HEADER}\n{row}\n")
    with pytest.raises(CommandError, match=said):
        call_command("gazetteer", "import", str(file))
    assert not own.OwnGazetteer.objects.exists()


def test_commas_are_read_as_well_and_a_strange_file_is_refused(tmp_path: Path) -> None:
    text = ",".join(COLUMNS) + '\n"Quellmoor, Ignatia",,politics,DE,,\n'
    assert read(text, source="town.csv")[0].name == "Quellmoor, Ignatia"
    for content in (b"\xff\xfe\x00", b"", b"who,what\n"):
        (tmp_path / "x.csv").write_bytes(content)
        with pytest.raises(CommandError):
            call_command("gazetteer", "import", str(tmp_path / "x.csv"))


def test_the_database_keeps_one_list_in_force() -> None:
    own.keep(MAYOR, source="town.tsv")
    with pytest.raises(IntegrityError), transaction.atomic():
        own.OwnGazetteer.objects.create(source="b", content="", sha256="0" * 64, count=0, imported_at=timezone.now())
