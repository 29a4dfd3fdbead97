"""A set of index files as Arrow tables, after checking that the files agree."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from ..errors import IndexFilesError
from .categories import CATEGORIES
from .read import IndexSet, read_tag_set
from .vectors import TAG_FACTORS, Vectors, parse_tag_factors

_NAMES, _CATEGORIES, _SPELLINGS = "tags.txt.gz", "tags_categories.bin.gz", "tag2idx.json.gz"
_IMPLICATIONS, _RARE_IMPLICATIONS = "implications.json.gz", "implications_rej.json.gz"
_COUNTS = "tags.parquet"
# The files of one build can have a few tags whose name is mapped to another tag.
_LARGEST_VECTOR = 4096 * 8  # bytes: 4,096 factors as float64
_LARGEST_HEADER = 1 << 20
_MAX_WRONG_NAMES, _MAX_WRONG_SHARE = 10, 0.01


@dataclass(frozen=True)
class ReadFile:
    """A file that was read."""

    name: str
    size: int
    sha256: str
    row_count: int  # its entries


@dataclass(frozen=True)
class IndexTables:
    """The content of a set of index files. The id of a tag is its place in names."""

    build_id: str | None  # from index.json, if there is one
    files: tuple[ReadFile, ...]
    names: Sequence[str]
    categories: bytes
    counts: pa.Array  # posts of each tag; all null if no file has them
    spellings: Mapping[str, int]
    implications: Mapping[int, Sequence[int]]
    rare_implications: Mapping[str, Sequence[int]]
    vectors: Vectors | None  # the row of a tag is its id; may end before the last tag
    vector_facts: Mapping[str, str]

    def tables(self) -> dict[str, pa.Table]:
        """Return the relations that sql/build/from_index selects from."""
        count = len(self.names)
        spellings, rare = self.spellings, self.rare_implications
        by_id = [(key, None, each) for key, ids in self.implications.items() for each in ids]
        by_name = [(None, key, each) for key, ids in rare.items() for each in ids]
        return {
            "listed_tags": pa.table(
                {
                    "tag_id": pa.array(range(count), pa.uint32()),
                    "name": pa.array(self.names, pa.string()),
                    "category": pa.array(self.categories, pa.uint8()),
                    "post_count": self.counts,
                }
            ),
            "listed_spellings": _table(
                {"spelling": pa.string(), "tag_id": pa.uint32()}, list(spellings.items())
            ),
            "listed_implications": _table(
                {
                    "antecedent_id": pa.uint32(),
                    "antecedent_name": pa.string(),
                    "consequent_id": pa.uint32(),
                },
                [*by_id, *by_name],
            ),
            "listed_files": _table(
                {
                    "file_name": pa.string(),
                    "file_size": pa.int64(),
                    "sha256": pa.string(),
                    "row_count": pa.int64(),
                },
                [(each.name, each.size, each.sha256, each.row_count) for each in self.files],
            ),
        }


def _table(types: Mapping[str, pa.DataType], rows: Sequence[tuple[object, ...]]) -> pa.Table:
    columns = list(zip(*rows, strict=True)) or [()] * len(types)
    arrays = [pa.array(column, kind) for column, kind in zip(columns, types.values(), strict=True)]
    return pa.table(dict(zip(types, arrays, strict=True)))


def read_index_tables(index: IndexSet) -> IndexTables:
    """Return the content of a set of index files.

    tags.parquet and the vectors are optional. Raises `IndexFilesError`, which names the file, if a
    file is broken or from another build.
    """
    _check_folder(index.folder)
    (spellings, names, categories), (implications, rare) = read_tag_set(index)
    _check_names(index, names, categories, spellings)
    for name, texts in ((_SPELLINGS, spellings), (_RARE_IMPLICATIONS, rare)):
        _check_texts(index, name, texts)
    counts = _read_counts(index, names)
    found, facts = _read_vectors(index, len(names))
    row_counts = {
        _NAMES: len(names),
        _CATEGORIES: len(categories),
        _SPELLINGS: len(spellings),
        _IMPLICATIONS: len(implications),
        _RARE_IMPLICATIONS: len(rare),
        _COUNTS: None if counts.null_count else len(counts),
        TAG_FACTORS: None if found is None else len(found),
    }
    return IndexTables(
        build_id=index.build_id,
        files=tuple(
            _read_file(index, name, count)
            for name, count in row_counts.items()
            if count is not None
        ),
        names=names,
        categories=categories,
        counts=counts,
        spellings=spellings,
        implications=implications,
        rare_implications=rare,
        vectors=found,
        vector_facts=facts,
    )


def _check_folder(folder: Path) -> None:
    """Raise `IndexFilesError` if a folder has no index files, but the user may mean one nearby."""
    if (folder / _NAMES).exists():
        return
    if (folder / "data" / _NAMES).exists():
        raise IndexFilesError(f"{folder} has no {_NAMES}, but {folder / 'data'} has; use that")
    if any(folder.glob("posts*.csv*")):
        raise IndexFilesError(
            f"{folder} contains an export, not index files; run: e6duck build {folder}"
        )
    named = (_CATEGORIES, _SPELLINGS, _IMPLICATIONS, _RARE_IMPLICATIONS, "index.json")
    if not any((folder / name).exists() for name in named):
        raise IndexFilesError(
            f"{folder} contains no index files ({_NAMES} and others): name a published set, such as"
            " the data folder of e6db, or a folder that e6duck build or e6duck export wrote"
        )


def _check_names(
    index: IndexSet, names: Sequence[str], categories: bytes, spellings: Mapping[str, int]
) -> None:
    if not names:
        raise index.broken(_NAMES, "it has no tags")
    repeated = [name for name, count in Counter(names).items() if count > 1]
    if repeated:
        raise index.broken(_NAMES, f"it has {repeated[0]!r} more than once")
    for name, category in zip(names, categories, strict=True):
        if category >= len(CATEGORIES):
            raise index.broken(_CATEGORIES, f"{name!r} has the unknown category {category}")
    wrong = sum(spellings.get(name) != tag_id for tag_id, name in enumerate(names))
    if wrong > max(_MAX_WRONG_NAMES, _MAX_WRONG_SHARE * len(names)):
        raise IndexFilesError(
            f"{index.folder} has files from different builds: {_SPELLINGS} maps {wrong:,} of"
            f" {len(names):,} names in {_NAMES} to other tags; download the set again"
        )


def _check_texts(index: IndexSet, name: str, texts: Mapping[str, object]) -> None:
    try:
        "".join(texts).encode()
    except UnicodeEncodeError as error:
        raise index.broken(name, "it contains half a surrogate pair") from error


def _read_counts(index: IndexSet, names: Sequence[str]) -> pa.Array:
    """Return the posts of each tag; all null if there are no counts."""
    unknown = pa.nulls(len(names), pa.int64())
    if not (index.folder / _COUNTS).exists():
        return unknown
    content = index.read(_COUNTS)
    try:
        schema = pq.read_schema(pa.BufferReader(content))
        if not {"tag", "freq"} <= set(schema.names):
            return unknown
        columns = None if _are_nested(schema) else _read_tags(content, names)
        counts = columns["freq"].combine_chunks().cast(pa.int64()) if columns else unknown
    except (pa.ArrowException, OSError) as error:
        raise index.broken(_COUNTS, error) from error
    if columns is None or columns["tag"].to_pylist() != list(names):
        raise IndexFilesError(
            f"{index.folder} has files from different builds: {_COUNTS} has other tags than"
            f" {_NAMES}; download the set again, or move {_COUNTS} away to import without counts"
        )
    if counts.null_count == len(counts):
        return unknown
    ranked = [(-(count or 0), tag) for count, tag in zip(counts.to_pylist(), names, strict=True)]
    if counts.null_count or ranked != sorted(ranked):
        raise index.broken(_COUNTS, "its rows are not in the order of freq, then tag")
    return counts


def _are_nested(schema: pa.Schema) -> bool:
    """Return whether tags or counts could be of any size: lists, or counts that are texts."""
    kind = schema.field("freq").type
    is_number = pa.types.is_primitive(kind) or pa.types.is_decimal(kind) or pa.types.is_null(kind)
    return pa.types.is_nested(schema.field("tag").type) or not is_number


def _read_tags(content: bytes, names: Sequence[str]) -> pa.Table | None:
    """Return tags and counts, or None if there are more tags or longer ones than names.

    Both are found before the memory for them is used: a small file can repeat a long text.
    """
    file = pq.ParquetFile(pa.BufferReader(content), read_dictionary=["tag"])
    if file.metadata.num_rows != len(names):
        return None
    table = file.read(columns=["tag", "freq"])
    longest = max(len(name.encode()) for name in names)
    for chunk in table["tag"].chunks:
        texts = chunk.dictionary if pa.types.is_dictionary(chunk.type) else chunk
        if texts.nbytes > (longest + 16) * (len(texts) + 1) + 64:
            return None
    return table


def _read_vectors(index: IndexSet, tag_count: int) -> tuple[Vectors | None, Mapping[str, str]]:
    """Return the vectors, or None if there are none, and the facts of their training."""
    if not (index.folder / TAG_FACTORS).exists():
        return None, {}
    try:
        largest = tag_count * _LARGEST_VECTOR + _LARGEST_HEADER
        found, facts = parse_tag_factors(index.read(TAG_FACTORS, largest))
    except ValueError as error:
        raise index.broken(TAG_FACTORS, error) from error
    if len(found) > tag_count:
        raise IndexFilesError(
            f"{index.folder} has files from different builds: {TAG_FACTORS} has {len(found):,}"
            f" rows, but {_NAMES} has {tag_count:,} tags; download the set again, or move"
            f" {TAG_FACTORS} away"
        )
    return (found, facts) if len(found) else (None, {})


def _read_file(index: IndexSet, name: str, row_count: int) -> ReadFile:
    content = index.read(name, (index.folder / name).stat().st_size)  # it was read before
    return ReadFile(name, len(content), hashlib.sha256(content).hexdigest(), row_count)
