"""What an export must become, in dictionaries and sets, slow and short.

`derive` follows the text of the seven steps by which e6db's index files come about and of the
decisions on odd values. `load_index` reads a folder of index files, and `differences` says where
the two disagree.
Nothing here shares code, or an idea of how to be fast, with the package that it checks.
"""

from __future__ import annotations

import csv
import gzip
import json
import re
from collections import Counter
from collections.abc import Callable, Hashable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

Row = dict[str, str | None]
"""One row of a table, by column: None is SQL's NULL, a missing key is a missing column."""

STILL_KINDS = {"jpg", "png", "webp"}
ALL_KINDS = STILL_KINDS | {"gif", "webm", "mp4", "swf"}
RATING_TAGS = {"s": "rating_safe", "q": "rating_questionable", "e": "rating_explicit"}
GENERAL = 0

UINT16 = (0, 2**16 - 1)
UINT32 = (0, 2**32 - 1)
INT16 = (-(2**15), 2**15 - 1)
POST_NUMBERS = {
    "id": UINT32,
    "uploader_id": UINT32,
    "image_width": UINT16,
    "image_height": UINT16,
    "fav_count": UINT16,
    "file_size": UINT32,
    "comment_count": UINT16,
    "score": INT16,
    "up_score": UINT16,
    "down_score": UINT16,
}

PARQUET_COLUMNS = {
    "tags.parquet": [("tag", "VARCHAR"), ("freq", "UINT32"), ("category", "UINT8")],
    "tag2idx.parquet": [("index", "UINT32"), ("tag", "VARCHAR")],
    "posts.parquet": [
        ("id", "UINT32"),
        ("uploader_id", "UINT32"),
        ("created_at", "TIMESTAMP"),
        ("md5", "BINARY"),
        ("rating", "VARCHAR"),
        ("image_width", "UINT16"),
        ("image_height", "UINT16"),
        ("fav_count", "UINT16"),
        ("file_ext", "VARCHAR"),
        ("file_size", "UINT32"),
        ("comment_count", "UINT16"),
        ("score", "INT16"),
        ("up_score", "UINT16"),
        ("down_score", "UINT16"),
        ("implied_tags", "LIST(UINT32)"),
        ("stripped_tags", "LIST(UINT32)"),
    ],
}
JSON_FILES = ("tag2idx.json.gz", "implications.json.gz", "implications_rej.json.gz")


@dataclass(frozen=True)
class Export:
    """The rows of an export, table by table, in file order."""

    posts: list[Row] = field(default_factory=list)
    tags: list[Row] = field(default_factory=list)
    tag_aliases: list[Row] = field(default_factory=list)
    tag_implications: list[Row] = field(default_factory=list)


@dataclass(frozen=True)
class Reference:
    """All that an export must become; names are after aliases unless said otherwise."""

    tags: list[tuple[str, int, int, int]]
    """name, category, post_count (direct uses), tagged_count (direct or implied), by rank"""
    tag2idx: dict[str, int]
    """ranked tags, and the aliases that end at one, to their rank"""
    implications: dict[int, list[int]]
    implications_rej: dict[str, list[int]]
    depths: dict[tuple[str, str], int]
    """(antecedent, ranked consequent) to the fewest edges between them"""
    posts: list[dict[str, Any]]
    """the kept posts in input order: the columns of posts.parquet and tag_ids"""
    post_counts: dict[str, int]
    """every used name, ranked or not, to the number of kept posts"""
    aliases: dict[str, str]
    """antecedent to final target, ranked or not"""
    alias_cycles: set[str]
    """antecedents in or leading into an alias cycle of two names or more"""
    self_aliases: set[str]
    implication_cycles: set[str]
    """names that imply themselves over at least one other name"""
    dropped: Counter[str]
    """posts left out, by reason: duplicate_id, deleted, file_ext"""
    clamped: int
    """values of kept posts that did not fit their column, positive down_scores among them"""
    duplicates: dict[str, list[Row]]
    """table to the rows that lost against a later one"""


def derive(
    export: Export,
    *,
    min_posts: int = 2,
    all_files: bool = False,
    include_deleted: bool = False,
) -> Reference:
    """What the export must become."""
    tag_rows, lost_tags = _last_wins(export.tags, lambda row: row["name"])
    categories = {_text(row, "name"): int(_text(row, "category")) for row in tag_rows}

    alias_rows, lost_aliases = _last_wins(
        _active(export.tag_aliases), lambda row: row["antecedent_name"]
    )
    targets = dict(map(_ends, alias_rows))
    self_aliases = {name for name, target in targets.items() if name == target}
    aliases, alias_cycles = _final_targets(
        {name: target for name, target in targets.items() if name != target}
    )

    post_rows, lost_posts = _last_wins(export.posts, lambda row: _number(row, "id"))
    kept_rows, dropped = _keep_posts(post_rows, all_files, include_deleted)
    dropped["duplicate_id"] = len(lost_posts)
    names_of_posts = [_names(row, aliases) for row in kept_rows]

    post_counts = Counter(name for names in names_of_posts for name in names)
    ranked = _rank(post_counts, min_posts)
    ids = {name: rank for rank, name in enumerate(ranked)}
    alias_ids = {name: ids[target] for name, target in aliases.items() if target in ids}

    distances = _all_distances(_mapped_edges(export.tag_implications, aliases))
    depths = {pair: depth for pair, depth in _without_cycles(distances).items() if pair[1] in ids}
    implied = _implied_ids(depths, ids)

    posts, clamped = [], 0
    for row, names in zip(kept_rows, names_of_posts, strict=True):
        numbers, odd = _post_numbers(row)
        posts.append(numbers | _post_texts(row) | _post_tags(names, ids, implied))
        clamped += odd
    tagged_counts = Counter(tag_id for post in posts for tag_id in post["tag_ids"])

    return Reference(
        tags=[
            (name, categories.get(name, GENERAL), post_counts[name], tagged_counts[ids[name]])
            for name in ranked
        ],
        tag2idx=ids | alias_ids,
        implications={ids[name]: sorted(found) for name, found in implied.items() if name in ids},
        implications_rej={
            name: sorted(found) for name, found in implied.items() if name not in ids
        },
        depths=depths,
        posts=posts,
        post_counts=dict(post_counts),
        aliases=aliases,
        alias_cycles=alias_cycles,
        self_aliases=self_aliases,
        implication_cycles={start for start, end in distances if start == end},
        dropped=+dropped,
        clamped=clamped,
        duplicates={"posts": lost_posts, "tags": lost_tags, "tag_aliases": lost_aliases},
    )


def _text(row: Row, column: str) -> str:
    """A value that every well-formed row has."""
    value = row[column]
    assert value is not None, f"{column} is null in {row}"
    return value


def _number(row: Row, column: str) -> int | None:
    """A number, or None where the field is empty or its column is missing."""
    text = row.get(column)
    return int(text) if text else None


def _last_wins(rows: list[Row], key: Callable[[Row], Hashable]) -> tuple[list[Row], list[Row]]:
    """The last row of every key, each at its own place, and the earlier ones."""
    last = {key(row): position for position, row in enumerate(rows)}
    kept = [row for position, row in enumerate(rows) if last[key(row)] == position]
    lost = [row for position, row in enumerate(rows) if last[key(row)] != position]
    return kept, lost


def _active(rows: list[Row]) -> list[Row]:
    """The rows that count."""
    return [row for row in rows if row["status"] == "active"]


def _ends(row: Row) -> tuple[str, str]:
    """Antecedent and consequent of an alias or implication."""
    return _text(row, "antecedent_name"), _text(row, "consequent_name")


def _final_targets(targets: dict[str, str]) -> tuple[dict[str, str], set[str]]:
    """Every antecedent with the end of its chain, and the antecedents whose chain has no end."""
    ends: dict[str, str] = {}
    endless: set[str] = set()
    for name in targets:
        seen = {name}
        end = targets[name]
        while end in targets and end not in seen:
            seen.add(end)
            end = targets[end]
        if end in seen:
            endless.add(name)
        else:
            ends[name] = end
    return ends, endless


def _keep_posts(
    rows: list[Row], all_files: bool, include_deleted: bool
) -> tuple[list[Row], Counter[str]]:
    """The posts that are used, and how many are not, by reason."""
    kinds = ALL_KINDS if all_files else STILL_KINDS
    kept: list[Row] = []
    dropped: Counter[str] = Counter()
    for row in rows:
        if row["is_deleted"] == "t" and not include_deleted:
            dropped["deleted"] += 1
        elif (row["file_ext"] or "").lower() not in kinds:
            dropped["file_ext"] += 1
        else:
            kept.append(row)
    return kept, dropped


def _names(row: Row, aliases: dict[str, str]) -> set[str]:
    """The tags of a post and that of its rating, after aliases, each once."""
    # Only U+0020 separates: a name may hold other kinds of space.
    names = {piece for piece in (row["tag_string"] or "").split(" ") if piece}
    rating = row["rating"]
    if rating in RATING_TAGS:
        names.add(RATING_TAGS[rating])
    return {aliases.get(name, name) for name in names}


def _rank(counts: dict[str, int], min_posts: int) -> list[str]:
    """The names with enough posts, most used first."""
    enough = [name for name, count in counts.items() if count >= min_posts]
    return sorted(enough, key=lambda name: (-counts[name], name.encode()))


def _mapped_edges(rows: list[Row], aliases: dict[str, str]) -> dict[str, set[str]]:
    """The active implications between final names, without self edges."""
    edges: dict[str, set[str]] = {}
    for antecedent, consequent in map(_ends, _active(rows)):
        start = aliases.get(antecedent, antecedent)
        end = aliases.get(consequent, consequent)
        if start != end:
            edges.setdefault(start, set()).add(end)
    return edges


def _all_distances(edges: dict[str, set[str]]) -> dict[tuple[str, str], int]:
    """Every pair of names with a path (of a name on a cycle to itself too), to the fewest edges."""
    return {
        (start, end): depth for start in edges for end, depth in _distances(start, edges).items()
    }


def _distances(start: str, edges: dict[str, set[str]]) -> dict[str, int]:
    """The names that can be reached over one edge or more, to the fewest edges."""
    depths: dict[str, int] = {}
    frontier = edges[start]
    depth = 1
    while frontier:
        depths |= dict.fromkeys(frontier, depth)
        reached = {end for name in frontier for end in edges.get(name, ())}
        frontier = reached - depths.keys()
        depth += 1
    return depths


def _without_cycles(distances: dict[tuple[str, str], int]) -> dict[tuple[str, str], int]:
    """The pairs whose ends do not imply each other."""
    return {
        (start, end): depth
        for (start, end), depth in distances.items()
        if (end, start) not in distances
    }


def _implied_ids(depths: dict[tuple[str, str], int], ids: dict[str, int]) -> dict[str, set[int]]:
    """Every antecedent, ranked or not, with the ids that it implies."""
    implied: dict[str, set[int]] = {}
    for antecedent, consequent in depths:
        implied.setdefault(antecedent, set()).add(ids[consequent])
    return implied


def _post_numbers(row: Row) -> tuple[dict[str, Any], int]:
    """The numbers of a post, clamped to their columns, and how many did not fit."""
    numbers: dict[str, Any] = {}
    odd = 0
    for column, (low, high) in POST_NUMBERS.items():
        value = _number(row, column)
        if value is not None and column == "down_score":
            # The site counts down votes as a negative number; a positive one ends at 0.
            value = -value
        clamped = None if value is None else max(low, min(value, high))
        odd += clamped != value
        numbers[column] = clamped
    return numbers, odd


def _post_texts(row: Row) -> dict[str, Any]:
    """The columns of a post that are neither numbers nor tags."""
    created_at = row.get("created_at")
    md5 = row.get("md5") or ""
    return {
        "created_at": datetime.fromisoformat(created_at) if created_at else None,
        "md5": bytes.fromhex(md5) if re.fullmatch("[0-9a-fA-F]{32}", md5) else None,
        "rating": row["rating"],
        "file_ext": row["file_ext"],
    }


def _post_tags(
    names: set[str], ids: dict[str, int], implied: dict[str, set[int]]
) -> dict[str, Any]:
    """The ids of a post: implied by one of its names, the rest of its own, and both together."""
    implied_ids = {tag_id for name in names for tag_id in implied.get(name, ())}
    own_ids = {ids[name] for name in names if name in ids}
    return {
        "implied_tags": sorted(implied_ids),
        "stripped_tags": sorted(own_ids - implied_ids),
        "tag_ids": sorted(own_ids | implied_ids),
    }


def read_export(folder: Path) -> Export:
    """The export in a folder that holds one file a table, every empty field read as None."""
    return Export(
        **{
            table: _read_csv(next(folder.glob(f"{table}[-.]*csv*")))
            for table in ("posts", "tags", "tag_aliases", "tag_implications")
        }
    )


def _read_csv(path: Path) -> list[Row]:
    opened = gzip.open if path.suffix == ".gz" else open
    with opened(path, "rt", encoding="utf-8", newline="") as file:
        return [
            {column: value or None for column, value in row.items()} for row in csv.DictReader(file)
        ]


@dataclass(frozen=True)
class Index:
    """The content of a folder of index files."""

    names: list[str]
    categories: list[int]
    json_texts: dict[str, str]
    """file name to the text, since its order and escapes are fixed too"""
    columns: dict[str, list[tuple[str, str]]]
    """Parquet file to its columns' names and types, as DuckDB calls them"""
    rows: dict[str, list[dict[str, Any]]]
    """Parquet file to its rows"""
    faults: list[str]
    """what is wrong with the files whatever they should hold"""


def load_index(folder: Path) -> Index:
    """The index files of a folder, without the vectors."""
    contents = {
        name: (folder / name).read_bytes()
        for name in ("tags.txt.gz", "tags_categories.bin.gz", *JSON_FILES)
    }
    faults = [
        f"{name}: the gzip header carries a time stamp"
        for name, content in contents.items()
        if content[4:8] != bytes(4)
    ]
    lines = gzip.decompress(contents["tags.txt.gz"]).decode().split("\n")
    if lines.pop() != "":
        faults.append("tags.txt.gz: the last line is not ended")
    tables = {name: pq.ParquetFile(folder / name).read() for name in PARQUET_COLUMNS}
    return Index(
        names=lines,
        categories=list(gzip.decompress(contents["tags_categories.bin.gz"])),
        json_texts={name: gzip.decompress(contents[name]).decode() for name in JSON_FILES},
        columns={
            name: [(column.name, _type_name(column.type)) for column in table.schema]
            for name, table in tables.items()
        },
        rows={name: table.to_pylist() for name, table in tables.items()},
        faults=faults,
    )


def _type_name(kind: pa.DataType) -> str:
    """An Arrow type under its name in DuckDB; large and small offsets are one type there."""
    if pa.types.is_list(kind) or pa.types.is_large_list(kind):
        return f"LIST({_type_name(kind.value_type)})"
    names = {
        pa.string(): "VARCHAR",
        pa.large_string(): "VARCHAR",
        pa.binary(): "BINARY",
        pa.large_binary(): "BINARY",
        pa.timestamp("us"): "TIMESTAMP",
    }
    return names.get(kind, str(kind).upper())


def differences(reference: Reference, index: Index) -> list[str]:
    """Every disagreement of the index files with what they must hold, one line each."""
    return [
        *index.faults,
        *_list_differences("tags.txt.gz", [name for name, *_ in reference.tags], index.names),
        *_list_differences(
            "tags_categories.bin.gz",
            [category for _, category, *_ in reference.tags],
            index.categories,
        ),
        *_json_differences("tag2idx.json.gz", reference.tag2idx, index),
        *_json_differences("implications.json.gz", reference.implications, index),
        *_json_differences("implications_rej.json.gz", reference.implications_rej, index),
        *_parquet_differences("tags.parquet", _tags_parquet(reference), index),
        *_parquet_differences("tag2idx.parquet", _tag2idx_parquet(reference), index),
        *_parquet_differences("posts.parquet", _posts_parquet(reference), index),
    ]


def _tags_parquet(reference: Reference) -> list[dict[str, Any]]:
    return [
        {"tag": name, "freq": count, "category": category}
        for name, category, count, _ in reference.tags
    ]


def _tag2idx_parquet(reference: Reference) -> list[dict[str, Any]]:
    by_bytes = sorted(reference.tag2idx.items(), key=lambda item: item[0].encode())
    return [{"index": tag_id, "tag": name} for name, tag_id in by_bytes]


def _posts_parquet(reference: Reference) -> list[dict[str, Any]]:
    columns = [column for column, _ in PARQUET_COLUMNS["posts.parquet"]]
    return [{column: post[column] for column in columns} for post in reference.posts]


def _json_differences(file: str, expected: dict[Any, Any], index: Index) -> Iterator[str]:
    """Disagreements in the values, or else in how they are written."""
    in_order = {str(key): expected[key] for key in sorted(expected)}
    text = index.json_texts[file]
    found = json.loads(text)
    yield from _dict_differences(file, in_order, found)
    if found == in_order and text != json.dumps(in_order):
        yield f"{file}: the values agree, but not their order or spelling: {text[:200]}"


def _parquet_differences(file: str, expected: list[dict[str, Any]], index: Index) -> Iterator[str]:
    """Disagreements in names, order and types of the columns and in the rows."""
    if index.columns[file] != PARQUET_COLUMNS[file]:
        yield f"{file}: expected columns {PARQUET_COLUMNS[file]}, found {index.columns[file]}"
    yield from _list_differences(file, expected, index.rows[file])


def _list_differences(label: str, expected: list[Any], found: list[Any]) -> Iterator[str]:
    if len(expected) != len(found):
        yield f"{label}: expected {len(expected)} entries, found {len(found)}"
    # The shorter one ends the comparison: its length was reported.
    for position, (ours, theirs) in enumerate(zip(expected, found, strict=False)):
        yield from _value_differences(f"{label}[{position}]", ours, theirs)


def _dict_differences(label: str, expected: dict[str, Any], found: dict[str, Any]) -> Iterator[str]:
    for key in sorted(expected.keys() - found.keys()):
        yield f"{label}: {key!r} is missing, expected {expected[key]!r}"
    for key in sorted(found.keys() - expected.keys()):
        yield f"{label}: {key!r} should not be there, found {found[key]!r}"
    for key in sorted(expected.keys() & found.keys()):
        yield from _value_differences(f"{label}[{key!r}]", expected[key], found[key])


def _value_differences(label: str, expected: Any, found: Any) -> Iterator[str]:
    """Disagreements of two values, a row's column by column."""
    if isinstance(expected, dict) and isinstance(found, dict):
        yield from _dict_differences(label, expected, found)
    # 1 == 1.0 == True in Python, but not in a file.
    elif expected != found or type(expected) is not type(found):
        yield f"{label}: expected {expected!r}, found {found!r}"
