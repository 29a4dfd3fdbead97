"""Cut the text of a CSV file into parts of whole rows, which can be read side by side.

A part ends at a line end outside quotes. To find one, it is enough to count quotes: a field that
has a quote is quoted, and a quote in it is doubled. In a damaged file that may not hold. So each
part carries a proof: `scan` puts a row after it that no file has, and unless that comes out as a
row of its own, the part did not end where a row ends, and the file is read again in one piece.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias

from ..check import CheckingReader
from ..source import LONGEST_ROW

PART_SIZE = 1 << 23  # bytes; smaller ones repeat the work per part, larger ones fill the memory
_MOST_HELD = 2 * LONGEST_ROW
Buffer: TypeAlias = bytes | memoryview


class UncertainError(Exception):
    """It is not certain where the rows of a file begin."""


@dataclass(frozen=True)
class Part:
    """A number of whole rows of a file."""

    number: int
    first: int  # the byte of the decompressed text where it begins
    pieces: tuple[Buffer, ...]  # its text
    size: int  # of the pieces together, in bytes


def cut(reader: CheckingReader, header_size: int) -> Iterator[Part]:
    """Yield the rows after the header of a file as parts, in order.

    Raises `UncertainError` if too much text has no end of a row.
    """
    number, first = 0, header_size
    held: list[Buffer] = []
    for block in _without_header(reader.blocks(PART_SIZE), header_size):
        end = _last_row_end(block, is_open=reader.quote_count % 2 == 1)
        if not end:
            held.append(block)
            if sum(map(len, held)) > _MOST_HELD + len(block):
                raise UncertainError
            continue
        view = memoryview(block)
        part = _part(number, first, [*held, view[:end]])
        yield part
        number, first = number + 1, first + part.size
        held = [bytes(view[end:])] if end < len(block) else []
    if held:  # the last line need not be ended
        yield _part(number, first, [*held, b"\n"])


def _without_header(blocks: Iterator[bytes], header_size: int) -> Iterator[bytes]:
    for block in blocks:
        if header_size < len(block):
            yield block[header_size:] if header_size else block
        header_size = max(header_size - len(block), 0)


def _last_row_end(block: bytes, is_open: bool) -> int:
    """Return the position after the last line end that is outside quotes, or 0 if there is none.

    is_open: whether a quoted field is open at the end of the block.
    """
    end = len(block)
    while line_end := block.rfind(b"\n", 0, end) + 1:
        is_open ^= block.count(b'"', line_end, end) % 2 == 1
        if not is_open:
            return line_end
        end = line_end - 1
    return 0


def _part(number: int, first: int, pieces: list[Buffer]) -> Part:
    return Part(number, first, tuple(pieces), sum(map(len, pieces)))
