"""The reference that `python -m pydoc` shows: every public name is there, and says what it is."""

from __future__ import annotations

import inspect
import re
import shutil
import subprocess
import sys
import textwrap
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

import e6duck
import e6duck.compat

MODULES = ("e6duck", "e6duck.compat", "e6duck.compat.numpy", "e6duck.compat.torch")
NAMES = [(module, name) for module in MODULES for name in import_module(module).__all__]


def _members(owner: Any) -> Iterator[tuple[str, Callable[..., Any]]]:
    """Yield the public methods and properties that a class of ours defines."""
    for name, value in vars(owner).items():
        if not name.startswith("_") and (inspect.isfunction(value) or isinstance(value, property)):
            yield f"{owner.__name__}.{name}", value


def _documented() -> Iterator[tuple[str, Any]]:
    for module, name in NAMES:
        value = getattr(import_module(module), name)
        if inspect.isclass(value):
            yield name, value
            yield from _members(value)
        elif inspect.isfunction(value):
            yield f"{module}.{name}", value


DOCUMENTED = dict(_documented())


@pytest.mark.parametrize("module", MODULES)
def test_pydoc_names_all_that_is_public(module: str) -> None:
    ran = subprocess.run(
        [sys.executable, "-m", "pydoc", module], capture_output=True, text=True, check=True
    )
    text = ran.stdout
    for name in import_module(module).__all__:
        value = getattr(import_module(module), name)
        head = f"class {name}(" if inspect.isclass(value) else f"    {name}"
        assert f"\n{head}" in text or f"\n    {head.strip()}" in text, name
        doc = inspect.getdoc(value) if inspect.isroutine(value) or inspect.isclass(value) else None
        assert doc is None or doc.splitlines()[0] in text, name


def test_the_tour_works(sample: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copytree(sample, tmp_path / "data")
    (tmp_path / "captions").mkdir()
    (tmp_path / "captions" / "a.txt").write_text("Foxes, mammal", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    tour = [line for line in (e6duck.__doc__ or "").splitlines() if line.startswith("    ")]
    fetches = [line for line in tour if "e6duck.fetch(" in line]
    assert len(fetches) == 1  # it alone needs the network
    exec(textwrap.dedent("\n".join(line for line in tour if line not in fetches)))
    assert len(tour) > 10


@pytest.mark.parametrize("name", DOCUMENTED)
def test_a_public_name_says_what_comes_back_in_one_sentence(name: str) -> None:
    value = DOCUMENTED[name]  # a property has no __dict__
    doc = getattr(value, "__dict__", {}).get("__doc__") or value.__doc__
    assert doc
    assert not doc.startswith(f"{name}("), "made by dataclass"
    first, *_ = inspect.cleandoc(doc).split("\n\n")
    assert first.endswith((".", ":"))


def _options() -> dict[str, list[str]]:
    """Return the keyword-only parameters of each public function that has some."""
    return {
        name: options
        for name, value in DOCUMENTED.items()
        if inspect.isfunction(value)
        and (
            options := [
                each.name
                for each in inspect.signature(value).parameters.values()
                if each.kind is each.KEYWORD_ONLY
            ]
        )
    }


@pytest.mark.parametrize(("name", "options"), _options().items())
def test_a_public_function_explains_each_option(name: str, options: list[str]) -> None:
    for option in options:
        assert re.search(rf"\b{option}\b", DOCUMENTED[name].__doc__ or ""), option
