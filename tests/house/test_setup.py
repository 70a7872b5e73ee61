"""Setting up: one server for two who ask at once, a broker that really carries, weights by hash, secrets whole."""

import http.server
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from django.conf import settings

from config import broker, firstrun, postgres, weights
from config.errors import DatabaseError, WeightError

SOCKET_MAX = 103  # bytes of a Unix socket's path, on the narrowest system we run on


def python(code: str, *arguments: str | Path) -> subprocess.Popen[str]:
    environment = {
        name: value for name, value in os.environ.items() if name not in {"DATABASE_URL", "COUNTENANCE_HOME"}
    }
    command = [sys.executable, "-c", code, *map(str, arguments)]
    return subprocess.Popen(
        command, cwd=settings.ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, str]]:
    """A home whose server two processes asked for at the same moment."""
    home = tmp_path_factory.mktemp("embedded") / "var"
    code = "import sys, pathlib; from config import postgres; print(postgres.ensure(pathlib.Path(sys.argv[1])))"
    askers = [python(code, home) for _ in range(2)]
    answers = [asker.communicate(timeout=120) for asker in askers]
    assert [asker.returncode for asker in askers] == [0, 0], answers
    assert len({out for out, _ in answers}) == 1
    assert sum("making a PostgreSQL database" in told for _, told in answers) == 1
    yield home, answers[0][0].strip()
    where = postgres.place(home)
    broker.stop(home)
    postgres.stop(home)
    shutil.rmtree(where.socket, ignore_errors=True)
    shutil.rmtree(broker.redis_folder(home), ignore_errors=True)


def test_two_who_ask_at_once_get_one_server_that_nobody_else_can_reach(server: tuple[Path, str]) -> None:
    home, url = server
    where = postgres.place(home)
    assert postgres.answers(url)
    assert where.socket.stat().st_mode & 0o077 == 0
    assert where.data.stat().st_mode & 0o077 == 0
    options = (where.data / "postmaster.opts").read_text()
    assert "listen_addresses=" in options
    assert "listen_addresses='*'" not in options


def test_a_message_really_goes_round_before_a_broker_is_chosen(server: tuple[Path, str]) -> None:
    home, url = server
    chosen = broker.ensure(home, url)
    assert broker.goes_round(chosen)
    assert chosen.options["visibility_timeout"] == 60
    assert broker.ensure(home, url, probe=True) == chosen
    assert (home / "broker.json").stat().st_mode & 0o077 == 0


def test_redis_takes_over_where_postgresql_cannot_carry(
    server: tuple[Path, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    home, url = server
    monkeypatch.setattr(broker, "from_postgres", lambda _: broker.Broker("redis+socket:///nowhere/at/all.sock"))
    monkeypatch.setattr(broker, "install", lambda _: None)
    (home / "broker.json").unlink(missing_ok=True)
    chosen = broker.ensure(home, url)
    assert chosen.url.startswith("redis+socket://")
    assert broker.goes_round(chosen)
    assert broker.redis_folder(home).stat().st_mode & 0o077 == 0
    (home / "broker.json").unlink()


def test_a_broker_that_is_not_there_carries_nothing() -> None:
    assert not broker.goes_round(broker.Broker("redis+socket:///nowhere/at/all.sock"))


@pytest.mark.parametrize("length", [1, 40, 90, 200])
def test_the_socket_has_a_path_that_fits(length: int, tmp_path: Path) -> None:
    home = tmp_path / ("x" * length) / "var"
    where = postgres.place(home)
    assert len(str(where.socket / ".s.PGSQL.5432")) <= SOCKET_MAX
    assert len(str(broker.redis_folder(home) / "r.sock")) <= SOCKET_MAX


def test_a_home_made_anew_in_the_same_place_never_finds_the_old_database(tmp_path: Path) -> None:
    home = tmp_path / ("x" * 100) / "var"  # so long that its socket lies elsewhere, whoever runs this
    before = postgres.place(home)
    assert postgres.place(home) == before
    shutil.rmtree(home)
    assert postgres.place(home).socket != before.socket


def test_a_home_from_before_keeps_the_database_it_has(tmp_path: Path) -> None:
    home = tmp_path / ("x" * 100)
    home.mkdir()
    (home / "postgres.txt").write_text(f"/elsewhere/countenance-{postgres.short(str(home))}/data\n")
    assert postgres.short(str(home)) in str(postgres.place(home).socket)


def test_a_folder_that_others_may_enter_is_refused(tmp_path: Path) -> None:
    where = postgres.Place(tmp_path / "pg" / "data", tmp_path / "pg", None)
    where.socket.mkdir(mode=0o755)
    with pytest.raises(DatabaseError, match="open to others"):
        postgres.home_of(where)


def test_many_at_first_use_get_the_same_secret(tmp_path: Path) -> None:
    code = "import sys, pathlib; from config import firstrun; print(firstrun.kept(pathlib.Path(sys.argv[1]), 'one'))"
    askers = [python(code, tmp_path) for _ in range(6)]
    said = {asker.communicate(timeout=60)[0] for asker in askers}
    assert len(said) == 1
    assert len(said.pop().strip()) == 64
    assert [path.name for path in (tmp_path / "secrets").iterdir()] == ["one"]
    assert (tmp_path / "secrets" / "one").stat().st_mode & 0o077 == 0
    assert firstrun.kept(tmp_path, "two") != firstrun.kept(tmp_path, "one")


class Upstream(http.server.BaseHTTPRequestHandler):
    """A host that sends one file, and can go on where a download broke off."""

    content = b"0123456789" * 1000
    ranges: list[str] = []

    def do_GET(self) -> None:
        asked = self.headers.get("Range", "")
        self.ranges.append(asked)
        start = int(asked.removeprefix("bytes=").removesuffix("-") or 0)
        self.send_response(206 if asked else 200)
        self.send_header("Content-Length", str(len(self.content) - start))
        self.end_headers()
        self.wfile.write(self.content[start:])

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def weight(tmp_path: Path) -> Iterator[weights.Weight]:
    Upstream.ranges.clear()
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Upstream) as host:
        threading.Thread(target=host.serve_forever, daemon=True).start()
        (tmp_path / "known").write_bytes(Upstream.content)
        sha256 = weights.digest(tmp_path / "known")
        url = f"http://127.0.0.1:{host.server_address[1]}/a.onnx"
        yield weights.Weight("a.onnx", "", "MIT", len(Upstream.content), sha256, url, ())
        host.shutdown()


def test_a_weight_is_fetched_once_and_a_broken_download_goes_on(weight: weights.Weight, tmp_path: Path) -> None:
    home = tmp_path / "weights"
    home.mkdir()
    (home / "a.onnx.part").write_bytes(Upstream.content[:4321])
    assert weights.fetch((weight,), home, pip=False, tell=lambda _: None) == 1
    assert Upstream.ranges == ["bytes=4321-"]
    assert weight.state(home) is weights.State.HERE
    assert weights.fetch((weight,), home, pip=False, tell=lambda _: None) == 0
    assert len(Upstream.ranges) == 1


def test_a_weight_with_another_hash_is_refused_and_not_kept(weight: weights.Weight, tmp_path: Path) -> None:
    other = replace(weight, sha256="0" * 64)
    with pytest.raises(WeightError, match="so it was refused"):
        weights.fetch((other,), tmp_path / "weights", pip=False, tell=lambda _: None)
    assert list((tmp_path / "weights").iterdir()) == []


def test_a_weight_that_nobody_has_says_what_to_do(weight: weights.Weight, tmp_path: Path) -> None:
    with pytest.raises(WeightError, match="Bring the file yourself"):
        weights.fetch((replace(weight, url=""),), tmp_path / "weights", pip=False, tell=lambda _: None)


def test_models_toml_names_every_weight_that_settings_look_for() -> None:
    known = {weight.name.split("/")[0] for weight in weights.listed(settings.MODELS)}
    assert known == set(settings.WEIGHTS)
    listed = weights.listed(settings.MODELS)
    assert all(weight.licence and (weight.members or (weight.is_opt_in and weight.url)) for weight in listed)
