"""Tags in memory: reading the index files, names to ids and back, categories, implied ids.

An id is a rank: 0 is the most used tag. The files are described in the README; e6db's own load too.
A folder with an ``index.json`` is one set of one build, and a file of another build among them is
refused; a folder without one is loaded as it is.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import logging
import math
import operator
import os
import zlib
from array import array
from bisect import bisect_right
from collections.abc import Callable, Collection, Iterable
from copy import copy
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Self, TypeAlias, TypeVar, overload

from .errors import IndexFilesError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

logger = logging.getLogger(__name__)

StrPath: TypeAlias = "str | os.PathLike[str]"
TagData: TypeAlias = tuple[dict[str, int], list[str], bytes]
ArrayTagData: TypeAlias = "tuple[dict[str, int], NDArray[np.str_], NDArray[np.uint8]]"
Implications: TypeAlias = tuple[dict[int, list[int]], dict[str, list[int]]]
InMapFun: TypeAlias = Callable[[str, int | None], str | Iterable[str]]
OutMapFun: TypeAlias = Callable[[str, int], str]
Default = TypeVar("Default")
Key = TypeVar("Key")
Result = TypeVar("Result")

# Indexed by the category's id; 2 exists on the site since 2025, 9 only in e6db's files.
tag_categories = [
    "general",
    "artist",
    "contributor",
    "copyright",
    "character",
    "species",
    "invalid",
    "meta",
    "lore",
    "pool",
]
tag_category2id = {name: category for category, name in enumerate(tag_categories)}
tag_categories_colors = [
    "#b4c7d9",
    "#f2ac08",
    "#c0c0c0",
    "#dd00dd",
    "#00aa00",
    "#ed5d1f",
    "#ff3d3d",
    "#ffffff",
    "#228822",
    "wheat",
]
tag_categories_alt_colors = [
    "#2e76b4",
    "#fbd67f",
    "#71706e",
    "#ff5eff",
    "#2bff2b",
    "#f6b295",
    "#ffbdbd",
    "#666666",
    "#5fdb5f",
    "#d0b27a",
]

# ---------------------------------------------------------------------------- the files of a set

_AGAIN = "run `e6duck build` or `e6duck export` again"


class _MixedSetError(IndexFilesError):
    """A file is not the one that index.json lists."""


@dataclass(frozen=True)
class _IndexSet:
    """A folder of index files, with the sha256 of each where an index.json lists them."""

    folder: Path
    digests: tuple[tuple[str, str], ...] | None

    def read(self, name: str) -> bytes:
        """Return a file's bytes, proved to belong to the set."""
        path = self.folder / name
        content = _read_bytes(path)
        if self.digests is None:
            return content
        if dict(self.digests).get(name) != hashlib.sha256(content).hexdigest():
            raise _MixedSetError(
                f"{path} is not of the build that index.json beside it describes; {_AGAIN},"
                " or remove index.json to load it regardless"
            )
        return content

    def gunzip(self, name: str) -> bytes:
        """Return the content of a ``.gz`` file, its checksum verified."""
        packed = self.read(name)
        try:
            if not packed:
                raise EOFError("empty file")
            return gzip.decompress(packed)
        except (OSError, EOFError, zlib.error) as error:
            raise self.broken(name, error) from error

    def json_object(self, name: str) -> dict[str, Any]:
        """Return the JSON object that a ``.json.gz`` file holds."""
        try:
            content = json.loads(self.gunzip(name))
        except ValueError as error:
            raise self.broken(name, error) from error
        if not isinstance(content, dict):
            raise self.broken(name, "no JSON object")
        return content

    def broken(self, name: str, why: object) -> IndexFilesError:
        """Return the error for a file whose content is not what its name promises."""
        reason = " ".join(str(why).split())
        return IndexFilesError(f"{self.folder / name} is broken ({reason}); {_AGAIN}")


def _read_bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError as error:
        raise IndexFilesError(
            f"{path} is missing; `e6duck build` or `e6duck export` writes it"
        ) from error
    except OSError as error:
        raise IndexFilesError(f"cannot read {path}: {error.strerror or error}") from error


def _open_set(folder: Path) -> _IndexSet:
    from .files import finish_publication

    if not folder.is_dir():
        raise IndexFilesError(
            f"{folder} is no folder of index files; `e6duck build` or `e6duck export` makes one"
        )
    try:
        finish_publication(folder)
    except OSError as error:
        raise IndexFilesError(
            f"cannot finish the export that was cut off in {folder}: {error.strerror or error}"
        ) from error
    manifest = folder / "index.json"
    if not manifest.exists():
        return _IndexSet(folder, None)
    return _IndexSet(folder, _listed_digests(manifest))


def _listed_digests(manifest: Path) -> tuple[tuple[str, str], ...]:
    try:
        content = json.loads(_read_bytes(manifest))
        if content["format"] == 1:
            return tuple((name, entry["sha256"]) for name, entry in content["files"].items())
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise IndexFilesError(
            f"{manifest} is broken; {_AGAIN}, or remove it to load the folder regardless"
        ) from error
    raise IndexFilesError(
        f"{manifest} has format {content['format']!r}, and this e6duck reads 1;"
        " upgrade e6duck, or remove the file to load the folder regardless"
    )


def _read_set(data_dir: StrPath, reader: Callable[[_IndexSet], Result]) -> Result:
    """Return what the reader makes of a folder's set.

    A second look, because a build that publishes just now may replace files between two reads.
    """
    folder = Path(data_dir).absolute()
    try:
        return reader(_open_set(folder))
    except _MixedSetError:
        return reader(_open_set(folder))


# ------------------------------------------------------------------------------------- loading


@overload
def load_tags(data_dir: StrPath, as_numpy: Literal[False] = False) -> TagData: ...
@overload
def load_tags(data_dir: StrPath, as_numpy: Literal[True]) -> ArrayTagData: ...
def load_tags(data_dir: StrPath, as_numpy: bool = False) -> TagData | ArrayTagData:
    """Return ``(tag2idx, idx2tag, categories)`` of a folder of index files.

    ``tag2idx`` maps every name and alias to its id, ``idx2tag`` lists the names by id, and
    ``categories`` holds one byte a tag, by id. With ``as_numpy`` the last two are arrays, of str
    and of uint8. The folder becomes the one that tag_rank_to_freq and tag_freq_to_rank take their
    counts from. Raises IndexFilesError where a file is missing, broken or of another build.
    """
    data = _read_set(data_dir, _read_tags)
    return _as_arrays(data) if as_numpy else data


def load_implications(data_dir: StrPath) -> Implications:
    """Return ``(implications, implications_rej)`` of a folder of index files.

    The first maps an id to the ids that it implies, the second does so for the name of a tag too
    rare for an id; both are transitive. Raises IndexFilesError as load_tags does.
    """
    return _read_set(data_dir, _read_implications)


def _read_tags(index: _IndexSet) -> TagData:
    names = _read_names(index)
    categories = index.gunzip("tags_categories.bin.gz")
    tag2idx = index.json_object("tag2idx.json.gz")
    if len(names) != len(categories):
        raise IndexFilesError(
            f"{index.folder} mixes files of different builds: tags.txt.gz has {len(names)} tags,"
            f" tags_categories.bin.gz {len(categories)}; {_AGAIN}"
        )
    _check_ids(index, "tag2idx.json.gz", tag2idx.values(), len(names))
    _remember(index)
    logger.info("%s: %d tags under %d names", index.folder, len(names), len(tag2idx))
    return tag2idx, names, categories


def _read_names(index: _IndexSet) -> list[str]:
    try:
        text = index.gunzip("tags.txt.gz").decode("utf-8")
    except UnicodeDecodeError as error:
        raise index.broken("tags.txt.gz", error) from error
    # Never splitlines: a name may hold U+0085 or U+2028.
    names = text.split("\n")
    if not names[-1]:
        names.pop()
    return names


def _read_implications(index: _IndexSet) -> Implications:
    try:
        by_id = {int(key): ids for key, ids in index.json_object("implications.json.gz").items()}
    except ValueError as error:
        raise index.broken("implications.json.gz", error) from error
    by_name = index.json_object("implications_rej.json.gz")
    for name, lists in (
        ("implications.json.gz", by_id.values()),
        ("implications_rej.json.gz", by_name.values()),
    ):
        if not all(isinstance(ids, list) for ids in lists):
            raise index.broken(name, "an entry is no list of ids")
    logger.info("%s: %d tags and %d rare ones imply", index.folder, len(by_id), len(by_name))
    return by_id, by_name


def _read_tag_set(index: _IndexSet) -> tuple[TagData, Implications]:
    tags = _read_tags(index)
    by_id, by_name = _read_implications(index)
    count = len(tags[1])
    _check_ids(index, "implications.json.gz", by_id, count)
    for name, lists in (
        ("implications.json.gz", by_id.values()),
        ("implications_rej.json.gz", by_name.values()),
    ):
        _check_ids(index, name, (tag_id for ids in lists for tag_id in ids), count)
    return tags, (by_id, by_name)


def _check_ids(index: _IndexSet, name: str, ids: Iterable[object], count: int) -> None:
    for tag_id in ids:
        if type(tag_id) is not int or not 0 <= tag_id < count:
            raise IndexFilesError(
                f"{index.folder} mixes files of different builds, or {name} is broken:"
                f" it has the id {tag_id!r}, and tags.txt.gz {count} tags; {_AGAIN}"
            )


def _as_arrays(data: TagData) -> ArrayTagData:
    import numpy as np

    tag2idx, names, categories = data
    return tag2idx, np.array(names, dtype=np.str_), np.frombuffer(categories, dtype=np.uint8)


# ------------------------------------------------------------------------------ ranks and counts

_last_set: _IndexSet | None = None


def _remember(index: _IndexSet) -> None:
    global _last_set
    _last_set = index


def tag_counts(data_dir: StrPath | None = None) -> array[int] | None:
    """Return the posts of each tag, by rank, or None where the folder has no ``tags.parquet``.

    Without ``data_dir``: of the folder that load_tags or a normalizer last read in this process.
    """
    if data_dir is not None:
        return _read_set(data_dir, _find_counts)
    if _last_set is None:
        return None
    try:
        return _find_counts(_last_set)
    except _MixedSetError as error:
        if _open_set(_last_set.folder) == _last_set:
            raise
        raise IndexFilesError(
            f"{_last_set.folder} was built anew since its tags were loaded; load them again"
        ) from error


def _find_counts(index: _IndexSet) -> array[int] | None:
    try:
        status = (index.folder / "tags.parquet").stat()
    except OSError:
        return None
    return _read_counts(index, status.st_mtime_ns, status.st_size)


@lru_cache(maxsize=4)
def _read_counts(index: _IndexSet, _changed_at: int, _size: int) -> array[int] | None:
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
    curve, where less than one post counts as one, and more than any tag has gives 0. Which folder:
    see tag_rank_to_freq.
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


# --------------------------------------------------------------------------------- normalizers


class TagNormalizer:
    """Names to ids and back: many spellings may lead to an id, and each id has one name.

    Made from a folder of index files, or from the three values of load_tags, which it then shares.
    """

    tag2idx: dict[str, int]
    idx2tag: list[str]
    tag_categories: bytes | NDArray[np.uint8]

    def __init__(self, path_or_data: StrPath | TagData | ArrayTagData) -> None:
        """Read a folder, or take over the values of load_tags."""
        data = path_or_data if isinstance(path_or_data, tuple) else load_tags(path_or_data)
        self.tag2idx, names, self.tag_categories = data
        # An array of strings would cut a longer name that rename_output puts there.
        self.idx2tag = names if isinstance(names, list) else [str(name) for name in names]

    @overload
    def encode(self, tag: str) -> int | None: ...
    @overload
    def encode(self, tag: str, default: Default) -> int | Default: ...
    def encode(self, tag: str, default: object = None) -> object:
        """Return the id of a spelling, or the default."""
        return self.tag2idx.get(tag, default)

    def decode(self, tag: int | str) -> str:
        """Return the name of an id; a string comes back as it is."""
        return tag if isinstance(tag, str) else self.idx2tag[tag]

    def get(self, key: int | str, default: Any = None) -> Any:
        """Return the name of an id or the id of a spelling, or the default."""
        if isinstance(key, str):
            return self.tag2idx.get(key, default)
        return self.idx2tag[key] if 0 <= key < len(self.idx2tag) else default

    def get_category(self, tag: int | str, as_string: bool = True) -> str | int:
        """Return the category of an id or spelling: its name, or with as_string=False its id.

        Raises KeyError for an unknown spelling.
        """
        category = int(self.tag_categories[self._id_of(tag)])
        return tag_categories[category] if as_string else category

    def get_reverse_mapping(self) -> list[list[str]]:
        """Return the spellings of each id, by id."""
        spellings: list[list[str]] = [[] for _ in self.idx2tag]
        for name, tag_id in self.tag2idx.items():
            spellings[tag_id].append(name)
        return spellings

    def add_input_mappings(
        self, tags: str | Iterable[str], to_tid: int | str, on_conflict: str = "raise"
    ) -> None:
        """Let spellings lead to an id (or to the id of a spelling).

        ``on_conflict`` decides about a spelling that already leads to another id:

        - ``raise``: ValueError, the default
        - ``warn``: it stays, and a warning is logged (as e6db documents; its code moves it)
        - ``overwrite``: it moves
        - ``overwrite_rarest``: it leads to the more frequent of the two tags
        - ``silent`` or any other word: it stays

        Raises KeyError when ``to_tid`` is an unknown spelling, IndexError when it is no id.
        """
        tag_id = self._id_of(to_tid)
        name = self.idx2tag[tag_id]
        for spelling in _spellings(tags):
            previous = self.tag2idx.get(spelling, tag_id)
            if previous == tag_id or _takes_over(
                f"{spelling!r} cannot lead to {name!r} ({tag_id}):"
                f" it leads to {self.idx2tag[previous]!r} ({previous})",
                on_conflict,
                is_more_frequent=tag_id < previous,
            ):
                self.tag2idx[spelling] = tag_id

    def remove_input_mappings(self, tags: str | Iterable[str]) -> None:
        """Forget spellings; one that is not known is logged as a warning."""
        for spelling in _spellings(tags):
            if self.tag2idx.pop(spelling, None) is None:
                logger.warning("%r is no known spelling of a tag", spelling)

    def rename_output(self, orig: int | str, dest: str) -> None:
        """Change the name that decode gives an id (or the id of a spelling)."""
        self.idx2tag[self._id_of(orig)] = dest

    def map_inputs(
        self, mapfun: InMapFun, prepopulate: bool = True, on_conflict: str = "raise"
    ) -> Self:
        """Return a copy that also knows the spellings ``mapfun(spelling, id)`` gives.

        Without ``prepopulate`` it knows only those. ``on_conflict``: see add_input_mappings.
        """
        result = self._copy()
        if not prepopulate:
            result.tag2idx.clear()
        for spelling, tag_id in self.tag2idx.items():
            result.add_input_mappings(mapfun(spelling, tag_id), tag_id, on_conflict)
        return result

    def map_outputs(self, mapfun: OutMapFun) -> Self:
        """Return a copy whose names are ``mapfun(name, id)``."""
        result = self._copy()
        result.idx2tag = [mapfun(name, tag_id) for tag_id, name in enumerate(self.idx2tag)]
        return result

    def _copy(self) -> Self:
        result = copy(self)
        result.tag2idx = self.tag2idx.copy()
        result.idx2tag = self.idx2tag.copy()
        result.tag_categories = copy(self.tag_categories)
        return result

    def _id_of(self, tag: int | str) -> int:
        tag_id = self.tag2idx[tag] if isinstance(tag, str) else operator.index(tag)
        if not 0 <= tag_id < len(self.idx2tag):
            raise IndexError(f"no tag has the id {tag_id}; the last is {len(self.idx2tag) - 1}")
        return tag_id


class TagSetNormalizer:
    """The tags of a post or caption as ids, with implied ones removed.

    Made from a folder of index files, or from a TagNormalizer and the two values of
    load_implications, which it then shares. Implications are expected to be transitive.
    """

    tag_normalizer: TagNormalizer
    implications: dict[int, list[int]]
    implications_rej: dict[str, list[int]]

    def __init__(
        self,
        path_or_data: StrPath | tuple[TagNormalizer, dict[int, list[int]], dict[str, list[int]]],
    ) -> None:
        """Read a folder, or take over a TagNormalizer and the values of load_implications."""
        if isinstance(path_or_data, tuple):
            self.tag_normalizer, self.implications, self.implications_rej = path_or_data
            return
        tags, implications = _read_set(path_or_data, _read_tag_set)
        self.tag_normalizer = TagNormalizer(tags)
        self.implications, self.implications_rej = implications

    def map_inputs(self, mapfun: InMapFun, on_conflict: str = "raise") -> Self:
        """Return a copy that also knows the spellings ``mapfun(spelling, id)`` gives.

        For a tag too rare for an id it is called with None as id. The rare names themselves stay
        known too (e6db forgets those that mapfun does not give back). ``on_conflict``: see
        TagNormalizer.add_input_mappings; of two rare tags ``overwrite_rarest`` keeps the first.
        """
        rare = _copy_lists(self.implications_rej)
        for name, implied in self.implications_rej.items():
            for spelling in _spellings(mapfun(name, None)):
                previous = rare.get(spelling, implied)
                if previous == implied or _takes_over(
                    f"{spelling!r} cannot stand for {name!r}, which implies {implied}:"
                    f" it stands for a tag that implies {previous}",
                    on_conflict,
                ):
                    rare[spelling] = list(implied)
        tags = self.tag_normalizer.map_inputs(mapfun, on_conflict=on_conflict)
        return type(self)((tags, _copy_lists(self.implications), rare))

    def map_outputs(self, mapfun: OutMapFun) -> Self:
        """Return a copy whose names are ``mapfun(name, id)``."""
        tags = self.tag_normalizer.map_outputs(mapfun)
        implications = _copy_lists(self.implications)
        return type(self)((tags, implications, _copy_lists(self.implications_rej)))

    def get_implied(self, tag: int | str) -> list[int]:
        """Return the ids that an id, a spelling or a rare name implies; an empty list for none."""
        key = self._key(tag)
        if isinstance(key, int):
            return list(self.implications.get(key, ()))
        return list(self.implications_rej.get(key, ()))

    def encode(
        self,
        tags: Iterable[int | str],
        keep_implied: bool | Collection[int | str] = False,
        max_antecedent_rank: int | None = None,
        drop_antecedent_rank: int | None = None,
    ) -> tuple[list[int | str], set[int]]:
        """Return the ids (and unknown strings) of tags in order, each once, and the implied ids.

        Implied tags are left out, but for all of them (``keep_implied=True``) or those in
        ``keep_implied``. A tag with a rank of ``max_antecedent_rank`` or more, or too rare for an
        id, has what it implies added after itself instead, and is left out itself from
        ``drop_antecedent_rank`` on; None or 0 sets no limit. Tags that imply each other count as
        not implying one another, so that a cycle removes nothing.
        """
        # Rare names rank behind all ids, and by default nothing ranks above a limit.
        rare_rank = max(len(self.tag_normalizer.tag2idx), len(self.tag_normalizer.idx2tag))
        add_from = max_antecedent_rank or rare_rank + 1
        drop_from = drop_antecedent_rank or rare_rank + 1
        pending = [self._key(tag) for tag in tags][::-1]
        seen: set[int | str] = set()
        encoded: list[int | str] = []
        implied: set[int] = set()
        while pending:
            tag = pending.pop()
            if tag in seen:
                continue
            seen.add(tag)
            consequents = self._consequents(tag)
            rank = tag if isinstance(tag, int) else rare_rank
            if rank < add_from:
                implied.update(consequents)
            else:
                pending.extend(consequents)
                if consequents and rank >= drop_from:
                    continue
            encoded.append(tag)
        stripped = _stripped(implied, keep_implied)
        return [tag for tag in encoded if tag not in stripped], implied

    def decode(self, tags: Iterable[int | str]) -> list[str]:
        """Return the names of ids; strings come back as they are."""
        return [self.tag_normalizer.decode(tag) for tag in tags]

    def _key(self, tag: int | str) -> int | str:
        if isinstance(tag, str):
            return self.tag_normalizer.encode(tag, tag)
        return operator.index(tag)

    def _consequents(self, tag: int | str) -> list[int]:
        """Return what a tag implies, less itself and the tags that imply it in turn."""
        if isinstance(tag, str):
            return self.implications_rej.get(tag, [])
        return [
            implied
            for implied in self.implications.get(tag, ())
            if implied != tag and tag not in self.implications.get(implied, ())
        ]


def _stripped(implied: set[int], keep_implied: bool | Collection[int | str]) -> set[int]:
    if isinstance(keep_implied, bool):
        return set() if keep_implied else implied
    return implied.difference(keep_implied)


def _spellings(tags: str | Iterable[str]) -> Iterable[str]:
    return (tags,) if isinstance(tags, str) else tags


def _copy_lists(lists: dict[Key, list[int]]) -> dict[Key, list[int]]:
    return {key: list(ids) for key, ids in lists.items()}


def _takes_over(conflict: str, on_conflict: str, *, is_more_frequent: bool = False) -> bool:
    """Return whether a spelling in conflict moves to its new tag; see add_input_mappings."""
    if on_conflict == "raise":
        raise ValueError(conflict)
    if on_conflict == "warn":
        logger.warning("%s", conflict)
    return on_conflict == "overwrite" or (on_conflict == "overwrite_rarest" and is_more_frequent)
