"""The first pass over the posts: count the names, and replace them by numbers.

The kept posts go to a file beside the draft (Arrow IPC). When all are counted, the names can be
ranked, and `encode` replaces their numbers by tag ids.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from ..rejects import Malformed
from ..source import REJECTS_LIMIT
from .integers import with_integers
from .sort import Numbers
from .spill import list_array, read_spill, spilling
from .tokens import NO_NAME, NameIds, number_names

# Columns of post_row that posts does not have.
_MADE = ["names", "drop_reason", "text_size", "row_fault"]
_COUNTED_AT_ONCE = 4_000_000  # names; each time costs as much as there are different ones
Integers = NDArray[np.int64]


@dataclass(frozen=True)
class NumberedRows:
    """Some rows of post_row, with numbers for names."""

    ids: Integers  # of all rows; -1 if there is none
    reasons: pa.DictionaryArray  # why rows are dropped; null if they are kept
    kept: pa.RecordBatch  # the kept rows, with a column name_ids
    malformed: list[Malformed]  # rows beside these
    faults: dict[int, str]  # more such rows: the reasons, by their numbers among all that were read


def numbered(batch: pa.RecordBatch, known: NameIds, malformed: list[Malformed]) -> NumberedRows:
    """Replace the names in rows of post_row by numbers."""
    batch, faults = with_integers(batch)
    faults |= _row_faults(batch.column("row_fault"))
    if faults:
        is_right = np.ones(len(batch), bool)
        is_right[list(faults)] = False
        batch = batch.filter(pa.array(is_right))
    reasons = batch.column("drop_reason")
    name_ids = list_array(*number_names(batch.column("names"), known))
    rows = batch.drop_columns(_MADE)
    rows = pa.RecordBatch.from_arrays([*rows.columns, name_ids], [*rows.schema.names, "name_ids"])
    kept = rows if reasons.null_count == len(rows) else rows.filter(reasons.is_null())
    ids = batch.column("id").fill_null(-1).to_numpy()
    return NumberedRows(ids, reasons.dictionary_encode(), kept, malformed, faults)


def _row_faults(reasons: pa.StringArray) -> dict[int, str]:
    if reasons.null_count == len(reasons):
        return {}
    return {row: reason for row, reason in enumerate(reasons.to_pylist()) if reason is not None}


@dataclass
class Counted:
    """The results of the first pass."""

    spill: Path
    names: list[str] = field(default_factory=list)
    post_counts: Integers = field(default_factory=lambda: np.zeros(0, np.int64))
    row_count: int = 0
    dropped: dict[str, int] = field(default_factory=dict)  # posts by reason
    no_id: Integers = field(default_factory=lambda: np.zeros(0, np.int64))  # record numbers
    replaced: Integers = field(default_factory=lambda: np.zeros(0, np.int64))  # record numbers
    left_out: Integers = field(default_factory=lambda: np.zeros(0, np.int64))  # rows of the spill
    malformed: list[Malformed] = field(default_factory=list)
    faults: dict[int, str] = field(default_factory=dict)  # reasons of more such rows, by record

    @property
    def kept_count(self) -> int:
        """The number of posts that go into the database."""
        return self.row_count - sum(self.dropped.values())

    def name_table(self) -> pa.Table:
        """Return the used names as a table: name_id, name, post_count."""
        used = np.flatnonzero(self.post_counts)
        used = used[used != NO_NAME]
        return pa.table(
            {
                "name_id": pa.array(used.astype(np.uint32)),
                "name": pa.array([self.names[number] for number in used.tolist()], pa.string()),
                "post_count": pa.array(self.post_counts[used]),
            }
        )


def count(
    parts: Iterable[NumberedRows], known: NameIds, spill: Path, progress: Callable[[int], object]
) -> Counted:
    """Count the posts of each name, and write the kept posts to spill with numbers for names.

    parts: all rows of the file, in order. known: what their names were numbered with. progress:
    called with the rows of each part.
    """
    counted = Counted(spill)
    log, uses = _RowLog(), _Uses(known)
    record_count = 0
    with spilling(spill) as write:
        for rows in parts:
            log.add(rows.ids, rows.reasons)
            uses.add(rows.kept.column("name_ids").values.to_numpy())
            write(rows.kept)
            room = REJECTS_LIMIT - len(counted.malformed)
            counted.malformed += rows.malformed[:room]
            for row, reason in rows.faults.items():
                if len(counted.faults) < REJECTS_LIMIT:  # more would fill the memory
                    counted.faults[record_count + row + 1] = reason
            record_count += len(rows.ids) + len(rows.faults)
            counted.row_count += len(rows.ids)
            progress(len(rows.ids))
    log.finish(counted)
    counted.names = known.names
    counted.post_counts = uses.finish()
    _subtract_left_out(counted)
    return counted


class _Uses:
    """Counts the uses of each name."""

    def __init__(self, known: NameIds) -> None:
        self._known = known
        self._counts: Integers = np.zeros(0, np.int64)
        self._waiting: list[Numbers] = []

    def add(self, numbers: Numbers) -> None:
        """Add uses, as numbers of names."""
        self._waiting.append(numbers)
        if sum(map(len, self._waiting)) >= _COUNTED_AT_ONCE:
            self._count()

    def finish(self) -> Integers:
        """Return how often each name is used."""
        self._count()
        return self._counts

    def _count(self) -> None:
        numbers = np.concatenate([np.zeros(0, np.uint32), *self._waiting])
        counts = np.bincount(numbers, minlength=len(self._known.names))
        counts[: len(self._counts)] += self._counts
        self._counts = counts
        self._waiting.clear()


_NO_REASONS = pa.array([], pa.string()).dictionary_encode()


class _RowLog:
    """The id of every row, and the reasons of the dropped ones."""

    def __init__(self) -> None:
        self._ids: list[Integers] = []
        self._reasons: list[pa.Array] = []

    def add(self, ids: Integers, reasons: pa.DictionaryArray) -> None:
        """Add the rows of a part."""
        self._ids.append(ids)
        self._reasons.append(reasons)

    def finish(self, counted: Counted) -> None:
        """Drop the rows whose id is repeated by a later row, and count the dropped rows."""
        reasons = pa.chunked_array(self._reasons, pa.dictionary(pa.int32(), pa.string()))
        reasons = pa.concat_arrays(reasons.unify_dictionaries().chunks or [_NO_REASONS])
        codes = reasons.indices.fill_null(-1).to_numpy(zero_copy_only=False).astype(np.int64)
        labels = [*reasons.dictionary.to_pylist(), "duplicate_id"]
        ids = np.concatenate([np.zeros(0, np.int64), *self._ids])
        no_id = codes == labels.index("no id") if "no id" in labels else np.zeros(len(ids), bool)
        earlier = _earlier_rows(ids)
        earlier = earlier[~no_id[earlier]]
        spill_row = np.cumsum(codes < 0) - 1
        counted.left_out = np.sort(spill_row[earlier[codes[earlier] < 0]])
        codes[earlier] = len(labels) - 1
        totals = np.bincount(codes[codes >= 0], minlength=len(labels)).tolist()
        counted.dropped = {
            label: total for label, total in zip(labels, totals, strict=True) if total
        }
        counted.no_id = np.flatnonzero(no_id) + 1
        counted.replaced = np.sort(earlier) + 1


def _earlier_rows(ids: Integers) -> Integers:
    """Return the rows whose id is repeated by a later row."""
    if bool(np.all(ids[1:] > ids[:-1])):
        return np.zeros(0, np.int64)
    order = np.argsort(ids, kind="stable")
    repeated = ids[order[:-1]] == ids[order[1:]]
    earlier: Integers = order[:-1][repeated]
    return earlier


def _subtract_left_out(counted: Counted) -> None:
    """Count the names again, without the rows that are left out, if there are any."""
    if not len(counted.left_out):
        return
    counts = np.zeros_like(counted.post_counts)
    for batch in read_spill(counted.spill, counted.left_out):
        numbers = batch.column("name_ids").flatten().to_numpy()
        counts += np.bincount(numbers, minlength=len(counts))
    counted.post_counts = counts
