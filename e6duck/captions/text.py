"""Captions as text: bytes to text, text to pieces, pieces to spellings, and back to text.

Nothing is lost: what is not a piece (byte order mark, line ends, white space at both ends, kohya's
marks) is kept beside the pieces, unchanged.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from .syntax.formats import format_name

MAX_BYTES = 1_000_000
_LONGEST_TAG = 300  # the site's longest has about 170 characters
_DEEPEST_WEIGHT = 8  # brackets around brackets
_BOM = "\ufeff"
_AROUND_MARK = " \t\n\r,"
_MARK = re.compile(r"(\|{3,}|;{3,})")
_BREAK = re.compile(r"(\r?\n)")
_ESCAPES = re.compile(r"(?<!\\)\\++(?=[():])")
_WEIGHT = re.compile(r"(.+?)(\s*:\s*[+-]?(?:\d+\.?\d*|\.\d+)\s*)")
_CLOSING = {"(": ")", "[": "]", "{": "}"}
_WEIGHTED = re.compile(r"[^\d\s:(\\]\s?:\s?\d+\.?\d*\s?\)|:\s?\d*\.\d+\s?\)")
_BARE_NAME = re.compile(r"(?m)[^\W_][ _]\([^():,\n]{1,99}\)(?=[ \t]*(?:,|$))")
# Keywords of the prompt syntax in capitals; in lower case they may be tags.
_SYNTAX = ("BREAK", "AND")


class UnreadableError(ValueError):
    """A file cannot be read as a caption; the message is the reason."""


def decoded(content: bytes) -> str:
    """Return the text of a caption; `str.encode` turns it back into the same bytes.

    Raises `UnreadableError` if it is too large, not UTF-8 text, or JSON or a table.
    """
    if len(content) > MAX_BYTES:
        raise UnreadableError(f"larger than {MAX_BYTES:,} bytes")
    if b"\0" in content:
        raise UnreadableError("not text (it contains NUL)")
    try:
        text = content.decode()
    except UnicodeDecodeError as error:
        raise UnreadableError(f"not valid UTF-8 at byte {error.start + 1:,}") from error
    if name := format_name(text):
        raise UnreadableError(f"{name}, not a plain caption")
    return text


@dataclass(frozen=True, slots=True)
class Segment:
    """A line, or a part of one between two of kohya's marks, with the separator before it."""

    mark: str
    """The separator: a line break, or a mark with the white space and commas around it; empty for
    the first segment"""
    text: str
    """The text as it was read, with its commas"""

    @property
    def is_marked(self) -> bool:
        """Whether the separator is one of kohya's marks and not a line break."""
        return self.mark not in ("", "\n", "\r\n")


@dataclass(frozen=True, slots=True)
class Rewritten:
    """A segment and its new text: empty if it lost all its pieces, None if it stays unchanged."""

    segment: Segment
    text: str | None


def framed(text: str) -> tuple[str, str, str]:
    """Return the white space before a text, the text without it, and the white space after."""
    start = len(_BOM) if text.startswith(_BOM) else 0
    body = text[start:].strip()
    if not body:
        return text, "", ""
    start = text.index(body[0], start)
    return text[:start], body, text[start + len(body) :]


def segments(body: str) -> list[Segment]:
    """Return the segments of a caption, which is cut at marks and line breaks."""
    if "|||" not in body and ";;;" not in body:
        return list(_lines("", body))
    first, *others = _MARK.split(body)
    found: list[Segment] = []
    glue, chunk = "", first
    for mark, following in zip(others[::2], others[1::2], strict=True):
        before = chunk.rstrip(_AROUND_MARK)
        found += _lines(glue, before)
        after = following.lstrip(_AROUND_MARK)
        glue = chunk[len(before) :] + mark + following[: len(following) - len(after)]
        chunk = after
    return [*found, *_lines(glue, chunk)]


def _lines(mark: str, chunk: str) -> Iterator[Segment]:
    first, *others = _BREAK.split(chunk)
    yield Segment(mark, first)
    for line_break, line in zip(others[::2], others[1::2], strict=True):
        yield Segment(line_break, line)


def without_lines(parts: Iterable[Segment]) -> tuple[list[Segment], list[int]]:
    """Merge the lines between marks; returns the segments, and for each part its new number."""
    merged: list[Segment] = []
    numbers = []
    for part in parts:
        if merged and not part.is_marked:
            mark, text = merged[-1].mark, merged[-1].text
            merged[-1] = Segment(mark, text + part.mark + part.text)
        else:
            merged.append(part)
        numbers.append(len(merged) - 1)
    return merged, numbers


def joined(parts: Sequence[Rewritten]) -> str:
    """Return the caption of these segments.

    Segments without new text and line breaks stay the same to the byte. A line that loses all its
    pieces is removed with its line break, and a part between two ;;; with one of them. A mark keeps
    the white space and commas around it, except at the beginning and end of the caption.
    """
    starts = [place for place, part in enumerate(parts) if part.segment.is_marked]
    written, text = "", ""
    is_lost = False
    for start, end in zip([0, *starts], [*starts, len(parts)], strict=True):
        mark = parts[start].segment.mark if start in starts else ""
        was_lost, is_lost = is_lost, all(part.text == "" for part in parts[start:end])
        # ;;; separates what is there; ||| is a place in a caption, which something may be before.
        is_idle = ";" in mark and (is_lost or (was_lost and not written))
        if not is_idle:
            written += mark if written else mark.lstrip(_AROUND_MARK)
        text = _joined_lines(parts, start, end)
        written += text
    return written if text else written.rstrip(_AROUND_MARK)


def _joined_lines(parts: Sequence[Rewritten], start: int, end: int) -> str:
    """Return the lines between two marks, without those that lost all their pieces."""
    written = ""
    for place in range(start, end):
        if parts[place].text == "":
            continue
        written += _line(parts, place)
        if place + 1 < end:
            written += parts[place + 1].segment.mark
    if start < end and parts[start].text == "":
        written = written.lstrip(_AROUND_MARK)
    return written.rstrip(_AROUND_MARK) if parts[end - 1].text == "" else written


def _line(parts: Sequence[Rewritten], place: int) -> str:
    """Return a line; one with new text keeps the white space and commas at its line breaks."""
    text, new = parts[place].segment.text, parts[place].text
    if new is None:
        return text
    indent = text[: len(text) - len(text.lstrip(_AROUND_MARK))] if place else ""
    trail = text[len(text.rstrip(_AROUND_MARK)) :] if place + 1 < len(parts) else ""
    return indent + new + trail


def unwrapped(piece: str) -> Iterator[tuple[str, str, str]]:
    """Yield the possible tags in a piece, each with the text before and after it, outermost first.

    Attention weights are removed step by step: `(fox:1.2)`, `((fox))`, `[fox]`.
    """
    before, inner, after = "", piece, ""
    yield before, inner, after
    if piece[:1] not in _CLOSING:
        return
    for _ in range(_DEEPEST_WEIGHT if len(piece) <= 2 * _LONGEST_TAG else 0):
        if len(inner) < 3 or _CLOSING.get(inner[0]) != inner[-1] or inner[-2] == "\\":
            return
        core = inner[1:-1].strip()
        start = inner.index(core, 1)
        before, after = before + inner[:start], inner[start + len(core) :] + after
        inner = core
        yield before, inner, after
        if weight := _WEIGHT.fullmatch(inner):
            inner, after = weight[1], weight[2] + after
            yield before, inner, after


@lru_cache(maxsize=100_000)
def keys(text: str) -> tuple[str, ...]:
    """Return the spellings to look a text up by, the likeliest first; none if it cannot be a tag.

    First the text with underscores for spaces; then also in lower case, in normal form C, without
    backslashes before parentheses and colons.
    """
    if not text or len(text) > _LONGEST_TAG or text in _SYNTAX:
        return ()
    exact = text.replace(" ", "_")
    usual = spelling(text)
    return (exact,) if exact == usual else (exact, usual)


def spelling(text: str) -> str:
    """Return a text in the spelling of tag names."""
    text = _ESCAPES.sub("", text) if "\\" in text else text
    text = text.lower().replace(" ", "_")
    return text if text.isascii() else unicodedata.normalize("NFC", text)


def escaped_characters(text: str) -> str:
    """Return which of the characters ( and : are written with a backslash in a text.

    Parentheses are, too, where one has an attention weight: without a backslash they mean emphasis.
    """
    is_weighted = ":" in text and ")" in text and _WEIGHTED.search(text) is not None
    if "\\" not in text:
        return "(" * is_weighted
    return "(" * (is_weighted or "\\(" in text or "\\)" in text) + ":" * ("\\:" in text)


def has_bare_names(text: str) -> bool:
    """Return whether a text has names in parentheses without backslashes: `judy (character)`."""
    return "(" in text and _BARE_NAME.search(text) is not None


def escaped(text: str, characters: str) -> str:
    """Return a text with backslashes before its parentheses and colons, if among characters."""
    if "\\" in text:  # a name with its own backslash is found only unchanged
        return text
    if "(" in characters:
        text = text.replace("(", "\\(").replace(")", "\\)")
    return text.replace(":", "\\:") if ":" in characters else text
