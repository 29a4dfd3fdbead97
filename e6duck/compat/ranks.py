"""``tag_rank_to_freq`` and ``tag_freq_to_rank``: from the rank of a tag to its posts and back."""

from __future__ import annotations

import operator
from array import array
from bisect import bisect_right

from ..errors import IndexFilesError
from ..index.ranks import curve_freq_to_rank, curve_rank_to_freq, read_counts
from ..index.read import MixedSetError, StrPath, open_set, read_set
from .loading import last_set


def tag_counts(data_dir: StrPath | None = None) -> array[int] | None:
    """Return the posts of each tag, by rank, or None if the folder has no ``tags.parquet``.

    ``data_dir``: by default the folder that load_tags or a normalizer loaded last in this process.
    """
    if data_dir is not None:
        return read_set(data_dir, read_counts)
    last = last_set()
    if last is None:
        return None
    try:
        return read_counts(last)
    except MixedSetError as error:
        if open_set(last.folder) == last:
            raise
        raise IndexFilesError(
            f"{last.folder} was replaced by another build after its tags were loaded;"
            " load them again"
        ) from error


def tag_rank_to_freq(rank: float, *, data_dir: StrPath | None = None) -> float:
    """Return the number of posts with the tag of a rank.

    This is the real count if the folder has one (``tags.parquet``, column ``freq``), and 0 beyond
    the last rank. Otherwise it is an estimate from e6db's curve, which was fitted to the site in
    2024. ``data_dir``: by default the folder that load_tags or a normalizer loaded last in this
    process. A fractional rank is rounded down, and a negative rank counts as 0, where the curve
    gives its limit, about 3.07 million.
    """
    counts = tag_counts(data_dir)
    if counts is None:
        return curve_rank_to_freq(rank)
    return float(counts[max(int(rank), 0)]) if rank < len(counts) else 0.0


def tag_freq_to_rank(freq: float, *, data_dir: StrPath | None = None) -> float:
    """Return the first rank with fewer than ``freq`` posts.

    So ``[:rank]`` are the tags with ``freq`` posts or more. If the folder has real counts, this is
    an int, the number of these tags. Otherwise it is an estimate from e6db's curve: less than one
    post counts as one, and more posts than any tag has give 0. ``data_dir``: as in
    tag_rank_to_freq.
    """
    counts = tag_counts(data_dir)
    if counts is None:
        return curve_freq_to_rank(freq)
    return bisect_right(counts, -float(freq), key=operator.neg)
