"""Captions: bytes to text, text to pieces, a piece to the spellings that it may be; and back.

Nothing is lost on the way: what is not a piece (byte order mark, line ends, spaces at both ends,
kohya's marks) is kept beside the pieces as it was found.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

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
# Words of the prompt syntax, in capitals; in small letters they may be tags.
_SYNTAX = ("BREAK", "AND")


class UnreadableError(ValueError):
    """A file cannot be read as a caption; the message is the reason."""


def decoded(content: bytes) -> str:
    """Return the text of a caption, from which `str.encode` gives the same bytes back."""
    if len(content) > MAX_BYTES:
        raise UnreadableError(f"larger than {MAX_BYTES:,} bytes")
    if b"\0" in content:
        raise UnreadableError("not text (it contains NUL)")
    try:
        return content.decode()
    except UnicodeDecodeError as error:
        raise UnreadableError(f"not valid UTF-8 at byte {error.start + 1:,}") from error


@dataclass(frozen=True, slots=True)
class Segment:
    """A line, or the part of one between two of kohya's marks, and what separates it."""

    mark: str
    """What is before it: a line break, or a mark with all around it; empty for the first."""
    text: str
    """As it was found, with its commas"""

    @property
    def is_marked(self) -> bool:
        """Whether one of kohya's marks is before it, and not just a line break."""
        return self.mark not in ("", "\n", "\r\n")

    @property
    def pieces(self) -> list[str]:
        """Its pieces, not trimmed."""
        return self.text.split(",")


@dataclass(frozen=True, slots=True)
class Rewritten:
    """A segment and the pieces that are written in its place; None where it stays as it is."""

    segment: Segment
    pieces: list[str] | None


def framed(text: str) -> tuple[str, str, str]:
    """Return a text in three: the white space before it, the text, the white space after it."""
    start = len(_BOM) if text.startswith(_BOM) else 0
    body = text[start:].strip()
    if not body:
        return text, "", ""
    start = text.index(body[0], start)
    return text[:start], body, text[start + len(body) :]


def segments(body: str) -> list[Segment]:
    """Return a caption cut at marks and line breaks."""
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
    """Return the segments between marks, and for each of parts the number of its segment."""
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


def joined(parts: Sequence[Rewritten], separator: str) -> str:
    """Return a caption put together again.

    Segments without new pieces stay to the byte, and so do line breaks. A line that loses all its
    pieces goes with its line break. A mark keeps what is around it, but not at the beginning or end
    of the caption.
    """
    starts = [place for place, part in enumerate(parts) if part.segment.is_marked]
    written, text = "", ""
    for start, end in zip([0, *starts], [*starts, len(parts)], strict=True):
        mark = parts[start].segment.mark if start in starts else ""
        written += mark if written else mark.lstrip(_AROUND_MARK)
        text = _joined_lines(parts, start, end, separator)
        written += text
    return written if text else written.rstrip(_AROUND_MARK)


def _joined_lines(parts: Sequence[Rewritten], start: int, end: int, separator: str) -> str:
    """Return the lines between two marks, without those that lost all their pieces."""
    written = ""
    for place in range(start, end):
        if parts[place].pieces == []:
            continue
        written += _line(parts, place, separator)
        if place + 1 < end:
            written += parts[place + 1].segment.mark
    if start < end and parts[start].pieces == []:
        written = written.lstrip(_AROUND_MARK)
    return written.rstrip(_AROUND_MARK) if parts[end - 1].pieces == [] else written


def _line(parts: Sequence[Rewritten], place: int, separator: str) -> str:
    """Return a line; one with new pieces keeps spaces and commas next to its line breaks."""
    text, pieces = parts[place].segment.text, parts[place].pieces
    if pieces is None:
        return text
    indent = text[: len(text) - len(text.lstrip(_AROUND_MARK))] if place else ""
    trail = text[len(text.rstrip(_AROUND_MARK)) :] if place + 1 < len(parts) else ""
    return indent + separator.join(pieces) + trail


def units(pieces: list[str], is_tag: Callable[[str], bool]) -> list[tuple[str, bool]]:
    """Return the pieces of a segment, trimmed, each with whether it is a sentence.

    A sentence is one unit with its commas and spaces. It ends at a piece ending in a full stop,
    exclamation or question mark that is no tag, and begins at the nearest piece before it, after
    the last sentence, that begins with a capital and is no tag; else at that piece itself.
    """
    trimmed = [piece.strip() for piece in pieces]
    if not any(piece and piece[-1] in ".!?" for piece in trimmed):
        return [(piece, False) for piece in trimmed if piece]
    found: list[tuple[str, bool]] = []
    start = 0
    for number, piece in enumerate(trimmed):
        if not piece or piece[-1] not in ".!?" or is_tag(piece):
            continue
        first = next(
            (
                place
                for place in range(number - 1, start - 1, -1)
                if trimmed[place][:1].isupper() and not is_tag(trimmed[place])
            ),
            number,
        )
        found += [(each, False) for each in trimmed[start:first] if each]
        found.append((",".join(pieces[first : number + 1]).strip(), True))
        start = number + 1
    return found + [(each, False) for each in trimmed[start:] if each]


def unwrapped(piece: str) -> Iterator[tuple[str, str, str]]:
    """Yield what may be the tag in a piece, with what stands before and after it: outermost first.

    Attention weights are peeled off: `(fox:1.2)`, `((fox))`, `[fox]`.
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
    """Return the spellings to look a text up by, the likeliest first; none where it is no tag.

    As it stands, with spaces as underscores; then in small letters, in the normal form C, without
    backslashes before parentheses and colons.
    """
    if not text or len(text) > _LONGEST_TAG or text in _SYNTAX:
        return ()
    exact = text.replace(" ", "_")
    usual = spelling(text)
    return (exact,) if exact == usual else (exact, usual)


def spelling(text: str) -> str:
    """Return a text as names of tags are spelt."""
    text = _ESCAPES.sub("", text) if "\\" in text else text
    text = text.lower().replace(" ", "_")
    return text if text.isascii() else unicodedata.normalize("NFC", text)


def escaped_characters(text: str) -> str:
    """Return which of the characters ( and : a text has with a backslash before them."""
    if "\\" not in text:
        return ""
    return "(" * ("\\(" in text or "\\)" in text) + ":" * ("\\:" in text)


def escaped(text: str, characters: str) -> str:
    """Return a text with backslashes before its parentheses and colons, as far as asked for."""
    if "\\" in text:  # a name with a backslash of its own is found only as it stands
        return text
    if "(" in characters:
        text = text.replace("(", "\\(").replace(")", "\\)")
    return text.replace(":", "\\:") if ":" in characters else text
