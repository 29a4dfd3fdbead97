"""The second pass over the posts: replace the numbers of names by tag ids, and add implied tags."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from ...db.prefetch import mapped
from ...index.posts import PostsSink
from .count import Counted, Integers
from .sort import Numbers, Offsets, sorted_lists
from .spill import list_array, read_spill, spill_schema


class TagsOfNames:
    """For each name, by its number, the tags that it stands for: its own, and those it implies.

    A tag is a code: twice its id, and 1 more if it is implied.
    """

    def __init__(self, name_count: int, direct: pa.Table, implied: pa.Table) -> None:
        """direct, implied: pairs of name_id and tag_id."""
        names = np.concatenate([direct["name_id"].to_numpy(), implied["name_id"].to_numpy()])
        codes = np.concatenate(
            [direct["tag_id"].to_numpy() << 1, implied["tag_id"].to_numpy() << 1 | 1]
        )
        order = np.argsort(names, kind="stable")
        self._codes: Numbers = codes[order].astype(np.uint32)
        self._lengths = np.bincount(names, minlength=name_count).astype(np.int32)
        self._starts = np.cumsum(self._lengths, dtype=np.int32) - self._lengths
        self.tag_count = len(direct)

    def of_posts(self, name_ids: pa.ListArray) -> tuple[Offsets, Numbers, NDArray[np.bool_]]:
        """Return the tags of posts, ascending, as list offsets and ids, and which are implied."""
        offsets = name_ids.offsets.to_numpy()
        numbers = name_ids.values.to_numpy()[offsets[0] : offsets[-1]]
        lengths = self._lengths.take(numbers)
        ends = np.zeros(len(numbers) + 1, np.int32)
        np.cumsum(lengths, out=ends[1:])
        places = np.repeat(self._starts.take(numbers) - ends[:-1], lengths)
        places += np.arange(len(places), dtype=np.int32)
        offsets, codes = sorted_lists(
            ends.take(offsets - offsets[0]), self._codes.take(places), flag_bits=1
        )
        return offsets, codes >> np.uint32(1), (codes & np.uint32(1)).astype(bool)


@dataclass
class Encoded:
    """The posts with tag ids as an Arrow reader, and counts of their tags."""

    counted: Counted
    tags: TagsOfNames
    workers: int
    progress: Callable[[int], object]  # called with the rows of each batch
    sink: PostsSink | None = None  # gets each batch too
    tagged_counts: Integers = field(init=False)  # posts with each tag, implied ones included
    failure: BaseException | None = None  # raised while DuckDB was reading, which hides its type

    def __post_init__(self) -> None:
        self.tagged_counts = np.zeros(self.tags.tag_count, np.int64)

    def reader(self) -> pa.RecordBatchReader:
        """Return the posts in file order, with ascending tag_ids and implied_ids."""
        schema = spill_schema(self.counted.spill)
        schema = schema.remove(schema.get_field_index("name_ids"))
        for name in ("tag_ids", "implied_ids"):
            schema = schema.append(pa.field(name, pa.list_(pa.uint32())))
        batches = read_spill(self.counted.spill, self.counted.left_out)
        encoded = mapped(self._encode, batches, self.workers)
        return pa.RecordBatchReader.from_batches(schema, self._watched(encoded))

    def _watched(
        self, encoded: Iterable[tuple[pa.RecordBatch, pa.ListArray, Integers]]
    ) -> Iterator[pa.RecordBatch]:
        """Yield the batches, report progress, and keep an error for the caller of DuckDB."""
        try:
            for batch, stripped, counts in encoded:
                self.tagged_counts += counts
                if self.sink:
                    self.sink(batch, stripped)
                yield batch
                self.progress(len(batch))
        except BaseException as error:
            self.failure = error
            raise

    def _encode(self, batch: pa.RecordBatch) -> tuple[pa.RecordBatch, pa.ListArray, Integers]:
        """Return the posts with their tag ids, their stripped tags, and the counts of all tags."""
        offsets, tags, is_implied = self.tags.of_posts(batch.column("name_ids"))
        implied_before = np.zeros(len(tags) + 1, np.int32)
        np.cumsum(is_implied, out=implied_before[1:])
        implied_offsets = implied_before.take(offsets)
        implied = list_array(implied_offsets, tags[is_implied])
        stripped = list_array(offsets - implied_offsets, tags[~is_implied])
        kept = batch.drop_columns(["name_ids"])
        encoded = pa.RecordBatch.from_arrays(
            [*kept.columns, list_array(offsets, tags), implied],
            [*kept.schema.names, "tag_ids", "implied_ids"],
        )
        return encoded, stripped, np.bincount(tags, minlength=self.tags.tag_count)
