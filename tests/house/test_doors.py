import ast
import re
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings

DOORS = {
    "provenance": ("seal", "verify", "ledger", "media"),
    "safety": ("screen", "clearance", "cases"),
    "consent": ("gate", "permit", "people", "signals"),
}


def source(app: str, door: str) -> Path:
    """A door is a file, or the front of a package."""
    file = settings.ROOT / app / f"{door}.py"
    return file if file.exists() else settings.ROOT / app / door / "__init__.py"


def undocumented(tree: ast.Module) -> list[str]:
    """The public functions, classes and methods without a docstring."""
    found: list[str] = []
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) and not node.name.startswith("_"):
            found += [] if ast.get_docstring(node) else [node.name]
            inner = node.body if isinstance(node, ast.ClassDef) else []
            found += [
                f"{node.name}.{each.name}"
                for each in inner
                if isinstance(each, ast.FunctionDef) and not each.name.startswith("_") and not ast.get_docstring(each)
            ]
    return found


@pytest.mark.parametrize(("app", "door"), [(app, door) for app, doors in DOORS.items() for door in doors])
def test_every_door_and_all_it_offers_is_documented(app: str, door: str) -> None:
    tree = ast.parse(source(app, door).read_text(encoding="utf-8"))
    assert ast.get_docstring(tree), f"{app}.{door}"
    assert undocumented(tree) == []


def test_a_function_without_a_docstring_is_seen() -> None:
    assert undocumented(ast.parse("class A:\n  '''A.'''\n  def f(self): pass\ndef g(): pass\n")) == ["A.f", "g"]


def test_every_setting_that_is_read_from_the_environment_is_in_the_readme() -> None:
    text = (settings.ROOT / "config" / "settings.py").read_text(encoding="utf-8")
    read = {
        str(node.args[0].value)
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id in {"read", "flag", "needed"}
        and node.args
        and isinstance(node.args[0], ast.Constant)
    }
    readme = (settings.ROOT / "README.md").read_text(encoding="utf-8")
    assert len(read) > 10
    assert {name for name in read if f"`{name}`" not in readme} == set()


def test_every_model_says_whether_it_is_trusted_and_what_is_lost_with_it() -> None:
    silent = [
        model.__name__
        for model in apps.get_models()
        if model._meta.app_label in {"consent", "safety", "provenance", "generation"}
        and not re.search(r"Trusted[?:].*If lost[?:]", " ".join((model.__doc__ or "").split()))
    ]
    assert silent == []


@pytest.mark.parametrize("app", ["provenance", "safety", "consent", "generation"])
def test_every_app_has_its_card(app: str) -> None:
    assert (settings.ROOT / app / "README.md").exists()


def test_permits_and_screenings_are_inserted_in_one_place() -> None:
    allowed = {"consent/grants/mint.py", "safety/classifiers/screenings.py"}
    found = set()
    for app in ("config", "consent", "generation", "provenance", "safety"):
        for path in (settings.ROOT / app).rglob("*.py"):
            text = path.read_text(encoding="utf-8")
            name = str(path.relative_to(settings.ROOT))
            calls = [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Call)]
            made = {ast.unparse(call.func) for call in calls}
            if made & FORBIDDEN:
                found.add(name)
    assert found <= allowed


WAYS = ("", ".objects.create", ".objects.bulk_create", ".objects.get_or_create", ".objects.update_or_create")
FORBIDDEN = {model + way for model in ("PermitRecord", "Screening") for way in WAYS}
