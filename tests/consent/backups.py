"""Real backups of the database under test: ``pg_dump`` before, ``pg_restore`` into a database of its own after."""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from django.db import connection

from config import postgres

PARTS = ("host", "port", "user", "password")


def address(name: str = "") -> str:
    """libpq's words for the database under test, or for another one on its server."""
    told = connection.get_connection_params()
    parts = {part: told[part] for part in PARTS if told.get(part)}
    return psycopg.conninfo.make_conninfo(dbname=name or told["dbname"], **parts)


def program(name: str) -> str:
    """The PostgreSQL program of this name that is as new as the server, or newer."""
    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version_num")
        server = int(cursor.fetchone()[0]) // 10_000
    folders = [*postgres.candidates(), *map(Path, os.get_exec_path())]
    found = {major(folder / name): folder / name for folder in reversed(folders) if (folder / name).exists()}
    fit = [version for version in sorted(found) if version >= server]
    assert fit, f"{name} of PostgreSQL {server} or newer is needed; there is: {sorted(found)}"
    return str(found[fit[0]])


def major(path: Path) -> int:
    """A program's major version."""
    told = subprocess.run([path, "--version"], capture_output=True, text=True, check=True).stdout
    found = re.search(r"\) (\d+)", told)
    assert found, told
    return int(found[1])


def dump(path: Path, *, plain: bool = False) -> Path:
    """Dump the whole database."""
    kind = "plain" if plain else "custom"
    subprocess.run(
        [program("pg_dump"), f"--format={kind}", f"--file={path}", f"--dbname={address()}"],
        check=True,
        capture_output=True,
    )
    return path


@contextmanager
def restored(path: Path) -> Iterator[psycopg.Connection[tuple[object, ...]]]:
    """A connection to a new database that holds what the dump holds; removed afterwards."""
    name = f"{connection.settings_dict['NAME']}_restored"
    postgres.create(address("postgres"), name, anew=True)
    try:
        told = subprocess.run(
            [program("pg_restore"), "--no-owner", "--exit-on-error", f"--dbname={address(name)}", str(path)],
            capture_output=True,
            text=True,
            check=False,
        )
        assert told.returncode == 0, told.stderr
        with psycopg.connect(address(name)) as opened:
            yield opened
    finally:
        postgres.drop(address("postgres"), name)


def copied(folders: list[Path], *, into: Path) -> Path:
    """Copy folders as a backup of files would."""
    for folder in folders:
        if folder.exists():
            shutil.copytree(folder, into / folder.name)
    return into
