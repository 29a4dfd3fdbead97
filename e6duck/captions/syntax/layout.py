"""The layout of a line of a caption: its pieces, what stands between them, and its sentences."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

from .groups import Span, spans
from .marks import BAR, CLOSE, GAP, JOINT, OPEN, Mark, Marks
from .prose import Piece, features, sentences
from .separators import AUTO, JOINTS, SPACE, IsTag, list_signs
from .words import final_mark, is_abbreviated, sentence_ends

Scope = tuple[tuple[int, int], ...]
"""The wildcards around a piece: for each the place where it opens, and the alternative"""
_SYNTAX = re.compile(r"<\w+:[^<>]+>|(?<!\S)(?:BREAK|AND)(?!\S)")
_BRACKETS = (("(", ")"), ("[", "]"), ("{", "}"))
_LEFT_OVER = re.compile(r"^[\s(\[{]+(?:\d+\$\$)?|(?:\s*:\s*[\d.]+\s*)?[\s)\]}]+$")


@dataclass(frozen=True, slots=True)
class Atom:
    """A piece of a line: a tag, other text, or a whole sentence."""

    text: str
    start: int
    end: int
    glue: Marks
    """What stands before it, after the piece before it"""
    scope: Scope = ()
    is_weighted: bool = False
    """Whether it shares the brackets of an attention weight with other pieces"""
    is_sentence: bool = False


class Layout(NamedTuple):
    """The pieces of a line, and what stands after the last one."""

    atoms: list[Atom]
    tail: Marks


@lru_cache(maxsize=100_000)
def is_plain(piece: str) -> bool:
    """Return whether a trimmed piece has neither prompt syntax nor the words of a sentence."""
    return (
        features(piece).score <= 0
        and not final_mark(piece)
        and not sentence_ends(piece)
        and "|" not in piece
        and ("<" not in piece or len(_parts(piece)) == 1 or _SYNTAX.fullmatch(piece) is not None)
        and not (("BREAK" in piece or "AND" in piece) and len(_parts(piece)) > 1)
        and all(piece.count(left) == piece.count(right) for left, right in _BRACKETS)
    )


def candidates(piece: str) -> Iterator[str]:
    """Yield the texts within a trimmed piece that may be tags."""
    if is_plain(piece):
        return
    for part in {piece, *piece.split("|")}:
        core = _LEFT_OVER.sub("", part)
        for inner in (
            part,
            core,
            _LEFT_OVER.sub("", core),
            part.lstrip("([{ "),
            part.rstrip(")]} "),
        ):
            for start, end in _parts(inner):
                for first, last in _clauses(inner[start:end]):
                    text = inner[start:end][first:last].strip()
                    yield text
                    yield text.removesuffix(final_mark(text)).rstrip()


def layout(text: str, separator: str, is_tag: IsTag, usual: str = "") -> Layout:
    """Return the layout of a line. is_tag: whether a trimmed text is a known tag.

    usual: a sign that is likely a separator, if the separator is "auto".
    """
    joints = [match.start() for match in JOINTS[separator].finditer(text)]
    if separator == AUTO:
        joints = sorted({*joints, *list_signs(text, is_tag, usual)})
    found = spans(text, joints, is_tag, has_groups=separator != SPACE)
    atoms, tail = _cut(text, found, is_tag)
    if separator == SPACE:
        return Layout(atoms, tail)
    pieces = list(_as_pieces(atoms, is_tag))
    return _merged(text, atoms, pieces, tail, sentences(pieces), is_tag)


# Cutting


def _cut(text: str, found: list[Span], is_tag: IsTag) -> tuple[list[Atom], Marks]:
    atoms: list[Atom] = []
    glue: list[Mark] = []
    scope: Scope = ()
    weights = 0
    start = 0
    for span in [*found, Span(len(text), len(text), Mark(GAP, ""))]:
        for piece, first, last, gap in _pieces_between(text, start, span.start, is_tag):
            marks = (*glue, Mark(GAP, gap)) if gap is not None else tuple(glue)
            atoms.append(Atom(piece, first, last, marks, scope, weights > 0))
            glue = []
        mark = span.mark
        start = span.end
        if mark.text and not (mark.kind == JOINT and glue and glue[-1].kind == JOINT):
            glue.append(mark)
        if mark.kind in (OPEN, CLOSE) and not span.is_wildcard:
            weights += 1 if mark.kind == OPEN else -1
        elif mark.kind == OPEN:
            scope = (*scope, (span.start, 0))
        elif mark.kind == CLOSE:
            scope = scope[:-1]
        elif mark.kind == BAR:
            scope = (*scope[:-1], (scope[-1][0], scope[-1][1] + 1))
    return atoms, tuple(glue)


def _pieces_between(
    text: str, start: int, end: int, is_tag: IsTag
) -> Iterable[tuple[str, int, int, str | None]]:
    """Return the pieces between two places, with their places and the text before them."""
    piece = text[start:end]
    trimmed = piece.strip()
    if not trimmed:
        return ()
    start += len(piece) - len(piece.lstrip())
    if is_plain(trimmed) or is_tag(trimmed):
        return ((trimmed, start, start + len(trimmed), None),)
    return _pieces_within(trimmed, start, is_tag)


def _pieces_within(
    piece: str, start: int, is_tag: IsTag
) -> Iterator[tuple[str, int, int, str | None]]:
    last = None
    for part_start, part_end in _parts(piece):
        part = piece[part_start:part_end]
        for first, stop in [(0, len(part))] if is_tag(part) else _clauses(part):
            first, stop = part_start + first, part_start + stop
            gap = None if last is None else piece[last:first]
            yield piece[first:stop], start + first, start + stop, gap
            last = stop


def _parts(piece: str) -> list[tuple[int, int]]:
    """Return the places of the parts of a piece between the words of the prompt syntax."""
    if "<" not in piece and ("BREAK" not in piece and "AND" not in piece):
        return [(0, len(piece))]
    cuts = {0, len(piece)}
    ends = [0, *sentence_ends(piece), len(piece)]
    for match in _SYNTAX.finditer(piece):
        start = max(end for end in ends if end <= match.start())
        clause = piece[start : min(end for end in ends if end >= match.end())]
        if match[0][0] == "<" or not clause.isupper():  # else it is a word of a loud sentence
            cuts |= {match.start(), match.end()}
    return _trimmed(piece, sorted(cuts))


def _clauses(part: str) -> list[tuple[int, int]]:
    """Return the places of the sentences in a part of a piece."""
    return _trimmed(part, [0, *sentence_ends(part), len(part)])


def _trimmed(text: str, cuts: list[int]) -> list[tuple[int, int]]:
    found = []
    for start, end in pairwise(cuts):
        piece = text[start:end]
        if core := piece.strip():
            start += piece.index(core)
            found.append((start, start + len(core)))
    return found


# Sentences


def _as_pieces(atoms: list[Atom], is_tag: IsTag) -> Iterator[Piece]:
    follows_end, was_syntax = True, False
    for atom in atoms:
        text = atom.text
        known = is_tag(text)
        mark = "" if known else final_mark(text)
        ends = bool(mark) and not is_abbreviated(text)
        is_syntax = not known and _SYNTAX.fullmatch(text) is not None
        is_boundary = is_syntax or was_syntax
        is_boundary |= any(mark.kind not in (JOINT, GAP) for mark in atom.glue)
        known = known or (ends and is_tag(_without(text, mark)))
        yield Piece(text, known, ends, follows_end or is_boundary)
        follows_end, was_syntax = ends, is_syntax


def _without(text: str, mark: str) -> str:
    return text[: len(text) - len(mark)].rstrip()


def _merged(
    text: str,
    atoms: list[Atom],
    pieces: list[Piece],
    tail: Marks,
    labels: list[bool],
    is_tag: IsTag,
) -> Layout:
    """Merge the pieces of sentences; move the marks at the end of tags out of them."""
    found: list[Atom] = []
    carried: Marks = ()
    open_sentence = False
    for atom, piece, is_prose in zip(atoms, pieces, labels, strict=True):
        glue = _after_end(carried, atom.glue) if carried else atom.glue
        carried = ()
        if is_prose and open_sentence and _continues(atom, piece):
            first = found[-1]
            found[-1] = replace(first, text=text[first.start : atom.end], end=atom.end)
        elif is_prose:
            found.append(replace(atom, glue=glue, is_sentence=True))
        elif piece.ends and piece.is_tag:
            core = _without(atom.text, final_mark(atom.text))
            found.append(replace(atom, text=core, end=atom.start + len(core), glue=glue))
            carried = (Mark(GAP, text[atom.start + len(core) : atom.end]),)
        else:
            found.append(atom if glue is atom.glue else replace(atom, glue=glue))
        open_sentence = is_prose
    return Layout(_split_again(found, atoms, is_tag), _after_end(carried, tail))


def _after_end(carried: Marks, glue: Marks) -> Marks:
    """Return what stands before a piece, with the mark at the end of the tag before it."""
    if carried and glue and glue[0].kind == GAP:
        return (Mark(GAP, carried[0].text + glue[0].text), *glue[1:])
    return (*carried, *glue)


def _continues(atom: Atom, piece: Piece) -> bool:
    """Return whether a piece of a sentence is written in one with the piece before it."""
    if not piece.follows_end:
        return True
    return bool(atom.glue) and all(mark.kind == GAP for mark in atom.glue)


def _split_again(found: list[Atom], atoms: list[Atom], is_tag: IsTag) -> list[Atom]:
    """Return a sentence without a known tag in it, and without an end, as its pieces."""
    result: list[Atom] = []
    for atom in found:
        if not atom.is_sentence:
            result.append(atom)
            continue
        inner = [each for each in atoms if atom.start <= each.start and each.end <= atom.end]
        if not any(final_mark(each.text) or is_tag(each.text) for each in inner):
            result += [replace(inner[0], glue=atom.glue), *inner[1:]]
        else:
            result.append(atom)
    return result
