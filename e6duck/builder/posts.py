"""The two passes over the posts, in NumPy because SQL would be too slow: count tags, number them.

The first pass reads the CSV once, replaces names by numbers, and writes the kept posts to a file
beside the draft (Arrow IPC). Then the counts rank the tags. The second pass replaces the numbers by
tag ids and adds implied tags, with one sparse matrix product per batch. Both passes hold a few
batches in memory at a time.
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

BATCH_ROWS = 20_000  # larger ones do not fit the cache, smaller ones repeat the work per batch
_READ_ONLY = ["names", "drop_reason", "text_size"]  # columns of post_row that posts does not have
Integers = NDArray[np.int64]


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
    batches: Iterable[pa.RecordBatch],
    alias_ends: dict[str, str],
    spill: Path,
    progress: Callable[[int], object],
) -> Counted:
    """Count the posts of each name, and write the kept posts to spill with numbers for names.

    batches: rows of post_row. A name that a post has several times counts once. alias_ends: the
    final name of each alias. progress: called with the rows of each batch.
    """
    known = NameIds(alias_ends)
    counted = Counted(spill)
    log = _RowLog()
    with _spilling(spill) as write:
        for batch in prefetch(batches):
            kept = log.add(batch)
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
    log.finish(counted)
    _subtract_left_out(counted)
    counted.names = known.names
    return counted


def _all_true(mask: pa.BooleanArray) -> bool:
    return bool(mask.true_count == len(mask))


_NO_REASONS = pa.array([], pa.string()).dictionary_encode()


class _RowLog:
    """The id of every row, and the reasons of the dropped ones."""

    def __init__(self) -> None:
        self._ids: list[Integers] = []
        self._reasons: list[pa.Array] = []

    def add(self, batch: pa.RecordBatch) -> pa.BooleanArray:
        """Add a batch, and return whether each of its rows is kept so far."""
        self._ids.append(batch.column("id").fill_null(-1).to_numpy())
        reasons = batch.column("drop_reason")
        self._reasons.append(reasons.dictionary_encode())
        return reasons.is_null()

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


def _list_array(offsets: Offsets, values: NDArray[Any]) -> pa.ListArray:
    return pa.ListArray.from_arrays(
        pa.array(offsets.astype(np.int32, copy=False)),
        pa.array(values.astype(np.uint32, copy=False)),
    )


@contextmanager
def _spilling(path: Path) -> Iterator[Callable[[pa.RecordBatch, pa.ListArray], None]]:
    """Give a function that writes batches with a column name_ids to an Arrow file."""
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
    """Yield the kept posts, without those that a later row replaces."""
    first = 0
    with pa.OSFile(str(counted.spill), "rb") as source:
        for batch in pa.ipc.open_stream(source):
            left_out = counted.left_out - first
            left_out = left_out[(left_out >= 0) & (left_out < len(batch))]
            first += len(batch)
            if len(left_out):
                keep = np.ones(len(batch), bool)
                keep[left_out] = False
                batch = batch.filter(pa.array(keep))
            yield batch


def _subtract_left_out(counted: Counted) -> None:
    """Count the names again, without the rows that are left out, if there are any."""
    if not len(counted.left_out):
        return
    counts = np.zeros_like(counted.post_counts)
    for batch in _read_spill(counted):
        numbers = batch.column("name_ids").flatten().to_numpy()
        counts += np.bincount(numbers, minlength=len(counts))
    counted.post_counts = counts


@dataclass
class Encoded:
    """The second pass: the posts with tag ids as an Arrow reader, and counts of their tags."""

    counted: Counted
    targets: Any  # SciPy CSR, names x tags: 1 for the tag of a name, 2 for a tag that it implies
    progress: Callable[[int], object]  # called with the rows of each batch
    tagged_counts: Integers = field(init=False)  # posts with each tag, implied ones included
    failure: BaseException | None = None  # raised while DuckDB was reading, which hides its type

    def __post_init__(self) -> None:
        self.tagged_counts = np.zeros(self.targets.shape[1], np.int64)

    def reader(self) -> pa.RecordBatchReader:
        """Return the posts in file order, with ascending tag_ids and implied_ids."""
        with pa.OSFile(str(self.counted.spill), "rb") as source:
            schema = pa.ipc.open_stream(source).schema
        schema = schema.remove(schema.get_field_index("name_ids"))
        for name in ("tag_ids", "implied_ids"):
            schema = schema.append(pa.field(name, pa.list_(pa.uint32())))
        batches = prefetch(self._encode(batch) for batch in _read_spill(self.counted))
        return pa.RecordBatchReader.from_batches(schema, self._watched(batches))

    def _watched(self, batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        """Yield the batches, report progress, and keep an error for the caller of DuckDB."""
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
        """Return tag_ids and implied_ids of posts, from the product posts x names x tags.

        An element is the sum over the names of a post: 1 for its own tag, 2 for each name that
        implies the tag. So 2 or more is an implied tag.
        """
        from scipy.sparse import csr_matrix

        offsets = name_ids.offsets.to_numpy()
        numbers = name_ids.values.to_numpy()[offsets[0] : offsets[-1]].astype(np.int32)
        ones = np.ones(len(numbers), np.int32)
        shape = (len(name_ids), self.targets.shape[0])
        product = csr_matrix((ones, numbers, offsets - offsets[0]), shape=shape) @ self.targets
        product.sort_indices()
        tags, is_implied = product.indices, product.data >= 2
        self.tagged_counts += np.bincount(tags, minlength=len(self.tagged_counts))
        implied_before = np.concatenate([[0], np.cumsum(is_implied)])
        return (
            _list_array(product.indptr, tags),
            _list_array(implied_before[product.indptr], tags[is_implied]),
        )
