"""Read a folder of index files as one set: e6duck's own, or e6db's.

If the folder has an ``index.json``, a file from another build is an error. A folder without one is
loaded as it is.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import logging
import os
import stat
import zlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

from ..errors import IndexFilesError
from ..files import finish_publication

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

logger = logging.getLogger(__name__)

StrPath: TypeAlias = "str | os.PathLike[str]"
TagData: TypeAlias = tuple[dict[str, int], list[str], bytes]
ArrayTagData: TypeAlias = "tuple[dict[str, int], NDArray[np.str_], NDArray[np.uint8]]"
Implications: TypeAlias = tuple[dict[int, list[int]], dict[str, list[int]]]
Result = TypeVar("Result")

_AGAIN = "download the set again, or run `e6duck build` or `e6duck export` again"
_LARGEST = 64 << 20  # bytes of a list; those of all tags of the site take half of that
_LFS_POINTER = b"version https://git-lfs.github.com/spec/"


class MixedSetError(IndexFilesError):
    """A file is not the file that index.json lists."""


@dataclass(frozen=True)
class IndexSet:
    """A folder of index files."""

    folder: Path
    digests: tuple[tuple[str, str], ...] | None  # name and SHA-256 of each; None: no index.json
    build_id: str | None = None  # from index.json

    def read(self, name: str, largest: int = _LARGEST) -> bytes:
        """Return the bytes of a file.

        largest: its maximum size. Raises `MixedSetError` if index.json does not list a file with
        this content.
        """
        path = self.folder / name
        content = _read_bytes(path, largest)
        if content.startswith(_LFS_POINTER):
            raise IndexFilesError(
                f"{path} is only a Git LFS pointer to the file; run `git lfs pull` in its folder"
            )
        if self.digests is None:
            return content
        if dict(self.digests).get(name) != hashlib.sha256(content).hexdigest():
            raise MixedSetError(
                f"{path} is not from the build that index.json beside it describes; {_AGAIN},"
                " or remove index.json to load it anyway"
            )
        return content

    def gunzip(self, name: str) -> bytes:
        """Return the decompressed content of a ``.gz`` file."""
        packed = self.read(name)
        try:
            if not packed:
                raise EOFError("empty file")
            with gzip.GzipFile(fileobj=io.BytesIO(packed)) as file:
                content = file.read(_LARGEST + 1)
        except (OSError, EOFError, zlib.error) as error:
            raise self.broken(name, error) from error
        if len(content) > _LARGEST:
            raise self.broken(name, f"it unpacks to more than {_LARGEST >> 20} MiB")
        return content

    def json_object(self, name: str) -> dict[str, Any]:
        """Return the JSON object in a ``.json.gz`` file."""
        try:
            content = json.loads(self.gunzip(name))
        except (ValueError, RecursionError) as error:
            raise self.broken(name, error) from error
        if not isinstance(content, dict):
            raise self.broken(name, "not a JSON object")
        return content

    def broken(self, name: str, why: object) -> IndexFilesError:
        """Return the error for a file whose content cannot be used."""
        reason = " ".join(str(why).split())
        return IndexFilesError(f"{self.folder / name} is broken ({reason}); {_AGAIN}")


def _read_bytes(path: Path, largest: int = _LARGEST) -> bytes:
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):
            raise IndexFilesError(f"{path} is not a file; {_AGAIN}")
        if status.st_size > largest:
            raise IndexFilesError(
                f"{path} is broken (its {status.st_size:,} bytes are more than {largest:,});"
                f" {_AGAIN}"
            )
        return path.read_bytes()
    except FileNotFoundError as error:
        raise IndexFilesError(
            f"{path} is missing; `e6duck build` or `e6duck export` writes it"
        ) from error
    except OSError as error:
        raise IndexFilesError(f"cannot read {path}: {error.strerror or error}") from error


def open_set(folder: Path) -> IndexSet:
    """Return the set in a folder, after finishing a publication that was interrupted there."""
    if not folder.is_dir():
        raise IndexFilesError(
            f"{folder} is not a folder of index files; `e6duck build` or `e6duck export` makes one"
        )
    try:
        finish_publication(folder)
    except OSError as error:
        raise IndexFilesError(
            f"cannot finish the interrupted export in {folder}: {error.strerror or error}"
        ) from error
    manifest = folder / "index.json"
    if not manifest.exists():
        return IndexSet(folder, None)
    return _read_manifest(manifest)


def _read_manifest(manifest: Path) -> IndexSet:
    try:
        content = json.loads(_read_bytes(manifest))
        if content["format"] == 1:
            digests = tuple((name, entry["sha256"]) for name, entry in content["files"].items())
            return IndexSet(manifest.parent, digests, content.get("build_id"))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise IndexFilesError(
            f"{manifest} is broken; {_AGAIN}, or remove it to load the folder anyway"
        ) from error
    raise IndexFilesError(
        f"{manifest} has format {content['format']!r}, but this e6duck reads format 1;"
        " upgrade e6duck, or remove the file to load the folder anyway"
    )


def read_set(data_dir: StrPath, reader: Callable[[IndexSet], Result]) -> Result:
    """Return what reader returns for the set in a folder.

    It is called again after a `MixedSetError`: a build may have replaced files between two reads.
    """
    folder = Path(data_dir).absolute()
    try:
        return reader(open_set(folder))
    except MixedSetError:
        return reader(open_set(folder))


def read_tags(index: IndexSet) -> TagData:
    """Return ``(tag2idx, idx2tag, categories)`` of a set."""
    names = _read_names(index)
    categories = index.gunzip("tags_categories.bin.gz")
    tag2idx = index.json_object("tag2idx.json.gz")
    if len(names) != len(categories):
        raise IndexFilesError(
            f"{index.folder} has files from different builds: tags.txt.gz has {len(names)} tags,"
            f" tags_categories.bin.gz {len(categories)}; {_AGAIN}"
        )
    _check_ids(index, "tag2idx.json.gz", tag2idx.values(), len(names))
    logger.info("%s: %d tags under %d names", index.folder, len(names), len(tag2idx))
    return tag2idx, names, categories


def _read_names(index: IndexSet) -> list[str]:
    try:
        text = index.gunzip("tags.txt.gz").decode("utf-8")
    except UnicodeDecodeError as error:
        raise index.broken("tags.txt.gz", error) from error
    # Not splitlines: a name may contain U+0085 or U+2028.
    names = text.split("\n")
    if not names[-1]:
        names.pop()
    return names


def read_implications(index: IndexSet) -> Implications:
    """Return ``(implications, implications_rej)`` of a set: the implied ids by id and by name."""
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
            raise index.broken(name, "an entry is not a list of ids")
    logger.info(
        "%s: implications of %d tags and %d rare tags", index.folder, len(by_id), len(by_name)
    )
    return by_id, by_name


def read_tag_set(index: IndexSet) -> tuple[TagData, Implications]:
    """Return tags and implications of one set, after checking that all ids are ids of tags."""
    tags = read_tags(index)
    by_id, by_name = read_implications(index)
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
                f"{index.folder} has files from different builds, or {name} is broken:"
                f" it has the id {tag_id!r}, but tags.txt.gz has {count} tags; {_AGAIN}"
            )
