"""``load_tags`` and ``load_implications``, and the folder that was loaded last."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, TypeVar, overload

from ..index.read import (
    ArrayTagData,
    Implications,
    IndexSet,
    StrPath,
    TagData,
    read_implications,
    read_set,
    read_tag_set,
    read_tags,
)

Result = TypeVar("Result")

# e6db's functions about counts take no folder: they use the one that was loaded last.
_last_set: IndexSet | None = None


def last_set() -> IndexSet | None:
    """Return the set of index files that was loaded last in this process."""
    return _last_set


def _read_and_remember(data_dir: StrPath, reader: Callable[[IndexSet], Result]) -> Result:
    """Return what reader returns for the set in a folder, and make it the last set."""

    def read(index: IndexSet) -> tuple[IndexSet, Result]:
        return index, reader(index)

    global _last_set
    index, result = read_set(data_dir, read)
    _last_set = index
    return result


@overload
def load_tags(data_dir: StrPath, as_numpy: Literal[False] = False) -> TagData: ...
@overload
def load_tags(data_dir: StrPath, as_numpy: Literal[True]) -> ArrayTagData: ...
def load_tags(data_dir: StrPath, as_numpy: bool = False) -> TagData | ArrayTagData:
    """Return ``(tag2idx, idx2tag, categories)`` of a folder of index files.

    ``tag2idx`` maps every name and alias to its id, ``idx2tag`` lists the names by id, and
    ``categories`` has one byte per tag, by id. With ``as_numpy`` the last two are arrays of str and
    uint8. Afterwards tag_rank_to_freq and tag_freq_to_rank use the counts of this folder by
    default. Raises IndexFilesError if a file is missing, broken or from another build.
    """
    data = _read_and_remember(data_dir, read_tags)
    return _as_arrays(data) if as_numpy else data


def load_implications(data_dir: StrPath) -> Implications:
    """Return ``(implications, implications_rej)`` of a folder of index files.

    The first maps an id to the ids that it implies. The second maps the name of a tag that is too
    rare for an id to the ids that it implies. Both include transitive implications. Raises
    IndexFilesError as load_tags does.
    """
    return read_set(data_dir, read_implications)


def load_tag_set(data_dir: StrPath) -> tuple[TagData, Implications]:
    """Return what load_tags and load_implications return, from the same set of files."""
    return _read_and_remember(data_dir, read_tag_set)


def _as_arrays(data: TagData) -> ArrayTagData:
    import numpy as np

    tag2idx, names, categories = data
    return tag2idx, np.array(names, dtype=np.str_), np.frombuffer(categories, dtype=np.uint8)
