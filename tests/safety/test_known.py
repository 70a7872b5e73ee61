"""Known media: lists of hashes are imported, and a single picture of a video that is on one refuses the video."""

from io import StringIO
from pathlib import Path

import numpy as np
import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError
from django.utils import timezone
from numpy.typing import NDArray
from PIL import Image
from skimage import data

from provenance import media
from safety.classifiers.output import known
from safety.classifiers.output.models import KnownMedia
from tests.safety.stories import cleared, filmed, refused, show, written

pytestmark = pytest.mark.django_db

# What Facebook's reference gives (pdqhash 0.2.8).
REFERENCE = {
    "astronaut": ("2d6b1af3a956c529e79ca3d2526fa834d4196c81cedd04de0a26b855fc99b724", 100),
    "coffee": ("8c629e779a663698b9a33866c026726c21a679f61eb6e1f8c79ba7e23c8299e0", 100),
    "chelsea": ("5feb5321f01da156898e2bf629a5d3438412cdbd23f48942464526315db33ffd", 100),
    "rocket": ("8792786c87937064bf1bc0e43f1fc0e03f1cc2e33da4c2537cec821b2ce4f376", 100),
}


def picture(name: str) -> NDArray[np.uint8]:
    return np.asarray(getattr(data, name)(), np.uint8)


def told(*words: str) -> str:
    out = StringIO()
    call_command("known", *words, stdout=out)
    return out.getvalue().strip()


@pytest.fixture
def listed(tmp_path: Path) -> Path:
    path = tmp_path / "hotline.csv"
    path.write_text(f"hash,quality\n# one picture\n{REFERENCE['astronaut'][0].upper()},100\n\n{'0' * 64},12\n")
    told("import", str(path), "--list", "hotline")
    return path


@pytest.mark.parametrize("name", REFERENCE)
def test_the_hash_is_the_references_to_the_bit(name: str) -> None:
    (upright, mirrored), quality = media.hashes(picture(name))
    assert (media.written(upright), quality) == REFERENCE[name]
    assert media.written(media.hashes(np.ascontiguousarray(picture(name)[:, ::-1]))[0][0]) == media.written(mirrored)


def test_a_flat_picture_has_no_quality() -> None:
    assert media.hashes(np.full((90, 160, 3), 90, np.uint8))[1] == 0


@pytest.mark.usefixtures("listed")
def test_a_known_picture_in_a_single_frame_refuses_whatever_else_is_in_it() -> None:
    film = [written("a quiet day")] * 60
    film[31] = np.asarray(Image.fromarray(picture("astronaut")).resize((640, 360)).resize((512, 512)))
    refusal = refused(show(filmed(film)))
    assert refusal.policy == "known-bad"
    assert refusal.span is not None
    assert refusal.span.start == pytest.approx(31 / 24)


@pytest.mark.usefixtures("listed")
def test_the_mirror_image_of_a_known_picture_is_known() -> None:
    refused(show(filmed([np.ascontiguousarray(picture("astronaut")[:, ::-1])])))


@pytest.mark.usefixtures("listed")
def test_another_picture_is_not_known_and_a_poor_hash_is_not_used() -> None:
    cleared(show(filmed([picture("coffee")])))
    cleared(show(filmed([np.zeros((90, 160, 3), np.uint8)])))
    assert told("list") == "hotline: 1 hashes"


def test_a_list_is_imported_once_and_can_be_forgotten(listed: Path) -> None:
    assert told("import", str(listed), "--list", "hotline").startswith("0 new hashes in hotline; 1 were")
    refused(show(filmed([picture("astronaut")])))
    assert told("forget", "--list", "hotline") == "1 hashes of hotline were removed."
    assert told("list") == "There is no list of known media here."
    cleared(show(filmed([picture("astronaut")])))


@pytest.mark.parametrize("line", ["no hash", "ab" * 31, f"{'ab' * 32},many", f"{'ab' * 32},101", "zz" * 32])
def test_a_line_that_is_no_hash_is_one_sentence_and_nothing_is_kept(tmp_path: Path, line: str) -> None:
    path = tmp_path / "list.txt"
    path.write_text(f"{REFERENCE['coffee'][0]}\n{line}\n")
    with pytest.raises(CommandError, match=r"^Line 2 of .* is no PDQ hash"):
        told("import", str(path), "--list", "mine")
    assert known.lists() == {}


def test_a_file_that_is_not_there_empty_or_no_text_and_a_bad_name_are_one_sentence(tmp_path: Path) -> None:
    path = tmp_path / "list.txt"
    for content, sentence in (
        (None, "cannot be read as text"),
        (b"", "holds no hash"),
        (b"\xff\xfe", "cannot be read"),
    ):
        if content is not None:
            path.write_bytes(content)
        with pytest.raises(CommandError, match=sentence):
            told("import", str(path), "--list", "mine")
    with pytest.raises(CommandError, match="A list's name"):
        told("import", str(path), "--list", "../Mine")


@pytest.mark.parametrize(("name", "pdq_"), [("", "ab" * 32), ("mine", "AB" * 32), ("mine", "ab" * 31)])
def test_the_database_keeps_no_hash_that_is_none(name: str, pdq_: str) -> None:
    with pytest.raises(IntegrityError):
        KnownMedia.objects.create(list=name, pdq=pdq_, added_at=timezone.now())
