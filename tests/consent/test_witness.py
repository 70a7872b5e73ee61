from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest
from pytest_django import Settings

from consent import gate
from consent.backends import face_engine
from consent.cameos import gallery, likeness
from consent.cameos.gallery import the_gallery
from consent.cameos.likeness import Taken
from consent.cameos.witness import WitnessTap
from consent.grants import grant, switch
from consent.models import Cameo, Person
from consent.permit import Permit, Reason, Refusal, Request, Use, Witnessed
from provenance.media import Frame
from safety import cases
from safety.clearance import Hold
from safety.review import decide
from safety.review.models import Decision
from safety.review.subjects import _REGISTERED
from tests import cast
from tests.consent import films
from tests.consent.films import Pixels

pytestmark = pytest.mark.django_db
DRAFT, ENCODED = "ab" * 32, "cd" * 32


def vector_of(picture: Pixels) -> np.ndarray[tuple[int], np.dtype[np.float32]]:
    engine = face_engine()
    return engine.vector(picture, engine.find(picture)[0])


def enrol(owner: Person, picture: Pixels) -> Cameo:
    owned = cast.cameo(owner)
    portrait, points = np.zeros((512, 512, 3), np.uint8), np.zeros((478, 3), np.float32)
    likeness.keep(
        Taken(vector_of(picture), portrait, points, face_model="0" * 64, landmark_model="0" * 64), cameo=owned
    )
    return owned


def permit(requester: Person, *cameos: str) -> Permit:
    answer = gate.authorize(Request("job-w", requester.pk, cameos, DRAFT))
    assert isinstance(answer, Permit), answer
    return answer


def watched(picture: Pixels, *, seconds: float = 1.0, fps: int = 24) -> WitnessTap:
    tap = gate.witness_tap()
    for index in range(int(seconds * fps)):
        if tap.wants(index, index / fps):
            tap.see(Frame(index, index / fps, picture))
    assert isinstance(tap, WitnessTap)
    return tap


def answer(tap: WitnessTap, pass_: Permit) -> Witnessed | Hold | Refusal:
    return gate.witness(tap, permit=pass_, job="job-w", digest=ENCODED)


@pytest.fixture
def collins() -> Iterator[Cameo]:
    """Olive, whose face is the astronaut's."""
    the_gallery._known.clear()
    yield enrol(cast.olive(), films.astronaut())
    the_gallery._known.clear()


def test_somebody_enrolled_who_was_not_cast_stops_the_video(collins: Cameo) -> None:
    refused = answer(watched(films.astronaut()), permit(cast.sten()))
    assert isinstance(refused, Refusal)
    assert refused.reason is Reason.UNCONSENTED_PERSON
    assert "olive" not in str(refused), "the witness is no means to find out who somebody is"


def test_somebody_who_was_cast_is_welcome(collins: Cameo) -> None:
    grant.give(cast.olive(), person=cast.felix(), uses=[Use.GENERATE])
    seen = answer(watched(films.astronaut()), permit(cast.felix(), "olive"))
    assert isinstance(seen, Witnessed), seen
    assert [signal.category for signal in seen.signals] == ["witness.face"]
    span = seen.signals[0].span
    assert span is not None
    assert (span.start, span.end) == (0.0, 0.75)
    assert span.box is not None
    left, top, right, bottom = span.box
    assert 0 < left < 0.5 < right < 1
    assert 0 <= top < bottom < 0.6


def test_casting_one_person_does_not_let_another_in(collins: Cameo) -> None:
    enrol(cast.ada(), films.hopper())
    grant.give(cast.ada(), person=cast.felix(), uses=[Use.GENERATE])
    assert isinstance(answer(watched(films.company()), permit(cast.felix(), "ada")), Refusal)


def test_a_face_that_nobody_enrolled_is_nobodys_business(collins: Cameo) -> None:
    assert isinstance(answer(watched(films.hopper()), permit(cast.sten())), Witnessed)


def test_a_paused_cameo_is_protected_and_a_withdrawn_one_is_forgotten(collins: Cameo) -> None:
    tap = watched(films.astronaut())
    switch.pause(cast.olive())
    assert isinstance(answer(tap, permit(cast.sten())), Refusal)
    switch.withdraw(cast.person("olive"))
    assert isinstance(answer(tap, permit(cast.sten())), Witnessed)
    assert len(the_gallery) == 0


def test_a_glimpse_is_not_enough_to_refuse_but_a_person_looks(collins: Cameo) -> None:
    tap = watched(films.astronaut(), seconds=0.2)
    assert tap.looked == 1
    held = answer(tap, permit(cast.sten()))
    assert isinstance(held, Hold)
    again = answer(tap, permit(cast.sten()))
    assert isinstance(again, Hold)
    assert again.case == held.case


def test_what_a_person_cleared_is_not_held_again_but_other_bytes_are(
    collins: Cameo, monkeypatch: pytest.MonkeyPatch
) -> None:
    quiet = cases.Handlers(lambda _s: cases.Shown(""), lambda _s: None, lambda _s: None, lambda _s, _d: None)
    monkeypatch.setitem(_REGISTERED, "job", quiet)  # put back afterwards
    tap = watched(films.astronaut(), seconds=0.2)
    held = answer(tap, permit(cast.sten()))
    assert isinstance(held, Hold)
    decide.decide(held.case, by=cast.mo().pk, decision=Decision.Answer.CLEAR, reason="It is a statue.")
    assert isinstance(answer(tap, permit(cast.sten())), Witnessed)
    other = gate.witness(tap, permit=permit(cast.sten()), job="job-w", digest="ef" * 32)
    assert isinstance(other, Hold)


def test_faces_too_small_to_judge_are_said_to_be_so(collins: Cameo) -> None:
    tiny = np.zeros((200, 300, 3), np.uint8)
    tiny[:170, :170] = films.astronaut()[::3, ::3][:170, :170]
    seen = answer(watched(tiny), permit(cast.sten()))
    assert isinstance(seen, Witnessed)
    (told,) = seen.signals
    assert (told.category, told.note) == ("witness.small", "4 time(s) a face was too small to judge")
    assert told.span is not None
    assert told.span.box is not None
    assert told.span.box[2] < 0.6, "where it was"


def test_a_face_that_flashes_up_for_one_picture_between_looks_goes_to_a_person(collins: Cameo) -> None:
    tap = gate.witness_tap()
    dark = np.zeros_like(films.astronaut())
    for index in range(24):
        tap.see(Frame(index, index / 24, films.astronaut() if index == 10 else dark))  # looks are due at 6, 12, 18
    assert isinstance(tap, WitnessTap)
    assert isinstance(answer(tap, permit(cast.sten())), Hold)


def test_somebody_who_enters_late_is_seen(collins: Cameo) -> None:
    tap = gate.witness_tap()
    for index in range(72):
        tap.see(Frame(index, index / 24, films.astronaut() if index >= 60 else films.hopper()[:512, :512]))
    assert isinstance(tap, WitnessTap)
    assert isinstance(answer(tap, permit(cast.sten())), Refusal)


def test_when_nobody_can_look_the_answer_is_no(collins: Cameo, settings: Settings) -> None:
    settings.WEIGHTS = settings.WEIGHTS | {"face_detection_yunet.onnx": None}
    blind = answer(watched(films.astronaut()), permit(cast.sten()))
    assert isinstance(blind, Refusal)
    assert blind.reason is Reason.ERROR


def test_a_video_of_which_no_picture_was_seen_is_not_let_out(collins: Cameo) -> None:
    assert isinstance(answer(WitnessTap(), permit(cast.sten())), Refusal)


def test_a_gallery_of_which_nothing_opens_lets_nothing_out(
    collins: Cameo, settings: Settings, tmp_path_factory: pytest.TempPathFactory
) -> None:
    settings.KEY_HOME = tmp_path_factory.mktemp("empty")
    assert isinstance(answer(watched(films.astronaut()), permit(cast.sten())), Refusal)


def test_a_made_up_permit_covers_nobody(collins: Cameo) -> None:

    grant.give(cast.olive(), person=cast.felix(), uses=[Use.GENERATE])
    forged = replace(permit(cast.felix(), "olive"), handle="0" * 32)
    refused = answer(watched(films.astronaut()), forged)
    assert isinstance(refused, Refusal)
    assert refused.reason is Reason.PERMIT_FORGED


def test_one_face_is_one_track(collins: Cameo) -> None:
    tap = watched(films.company(), seconds=2)
    assert [len(track.times) for track in tap.tracks] == [8, 8]
    assert tap.looked == 8


def test_a_resemblance_below_the_line_goes_to_a_person(collins: Cameo, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gallery, "line", lambda _size: 1.05)
    held = answer(watched(films.astronaut()), permit(cast.sten()))
    assert isinstance(held, Hold)
