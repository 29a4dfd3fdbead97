"""The two passes over the posts that SQL would pay too much for: count their tags, number them.

The first reads the CSV once, names become numbers, and what is kept goes to a file beside the
draft (Arrow IPC). The second turns those numbers into tag ids, once the counts have ranked them,
and adds what they imply by one sparse product a batch. Both work batch by batch in flat memory.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from ..db.prefetch import prefetch
from .tokens import NO_NAME, NameIds, Offsets, number_names

BATCH_ROWS = 20_000  # more fill the cache, fewer make the look-up tables too often
_READ_ONLY = ["names", "drop_reason", "text_size"]  # columns of post_row that posts has not
Progress = Callable[[int], object]
Integers = NDArray[np.int64]


@dataclass
class Counted:
    """What the first pass has found."""

    spill: Path
    names: list[str] = field(default_factory=list)
    post_counts: Integers = field(default_factory=lambda: np.zeros(0, np.int64))
    row_count: int = 0
    dropped: dict[str, int] = field(default_factory=dict)
    no_id: Integers = field(default_factory=lambda: np.zeros(0, np.int64))  # record numbers
    replaced: Integers = field(default_factory=lambda: np.zeros(0, np.int64))  # record numbers
    left_out: Integers = field(default_factory=lambda: np.zeros(0, np.int64))  # rows of the spill

    @property
    def kept_count(self) -> int:
        """Posts that go into the database."""
        return self.row_count - sum(self.dropped.values())

    def name_table(self) -> pa.Table:
        """Return the names in use with their posts: name_id, name, post_count."""
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
    batches: Iterable[pa.RecordBatch],
    alias_ends: dict[str, str],
    spill: Path,
    progress: Progress,
) -> Counted:
    """Count the posts of each name, and leave the kept posts in spill with their names numbered.

    batches: rows of post_row. A post counts once for a name, however often it stands there.
    """
    known = NameIds(alias_ends)
    counted = Counted(spill)
    row_log = _RowLog()
    with _spilling(spill) as write:
        for batch in prefetch(batches):
            kept = row_log.add(batch)
            rows = batch.filter(kept) if kept.null_count or not _all_true(kept) else batch
            offsets, numbers = number_names(rows.column("names"), known)
            counts = np.bincount(numbers, minlength=len(known.names))
            counts[: len(counted.post_counts)] += counted.post_counts
            counted.post_counts = counts
            write(
                rows.drop_columns(_READ_ONLY),
                _list_array(offsets, numbers),
            )
            counted.row_count += len(batch)
            progress(len(batch))
    row_log.settle(counted)
    _discount(counted)
    counted.names = known.names
    return counted


def _all_true(mask: pa.BooleanArray) -> bool:
    return bool(mask.true_count == len(mask))


_NO_REASONS = pa.array([], pa.string()).dictionary_encode()


class _RowLog:
    """Who is there: the id of every row, and why rows are dropped."""

    def __init__(self) -> None:
        self._ids: list[Integers] = []
        self._reasons: list[pa.Array] = []

    def add(self, batch: pa.RecordBatch) -> pa.BooleanArray:
        """Take note of a batch; returns which of its rows are kept."""
        self._ids.append(batch.column("id").fill_null(-1).to_numpy())
        reasons = batch.column("drop_reason")
        self._reasons.append(reasons.dictionary_encode())
        return reasons.is_null()

    def settle(self, counted: Counted) -> None:
        """Drop the rows whose id stands in a later row, and count all that is dropped."""
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
    """Return the rows whose id stands again in a later row."""
    if bool(np.all(ids[1:] > ids[:-1])):
        return np.zeros(0, np.int64)
    order = np.argsort(ids, kind="stable")
    repeated = ids[order[:-1]] == ids[order[1:]]
    earlier: Integers = order[:-1][repeated]
    return earlier


def _list_array(offsets: Offsets, values: NDArray[Any]) -> pa.ListArray:
    return pa.ListArray.from_arrays(
        pa.array(offsets.astype(np.int32, copy=False)),
        pa.array(values.astype(np.uint32, copy=False)),
    )


@contextmanager
def _spilling(path: Path) -> Iterator[Callable[[pa.RecordBatch, pa.ListArray], None]]:
    """Write batches, each with a column name_ids, to an Arrow file of unknown schema."""
    writer: pa.ipc.RecordBatchStreamWriter | None = None
    with pa.OSFile(str(path), "wb") as sink:

        def write(batch: pa.RecordBatch, name_ids: pa.ListArray) -> None:
            nonlocal writer
            batch = pa.RecordBatch.from_arrays(
                [*batch.columns, name_ids], [*batch.schema.names, "name_ids"]
            )
            writer = writer or pa.ipc.new_stream(sink, batch.schema)
            writer.write_batch(batch)

        yield write
        if writer:
            writer.close()


def _read_spill(counted: Counted) -> Iterator[pa.RecordBatch]:
    """Yield the kept posts; rows that a later one replaces are left out."""
    first = 0
    with pa.OSFile(str(counted.spill), "rb") as source:
        for batch in pa.ipc.open_stream(source):
            gone = counted.left_out - first
            gone = gone[(gone >= 0) & (gone < len(batch))]
            first += len(batch)
            if len(gone):
                keep = np.ones(len(batch), bool)
                keep[gone] = False
                batch = batch.filter(pa.array(keep))
            yield batch


def _discount(counted: Counted) -> None:
    """Take the rows that are left out off the counts."""
    if not len(counted.left_out):
        return
    counts = np.zeros_like(counted.post_counts)
    for batch in _read_spill(counted):
        numbers = batch.column("name_ids").flatten().to_numpy()
        counts += np.bincount(numbers, minlength=len(counts))
    counted.post_counts = counts


@dataclass
class Encoded:
    """The second pass: posts with tag ids, as an Arrow reader, and what it counts on the way."""

    counted: Counted
    targets: Any  # SciPy CSR, names x tags: 1 the tag of a name, 2 a tag that it implies
    progress: Progress
    tagged_counts: Integers = field(init=False)
    failure: BaseException | None = None  # what broke off the reading, from under DuckDB

    def __post_init__(self) -> None:
        self.tagged_counts = np.zeros(self.targets.shape[1], np.int64)

    def reader(self) -> pa.RecordBatchReader:
        """Return the posts in their order, tag_ids and implied_ids ascending."""
        with pa.OSFile(str(self.counted.spill), "rb") as source:
            schema = pa.ipc.open_stream(source).schema
        schema = schema.remove(schema.get_field_index("name_ids"))
        for name in ("tag_ids", "implied_ids"):
            schema = schema.append(pa.field(name, pa.list_(pa.uint32())))
        batches = prefetch(self._encode(batch) for batch in _read_spill(self.counted))
        return pa.RecordBatchReader.from_batches(schema, self._noted(batches))

    def _noted(self, batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        try:
            for batch in batches:
                yield batch
                self.progress(len(batch))
        except BaseException as error:
            self.failure = error
            raise

    def _encode(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        tag_ids, implied_ids = self._numbered(batch.column("name_ids"))
        batch = batch.drop_columns(["name_ids"])
        return pa.RecordBatch.from_arrays(
            [*batch.columns, tag_ids, implied_ids], [*batch.schema.names, "tag_ids", "implied_ids"]
        )

    def _numbered(self, name_ids: pa.ListArray) -> tuple[pa.ListArray, pa.ListArray]:
        """Multiply posts x names by names x tags: a sum of 2 or more is a tag that is implied."""
        from scipy.sparse import csr_matrix

        offsets = name_ids.offsets.to_numpy()
        numbers = name_ids.values.to_numpy()[offsets[0] : offsets[-1]].astype(np.int32)
        ones = np.ones(len(numbers), np.int32)
        shape = (len(name_ids), self.targets.shape[0])
        product = csr_matrix((ones, numbers, offsets - offsets[0]), shape=shape) @ self.targets
        lengths = np.diff(product.indptr)
        key = np.repeat(np.arange(len(lengths), dtype=np.int64) << 33, lengths)
        key |= product.indices.astype(np.int64) << 1
        key |= product.data >= 2
        key.sort()
        tags = (key & 0x1FFFFFFFF) >> 1
        is_implied = (key & 1).astype(bool)
        self.tagged_counts += np.bincount(tags, minlength=len(self.tagged_counts))
        implied_before = np.concatenate([[0], np.cumsum(is_implied)])
        return (
            _list_array(product.indptr, tags),
            _list_array(implied_before[product.indptr], tags[is_implied]),
        )
