"""From the rank of a tag to its posts and back: by real counts, else by e6db's fitted curve."""

from __future__ import annotations

import math
import operator
from array import array
from bisect import bisect_right
from functools import lru_cache

from ..errors import IndexFilesError
from .read import IndexSet, MixedSetError, StrPath, last_set, open_set, read_set


def tag_counts(data_dir: StrPath | None = None) -> array[int] | None:
    """Return the posts of each tag, by rank, or None where the folder has no ``tags.parquet``.

    Without ``data_dir``: of the folder that load_tags or a normalizer last read in this process.
    """
    if data_dir is not None:
        return read_set(data_dir, _find_counts)
    last = last_set()
    if last is None:
        return None
    try:
        return _find_counts(last)
    except MixedSetError as error:
        if open_set(last.folder) == last:
            raise
        raise IndexFilesError(
            f"{last.folder} was built anew since its tags were loaded; load them again"
        ) from error


def _find_counts(index: IndexSet) -> array[int] | None:
    try:
        status = (index.folder / "tags.parquet").stat()
    except OSError:
        return None
    return _read_counts(index, status.st_mtime_ns, status.st_size)


@lru_cache(maxsize=4)
def _read_counts(index: IndexSet, _changed_at: int, _size: int) -> array[int] | None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    content = index.read("tags.parquet")
    try:
        table = pq.ParquetFile(pa.BufferReader(content)).read(columns=["freq"])
    except (pa.ArrowException, OSError) as error:
        raise index.broken("tags.parquet", error) from error
    if "freq" not in table.column_names:
        return None
    return array("q", sorted((freq or 0 for freq in table["freq"].to_pylist()), reverse=True))


def tag_rank_to_freq(rank: float, *, data_dir: StrPath | None = None) -> float:
    """Return how many posts have the tag of a rank.

    The real count where the folder has one (``tags.parquet``, column ``freq``), and 0 beyond the
    last rank; else e6db's curve, fitted to the site in 2024. The folder is ``data_dir``, or the one
    that load_tags or a normalizer last read in this process. A broken rank is rounded down, one
    below 0 counts as 0, and there the curve gives its limit, about 3.07 million.
    """
    counts = tag_counts(data_dir)
    if counts is None:
        return curve_rank_to_freq(rank)
    return float(counts[max(int(rank), 0)]) if rank < len(counts) else 0.0


def tag_freq_to_rank(freq: float, *, data_dir: StrPath | None = None) -> float:
    """Return the rank where fewer than ``freq`` posts begin: ``[:rank]`` are the tags with more.

    Where the folder has real counts, an int: how many tags have ``freq`` posts or more. Else e6db's
    curve, where less than one post counts as one, and more than any tag has gives 0. The folder is
    ``data_dir``, or as in tag_rank_to_freq.
    """
    counts = tag_counts(data_dir)
    if counts is None:
        return curve_freq_to_rank(freq)
    return bisect_right(counts, -float(freq), key=operator.neg)


def curve_rank_to_freq(rank: float) -> float:
    """Return the posts that e6db's fitted curve gives a rank."""
    steepness = math.tanh(2.93505 * rank**-0.136501) if rank > 0 else 1.0
    return math.exp(26.4284 * steepness - 11.492)


def curve_freq_to_rank(freq: float) -> float:
    """Return the rank that e6db's fitted curve gives a number of posts."""
    magnitude = math.log(max(freq, 1))
    base = 1.13045 - 0.0720383 * magnitude
    if base <= 0:
        return 0.0
    return math.exp(12.1903 - 7.57186 * (0.0465456 * magnitude - 1.24326) * math.log(base))
