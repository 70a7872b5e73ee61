"""What is seen in a finished video, what nobody looked at, and what follows from each."""

import time

import numpy as np
import pytest
from django.conf import settings as configured
from pytest_django import Settings
from skimage import data

from provenance.media import Frame
from safety import screen
from safety.classifiers.models import Screening
from safety.classifiers.output.tap import OutputTap
from safety.classifiers.verdict import Context, absent
from safety.clearance import Answer, Kind, Signal
from safety.policies.rules import catalogue
from tests import cast
from tests.safety.stories import STREAM, UNSAFE, cleared, filmed, held, refused, show, watched, written

pytestmark = pytest.mark.django_db


@pytest.fixture
def bright(settings: Settings) -> None:
    """Let the eye say how bright a picture is."""
    settings.SAFETY_ENGINES = {"nudity": "tests.doubles.eyes.BrightnessEye"}


def test_the_worlds_video_of_a_likeness_is_cleared_for_its_stream() -> None:
    clearance = cleared(show(watched(*[90] * 24)))
    assert (clearance.kind, clearance.subject_digest) == (Kind.OUTPUT, STREAM)
    assert screen.redeem(clearance, digest=STREAM, by="clip-1") is None


def test_a_portrait_of_a_dressed_person_is_not_nudity() -> None:
    clearance = cleared(show(filmed([data.astronaut()])))  # type: ignore[no-untyped-call]
    row = Screening.objects.get(pk=clearance.id)
    (score,) = [signal["score"] for signal in row.signals if signal["model"] == "open_nsfw"]
    assert score < 0.2


def test_what_nobody_looked_at_is_said_and_never_counted_as_clean() -> None:
    world = cleared(show(watched(90)))
    assert world.not_evaluated == ()
    other = cleared(show(watched(90), engine="http", likeness=False, vocabulary=()))
    assert other.not_evaluated == ("scene content", "apparent age")


def test_an_operator_may_only_make_an_absence_stricter(settings: Settings) -> None:
    settings.ABSENCES_TIGHTENED = {"apparent_age": "hold"}
    assert held(show(watched(90), engine="http", likeness=False, vocabulary=())).policy == "not-evaluated"
    cleared(show(watched(90)))
    settings.ABSENCES_TIGHTENED = {"scenes": "refuse"}
    assert refused(show(watched(90), engine="http", likeness=False, vocabulary=())).policy == "not-evaluated"


def test_another_models_video_of_a_likeness_waits_for_a_person() -> None:
    assert held(show(watched(90), engine="http")).policy == "not-evaluated"
    assert held(show(watched(90), engine="never heard of")).policy == "not-evaluated"


def test_a_world_that_does_not_say_what_it_drew_is_any_other_model() -> None:
    assert held(show(watched(90), vocabulary=())).policy == "not-evaluated"


def test_a_harmful_vocabulary_refuses_the_worlds_video() -> None:
    refused(show(watched(90), vocabulary=(UNSAFE,)))


def test_a_video_that_nobody_saw_is_refused() -> None:
    assert refused(show(screen.output_tap())).policy == "could-not-screen"


@pytest.mark.usefixtures("bright")
def test_nudity_refuses_and_says_when() -> None:
    refusal = refused(show(watched(*[20] * 30, *[250] * 10)))
    assert refusal.policy == "sexual"
    assert refusal.span is not None
    assert refusal.span.start == pytest.approx(30 / 24, abs=0.01)


@pytest.mark.usefixtures("bright")
def test_a_single_frame_that_flashes_up_is_seen() -> None:
    refused(show(watched(*[20] * 5, 250, *[20] * 40)))


@pytest.mark.usefixtures("bright")
def test_an_unsure_picture_waits_for_a_person_sooner_with_a_likeness() -> None:
    level = int(0.42 * 255)
    assert held(show(watched(level))).policy == "sexual"
    cleared(show(watched(level), likeness=False))


@pytest.mark.usefixtures("bright")
def test_the_worst_signal_wins() -> None:
    assert refused(show(watched(int(0.42 * 255), 250), engine="http")).policy == "sexual"


def test_the_witness_is_kept_with_the_answer() -> None:
    seen = Signal("person", 0.71, "sface", "0" * 64, note="@olive")
    clearance = cleared(show(watched(90), signals=(seen,)))
    assert "person" in {signal["category"] for signal in Screening.objects.get(pk=clearance.id).signals}


@pytest.mark.parametrize("eye", ["BrokenEye", "BlindEye", "NoSuchEye"])
def test_an_eye_that_fails_refuses(settings: Settings, eye: str) -> None:
    settings.SAFETY_ENGINES = {"nudity": f"tests.doubles.eyes.{eye}"}
    assert refused(show(watched(90))).policy == "could-not-screen"


@pytest.mark.parametrize("weight", ["open_nsfw.onnx", "ocr_detection.onnx", "ocr_recognition.onnx"])
def test_without_the_weights_of_an_eye_nothing_is_shown(settings: Settings, weight: str) -> None:
    settings.WEIGHTS = {**configured.WEIGHTS, weight: None}
    assert refused(show(watched(90))).policy == "could-not-screen"


def test_without_the_weights_of_the_ear_nothing_that_sounds_is_shown(settings: Settings) -> None:
    settings.WEIGHTS = {**configured.WEIGHTS, "whisper-base": None}
    assert refused(show(filmed([written()], sound=np.zeros(16_000, np.float32)))).policy == "could-not-screen"


def test_a_video_that_nobody_heard_is_refused() -> None:
    tap = screen.output_tap()
    tap.see(Frame(0, 0.0, written()))
    assert refused(show(tap)).policy == "could-not-screen"


def test_a_still_picture_is_looked_at_twice_a_second() -> None:
    tap = watched(*[90] * 96)
    assert tap.seen == 96
    assert len(tap.looks) == 8


def test_the_tap_keeps_no_picture() -> None:
    started = time.process_time()
    tap = filmed([written("a quiet day")] * 200)
    assert time.process_time() - started < 20
    kept = [value for value in vars(tap).values() if isinstance(value, np.ndarray)]
    kept += [line.ink for line in tap.reader.lines]
    assert all(value.size < 3000 for value in kept)


def test_a_live_capture_is_cleared_a_spoof_refused_and_an_unsure_one_held() -> None:
    def judge(verdict: str) -> object:
        return screen.capture(STREAM, verdict=verdict, signals=(), subject="capture-1")  # type: ignore[arg-type]

    assert cleared(judge("live")).kind is Kind.CAPTURE  # type: ignore[arg-type]
    assert refused(judge("spoof")).policy == "capture-spoof"  # type: ignore[arg-type]
    assert held(judge("unsure")).policy == "capture-unsure"  # type: ignore[arg-type]
    assert refused(judge("perhaps")).policy == "could-not-screen"  # type: ignore[arg-type]


SMALL, VOICE = (Signal(f"witness.{name}", 0.0, "SFace", "0" * 64) for name in ("small", "voice"))


def test_a_face_too_small_to_judge_is_said_and_with_a_likeness_of_another_model_it_waits() -> None:
    world = cleared(show(watched(90), signals=(SMALL, VOICE)))
    assert world.not_evaluated[-1] == "faces under 60 pixels"
    other = cleared(show(watched(90), engine="http", likeness=False, vocabulary=(), signals=(SMALL, VOICE)))
    assert other.not_evaluated[-2:] == ("faces under 60 pixels", "whose voice it is")
    assert held(show(watched(90), engine="http", signals=(SMALL,))).policy == "not-evaluated"


def test_a_small_face_holds_even_where_every_engine_is_installed() -> None:
    everything = Context(likeness=True, engine="http", missing={})
    assert absent([SMALL], rules=catalogue(), context=everything).verdict == "hold"
    assert absent([], rules=catalogue(), context=everything).verdict == "clear"


def brought(tap: OutputTap, *, likeness: bool = False) -> Answer:
    return screen.reference(
        tap, digest=STREAM, likeness=likeness, subject="ref-1", requester=cast.felix().pk, signals=()
    )


def test_a_reference_without_people_is_cleared_and_what_nobody_looked_at_is_listed() -> None:
    clearance = cleared(brought(watched(90)))
    assert clearance.kind is Kind.REFERENCE
    assert "scene content" in clearance.not_evaluated


def test_a_reference_with_somebody_in_it_waits_for_a_person() -> None:
    assert held(brought(watched(90), likeness=True)).policy == "not-evaluated"


@pytest.mark.usefixtures("bright")
def test_nudity_in_a_reference_is_refused() -> None:
    assert refused(brought(watched(20, 250))).policy == "sexual"


def test_a_reference_that_nobody_saw_is_refused() -> None:
    assert refused(brought(screen.output_tap())).policy == "could-not-screen"
