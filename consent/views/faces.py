"""What the enrol page finds faces with, for its hints: scikit-image's cascade (trained there, BSD), as JSON."""

from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

FILE = "data/lbpcascade_frontalface_opencv.xml"


@require_safe
@login_required
@cache_control(private=True, max_age=86400)
def faces(_request: HttpRequest) -> JsonResponse:
    """Give the cascade; an empty one, which finds nobody, where the package has none."""
    return JsonResponse(cascade())


@cache
def cascade() -> dict[str, Any]:
    """Return the window's side in pixels, and the stages: what each asks for at least, and its trees."""
    found = find_spec("skimage")  # found, not imported: that would take a second
    path = Path(next(iter(found.submodule_search_locations or [])), FILE) if found else Path()
    if not path.is_file():
        return {"window": 24, "stages": [{"least": 1, "trees": []}]}
    root = ET.parse(path).getroot()[0]  # noqa: S314 - a file of an installed package
    cells = [numbers(one.find("rect")) for one in root.findall("features/_")]
    return {
        "window": int(root.findtext("width", "24")),
        "stages": [stage(one, cells) for one in root.findall("stages/_")],
    }


def stage(found: ET.Element, cells: list[list[float]]) -> dict[str, Any]:
    """Return one stage: cells as x, y, width, height of the first of nine, patterns as eight numbers of 32 bits."""
    trees = []
    for tree in found.findall("weakClassifiers/_"):
        _, _, cell, *subset = numbers(tree.find("internalNodes"))
        trees.append({"cell": cells[int(cell)], "subset": subset, "leaves": numbers(tree.find("leafValues"))})
    return {"least": float(found.findtext("stageThreshold", "0")), "trees": trees}


def numbers(found: ET.Element | None) -> list[float]:
    """Return the numbers an element holds, whole ones whole."""
    words = (found.text or "").split() if found is not None else []
    return [float(word) if "." in word else int(word) for word in words]
