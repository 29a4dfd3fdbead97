"""Fetch: against a real server on the loopback that serves, stalls, cuts, lies and redirects."""

from __future__ import annotations

import gzip
import json
import shutil
import signal
import socket
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest

import e6duck
from e6duck import E6DuckError, SourceError, UsageError
from e6duck.builder.fetch.client import RetryPolicy
from e6duck.builder.fetch.contact import contact_of
from e6duck.builder.fetch.fetch import FetchResult
from e6duck.builder.fetch.record import RECORD, recorded
from tests.conftest import CHECKOUT
from tests.support.exports import TABLES, write_export
from tests.support.server import INDEX, Handler, Site, cut, drip, redirect, serving, stall, status
from tests.support.terminal import E6DUCK, command, imported, on_terminal
from tests.support.zoo import ZOO

HASTY = RetryPolicy(
    tries=3, first_pause=0.01, longest_pause=0.02, longest_retry_after=1, timeout=0.5
)
POSTS = "/posts.csv.gz"


@pytest.fixture(scope="module")
def tables(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    folder = tmp_path_factory.mktemp("export")
    write_export(folder, ZOO)
    return {table: (folder / f"{table}.csv.gz").read_bytes() for table in TABLES}


@pytest.fixture
def site(tables: dict[str, bytes]) -> Iterator[Site]:
    with serving() as site:
        site.add_index(tables)
        yield site


def fetch(site: Site, folder: Path, **options: Any) -> FetchResult:
    usual = {"contact": "me@example.org", "index": site.url + INDEX, "retry_policy": HASTY}
    return e6duck.fetch(folder, **usual | options)


def ranges(site: Site, path: str = POSTS) -> list[str | None]:
    return [given for asked, given in site.asked if asked == path]


def whole(tables: dict[str, bytes], folder: Path) -> bool:
    """Whether the four files are here, and nothing else but the record."""
    names = {path.name for path in folder.iterdir()}
    return names == {RECORD, *(f"{table}.csv.gz" for table in TABLES)} and all(
        (folder / f"{table}.csv.gz").read_bytes() == content for table, content in tables.items()
    )


# What comes


def test_an_export_comes_and_can_be_built(
    site: Site, tables: dict[str, bytes], tmp_path: Path
) -> None:
    fetched = fetch(site, tmp_path)
    assert [path.name for path in fetched.downloaded] == [f"{table}.csv.gz" for table in TABLES]
    assert whole(tables, tmp_path)
    assert e6duck.build(tmp_path, write_index=False).posts_kept == len(ZOO.posts)


def test_the_site_hears_who_asks(site: Site, tmp_path: Path) -> None:
    fetch(site, tmp_path)
    assert site.agents == {f"e6duck/{version('e6duck')} (+me@example.org)"}


def test_more_tables_come_where_asked_for(
    site: Site, tables: dict[str, bytes], tmp_path: Path
) -> None:
    site.add_index(tables | {"pools": gzip.compress(b"id,name,post_ids\n1,a,{}\n")})
    assert len(fetch(site, tmp_path).downloaded) == 4
    assert [path.name for path in fetch(site, tmp_path, more=["pools"]).downloaded] == [
        "pools.csv.gz"
    ]


def test_what_is_here_is_not_fetched_again(site: Site, tmp_path: Path) -> None:
    fetch(site, tmp_path)
    (tmp_path / "tags.csv.gz").unlink()
    site.asked.clear()
    fetched = fetch(site, tmp_path)
    assert [path.name for path in fetched.downloaded] == ["tags.csv.gz"]
    assert len(fetched.skipped) == 3
    assert {path for path, _ in site.asked} == {INDEX, "/tags.csv.gz"}


def test_what_was_fetched_is_recorded(site: Site, tmp_path: Path) -> None:
    fetch(site, tmp_path)
    record = json.loads((tmp_path / RECORD).read_text())
    assert record["files"]["posts.csv.gz"]["updated_at"] == "2026-06-06T18:56:23.844000+00:00"


def test_an_address_is_that_of_the_index_where_it_is_relative(
    site: Site, tables: dict[str, bytes], tmp_path: Path
) -> None:
    site.add_index(tables, posts={"url": "posts.csv.gz"})
    fetch(site, tmp_path)
    assert whole(tables, tmp_path)


# What the user has


def test_a_newer_export_replaces_what_was_fetched(
    site: Site, tables: dict[str, bytes], tmp_path: Path
) -> None:
    site.add_index(tables | {"pools": gzip.compress(b"id,name,post_ids\n1,a,{}\n")})
    fetch(site, tmp_path, more=["pools"])
    fetch(site, tmp_path)  # forgets nothing of pools
    newer = gzip.compress(b"id,name,post_ids\n2,b,{}\n")
    site.add_index(tables | {"pools": newer})
    fetch(site, tmp_path, more=["pools", "pools"])
    assert (tmp_path / "pools.csv.gz").read_bytes() == newer


def test_a_file_of_another_origin_is_not_replaced_unasked(site: Site, tmp_path: Path) -> None:
    fetch(site, tmp_path)
    for name in ("tags.csv.gz", "posts.csv.gz"):  # of a fetch once, then edited
        (tmp_path / name).write_bytes(b"mine")
    with pytest.raises(
        UsageError, match=r"has posts.csv.gz, tags.csv.gz, which e6duck did not download"
    ):
        fetch(site, tmp_path)
    args = ["fetch", tmp_path, "--contact", "me@example.org", "--index", site.url + INDEX]
    ran = command(*args)
    assert (ran.code, ran.err.count("to download, replacing a file e6duck did not download")) == (
        2,
        2,
    )
    assert (tmp_path / "tags.csv.gz").read_bytes() == b"mine"
    assert command(*args, "--yes").code == 0
    assert (tmp_path / "tags.csv.gz").read_bytes() != b"mine"


@pytest.mark.parametrize(("answer", "is_kept"), [("n", True), ("", True), ("y", False)])
def test_on_a_terminal_it_is_asked_about(
    site: Site, tmp_path: Path, answer: str, is_kept: bool
) -> None:
    (tmp_path / "tags.csv.gz").write_bytes(b"mine")
    args = ["fetch", tmp_path, "--contact", "me@example.org", "--index", site.url + INDEX]
    said = on_terminal(*args, columns=100, typed=f"{answer}\n")
    assert "Download them and replace the files e6duck did not download? [y/N]: " in said
    assert ("e6duck: nothing was downloaded\n" in said) is is_kept
    assert ((tmp_path / "tags.csv.gz").read_bytes() == b"mine") is is_kept


def test_the_sample_is_not_replaced_unasked(site: Site, tmp_path: Path) -> None:
    for path in (CHECKOUT / "data").glob("*.csv.gz"):
        shutil.copy(path, tmp_path)
    before = (tmp_path / "posts.csv.gz").read_bytes()
    with pytest.raises(UsageError, match="which e6duck did not download"):
        fetch(site, tmp_path)
    assert (tmp_path / "posts.csv.gz").read_bytes() == before


def test_a_folder_with_the_name_of_a_file_is_reported_before_any_download(
    site: Site, tmp_path: Path
) -> None:
    (tmp_path / "tags.csv.gz").mkdir()
    with pytest.raises(SourceError, match=r"tags.csv.gz is not a file; move it away"):
        fetch(site, tmp_path)
    assert not ranges(site)


def test_an_interrupted_fetch_knows_its_files_again(
    site: Site, tables: dict[str, bytes], tmp_path: Path
) -> None:
    fetch(site, tmp_path)
    newer = {table: gzip.compress(gzip.decompress(tables[table]), mtime=1) for table in TABLES}
    site.add_index(newer)
    site.fail("/tags.csv.gz", status(404))
    with pytest.raises(SourceError):
        fetch(site, tmp_path)
    site.add_index(tables)
    fetch(site, tmp_path)
    assert whole(tables, tmp_path)


# A bad line


def test_a_cut_download_is_resumed_in_the_same_run(
    site: Site, tables: dict[str, bytes], tmp_path: Path
) -> None:
    site.fail(POSTS, cut(100))
    fetch(site, tmp_path)
    assert ranges(site) == [None, "bytes=100-"]
    assert whole(tables, tmp_path)


def test_a_stalled_download_is_resumed(
    site: Site, tables: dict[str, bytes], tmp_path: Path
) -> None:
    site.fail(POSTS, stall(100))
    notices: list[str] = []
    fetch(site, tmp_path, on_notice=notices.append)
    assert ranges(site) == [None, "bytes=100-"]
    assert whole(tables, tmp_path)
    assert len(notices) == 1
    assert "trying again" in notices[0]


def test_a_download_that_was_given_up_is_resumed_by_the_next_run(
    site: Site, tables: dict[str, bytes], tmp_path: Path
) -> None:
    site.fail(POSTS, cut(100), status(503), status(503))
    with pytest.raises(E6DuckError, match=r"posts.csv.gz could not be downloaded: .* 503 "):
        fetch(site, tmp_path)
    assert not (tmp_path / "posts.csv.gz").exists()
    assert not (tmp_path / RECORD).exists()
    site.asked.clear()
    sizes: list[int] = []
    fetch(site, tmp_path, confirm=lambda plan: sizes.append(plan.size))
    assert ranges(site) == ["bytes=100-"]
    assert sizes == [sum(map(len, tables.values())) - 100]
    assert whole(tables, tmp_path)


def test_a_server_without_ranges_starts_anew(
    site: Site, tables: dict[str, bytes], tmp_path: Path
) -> None:
    site.has_ranges = False
    site.fail(POSTS, cut(100))
    fetch(site, tmp_path)
    assert ranges(site) == [None, "bytes=100-"]
    assert whole(tables, tmp_path)


def test_a_server_without_ranges_that_always_cuts_is_given_up(site: Site, tmp_path: Path) -> None:
    site.has_ranges = False
    site.fail(POSTS, *[cut(100)] * 9)
    with pytest.raises(E6DuckError, match="could not be downloaded"):
        fetch(site, tmp_path)


def test_a_part_that_does_not_fit_is_fetched_anew(
    site: Site, tables: dict[str, bytes], tmp_path: Path
) -> None:
    site.fail(POSTS, cut(100), *[status(503)] * 2)
    with pytest.raises(E6DuckError):
        fetch(site, tmp_path)
    (part,) = tmp_path.glob(".part-*")
    part.write_bytes(b"x" * 100)
    fetch(site, tmp_path)
    assert whole(tables, tmp_path)


def test_a_part_of_an_older_export_is_not_resumed(
    site: Site, tables: dict[str, bytes], tmp_path: Path
) -> None:
    site.fail(POSTS, cut(100), *[status(503)] * 2)
    with pytest.raises(E6DuckError):
        fetch(site, tmp_path)
    newer = tables | {"posts": gzip.compress(gzip.decompress(tables["posts"]), 9)}
    site.add_index(newer)
    site.asked.clear()
    fetch(site, tmp_path)
    assert ranges(site) == [None]
    assert whole(newer, tmp_path)


def test_a_part_that_is_too_long_is_fetched_anew(
    site: Site, tables: dict[str, bytes], tmp_path: Path
) -> None:
    site.fail(POSTS, cut(100), *[status(503)] * 2)
    with pytest.raises(E6DuckError):
        fetch(site, tmp_path)
    (part,) = tmp_path.glob(".part-*")
    part.write_bytes(tables["posts"] + b"and more")
    site.asked.clear()
    fetch(site, tmp_path)
    assert ranges(site) == [None]
    assert whole(tables, tmp_path)


@pytest.mark.parametrize("path", [INDEX, POSTS])
@pytest.mark.parametrize("code", [429, 500, 502, 503])
def test_a_busy_server_is_asked_again(site: Site, tmp_path: Path, path: str, code: int) -> None:
    site.fail(path, status(code), status(code))
    fetch(site, tmp_path)
    assert len(ranges(site, path)) == 3


@pytest.mark.parametrize("kind", ["seconds", "date"])
def test_a_server_that_asks_for_too_much_time_is_left(
    site: Site, tmp_path: Path, kind: str
) -> None:
    later = datetime.now(UTC) + timedelta(seconds=7200)
    asked = "7200" if kind == "seconds" else format_datetime(later, usegmt=True)
    site.fail(POSTS, status(429, Retry_After=asked))
    with pytest.raises(E6DuckError, match=r"429 .*; the server asks to wait 7,\d+ seconds"):
        fetch(site, tmp_path)
    assert ranges(site) == [None]


def test_the_time_that_a_server_asks_for_is_waited(site: Site, tmp_path: Path) -> None:
    notices: list[str] = []
    site.fail(POSTS, status(503, Retry_After="1"))
    fetch(site, tmp_path, on_notice=notices.append)
    assert notices[0].endswith("trying again in 1 seconds")


def test_a_server_that_is_not_there_is_named(tmp_path: Path) -> None:
    with serving() as gone:
        pass
    with pytest.raises(E6DuckError, match=f"{gone.url}{INDEX} could not be downloaded"):
        fetch(gone, tmp_path)


@pytest.mark.parametrize("code", [socket.EAI_NONAME, socket.EAI_AGAIN], ids=["name", "again"])
def test_a_server_that_has_no_address_is_looked_up_twice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int
) -> None:
    asked: list[str] = []

    def no_address(host: str, *args: Any, **options: Any) -> Any:
        asked.append(host)
        raise socket.gaierror(code, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", no_address)
    index = "http://e621.test/index.json"
    retry_policy = replace(HASTY, tries=6)
    with pytest.raises(E6DuckError) as raised:
        e6duck.fetch(tmp_path, contact="me@example.org", index=index, retry_policy=retry_policy)
    assert str(raised.value) == (
        f"{index} could not be downloaded: name or service not known;"
        " check the network and the address"
    )
    assert asked == ["e621.test"] * 2


# Lies


def test_a_wrong_checksum_is_refused(site: Site, tables: dict[str, bytes], tmp_path: Path) -> None:
    site.add_index(tables, posts={"checksum": "0" * 64})
    with pytest.raises(SourceError, match="another checksum than the index lists"):
        fetch(site, tmp_path)
    assert not list(tmp_path.iterdir())


def test_a_file_longer_than_listed_is_cut_off(
    site: Site, tables: dict[str, bytes], tmp_path: Path
) -> None:
    site.add_index(tables, posts={"file_size": 10})
    with pytest.raises(SourceError, match="is longer than the index lists"):
        fetch(site, tmp_path)
    assert not (tmp_path / "posts.csv.gz").exists()


def test_a_table_with_an_unknown_layout_is_refused(
    site: Site, tables: dict[str, bytes], tmp_path: Path
) -> None:
    site.add_index(tables | {"tags": gzip.compress(b"number,label\n1,fox\n")})
    with pytest.raises(SourceError, match="has no column name; is it the site's tags export"):
        fetch(site, tmp_path)
    assert not list(tmp_path.glob("*tags*"))


@pytest.mark.parametrize(
    "name",
    [
        "../posts.csv.gz",
        "/etc/posts.csv.gz",
        "..\\posts.csv.gz",
        "posts.csv.gz\n",
        "posts.csv.gz\0",
        "C:posts.csv.gz",
        "tags.csv.gz",
        "e6.duckdb",
        ".e6duck.lock",
        "",
    ],
)
def test_a_name_that_is_not_the_tables_is_refused(
    site: Site, tables: dict[str, bytes], tmp_path: Path, name: str
) -> None:
    site.add_index(tables, posts={"file_name": name})
    with pytest.raises(SourceError, match="names the file of posts"):
        fetch(site, tmp_path / "data")
    assert not list(tmp_path.rglob("*"))


@pytest.mark.parametrize(
    ("content", "line"),
    [
        (b"<html>", "is not valid JSON; expected a list of objects with name, file_name"),
        (b"{}", "has an unknown layout; expected a list"),
        (b"[1]", "has an unknown layout; expected a list"),
        (b"[]", "lists no posts files; expected one"),
        (b'[{"name": "posts"}]', "has an unknown layout of posts; expected a list"),
    ],
)
def test_an_index_of_an_unknown_layout_is_refused(
    site: Site, tmp_path: Path, content: bytes, line: str
) -> None:
    site.files[INDEX] = content
    with pytest.raises(SourceError, match=line):
        fetch(site, tmp_path)


@pytest.mark.parametrize("code", [401, 403, 404, 410])
def test_a_refusal_is_told_at_once(site: Site, tmp_path: Path, code: int) -> None:
    site.fail(INDEX, status(code))
    with pytest.raises(SourceError, match=f"answers {code}"):
        fetch(site, tmp_path)
    assert len(site.asked) == 1


# Redirects


def test_a_redirect_is_followed(site: Site, tables: dict[str, bytes], tmp_path: Path) -> None:
    site.files["/old.json"] = b""
    site.fail("/old.json", redirect(INDEX))
    site.fail(POSTS, redirect("/tags.csv.gz/../posts.csv.gz"))
    site.files["/tags.csv.gz/../posts.csv.gz"] = tables["posts"]
    fetch(site, tmp_path, index=f"{site.url}/old.json")
    assert whole(tables, tmp_path)


@pytest.mark.parametrize("to", ["https://127.0.0.1/x", "ftp://127.0.0.1/x", "file:///etc/hostname"])
def test_a_redirect_to_another_scheme_is_not_followed(
    site: Site, tables: dict[str, bytes], tmp_path: Path, to: str
) -> None:
    site.fail(POSTS, redirect(to))
    with pytest.raises(SourceError, match="is not http like the index"):
        fetch(site, tmp_path)
    site.add_index(tables, posts={"url": to})
    with pytest.raises(SourceError, match="is not http like the index"):
        fetch(site, tmp_path)


def test_an_address_that_is_none_is_refused(
    site: Site, tables: dict[str, bytes], tmp_path: Path
) -> None:
    site.add_index(tables, posts={"url": "http://x:y/"})
    with pytest.raises(SourceError, match="which is not an address"):
        fetch(site, tmp_path)


HOSTILE = {
    "a time before the first": {"updated_at": "0001-01-01T00:00:00+23:59"},
    "a time after the last": {"updated_at": "9999-12-31T23:59:59-23:59"},
    "a time long ago without a zone": {"updated_at": "0001-01-01T00:00:00"},
    "an endless size": {"file_size": float("inf")},
    "a size that is no number": {"file_size": float("nan")},
    "a size of many digits": {"file_size": "9" * 5000},
    "an address of dots": {"url": "http://..../posts.csv.gz"},
    "an empty punycode": {"url": "http://xn--/posts.csv.gz"},
    "a label of 70": {"url": f"http://{'a' * 70}.org/posts.csv.gz"},
    "half a surrogate pair": {"url": "http://127.0.0.1/\ud800"},
    "half a surrogate pair as host": {"url": "http://\ud800/"},
    "a port that is too large": {"url": "http://127.0.0.1:99999/"},
    "an address of brackets": {"url": "http://[::1/"},
    "a NUL": {"url": "http://127.0.0.1/\0"},
    "a script": {"url": "javascript:1"},
}


@pytest.mark.parametrize("columns", HOSTILE.values(), ids=HOSTILE)
def test_nothing_in_an_index_ends_in_a_traceback_or_stops_the_next_fetch(
    site: Site, tables: dict[str, bytes], tmp_path: Path, columns: dict[str, Any]
) -> None:
    site.add_index(tables, posts=columns)
    with pytest.raises(E6DuckError) as raised:
        fetch(site, tmp_path, retry_policy=replace(HASTY, tries=1))
    assert "\n" not in str(raised.value)
    site.add_index(tables)
    fetch(site, tmp_path)
    assert whole(tables, tmp_path)


@pytest.mark.parametrize("path", [INDEX, POSTS])
@pytest.mark.parametrize(
    "to",
    ["javascript:1", "http://..../", "http://xn--/", f"http://{'a' * 70}/", "http://["],
)
def test_a_redirect_to_no_address_is_one_line(
    site: Site, tables: dict[str, bytes], tmp_path: Path, path: str, to: str
) -> None:
    site.fail(path, redirect(to))
    with pytest.raises(E6DuckError) as raised:
        fetch(site, tmp_path, retry_policy=replace(HASTY, tries=1))
    assert "\n" not in str(raised.value)
    fetch(site, tmp_path)
    assert whole(tables, tmp_path)


@pytest.mark.parametrize(
    "after", ["\u00b2", "-1", "nan", "Fri, 31 Dec 99999 23:59:59 GMT", "1 1 1"]
)
def test_a_time_to_wait_that_is_none_is_ignored(site: Site, tmp_path: Path, after: str) -> None:
    site.fail(POSTS, status(503, Retry_After=after))
    fetch(site, tmp_path)
    assert len(ranges(site)) == 2


@pytest.mark.parametrize(
    "content", [b"[" * 500_000, b'{"a":' * 100_000, b"\xff", b"[1]"], ids=["[", "{", "ff", "1"]
)
def test_an_index_that_is_none_is_one_line(site: Site, tmp_path: Path, content: bytes) -> None:
    site.files[INDEX] = content
    with pytest.raises(SourceError, match=r"JSON|unknown layout"):
        fetch(site, tmp_path)


def test_a_packed_index_is_read_up_to_its_size(
    site: Site, tables: dict[str, bytes], tmp_path: Path
) -> None:
    bomb = gzip.compress(bytes(200 << 20), 1)
    for content, encoding, said in (
        (bomb, "gzip", "is too long for an index"),
        (gzip.compress(bomb), "gzip, gzip", "is sent packed with 'gzip, gzip'"),
        (b"no gzip", "gzip", "is not valid gzip"),
        (b"x", "br\u00e9", "is sent packed with"),
    ):
        site.fail(INDEX, answers(content, encoding))
        with pytest.raises(SourceError, match=said):
            fetch(site, tmp_path)
    site.fail(INDEX, answers(gzip.compress(site.files[INDEX]), "gzip"))
    fetch(site, tmp_path)
    assert whole(tables, tmp_path)


def answers(content: bytes, encoding: str) -> Callable[[Handler], bool]:
    def fault(handler: Handler) -> bool:
        handler.answer(200, content, Content_Encoding=encoding)
        return True

    return fault


DRIPS = {
    "index": (INDEX, b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n["),
    "header of the index": (INDEX, b"HTTP/1.1 200 OK\r\nX: "),
    "header of a file": (POSTS, b"HTTP/1.1 200 OK\r\nX: "),
}


@pytest.mark.parametrize(("path", "start"), DRIPS.values(), ids=DRIPS)
def test_an_answer_that_drips_ends_at_the_deadline(
    site: Site, tables: dict[str, bytes], tmp_path: Path, path: str, start: bytes
) -> None:
    site.fail(path, drip(start))
    with pytest.raises(SourceError, match=r"was not answered within 0\.3 seconds; try again later"):
        fetch(site, tmp_path, retry_policy=replace(HASTY, deadline=0.3))
    fetch(site, tmp_path)
    assert whole(tables, tmp_path)


def test_a_file_may_take_longer_than_the_deadline(
    site: Site, tables: dict[str, bytes], tmp_path: Path
) -> None:
    def slowly(handler: Handler) -> bool:
        content = handler.site.files[handler.path]
        handler.answer(200, content[:1], length=len(content))
        for place in range(1, len(content), 100):
            handler.wfile.write(content[place : place + 100])
            handler.wfile.flush()
            handler.site.released.wait(1.5 / (len(content) / 100))
        return True

    site.fail(POSTS, slowly)
    fetch(site, tmp_path, retry_policy=replace(HASTY, deadline=1, timeout=30))
    assert ranges(site) == [None]
    assert whole(tables, tmp_path)


RECORDS = {
    "no JSON": b"{",
    "no UTF-8": b"\xff",
    "deep JSON": b"[" * 200_000,
    "large": b" " * (2 << 20),
    "a list": b'{"files": [1]}',
    "no object": b"3",
    "a bad time": b'{"files": {"posts.csv.gz": {"sha256": "x", "updated_at": "soon"}}}',
    "a time before the first": b'{"files": {"posts.csv.gz": {"sha256": "x", "updated_at":'
    b' "0001-01-01T00:00:00+23:59"}}}',
    "no facts": b'{"files": {"posts.csv.gz": null}}',
}


@pytest.mark.parametrize("content", RECORDS.values(), ids=RECORDS)
def test_a_damaged_record_does_not_stop_a_fetch(
    site: Site, tables: dict[str, bytes], tmp_path: Path, content: bytes
) -> None:
    (tmp_path / RECORD).write_bytes(content)
    fetch(site, tmp_path)
    assert whole(tables, tmp_path)


def test_a_damaged_entry_leaves_the_others_of_the_record(site: Site, tmp_path: Path) -> None:
    fetch(site, tmp_path)
    content = json.loads((tmp_path / RECORD).read_text())
    content["files"]["tags.csv.gz"]["updated_at"] = 5
    (tmp_path / RECORD).write_text(json.dumps(content))
    assert recorded(tmp_path).keys() == {f"{table}.csv.gz" for table in TABLES} - {"tags.csv.gz"}


def test_a_ring_of_redirects_is_left(site: Site, tmp_path: Path) -> None:
    site.fail(INDEX, *[redirect(INDEX)] * 20)
    with pytest.raises(SourceError, match="redirects more than 5 times"):
        fetch(site, tmp_path)


# The contact


def test_a_contact_is_asked_for_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("E6DUCK_CONTACT", raising=False)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    with pytest.raises(UsageError, match="refuses anonymous clients; give an address"):
        contact_of(None, None)
    assert contact_of(None, lambda question: "me@example.org") == "me@example.org"
    assert contact_of(None, None) == "me@example.org"
    monkeypatch.setenv("E6DUCK_CONTACT", "you@example.org")
    assert contact_of(None, None) == "you@example.org"
    assert contact_of("they@example.org", None) == "they@example.org"


@pytest.mark.parametrize("contact", ["a\r\nHost: b", "лиса", "a) b"])
def test_a_contact_fits_a_header(site: Site, tmp_path: Path, contact: str) -> None:
    with pytest.raises(UsageError, match="the contact must be plain ASCII"):
        fetch(site, tmp_path, contact=contact)
    assert not site.asked


# The command


def test_the_command_shows_what_will_come(site: Site, tmp_path: Path) -> None:
    args = ["fetch", tmp_path, "--contact", "me@example.org", "--index", site.url + INDEX]
    ran = command(*args)
    assert (ran.code, ran.out) == (0, "")
    lines = ran.err.splitlines()
    assert lines[0].split()[0] == "posts.csv.gz"
    assert lines[0].endswith("2026-06-06  to download")
    assert lines[-1] == f"4 files downloaded into {tmp_path}"
    assert command(*args, "-q") == type(ran)(0, "", "")


def test_much_is_asked_about(site: Site, tables: dict[str, bytes], tmp_path: Path) -> None:
    site.add_index(tables, posts={"file_size": 100_000_001})
    args = ["fetch", tmp_path, "--contact", "me@example.org", "--index", site.url + INDEX]
    ran = command(*args)
    assert ran.code == 2
    assert ran.err.endswith("e6duck: more than 100 MB are to be downloaded; confirm with --yes\n")
    assert not ranges(site)


def test_a_bar_leaves_no_trace_on_a_terminal(site: Site, tmp_path: Path) -> None:
    said = on_terminal(
        *("fetch", tmp_path, "--contact", "me@example.org", "--index", site.url + INDEX),
        columns=100,
    )
    assert f"4 files downloaded into {tmp_path}\n" in said


@pytest.mark.parametrize(
    ("args", "part"),
    [
        (["--with", "forum"], "there is no forum to fetch; there are pools, wiki_pages, artists"),
        (["--index", "ftp://x/"], "--index 'ftp://x/' is not an http or https address"),
        (["--index", "https://"], "--index 'https://' is not an http or https address"),
        (["--index", "http://x:y/"], "--index 'http://x:y/' is not an http or https address"),
        (["--index", "exports"], "--index 'exports' is not an http or https address"),
    ],
)
def test_a_mistake_is_told(tmp_path: Path, args: list[str], part: str) -> None:
    ran = command("fetch", tmp_path, "--contact", "me@example.org", *args)
    assert (ran.code, ran.err) == (2, f"e6duck: {part}\n")


def test_nothing_but_fetch_knows_the_network() -> None:
    for args in (["--help"], ["fetch", "-h"], ["query", "--list"]):
        assert "httpx" not in imported(*args)


def test_an_interrupted_fetch_is_finished_by_the_next(
    site: Site, tables: dict[str, bytes], tmp_path: Path
) -> None:
    site.fail(POSTS, stall(100))
    args = ["fetch", tmp_path, "--contact", "me@example.org", "--index", site.url + INDEX]
    with subprocess.Popen([*E6DUCK, *map(str, args)], stderr=subprocess.PIPE, text=True) as running:
        assert running.stderr
        while not list(tmp_path.glob(".part-*")):
            assert running.poll() is None
        running.send_signal(signal.SIGINT)
        assert running.stderr.read().endswith(
            "interrupted; the downloaded part is kept and will be resumed\n"
        )
    assert running.returncode == 130
    assert not (tmp_path / "posts.csv.gz").exists()
    assert command(*args).code == 0
    assert whole(tables, tmp_path)
