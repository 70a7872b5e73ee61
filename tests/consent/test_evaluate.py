"""``evaluate liveness`` and ``evaluate faces``: figures, their shape, and one sentence when nothing can be measured."""

import json
import re
from collections.abc import Iterable
from io import StringIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from django.core.management import CommandError, call_command
from PIL import Image

from consent.cameos import gallery
from consent.management import shooting
from consent.management.commands import evaluate_faces
from consent.management.shooting import Shoot
from consent.trials import measure, people
from consent.trials.measure import Answer, Tally
from consent.trials.rates import Told, interval
from consent.trials.species import ATTACKS, Attempt
from tests.consent import films

KEYS = {"face_coverage", "yaw_range", "pitch_range", "blinks", "speech_s", "rejected_by"}


@pytest.mark.parametrize(
    ("count", "n", "low", "high"),
    [
        (0, 100, 0.0, 0.0362),
        (3, 200, 0.0031, 0.0432),
        (100, 100, 0.9638, 1.0),
        (0, 0, 0.0, 1.0),
        (5, 10, 0.1871, 0.8129),
    ],
)
def test_intervals_are_the_exact_ones(count: int, n: int, low: float, high: float) -> None:
    assert interval(count, n) == pytest.approx((low, high), abs=1e-4)


def test_error_rates_of_scores_that_overlap_by_one_in_four() -> None:
    told = Told(genuine=np.array([0.9, 0.8, 0.7, 0.3]), impostor=np.array([0.1, 0.2, 0.25, 0.5]))
    assert told.eer() == pytest.approx(0.25)
    assert told.tar_at(0.0) == 0.75
    assert told.tar_at(0.25) == 1.0
    assert told.accuracy(0.45) == pytest.approx(6 / 8)


def test_a_species_that_only_its_own_words_stop_is_not_covered() -> None:
    metadata, named, seen = frozenset({"device"}), Tally(), Tally()
    named.add(Answer("unsure", ("device",)), metadata=metadata)
    seen.add(Answer("spoof", ("device", "echo")), metadata=metadata)
    named.add(Answer("spoof", ("lips",)), metadata=metadata)  # an honest person who would have been refused anyway
    named.add(Answer("unsure", ("device",)), metadata=metadata)
    assert (named.is_covered, seen.is_covered) == (False, True)
    assert measure.told({"virtual_camera": named}, {})["attacks"]["virtual_camera"]["is_covered"] is False
    table = "\n".join(measure.lines({"virtual_camera": named, "no_echo": seen}))
    assert table.count("NOT COVERED") == 1
    assert "device         virtual_camera 2" in table


def test_unsure_lets_nobody_in_and_rejects_nobody() -> None:
    attack, honest = Tally(), Tally()
    for verdict in ("live", "unsure", "spoof", "spoof"):
        attack.add(Answer(verdict), metadata=frozenset())
        honest.add(Answer(verdict), metadata=frozenset())
    told = measure.told({"no_echo": attack, "bona_fide": honest}, {})
    assert told["attacks"]["no_echo"] == {
        "n": 4, "accepted": 1, "apcer": 0.25, "ci95": [0.00631, 0.80588], "is_covered": True,
    }  # fmt: skip
    assert {name: told["bona_fide"][name] for name in ("n", "rejected", "unsure", "bpcer")} == {
        "n": 4, "rejected": 2, "unsure": 1, "bpcer": 0.5,
    }  # fmt: skip


@pytest.fixture
def filmed(monkeypatch: pytest.MonkeyPatch) -> list[Attempt]:
    """Attempts that were filmed: here the commands' counting is tested, not the judge, so nothing really is."""
    made: list[Attempt] = []

    def shot(shoot: Shoot, *, without: frozenset[str], path: str) -> list[tuple[str, Answer]]:
        assert path in {"standard", "alternative"}
        made.append(shoot.attempt)
        against = ("echo", "digits") if "lips" in without else ("echo",)
        live = {"bona_fide", "two_people"}
        return [(name, Answer("live" if name in live else "spoof", against)) for name in shoot.names]

    monkeypatch.setattr(shooting, "shot", shot)
    return made


def liveness(*words: str) -> tuple[dict[str, Any], str]:
    out, err = StringIO(), StringIO()
    call_command("evaluate", "liveness", *words, "--jobs", "1", "--json", stdout=out, stderr=err)
    return json.loads(out.getvalue()), err.getvalue()


def test_liveness_counts_every_species_and_twice_as_many_honest_people(filmed: list[Attempt]) -> None:
    told, err = liveness("--n", "3", "--seed", "8")
    assert set(told) == {"attacks", "bona_fide", "clips"}
    assert set(told["attacks"]) == set(ATTACKS)
    assert {entry["n"] for entry in told["attacks"].values()} == {3}
    assert set(told["bona_fide"]) == {"n", "rejected", "unsure", "bpcer", "ci95"}
    assert (told["bona_fide"]["n"], told["bona_fide"]["bpcer"]) == (6, 0)
    assert told["attacks"]["two_people"]["apcer"] == 1
    assert told["attacks"]["no_echo"] == {
        "n": 3, "accepted": 0, "apcer": 0.0, "ci95": [0.0, 0.7076], "is_covered": True,
    }  # fmt: skip
    assert {attempt.seed for attempt in filmed} == {8}
    assert "minutes left" in err


def test_an_honest_recording_is_filmed_once_for_all_who_borrow_it(filmed: list[Attempt]) -> None:
    told, _ = liveness("--n", "3", "--species", "wrong_order", "late_echo", "bona_fide", "no_echo")
    assert [attempt.species for attempt in filmed].count("bona_fide") == 6
    assert len(filmed) == 9
    assert told["attacks"]["late_echo"]["n"] == 3
    filmed.clear()
    liveness("--n", "3", "--species", "wrong_order", "late_echo")
    assert [(attempt.species, attempt.number) for attempt in filmed] == [("bona_fide", n) for n in range(3)]


def test_a_check_that_is_left_out_is_not_asked(filmed: list[Attempt]) -> None:
    _, err = liveness("--n", "1", "--species", "no_echo", "--without", "lips")
    assert "digits 1" in err
    _, err = liveness("--n", "1", "--species", "no_echo")
    assert "digits 1" not in err


def test_liveness_draws_a_fresh_seed_and_prints_it(filmed: list[Attempt]) -> None:
    seeds = {liveness("--n", "1", "--species", "no_echo")[1].split(":")[0] for _ in range(2)}
    assert len(seeds) == 2
    assert all(seed.startswith("seed ") for seed in seeds)


def test_recordings_of_people_go_through_the_checks_that_need_no_challenge(film: Path, filmed: list[Attempt]) -> None:
    told, _ = liveness("--n", "0", "--clips", str(film.parent))
    (clip,) = told["clips"].values()
    assert set(clip) == KEYS
    assert clip["face_coverage"] == 1.0
    assert clip["yaw_range"][0] < -15 < 15 < clip["yaw_range"][1]
    assert clip["blinks"] >= 1
    assert 1 < clip["speech_s"] < 8
    assert clip["rejected_by"] == []


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("--without", "charm"), "There is no check called charm"),
        (("--species", "ghost"), "There is no species ghost"),
        (("--path", "alternative", "--species", "no_echo"), "There is no species no_echo"),
        (("--n", "-1"), "--n counts from 0"),
        (("--strength", "2"), "between 0 and 1"),
        (("--clips", "nowhere"), "holds no recordings"),
    ],
)
def test_liveness_says_in_one_sentence_what_cannot_be_measured(
    words: tuple[str, ...], says: str, filmed: list[Attempt]
) -> None:
    with pytest.raises(CommandError, match=says) as refused:
        liveness(*words)
    assert refused.value.returncode == 2


@pytest.fixture
def pairs(tmp_path: Path) -> Path:
    """Two people, two pictures of each, a wall without anybody, and all their pairs."""
    shown = {"one": films.astronaut(), "two": films.hopper()}
    for name, picture in shown.items():
        Image.fromarray(picture).save(tmp_path / f"{name}.png")
        Image.fromarray(picture).save(tmp_path / f"{name}.jpg", quality=60)
    Image.fromarray(np.full((200, 200, 3), 120, np.uint8)).save(tmp_path / "wall.png")
    return _csv(
        tmp_path,
        [
            "one.png,one.jpg,Yes", "two.png,two.jpg,Yes", "one.png,two.png,No", "one.jpg,two.jpg,No",
            "one.png,wall.png,No",
        ],
    )  # fmt: skip


def _csv(folder: Path, rows: Iterable[str], *, head: str = "file_x,file_y,Decision") -> Path:
    path = folder / "pairs.csv"
    path.write_text("\n".join([head, *rows]) + "\n", encoding="utf-8")
    return path


def faces(path: Path) -> str:
    out = StringIO()
    call_command("evaluate", "faces", "--pairs", str(path), "--json", stdout=out, stderr=StringIO())
    return out.getvalue()


def test_two_people_are_told_apart_and_a_wall_is_no_face(pairs: Path) -> None:
    assert json.loads(faces(pairs)) == {
        "tar_at_far_1e-3": 1.0,
        "eer": 0.0,
        "accuracy_at_threshold": 1.0,
        "n_genuine": 2,
        "n_impostor": 2,
        "failures_to_detect": 1,
    }


def test_for_people_the_size_of_the_gallery_is_printed_unless_the_impostors_are_few(pairs: Path) -> None:
    out = StringIO()
    call_command("evaluate_faces", pairs=pairs, stdout=out, stderr=StringIO())
    assert "too few impostors" in out.getvalue()
    spread = np.random.default_rng(1).normal(0.067, 0.1, 20_000)
    many = evaluate_faces._allowed(Told(genuine=np.array([0.9]), impostor=spread), 0.45)
    assert 8 < int(re.findall(r"up to N = (\d+)", many)[0]) < 25
    assert "What limits it" in many


def test_the_line_keeps_wrong_hits_rare_in_every_gallery() -> None:
    for size in (1, 14, 1000, 100_000):
        assert size * (1 - gallery.IMPOSTORS.cdf(gallery.line(size))) <= gallery.WRONG_HITS * (1 + 1e-6)


@pytest.mark.parametrize(
    ("rows", "head", "says"),
    [
        (["one.png,one.jpg,Yes"], "a,b,c", "columns must be"),
        (["one.png,,Yes"], "file_x,file_y,Decision", "without both files"),
        (["one.png,/etc/hostname,Yes", "one.png,two.png,No"], "file_x,file_y,Decision", "beside the CSV"),
        (["one.png,nul\0.png,Yes", "one.png,two.png,No"], "file_x,file_y,Decision", r"\.$"),
        (["one.png,one.jpg,Maybe"], "file_x,file_y,Decision", "Yes or No"),
        (["one.png,one.jpg"], "file_x,file_y,Decision", "Yes or No"),
        (["one.png,one.jpg,Yes"], "file_x,file_y,Decision", "both kinds"),
        (["one.png,gone.jpg,Yes", "one.png,two.png,No"], "file_x,file_y,Decision", "is missing"),
        (["one.png,../x.jpg,Yes", "one.png,two.png,No"], "file_x,file_y,Decision", "beside the CSV"),
        (["one.png,pairs.csv,Yes", "one.png,two.png,No"], "file_x,file_y,Decision", "no picture"),
        (["wall.png,wall.png,Yes", "one.png,two.png,No"], "file_x,file_y,Decision", "Too few faces"),
        ([], "file_x,file_y,Decision", "holds no pairs"),
    ],
)
def test_pairs_that_cannot_be_measured_are_one_sentence(pairs: Path, rows: list[str], head: str, says: str) -> None:
    with pytest.raises(CommandError, match=says) as refused:
        faces(_csv(pairs.parent, rows, head=head))
    assert refused.value.returncode == 2


def test_pairs_are_read_as_they_were_meant(pairs: Path) -> None:
    folder = pairs.parent / "more"
    folder.mkdir()
    (folder / "two.jpg").symlink_to(pairs.parent / "two.jpg")  # data sets are often links
    _csv(
        pairs.parent,
        [" one.png , one.jpg , yes ", f"{pairs.parent}/two.png,more/two.jpg,YES", "one.png,two.png,no,a note", ""],
        head="\ufefffile_x, File_Y ,DECISION",
    )
    told = json.loads(faces(pairs))
    assert (told["n_genuine"], told["n_impostor"], told["accuracy_at_threshold"]) == (2, 1, 1.0)


def test_no_csv_and_a_folder_are_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "latin.csv").write_bytes("file_x,file_y,Decision\nJosé,a,Yes\n".encode("latin-1"))
    for path in (tmp_path / "none.csv", tmp_path, tmp_path / "latin.csv"):
        with pytest.raises(CommandError, match="cannot be read") as refused:
            faces(path)
        assert refused.value.returncode == 2
    with pytest.raises(CommandError, match="--pairs") as refused:
        call_command("evaluate", "faces")
    assert refused.value.returncode == 2


def test_a_picture_taken_upside_down_is_turned(pairs: Path) -> None:
    shown = Image.fromarray(films.astronaut())
    turned, marked = shown.transpose(Image.Transpose.ROTATE_180), Image.Exif()
    marked[0x0112] = 3  # the camera says it was held upside down
    turned.save(pairs.parent / "one.jpg", exif=marked, quality=90)
    assert json.loads(faces(pairs))["failures_to_detect"] == 1, "the wall alone"


def test_rates_of_many_pairs_take_no_time() -> None:
    drawn = np.random.default_rng(5)
    told = Told(genuine=drawn.normal(0.7, 0.1, 100_000), impostor=drawn.normal(0.1, 0.1, 100_000))
    assert told.eer() == pytest.approx(0.00135, abs=5e-4)
    assert told.tar_at(1e-3) == pytest.approx(0.9983, abs=2e-3)


def test_synthetic_sitters_differ_from_whom_they_were_made_of(mesh_model: Path) -> None:
    made = [people.portrait(people.Sitter(number), model=mesh_model) for number in (2, 4)]
    assert all(np.abs(made[0].astype(int) - other).mean() > 1 for other in made[1:])
