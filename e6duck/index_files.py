"""Reading a folder of index files, as one set: e6duck's own, or e6db's.

A folder with an ``index.json`` is one set of one build, and a file of another build among them is
refused; a folder without one is loaded as it is.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import logging
import os
import zlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeAlias, TypeVar, overload

from .errors import IndexFilesError
from .files import finish_publication

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

logger = logging.getLogger(__name__)

StrPath: TypeAlias = "str | os.PathLike[str]"
TagData: TypeAlias = tuple[dict[str, int], list[str], bytes]
ArrayTagData: TypeAlias = "tuple[dict[str, int], NDArray[np.str_], NDArray[np.uint8]]"
Implications: TypeAlias = tuple[dict[int, list[int]], dict[str, list[int]]]
Result = TypeVar("Result")

_AGAIN = "get the set anew, or run `e6duck build` or `e6duck export` again"
_LFS_POINTER = b"version https://git-lfs.github.com/spec/"


class MixedSetError(IndexFilesError):
    """A file is not the one that index.json lists."""


@dataclass(frozen=True)
class IndexSet:
    """A folder of index files, with the sha256 of each where an index.json lists them."""

    folder: Path
    digests: tuple[tuple[str, str], ...] | None
    build_id: str | None = None
    """As index.json has it"""

    def read(self, name: str) -> bytes:
        """Return a file's bytes, proved to belong to the set."""
        path = self.folder / name
        content = _read_bytes(path)
        if content.startswith(_LFS_POINTER):
            raise IndexFilesError(
                f"{path} is only a pointer of Git LFS to the file; run `git lfs pull` in its folder"
            )
        if self.digests is None:
            return content
        if dict(self.digests).get(name) != hashlib.sha256(content).hexdigest():
            raise MixedSetError(
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


def open_set(folder: Path) -> IndexSet:
    """Return the set in a folder, after finishing a publication that was cut off there."""
    if not folder.is_dir():
        raise IndexFilesError(
            f"{folder} is not a folder of index files; `e6duck build` or `e6duck export` makes one"
        )
    try:
        finish_publication(folder)
    except OSError as error:
        raise IndexFilesError(
            f"cannot finish the export that was cut off in {folder}: {error.strerror or error}"
        ) from error
    manifest = folder / "index.json"
    if not manifest.exists():
        return IndexSet(folder, None)
    return _listed(manifest)


def _listed(manifest: Path) -> IndexSet:
    try:
        content = json.loads(_read_bytes(manifest))
        if content["format"] == 1:
            digests = tuple((name, entry["sha256"]) for name, entry in content["files"].items())
            return IndexSet(manifest.parent, digests, content.get("build_id"))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise IndexFilesError(
            f"{manifest} is broken; {_AGAIN}, or remove it to load the folder regardless"
        ) from error
    raise IndexFilesError(
        f"{manifest} has format {content['format']!r}, and this e6duck reads 1;"
        " upgrade e6duck, or remove the file to load the folder regardless"
    )


def read_set(data_dir: StrPath, reader: Callable[[IndexSet], Result]) -> Result:
    """Return what the reader makes of a folder's set.

    A second look, because a build that publishes just now may replace files between two reads.
    """
    folder = Path(data_dir).absolute()
    try:
        return reader(open_set(folder))
    except MixedSetError:
        return reader(open_set(folder))


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
    data = read_set(data_dir, _read_tags)
    return _as_arrays(data) if as_numpy else data


def load_implications(data_dir: StrPath) -> Implications:
    """Return ``(implications, implications_rej)`` of a folder of index files.

    The first maps an id to the ids that it implies, the second does so for the name of a tag too
    rare for an id; both are transitive. Raises IndexFilesError as load_tags does.
    """
    return read_set(data_dir, _read_implications)


def _read_tags(index: IndexSet) -> TagData:
    names = _read_names(index)
    categories = index.gunzip("tags_categories.bin.gz")
    tag2idx = index.json_object("tag2idx.json.gz")
    if len(names) != len(categories):
        raise IndexFilesError(
            f"{index.folder} mixes files of different builds: tags.txt.gz has {len(names)} tags,"
            f" tags_categories.bin.gz {len(categories)}; {_AGAIN}"
        )
    _check_ids(index, "tag2idx.json.gz", tag2idx.values(), len(names))
    remember(index)
    logger.info("%s: %d tags under %d names", index.folder, len(names), len(tag2idx))
    return tag2idx, names, categories


def _read_names(index: IndexSet) -> list[str]:
    try:
        text = index.gunzip("tags.txt.gz").decode("utf-8")
    except UnicodeDecodeError as error:
        raise index.broken("tags.txt.gz", error) from error
    # Never splitlines: a name may hold U+0085 or U+2028.
    names = text.split("\n")
    if not names[-1]:
        names.pop()
    return names


def _read_implications(index: IndexSet) -> Implications:
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


def read_tag_set(index: IndexSet) -> tuple[TagData, Implications]:
    """Return tags and implications of one set, their ids checked against each other."""
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


def _check_ids(index: IndexSet, name: str, ids: Iterable[object], count: int) -> None:
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


_last_set: IndexSet | None = None


def remember(index: IndexSet | None) -> None:
    """Make a set the one that ranks and counts are taken from where no folder is named."""
    global _last_set
    _last_set = index


def last_set() -> IndexSet | None:
    """Return the set that was remembered last in this process."""
    return _last_set
