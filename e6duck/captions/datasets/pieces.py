"""Captions as values: a text, or a list of texts, each of which is a piece."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any


def cleaned_values(values: Sequence[Any], clean: Callable[[list[str]], list[str]]) -> list[Any]:
    """Return the values with all captions among them cleaned.

    A list of texts is a caption whose pieces are its elements. It stays as it is if an element has
    a comma or a line break, which would make two pieces of it, or is not a text. All other values
    stay as they are.
    """
    places = [place for place, value in enumerate(values) if is_caption(value)]
    texts = [as_text(values[place]) for place in places]
    result = list(values)
    for place, before, after in zip(places, texts, clean(texts), strict=True):
        if after != before:
            result[place] = like(values[place], after)
    return result


def is_caption(value: Any) -> bool:
    """Return whether a value is a text, or a list whose elements are pieces of one caption."""
    if isinstance(value, str):
        return True
    return isinstance(value, list) and bool(value) and all(map(_is_piece, value))


def _is_piece(value: Any) -> bool:
    return (
        isinstance(value, str)
        and "," not in value
        and "\n" not in value
        and "|||" not in value
        and ";;;" not in value
        and bool(value.strip())
    )


def as_text(value: str | list[str]) -> str:
    """Return a caption as text."""
    return value if isinstance(value, str) else ", ".join(value)


def like(value: str | list[str], text: str) -> str | list[str]:
    """Return a cleaned text in the form of the caption that it was made of."""
    if isinstance(value, str):
        return text
    return [piece for each in text.replace("\n", ",").split(",") if (piece := each.strip())]
