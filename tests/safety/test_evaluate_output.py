"""``manage.py evaluate output``: every file gets a row, whatever it is; what stands in a row is what is shown to people."""

import json
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command

pytestmark = pytest.mark.django_db


def evaluated(folder: Path, *options: str) -> dict[str, object]:
    out = StringIO()
    call_command("evaluate", "output", "--videos", str(folder), *options, stdout=out)
    found: dict[str, object] = json.loads(out.getvalue().splitlines()[-1])
    return found
