"""The files of an export: which is read, what is said of a bad one, and that it harms nothing."""

from __future__ import annotations

import errno
import gzip
import io
import os
import shutil
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import duckdb
import pytest

from e6duck.builder.build import build
from e6duck.builder.source import find_sources
from e6duck.db.connection import open_reading
from e6duck.errors import SourceError
from tests.support.exports import (
    ALL_COLUMNS,
    ESSENTIAL_COLUMNS,
    TABLES,
    Layout,
    alias,
    implication,
    post,
    tag,
    write_export,
    write_table,
)
from tests.support.reference import Export

EXPORT = Export(
    posts=[
        post(1, "red_fox tree", description="one\ntwo, three"),
        post(2, "fox trees"),
        post(3, "red_fox"),
    ],
    tags=[tag("fox", 5), tag("red_fox", 5), tag("tree")],
    tag_aliases=[alias("trees", "tree")],
    tag_implications=[implication("red_fox", "fox")],
)
PAGE = b"<!DOCTYPE html>\n<html><head><title>503</title></head><body>busy</body></html>\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a small export, gzipped and undated."""
    write_export(tmp_path, EXPORT)
    return tmp_path


def error_of(call: Callable[[Path], object], folder: Path) -> str:
    """The text of the `SourceError` that a call raises, which must be one line."""
    with pytest.raises(SourceError) as caught:
        call(folder)
    message = str(caught.value)
    assert "\n" not in message
    return message


def posts_read(folder: Path) -> list[tuple[int, str]]:
    """The posts of a build of a folder, with their tags."""
    build(folder, write_index=False, min_posts=1)
    query = """
        select posts.id, string_agg(tags.name, ' ' order by tags.name)
        from posts
        join post_tags on post_tags.post_id = posts.id
        join tags on tags.tag_id = post_tags.tag_id
        group by posts.id
        order by posts.id
    """
    with duckdb.connect(str(folder / "e6.duckdb"), read_only=True) as connection:
        return connection.execute(query).fetchall()


RIGHT = [(1, "fox rating_safe red_fox tree"), (2, "fox rating_safe tree"), (3, "fox red_fox")]
RIGHT[2] = (3, "fox rating_safe red_fox")


# Which file is read

DATED = "posts-2024-12-01.csv"
LATER = "posts-2025-05-01.csv"


@pytest.mark.parametrize(
    ("names", "chosen"),
    [
        pytest.param(["posts.csv.gz", "posts-2030-01-01.csv.gz"], 0, id="undated before any date"),
        pytest.param([DATED, LATER], 1, id="later date"),
        pytest.param([LATER, DATED], 0, id="later date, though written first"),
        pytest.param([LATER + ".gz", LATER], 1, id="written last, plain"),
        pytest.param([LATER, LATER + ".gz"], 1, id="written last, gzip"),
        pytest.param(["posts.csv", "posts.csv.gz"], 1, id="written last, undated"),
        pytest.param([DATED, "posts-2025.csv", "posts.csv.bak"], 0, id="other names do not count"),
        pytest.param([DATED, "my-posts.csv", "post_versions.csv"], 0, id="nor other tables"),
    ],
)
def test_newest_file_of_a_table_is_chosen(folder: Path, names: list[str], chosen: int) -> None:
    content = gzip.decompress((folder / "posts.csv.gz").read_bytes())
    (folder / "posts.csv.gz").unlink()
    for age, name in enumerate(reversed(names)):
        path = folder / name
        path.write_bytes(gzip.compress(content) if path.suffix == ".gz" else content)
        os.utime(path, (1_700_000_000 - age, 1_700_000_000 - age))  # the last name is the newest
    assert find_sources(folder)["posts"].path.name == names[chosen]


def test_of_two_files_written_at_one_time_the_plain_one_is_chosen(folder: Path) -> None:
    write_table(folder, "posts", EXPORT.posts, Layout(gzipped=False))
    for path in folder.glob("posts.*"):
        os.utime(path, (1_700_000_000, 1_700_000_000))
    assert find_sources(folder)["posts"].path.name == "posts.csv"


def test_folder_of_the_name_of_a_file_is_passed_over(folder: Path) -> None:
    (folder / "posts.csv").mkdir()
    (folder / "posts-2030-01-01.csv").mkdir()
    assert find_sources(folder)["posts"].path.name == "posts.csv.gz"


def test_folder_instead_of_a_file_is_as_good_as_none(folder: Path) -> None:
    (folder / "tags.csv.gz").unlink()
    (folder / "tags.csv.gz").mkdir()
    assert "has no tags (.csv, .csv.gz or " in error_of(build, folder)


# What cannot be read


def test_missing_folder_is_named(tmp_path: Path) -> None:
    assert str(tmp_path / "none") in error_of(build, tmp_path / "none")


def test_file_instead_of_the_folder_is_named(folder: Path) -> None:
    path = folder / "posts.csv.gz"
    assert f"{path} is not a folder" in error_of(build, path)


def test_folder_without_an_export_is_told_what_belongs_there(tmp_path: Path) -> None:
    message = error_of(build, tmp_path)
    assert f"{tmp_path} has no posts, tags, tag_aliases or tag_implications" in message
    assert message.endswith(f"or download one: e6duck fetch {tmp_path}")


@pytest.mark.parametrize("table", TABLES)
def test_missing_table_is_named(folder: Path, table: str) -> None:
    (folder / f"{table}.csv.gz").unlink()
    assert f"{folder} has no {table} (.csv, .csv.gz or " in error_of(build, folder)


@pytest.mark.parametrize(
    ("table", "column"),
    [
        pytest.param(table, column, id=f"{table}.{column}")
        for table in TABLES
        for column in ESSENTIAL_COLUMNS[table]
    ],
)
def test_missing_essential_column_is_named_with_its_file(
    folder: Path, table: str, column: str
) -> None:
    path = folder / f"{table}.csv.gz"
    header = [name for name in ALL_COLUMNS[table] if name != column]
    path.write_bytes(gzip.compress((",".join(header) + "\n").encode()))
    assert f"{path} has no column {column}" in error_of(build, folder)


def test_column_that_stands_there_twice_is_named(folder: Path) -> None:
    path = folder / "tags.csv.gz"
    path.write_bytes(gzip.compress(b"id,name,category,name\n"))
    assert f"{path} has the column name twice" in error_of(build, folder)


@pytest.mark.parametrize("name", ["tags.csv", "tags.csv.gz"])
@pytest.mark.parametrize(
    ("content", "said"),
    [
        pytest.param(b"", "is empty", id="empty file"),
        pytest.param(PAGE, "is a web page", id="web page"),
        pytest.param(b"  \n" + PAGE, "", id="web page after an empty line"),
        pytest.param(b"\xff\xfe\x00i\x00d\x00", "", id="UTF-16"),
        pytest.param(b"\0" * 5000, "", id="zeros"),
    ],
)
def test_what_is_no_export_is_named(folder: Path, name: str, content: bytes, said: str) -> None:
    (folder / "tags.csv.gz").unlink()
    (folder / name).write_bytes(content)
    message = error_of(build, folder)
    assert str(folder / name) in message
    assert said in message


def test_gzip_of_nothing_is_empty(folder: Path) -> None:
    (folder / "tags.csv.gz").write_bytes(gzip.compress(b""))
    assert f"{folder / 'tags.csv.gz'} is empty" in error_of(build, folder)


def test_plain_text_named_gz_is_told_to_be_renamed(folder: Path) -> None:
    path = folder / "tags.csv.gz"
    path.write_bytes(gzip.decompress(path.read_bytes()))
    message = error_of(build, folder)
    assert f"{path} is not a gzip file" in message
    assert "rename" in message


def test_gzip_named_csv_is_named(folder: Path) -> None:
    (folder / "tags.csv.gz").rename(folder / "tags.csv")
    assert str(folder / "tags.csv") in error_of(build, folder)


def test_file_without_the_right_to_read_is_named(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # As the system refuses it; not by its mode, which does not keep root from reading.
    path, opened = folder / "tags.csv.gz", Path.open

    def refusing(self: Path, *args: Any, **options: Any) -> Any:
        if self == path:
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(self))
        return opened(self, *args, **options)

    monkeypatch.setattr(Path, "open", refusing)
    assert f"{path} cannot be read: Permission denied" in error_of(build, folder)


def test_header_without_rows_is_an_error_for_posts(folder: Path) -> None:
    write_table(folder, "posts", [])
    message = error_of(build, folder)
    assert f"{folder / 'posts.csv.gz'} has a header but no posts" in message


def test_the_other_tables_may_be_empty(tmp_path: Path) -> None:
    write_export(tmp_path, Export(posts=EXPORT.posts))
    assert posts_read(tmp_path) == [
        (1, "rating_safe red_fox tree"),
        (2, "fox rating_safe trees"),
        (3, "rating_safe red_fox"),
    ]


# What is odd and right


@pytest.mark.parametrize("end", ["\n", "\r\n"], ids=["LF", "CRLF"])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"], ids=["no BOM", "BOM"])
@pytest.mark.parametrize("gzipped", [True, False], ids=["gzip", "plain"])
def test_line_ends_and_byte_order_marks_do_not_matter(
    tmp_path: Path, gzipped: bool, mark: bytes, end: str
) -> None:
    layout = Layout(gzipped=False, line_end=end)
    write_export(tmp_path, EXPORT, layout)
    for path in tmp_path.glob("*.csv"):
        content = mark + path.read_bytes()
        if gzipped:
            path.with_name(f"{path.name}.gz").write_bytes(gzip.compress(content))
            path.unlink()
        else:
            path.write_bytes(content)
    assert posts_read(tmp_path) == RIGHT


def test_last_line_need_not_be_ended(folder: Path) -> None:
    for path in folder.glob("*.csv.gz"):
        content = gzip.decompress(path.read_bytes())
        path.write_bytes(gzip.compress(content.removesuffix(b"\n")))
    assert posts_read(folder) == RIGHT


def test_gzip_of_several_members_is_read_whole(folder: Path) -> None:
    path = folder / "posts.csv.gz"
    content = gzip.decompress(path.read_bytes())
    # The second cut is inside the text of two lines.
    cuts = [0, 100, content.index(b"two"), len(content)]
    parts = [content[start:end] for start, end in pairwise(cuts)]
    path.write_bytes(b"".join(map(gzip.compress, parts)))
    assert posts_read(folder) == RIGHT


def test_columns_are_found_by_name_wherever_they_stand(tmp_path: Path) -> None:
    write_export(tmp_path, EXPORT, Layout(column_seed=3, extra_column=True))
    assert posts_read(tmp_path) == RIGHT


# Damage


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a finished build, whose posts are worth some kilobytes of gzip."""
    folder = tmp_path_factory.mktemp("built")
    posts = [
        post(id, "red_fox tree", md5=f"{id * 0x9E3779B97F4A7C15:032x}"[-32:])
        for id in range(1, 300)
    ]
    write_export(folder, Export(posts, EXPORT.tags, EXPORT.tag_aliases, EXPORT.tag_implications))
    build(folder)
    return folder


@pytest.fixture
def damaged(built: Path, tmp_path: Path) -> Path:
    """A copy of it, to be damaged."""
    return shutil.copytree(built, tmp_path / "damaged")


def outputs(folder: Path) -> dict[str, bytes]:
    """All files of a folder but the export."""
    return {path.name: path.read_bytes() for path in folder.iterdir() if not path.match("*.csv.gz")}


def check_refused(folder: Path, path: Path, content: bytes) -> None:
    """Build with this content in a file: the error names it, and all that was there stays."""
    before = outputs(folder)
    path.write_bytes(content)
    assert str(path) in error_of(build, folder)
    assert outputs(folder) == before


# Where the byte stands, from the start or from the end, and the bit of it. The header of a gzip has
# ten bytes, then comes what is deflated, then four of CRC and four of length.
FLIPS = {
    "magic": (0, 0x01),
    "method": (2, 0x80),
    "flag that says a name follows": (3, 0x08),
    "flag that says a CRC of the header follows": (3, 0x02),
    "kind of the first block": (10, 0x02),
    "in the first block": (30, 0x10),
    "in the middle": (0.5, 0x01),
    "three quarters in": (0.75, 0x80),
    "CRC, first byte": (-8, 0x01),
    "CRC, last byte": (-5, 0x80),
    "length, first byte": (-4, 0x01),
    "length, last byte": (-1, 0x80),
}
# Bits that mean nothing: nobody can tell that they were flipped, and the text stays as it is.
IDLE_FLIPS = {
    "flag without a meaning": (3, 0x80),
    "flag that says it is text": (3, 0x01),
    "time": (4, 0x01),
    "how hard it was compressed": (8, 0x80),
    "system that wrote it": (9, 0x01),
}


def flipped(content: bytes, place: float, bit: int) -> bytes:
    changed = bytearray(content)
    changed[int(place * len(content)) if isinstance(place, float) else place] ^= bit
    return bytes(changed)


# Files are checked alike, whatever their table: the others get one flip each. All bytes of
# tag_implications are flipped below.
@pytest.mark.parametrize(
    ("table", "place", "bit"),
    [
        *(pytest.param("posts", *flip, id=name) for name, flip in FLIPS.items()),
        *(pytest.param(table, *FLIPS["CRC, first byte"], id=table) for table in TABLES[1:]),
    ],
)
def test_flipped_bit_is_an_error_that_names_the_file_and_never_data(
    damaged: Path, table: str, place: float, bit: int
) -> None:
    path = damaged / f"{table}.csv.gz"
    check_refused(damaged, path, flipped(path.read_bytes(), place, bit))


@pytest.mark.parametrize(("place", "bit"), IDLE_FLIPS.values(), ids=IDLE_FLIPS)
def test_flipped_bit_that_means_nothing_changes_nothing(
    damaged: Path, place: int, bit: int
) -> None:
    path = damaged / "posts.csv.gz"
    path.write_bytes(flipped(path.read_bytes(), place, bit))
    before = outputs(damaged)
    build(damaged)
    # The database states the hash of the file, and when it was built; the index files do not.
    after = outputs(damaged)
    assert {name for name in before if before[name] != after[name]} == {"e6.duckdb"}


def test_flipped_byte_anywhere_is_an_error_or_changes_nothing(damaged: Path) -> None:
    path = damaged / "tag_implications.csv.gz"
    content = path.read_bytes()
    before = outputs(damaged)
    del before["e6.duckdb"]
    for place in range(len(content)):
        path.write_bytes(flipped(content, place, 0xFF))
        try:
            build(damaged)
        except SourceError as error:
            assert str(path) in str(error)
        after = outputs(damaged)
        del after["e6.duckdb"]
        assert after == before, place


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9, 0.999])
def test_truncated_gzip_is_an_error(damaged: Path, share: float) -> None:
    path = damaged / "posts.csv.gz"
    content = path.read_bytes()
    check_refused(damaged, path, content[: int(share * len(content))])


@pytest.mark.parametrize("missing", [1, 4, 8])
def test_gzip_without_its_end_is_an_error(damaged: Path, missing: int) -> None:
    path = damaged / "posts.csv.gz"
    check_refused(damaged, path, path.read_bytes()[:-missing])


@pytest.mark.parametrize(
    "garbage",
    [
        pytest.param(b"garbage", id="text"),
        pytest.param(gzip.compress(b"1,2,3\n")[:-6], id="half a gzip"),
        pytest.param(PAGE, id="web page"),
    ],
)
def test_garbage_after_the_gzip_is_an_error(damaged: Path, garbage: bytes) -> None:
    path = damaged / "posts.csv.gz"
    check_refused(damaged, path, path.read_bytes() + garbage)


def test_what_duckdb_cannot_decompress_is_an_error_but_for_the_posts(damaged: Path) -> None:
    """Zeros after a gzip file are padding for gzip(1), and Python decompresses the posts."""
    before = outputs(damaged)
    for table in ("posts", "tags"):
        path = damaged / f"{table}.csv.gz"
        content = path.read_bytes()
        path.write_bytes(content + bytes(512))
        if table == "tags":
            assert "gunzip" in error_of(build, damaged)
        else:
            build(damaged)
            after = outputs(damaged)
            assert {name for name in before if before[name] != after[name]} == {"e6.duckdb"}
        path.write_bytes(content)


def test_flipped_bit_in_a_stored_block_is_an_error(damaged: Path) -> None:
    # Not compressed, it inflates to text that is as good as the right one, but for the CRC.
    path = damaged / "posts.csv.gz"
    stored = io.BytesIO()
    with gzip.GzipFile(fileobj=stored, mode="wb", compresslevel=0) as file:
        file.write(gzip.decompress(path.read_bytes()))
    content = bytearray(stored.getvalue())
    content[content.index(b"red_fox")] ^= 0x01
    check_refused(damaged, path, bytes(content))


@pytest.mark.parametrize(
    "spoil",
    [
        pytest.param(lambda content: b"", id="empty"),
        pytest.param(lambda content: PAGE, id="web page"),
        pytest.param(lambda content: gzip.compress(PAGE), id="web page, gzipped"),
        pytest.param(lambda content: gzip.compress(b"id\n1\n"), id="columns missing"),
        pytest.param(
            lambda content: gzip.compress(gzip.decompress(content).partition(b"\n")[0] + b"\n"),
            id="header alone",
        ),
        pytest.param(
            lambda content: gzip.compress(gzip.decompress(content).replace(b"red_fox", b"\xff")),
            id="bad rows alone",
        ),
    ],
)
def test_old_build_survives_a_bad_export(damaged: Path, spoil: Callable[[bytes], bytes]) -> None:
    path = damaged / "posts.csv.gz"
    check_refused(damaged, path, spoil(path.read_bytes()))


@pytest.mark.parametrize("name", ["x[1]", "a*b", "ab", "x1"], ids=str)
def test_a_folder_is_no_pattern_of_folders(tmp_path: Path, name: str) -> None:
    for number, folder in enumerate(["x[1]", "a*b", "ab", "x1"], start=1):
        posts = [post(number * 10 + each, "fox") for each in range(2)]
        write_export(tmp_path / folder, Export(posts, [], [], []))
    build(tmp_path / name)
    with open_reading(tmp_path / name / "e6.duckdb") as database:
        found = database.execute("select id // 10 from posts").fetchall()
    assert found == [(["x[1]", "a*b", "ab", "x1"].index(name) + 1,)] * 2


def test_a_column_without_a_name_is_ignored_like_any_unknown_one(damaged: Path) -> None:
    path = damaged / "tag_aliases.csv.gz"
    lines = gzip.decompress(path.read_bytes()).splitlines(keepends=True)
    added = [line.replace(b"\n", b",\n") for line in lines]
    path.write_bytes(gzip.compress(b"".join(added)))
    build(damaged)


@pytest.mark.parametrize("table", TABLES)
def test_a_file_whose_lines_end_in_cr_is_refused(folder: Path, table: str) -> None:
    path = folder / f"{table}.csv.gz"
    path.write_bytes(gzip.compress(gzip.decompress(path.read_bytes()).replace(b"\n", b"\r")))
    assert f"{path} has lines that end in CR alone" in error_of(build, folder)
