"""Suggestions for a mistyped name of a short list."""

from __future__ import annotations

from collections.abc import Collection


def did_you_mean(name: str, known: Collection[str]) -> str:
    """Return the end of an error about an unknown name: the closest known name, else all names."""
    from difflib import get_close_matches

    near = get_close_matches(name.lower(), known, n=1)
    return f"; did you mean {near[0]}?" if near else f"; there are {', '.join(known)}"
