"""The reference of the Python names, from their signatures and docstrings."""

from __future__ import annotations

import inspect
import re
import textwrap
from collections.abc import Callable, Iterator
from typing import Any

import e6duck

_WIDTH = 98


def functions() -> Iterator[str]:
    """Yield the functions of `e6duck`: first sentence, then the signature."""
    for name in sorted(e6duck.__all__):
        value = getattr(e6duck, name)
        if inspect.isfunction(value):
            yield f"\n#### e6duck.{name}\n\n{_sentence(value)}\n"
            yield f"\n```text\n{_signature(f'e6duck.{name}', value)}\n```\n"


def classes() -> Iterator[str]:
    """Yield the classes of `e6duck`: first sentence, fields of a dataclass, methods."""
    for name in sorted(e6duck.__all__):
        value = getattr(e6duck, name)
        if inspect.isclass(value) and not issubclass(value, Exception):
            yield f"\n#### e6duck.{name}\n\n{_sentence(value)}\n"
            fields = [each for each in getattr(value, "__match_args__", ()) if each[0] != "_"]
            if hasattr(value, "__dataclass_fields__"):
                text = f"Fields: {', '.join(f'`{each}`' for each in fields)}."
                yield f"\n{textwrap.fill(text, _WIDTH)}\n"
            yield from _members(value)


def error_table() -> Iterator[str]:
    """Yield the errors of `e6duck` with what each is raised for."""
    yield "| error | is a | exit code | raised when |\n|---|---|---:|---|\n"
    for name in sorted(e6duck.__all__):
        value = getattr(e6duck, name)
        if inspect.isclass(value) and issubclass(value, e6duck.E6DuckError):
            base = value.__base__.__name__
            yield f"| `{name}` | `{base}` | {value.exit_code} | {_cell(_sentence(value))} |\n"


def _members(owner: type) -> Iterator[str]:
    """Yield a table of the public methods and properties that a class defines."""
    rows = []
    for name, value in sorted(vars(owner).items()):
        if name.startswith("_"):
            continue
        if isinstance(value, property):
            rows.append(f"| `{name}` | {_cell(_sentence(value))} |\n")
        elif inspect.isfunction(value):
            arguments = ", ".join(_short(value))
            rows.append(f"| `{name}({arguments})` | {_cell(_sentence(value))} |\n")
        elif isinstance(value, classmethod):
            arguments = ", ".join(_short(value.__func__))
            rows.append(f"| `{name}({arguments})` | {_cell(_sentence(value.__func__))} |\n")
    if rows:
        yield "\n| member | what it does |\n|---|---|\n"
        yield from rows


def _short(function: Callable[..., Any]) -> Iterator[str]:
    """Yield the parameters of a method without types: names, and defaults of those with one."""
    seen_star = False
    for each in list(inspect.signature(function).parameters.values())[1:]:
        if each.kind is each.KEYWORD_ONLY and not seen_star:
            seen_star = True
            yield "*"
        seen_star = seen_star or each.kind is each.VAR_POSITIONAL
        yield _without_type(each)


def _without_type(parameter: inspect.Parameter) -> str:
    stars = {parameter.VAR_POSITIONAL: "*", parameter.VAR_KEYWORD: "**"}.get(parameter.kind, "")
    has_default = parameter.default is not parameter.empty
    return f"{stars}{parameter.name}{'=' + _value(parameter.default) if has_default else ''}"


def _signature(name: str, function: Callable[..., Any]) -> str:
    """Return the signature with types; over several lines where one does not hold it."""
    signature = inspect.signature(function)
    arguments: list[str] = []
    for each in signature.parameters.values():
        is_first_named = each.kind is each.KEYWORD_ONLY and "*" not in arguments
        arguments += ["*"] if is_first_named else []
        default = "" if each.default is each.empty else f" = {_value(each.default)}"
        stars = {each.VAR_POSITIONAL: "*", each.VAR_KEYWORD: "**"}.get(each.kind, "")
        arguments.append(f"{stars}{each.name}: {each.annotation}{default}")
    back = f" -> {signature.return_annotation}"
    line = f"{name}({', '.join(arguments)}){back}"
    if len(line) <= _WIDTH:
        return line
    return f"{name}(\n" + "".join(f"    {each},\n" for each in arguments) + f"){back}"


def _value(default: Any) -> str:
    return "…" if callable(default) else repr(default)


def _sentence(value: Any) -> str:
    """Return the first sentence of a docstring, in one line."""
    paragraph = (inspect.getdoc(value) or "").partition("\n\n")[0]
    assert paragraph, f"{value} has no docstring"
    return re.sub(r"\s+", " ", paragraph)


def _cell(text: str) -> str:
    return text.replace("|", "\\|")
