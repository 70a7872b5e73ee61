"""Who may be in a file that a video is made from: those who let this person use them, and nobody else."""

from collections.abc import Iterator

import cv2
import numpy as np
import pytest
import skimage.data
from pytest_django import Settings

from consent import gate
from consent.cameos.gallery import the_gallery
from consent.cameos.reference import Look, ReferenceTap
from consent.grants import grant
from consent.models import Cameo
from consent.permit import Present, Reason, Refusal, Use
from consent.trials import actor
from provenance.media import Frame, Sound
from safety import cases
from safety.clearance import Hold
from safety.review import decide
from safety.review.models import Decision
from safety.review.subjects import _REGISTERED
from tests import cast
from tests.consent import films
from tests.consent.films import Pixels
from tests.consent.test_witness import enrol

pytestmark = pytest.mark.django_db
DIGEST = "ab" * 32


def shown(*pictures: Pixels, sound: Sound | None = None) -> ReferenceTap:
    tap = gate.reference_tap(has_pictures=bool(pictures))
    if sound is not None:
        tap.hear(sound)
    for index, picture in enumerate(pictures):
        tap.see(Frame(index, index / 4, picture))
    assert isinstance(tap, ReferenceTap)
    return tap


def asked(*pictures: Pixels, by: str = "felix", sound: Sound | None = None) -> Present | Hold | Refusal:
    return gate.witness_reference(
        shown(*pictures, sound=sound), requester=cast.person(by).pk, subject="ref-1", digest=DIGEST
    )


def refused(answer: Present | Hold | Refusal) -> Refusal:
    assert isinstance(answer, Refusal), answer
    assert answer.reason is Reason.UNCONSENTED_IN_REFERENCE
    return answer


def wall() -> Pixels:
    bricks: Pixels = np.dstack([skimage.data.brick()] * 3)  # type: ignore[no-untyped-call]
    return bricks


@pytest.fixture
def collins() -> Iterator[Cameo]:
    """Olive, whose face is the astronaut's, and who lets Felix use it."""
    the_gallery._known.clear()
    made = enrol(cast.olive(), films.astronaut())
    grant.give(cast.olive(), person=cast.felix(), uses=[Use.GENERATE])
    yield made
    the_gallery._known.clear()


def test_a_person_who_lets_the_requester_use_them_may_be_in_it(collins: Cameo) -> None:
    answer = asked(films.astronaut())
    assert isinstance(answer, Present), answer
    assert answer.people == {cast.olive().pk}
    assert answer.signals[0].span is not None


def test_the_same_picture_is_refused_to_somebody_whom_she_does_not_let(collins: Cameo) -> None:
    by_stranger = refused(asked(films.astronaut(), by="sten"))
    nobody = refused(asked(films.hopper(), by="sten"))
    assert by_stranger == nobody, "or it would say who is enrolled"


def test_a_stranger_is_refused_alone_or_in_company(collins: Cameo) -> None:
    refused(asked(films.hopper()))
    refused(asked(films.company()))
    refused(asked(films.astronaut(), films.company()))


@pytest.mark.parametrize("turns", [1, 2, 3])
def test_a_stranger_is_found_whichever_way_up(collins: Cameo, turns: int) -> None:
    refused(asked(np.ascontiguousarray(np.rot90(films.hopper(), turns))))


def test_a_friend_is_known_whichever_way_up(collins: Cameo) -> None:
    assert isinstance(asked(np.ascontiguousarray(np.rot90(films.astronaut()))), Present)


def test_a_face_too_small_to_judge_is_refused_even_if_it_is_a_friends(collins: Cameo) -> None:
    small = np.full((720, 1280, 3), 90, np.uint8)
    face = np.asarray(cv2.resize(films.astronaut(), (140, 140), interpolation=cv2.INTER_AREA), np.uint8)
    small[500:640, 1000:1140] = face
    refused(asked(small))


def test_a_small_face_in_the_corner_of_a_large_picture_is_found(collins: Cameo) -> None:
    large = np.full((960, 1280, 3), 90, np.uint8)
    face = np.asarray(cv2.resize(films.hopper()[60:420, 90:450], (64, 64), interpolation=cv2.INTER_AREA), np.uint8)
    large[880:944, 1200:1264] = face
    refused(asked(large))


def test_a_picture_without_people_is_welcome(collins: Cameo) -> None:
    assert asked(wall()) == Present()
    assert asked(skimage.data.rocket()) == Present()  # type: ignore[no-untyped-call]


def test_a_face_on_the_protected_registry_is_nobodys_to_use(collins: Cameo, monkeypatch: pytest.MonkeyPatch) -> None:
    tap = shown(films.astronaut())
    the_gallery.refresh()
    monkeypatch.setattr(type(the_gallery), "refresh", lambda _self: None)
    monkeypatch.setattr(
        the_gallery, "_known", {key: (-owner, vector) for key, (owner, vector) in the_gallery._known.items()}
    )
    refused(gate.witness_reference(tap, requester=cast.olive().pk, subject="ref-1", digest=DIGEST))


def test_a_likeness_that_is_paused_or_withdrawn_is_not_used(collins: Cameo) -> None:
    Cameo.objects.filter(pk=collins.pk).update(state="paused")
    refused(asked(films.astronaut()))
    Cameo.objects.filter(pk=collins.pk).update(state="withdrawn")
    refused(asked(films.astronaut()))


def test_speech_in_it_is_refused_and_a_hum_is_not(collins: Cameo) -> None:
    voice = np.asarray(actor.speak("482913", seed=2), np.float32)[::3]  # 48 kHz to 16
    heard = refused(asked(wall(), sound=Sound(16_000, voice)))
    assert "voice" in heard.sentence
    hum = (0.1 * np.sin(2 * np.pi * 60 * np.arange(32_000) / 16_000)).astype(np.float32)
    assert isinstance(asked(wall(), sound=Sound(16_000, hum)), Present)


def test_sound_alone_is_listened_to(collins: Cameo) -> None:
    voice = np.asarray(actor.speak("482913", seed=2), np.float32)[::3]
    refused(asked(sound=Sound(16_000, voice)))
    silence = Sound(16_000, np.zeros(16_000, np.float32))
    assert asked(sound=silence) == Present()


def test_when_nothing_can_look_or_listen_the_answer_is_no(collins: Cameo, settings: Settings) -> None:
    hum = Sound(16_000, np.full(16_000, 0.2, np.float32))
    settings.WEIGHTS = settings.WEIGHTS | {"whisper-base": None, "face_detection_yunet.onnx": None}
    deaf, blind, nothing = asked(sound=hum), asked(films.astronaut()), asked()
    unseen = gate.witness_reference(ReferenceTap(), requester=cast.felix().pk, subject="ref-1", digest=DIGEST)
    foreign = gate.witness_reference(gate.witness_tap(), requester=cast.felix().pk, subject="ref-1", digest=DIGEST)
    for answer in (deaf, blind, nothing, unseen, foreign):
        assert isinstance(answer, Refusal)
        assert answer.reason is Reason.ERROR


def test_every_face_is_asked_for_not_only_the_largest(collins: Cameo) -> None:
    tap = shown(films.astronaut())
    tap.looks.append(Look(0.0, (0, 0, 1, 1), None))
    refused(gate.witness_reference(tap, requester=cast.felix().pk, subject="ref-1", digest=DIGEST))


def test_what_may_be_a_face_or_not_goes_to_a_person_who_decides_for_these_bytes(
    collins: Cameo, monkeypatch: pytest.MonkeyPatch
) -> None:
    quiet = cases.Handlers(lambda _s: cases.Shown(""), lambda _s: None, lambda _s: None, lambda _s, _d: None)
    monkeypatch.setitem(_REGISTERED, "reference", quiet)  # put back afterwards
    cat: Pixels = skimage.data.chelsea()  # type: ignore[no-untyped-call]
    held = asked(cat)
    assert isinstance(held, Hold), held
    decide.decide(held.case, by=cast.mo().pk, decision=Decision.Answer.CLEAR, reason="It is a cat.")
    assert isinstance(asked(cat), Present)
    tap = shown(cat)
    other = gate.witness_reference(tap, requester=cast.felix().pk, subject="ref-1", digest="cd" * 32)
    assert isinstance(other, Hold)
