"""The kept posts in a file beside the draft (Arrow IPC), between the two passes over them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray


def list_array(offsets: NDArray[np.int32], values: NDArray[np.uint32]) -> pa.ListArray:
    """Return an Arrow array of lists of 32-bit numbers."""
    return pa.ListArray.from_arrays(pa.array(offsets), pa.array(values))


@contextmanager
def spilling(path: Path) -> Iterator[Callable[[pa.RecordBatch], None]]:
    """Give a function that writes batches to a file."""
    writer: pa.ipc.RecordBatchStreamWriter | None = None
    with pa.OSFile(str(path), "wb") as sink:

        def write(batch: pa.RecordBatch) -> None:
            nonlocal writer
            writer = writer or pa.ipc.new_stream(sink, batch.schema)
            writer.write_batch(batch)

        yield write
        if writer:
            writer.close()


def spill_schema(path: Path) -> pa.Schema:
    """Return the schema of the batches in a file."""
    with pa.OSFile(str(path), "rb") as source:
        return pa.ipc.open_stream(source).schema


def read_spill(path: Path, left_out: NDArray[Any]) -> Iterator[pa.RecordBatch]:
    """Yield the batches of a file, without the rows of these numbers."""
    first = 0
    with pa.OSFile(str(path), "rb") as source:
        for batch in pa.ipc.open_stream(source):
            places = left_out - first
            places = places[(places >= 0) & (places < len(batch))]
            first += len(batch)
            if len(places):
                keep = np.ones(len(batch), bool)
                keep[places] = False
                batch = batch.filter(pa.array(keep))
            yield batch
