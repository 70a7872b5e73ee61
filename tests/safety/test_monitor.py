"""A reasoning monitor is asked where a person would be, on a real line; by itself it loosens nothing."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from pytest_django import Settings

from safety.classifiers import replay
from safety.classifiers.models import Screening
from safety.policies import configured
from safety.policies.rules import catalogue
from safety.review.decide import decide
from safety.review.models import Case, Decision
from safety.review.subjects import _REGISTERED
from tests import cast
from tests.safety.stories import UNSAFE, UNSURE, Owner, ask, cleared, held, refused

pytestmark = pytest.mark.django_db
FIGURE = "Albert Einstein rides a bicycle"


@dataclass
class Monitor:
    """A chat endpoint on this machine that answers as it is told."""

    url: str = ""
    content: str = '{"answer": "unsure"}'
    status: int = 200
    slow: float = 0.0
    drip: bool = False
    raw: bytes = b""
    asked: list[tuple[str, dict[str, Any], str]] = field(default_factory=list)

    def body(self) -> bytes:
        return self.raw or json.dumps({"choices": [{"message": {"content": self.content}}]}).encode()


@pytest.fixture
def monitor(settings: Settings) -> Iterator[Monitor]:
    mine = Monitor()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            sent = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            mine.asked.append((self.path, sent, self.headers.get("Authorization", "")))
            time.sleep(mine.slow)
            self.send_response(mine.status)
            self.send_header("Location", mine.url + "/elsewhere")
            self.end_headers()
            for byte in mine.body() if mine.drip else b"":
                self.wfile.write(bytes([byte]))
                time.sleep(0.1)
            self.wfile.write(b"" if mine.drip else mine.body())

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.handle_error = lambda *_: None  # type: ignore[method-assign]  # a caller that hung up is no news
    threading.Thread(target=server.serve_forever, daemon=True).start()
    mine.url = f"http://127.0.0.1:{server.server_address[1]}"
    settings.MONITOR_URL, settings.MONITOR_MODEL, settings.MONITOR_KEY = f"{mine.url}/v1/", "judge-1", "secret"
    settings.MONITOR_SECONDS = 5.0
    yield mine
    server.shutdown()
    server.server_close()


def test_it_is_asked_only_where_a_person_would_be(monitor: Monitor) -> None:
    cleared(ask("a red ball bounces down a staircase"))
    refused(ask(UNSAFE))
    assert monitor.asked == []
    held(ask(FIGURE))
    ((path, sent, key),) = monitor.asked
    assert (path, sent["model"], key) == ("/v1/chat/completions", "judge-1", "Bearer secret")
    assert sent["messages"][1] == {"role": "user", "content": FIGURE}
    assert catalogue().policies["violence"].sentence in sent["messages"][0]["content"]


def test_without_one_nothing_is_asked(settings: Settings, monitor: Monitor) -> None:
    settings.MONITOR_URL = ""
    held(ask(FIGURE))
    assert monitor.asked == []


def test_it_may_refuse_by_the_rule_that_was_unsure(monitor: Monitor) -> None:
    monitor.content = '{"answer": "refuse"}'
    refusal = refused(ask(FIGURE))
    rule = catalogue().policies["public-figure"]
    assert (refusal.policy, refusal.reason, refusal.advice) == (rule.id, rule.sentence, rule.advice)
    assert not Case.objects.exists()
    (said,) = [each for each in Screening.objects.get().signals if each["category"] == "monitor"]
    assert (said["model"], said["note"], len(said["sha256"])) == ("judge-1", "refuse", 64)


def test_it_clears_only_where_the_operator_said_so(settings: Settings, monitor: Monitor) -> None:
    monitor.content = '{"answer": "clear"}'
    held(ask(FIGURE))
    settings.MONITOR_MAY_CLEAR = True
    cleared(ask(FIGURE, job="job-2"))


def test_it_never_clears_what_screening_cannot_read(settings: Settings, monitor: Monitor) -> None:
    monitor.content, settings.MONITOR_MAY_CLEAR = '{"answer": "clear"}', True
    held(ask(UNSURE))


@pytest.mark.parametrize(
    "broken",
    [
        lambda m: setattr(m, "content", "I would refuse this."),
        lambda m: setattr(m, "content", '{"answer": "maybe"}'),
        lambda m: setattr(m, "content", '{"verdict": "refuse"}'),
        lambda m: setattr(m, "content", '["refuse"]'),
        lambda m: setattr(m, "content", '{"answer": ["refuse"]}'),
        lambda m: setattr(m, "raw", b"<html>"),
        lambda m: setattr(m, "raw", b"[]"),
        lambda m: setattr(m, "raw", b" " * (1 << 17)),
        lambda m: setattr(m, "status", 500),
        lambda m: setattr(m, "status", 302),
        lambda m: setattr(m, "slow", 3.0),
        lambda m: setattr(m, "drip", True),
    ],
)
def test_whatever_goes_wrong_leaves_the_hold_and_in_time(
    settings: Settings, monitor: Monitor, broken: Callable[[Monitor], None]
) -> None:
    settings.MONITOR_SECONDS, settings.MONITOR_MAY_CLEAR = 1.0, True
    monitor.content = '{"answer": "clear"}'
    broken(monitor)
    held(ask(FIGURE))
    assert len(monitor.asked) == 1
    assert all(each["category"] != "monitor" for each in Screening.objects.get().signals)


def test_nobody_listening_leaves_the_hold(settings: Settings, monitor: Monitor) -> None:
    settings.MONITOR_URL = "http://127.0.0.1:9/v1"
    held(ask(FIGURE))


def test_what_a_person_cleared_is_not_asked_again(monkeypatch: pytest.MonkeyPatch, monitor: Monitor) -> None:
    monkeypatch.setitem(_REGISTERED, "job", _REGISTERED["job"])
    Owner().register("job")
    decide(held(ask(FIGURE)).case, by=cast.mo().pk, decision=Decision.Answer.CLEAR, reason="A drawing.")
    monitor.content = '{"answer": "refuse"}'
    cleared(ask(FIGURE))
    assert len(monitor.asked) == 1


def test_its_answer_is_part_of_a_replay(monitor: Monitor) -> None:
    monitor.content = '{"answer": "refuse"}'
    refused(ask(FIGURE))
    found = replay.last(1, rules=catalogue())
    assert (found.unlike, dict(found.changes)) == ([], {})


def test_it_judges_by_the_operators_own_words(settings: Settings, monitor: Monitor, tmp_path: Path) -> None:
    path = tmp_path / "policy.txt"
    path.write_text("Physicists are welcome.")
    settings.MONITOR_POLICY = str(path)
    held(ask(FIGURE))
    assert monitor.asked[0][1]["messages"][0]["content"].endswith("Physicists are welcome.")


def test_what_is_set_wrong_is_told_before_anything_starts(settings: Settings, monitor: Monitor) -> None:
    assert configured.monitor() == []
    settings.MONITOR_URL, settings.MONITOR_MODEL = "http://judge.example/v1", ""
    settings.MONITOR_POLICY = "/nowhere"
    assert [mistake.id for mistake in configured.monitor()] == ["safety.E003", "safety.E004", "safety.E005"]
