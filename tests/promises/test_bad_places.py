"""Folders that cannot be written, full disks and too little memory: one line, nothing lost."""

from __future__ import annotations

import json
import os
import shutil
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
import pytest

from e6duck.builder.build import build
from e6duck.db.connection import memory_size
from e6duck.db.errors import plain_errors
from e6duck.errors import E6DuckError, UsageError
from e6duck.index.write import NAMES
from tests.index.test_publish import NEW, OLD
from tests.support.exports import write_export
from tests.support.folders import content, names

# Builds, and says in JSON what came of it: the error's class, its text, the stage that it struck.
# In the stage "strike" the largest file that the process may write becomes "limit" bytes.
DRIVER = """
import json, signal, sys
order = json.load(sys.stdin)
from e6duck.builder.build import build
from e6duck.errors import E6DuckError

if order.get("drop_rights"):  # root's, to write where the mode forbids it
    import ctypes
    header, none = (ctypes.c_uint32 * 2)(0x20080522, 0), (ctypes.c_uint32 * 6)()
    if ctypes.CDLL(None, use_errno=True).capset(header, none):
        raise OSError(ctypes.get_errno(), "capset")
last = None

def on_progress(stage, rows):
    global last
    last = stage
    if stage == order.get("strike"):
        limit_files()

def limit_files():
    import resource
    resource.setrlimit(resource.RLIMIT_FSIZE, (order["limit"], order["limit"]))

answer = {"error": None}
if "limit" in order:
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
if "limit" in order and "strike" not in order:
    limit_files()
try:
    options = {"db": order.get("db"), "out_dir": order.get("out")}
    build(order["data"], on_progress=on_progress, **options)
except E6DuckError as error:
    answer = {"error": str(error), "kind": type(error).__name__}
print(json.dumps(answer | {"stage": last}), flush=True)
"""


def build_apart(data: Path, **order: object) -> dict[str, str]:
    """Build in another process; whatever it raises but our own errors fails the test."""
    done = subprocess.run(
        [sys.executable, "-c", DRIVER],
        input=json.dumps({"data": str(data), **order}),
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    answer: dict[str, str] = json.loads(done.stdout)
    return answer


@pytest.fixture(scope="module")
def built_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("places")
    write_export(folder, OLD)
    build(folder)
    write_export(folder, NEW)
    return folder


@pytest.fixture
def data(built_once: Path, tmp_path: Path) -> Path:
    """A folder with a new export, and the database and index files of an old one."""
    return shutil.copytree(built_once, tmp_path / "data")


# A full disk

STRUCK = [
    "categories",  # the WAL of the draft
    "name_use",  # the spill
    "posts",
    "tags",
    "build_info",
    "audit",
    "tags.txt.gz",  # one file of each format
    "implications.json.gz",
    "posts.parquet",
    "checkpoint",
]


@pytest.mark.skipif(sys.platform == "win32", reason="has no limit on the size of files")
@pytest.mark.parametrize("stage", STRUCK)
def test_a_disk_that_is_full_in_a_stage_leaves_all_as_it_was(data: Path, stage: str) -> None:
    before = content(data)
    answer = build_apart(data, strike=stage, limit=10)
    assert answer["error"] == f"the disk of {data} is full; the old files are unchanged"
    assert content(data) == before
    build(data)
    assert content(data).keys() == before.keys()


@pytest.mark.skipif(sys.platform == "win32", reason="has no limit on the size of files")
@pytest.mark.parametrize("limit", [0, 1_000, 20_000, 1_000_000, 6_000_000])
def test_a_disk_with_too_little_room_for_the_sample_leaves_nothing(
    sample: Path, limit: int
) -> None:
    before = content(sample)
    answer = build_apart(sample, limit=limit)
    assert answer["error"] == f"the disk of {sample} is full; the old files are unchanged"
    assert content(sample) == before


@pytest.fixture
def sample(tmp_path: Path) -> Path:
    folder = tmp_path / "sample"
    folder.mkdir()
    for path in (Path(__file__).parents[2] / "data").glob("*.csv.gz"):
        shutil.copy(path, folder)
    return folder


@contextmanager
def small_disk(folder: Path, megabytes: float) -> Iterator[Path]:
    """A file system of its own in folder; skips the test where it cannot be mounted."""
    folder.mkdir()
    if not shutil.which("mount"):
        pytest.skip("a file system can only be mounted with mount")
    size = f"size={int(megabytes * 1024)}k"
    done = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", size, "tmpfs", str(folder)], capture_output=True, text=True
    )
    if done.returncode:
        pytest.skip(f"a small file system can only be mounted by root: {done.stderr.strip()}")
    try:
        yield folder
    finally:
        subprocess.run(["umount", str(folder)], check=True)


@pytest.mark.parametrize("spare", [0, 0.1, 1, 2.5, 3.5])
def test_a_disk_that_is_really_full_leaves_all_as_it_was(
    built_once: Path, tmp_path: Path, spare: float
) -> None:
    held = sum(path.stat().st_size // 4096 * 4096 + 4096 for path in built_once.iterdir())
    with small_disk(tmp_path / "disk", held / 2**20 + 0.1 + spare) as disk:
        data = shutil.copytree(built_once, disk / "data")
        before = content(data)
        answer = build_apart(data)
        if answer["error"] is None:  # there was room enough
            assert spare > 2
            return
        assert answer["error"] == f"the disk of {data} is full; the old files are unchanged"
        assert content(data) == before


def test_a_full_disk_of_the_index_files_leaves_all_as_it_was(
    built_once: Path, tmp_path: Path
) -> None:
    data = shutil.copytree(built_once, tmp_path / "data")
    before = content(data)
    with small_disk(tmp_path / "disk", 0.016) as out:
        answer = build_apart(data, out=str(out))
        assert answer["error"] == (
            f"the disk of {data} or {out} is full; the old files are unchanged"
        )
        assert names(out) == []
    assert content(data) == before


# A folder that cannot be written


@pytest.fixture
def forbidden(data: Path) -> Iterator[Path]:
    """A folder that may be read, not written."""
    if os.name == "nt" or (os.geteuid() == 0 and not sys.platform.startswith("linux")):
        pytest.skip("no folder is out of reach here")
    data.chmod(0o555)
    yield data
    data.chmod(0o755)


def test_a_folder_that_is_not_writable_is_named(forbidden: Path) -> None:
    before = content(forbidden)
    error = build_apart(forbidden, drop_rights=True)["error"]
    assert error == f"cannot write to {forbidden}; choose another place for the database"
    assert content(forbidden) == before


def test_an_export_that_can_only_be_read_is_built_elsewhere(
    forbidden: Path, tmp_path: Path
) -> None:
    before = content(forbidden)
    elsewhere = tmp_path / "new" / "tags.duckdb"
    answer = build_apart(forbidden, db=str(elsewhere), drop_rights=True)
    assert answer["error"] is None
    assert names(elsewhere.parent) == sorted(["tags.duckdb", "index.json", *NAMES])
    assert content(forbidden) == before


def test_an_out_folder_that_cannot_be_made_is_named(forbidden: Path, tmp_path: Path) -> None:
    data = shutil.copytree(forbidden, tmp_path / "other")
    data.chmod(0o755)
    before = content(data)
    out = forbidden / "out"
    answer = build_apart(data, out=str(out), drop_rights=True)
    assert answer["error"] == f"cannot write to {out}; choose another folder for the index files"
    assert content(data) == before


def test_a_file_in_the_place_of_the_out_folder_is_named(data: Path, tmp_path: Path) -> None:
    before = content(data)
    (tmp_path / "out").write_text("a file")
    with pytest.raises(E6DuckError, match=r"out: File exists$"):
        build(data, out_dir=tmp_path / "out")
    assert content(data) == before


def test_a_folder_in_the_place_of_an_index_file_leaves_all_as_it_was(data: Path) -> None:
    (data / "posts.parquet").unlink()
    (data / "posts.parquet").mkdir()
    before = content(data)
    with pytest.raises(E6DuckError, match=r"posts\.parquet: Is a directory$"):
        build(data)
    assert content(data) == before


# As the system words it, in whatever class the error comes to us


@pytest.mark.parametrize(
    ("raised", "message"),
    [
        (OSError(28, "No space left on device", "x"), "the disk of data is full; the old files"),
        (OSError(122, "Disk quota exceeded", "x"), "the disk of data is full; the old files"),
        (duckdb.IOException("IO Error: Could not write file"), "the disk of data is full"),
        (duckdb.FatalException("No space left on device\nStack"), "the disk of data is full"),
        (PermissionError(13, "Permission denied", "x"), "^cannot write to x$"),
        (OSError(30, "Read-only file system", "x"), "^cannot write to x$"),
        (duckdb.IOException('Cannot open file "x": Permission denied'), "^cannot write to data$"),
        (OSError(5, "Input/output error", "x"), "^x: Input/output error$"),
        (duckdb.IOException("IO Error: device is gone\nmore"), "^IO Error: device is gone$"),
        (duckdb.OutOfMemoryException("Out of Memory Error: x\nmore"), "raise memory_limit$"),
    ],
    ids=lambda value: f"{type(value).__name__}" if isinstance(value, Exception) else "",
)
def test_what_the_system_refuses_is_one_line(raised: Exception, message: str) -> None:
    with (
        pytest.raises(E6DuckError, match=message) as caught,
        plain_errors(Path("data"), Path("data")),
    ):
        raise raised
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("raised", [KeyError("x"), duckdb.BinderException("x")], ids=repr)
def test_a_bug_keeps_its_class(raised: Exception) -> None:
    with pytest.raises(type(raised)), plain_errors(Path("data")):
        raise raised


# Memory


@pytest.mark.parametrize("limit", ["599MB", "1KB", "0", "0.5GB"])
def test_too_little_memory_is_said_in_one_line(data: Path, limit: str) -> None:
    before = content(data)
    with pytest.raises(UsageError, match="is too little; a build needs 600MB or more"):
        build(data, memory_limit=limit)
    assert content(data) == before


@pytest.mark.parametrize("limit", ["much", "-1GB", "12 parsecs", "GB"])
def test_a_limit_that_is_no_size_is_said_in_one_line(data: Path, limit: str) -> None:
    before = content(data)
    with pytest.raises(UsageError, match="is not a size such as"):
        build(data, memory_limit=limit)
    assert content(data) == before


@pytest.mark.parametrize("limit", ["600MB", "1 GB", "0.6g", "1000000000"])
def test_a_limit_is_a_size(limit: str) -> None:
    assert memory_size(limit) >= 600_000_000


def test_the_least_limit_is_enough_for_a_small_build(data: Path) -> None:
    build(data, memory_limit="600MB")


@pytest.mark.parametrize("engine", [1_000_000, 3_000_000, 10_000_000])
def test_memory_that_runs_out_is_said_in_one_line(
    data: Path, monkeypatch: pytest.MonkeyPatch, engine: int
) -> None:
    monkeypatch.setattr(sys.modules["e6duck.builder.build"], "_engine_memory", lambda limit: engine)
    before = content(data)
    with pytest.raises(E6DuckError, match="raise memory_limit") as caught:
        build(data)
    assert "\n" not in str(caught.value)
    assert content(data) == before


def test_no_threads_are_refused_in_one_line(data: Path) -> None:
    before = content(data)
    with pytest.raises(UsageError) as caught:
        build(data, threads=-1)
    assert "\n" not in str(caught.value)
    assert content(data) == before


def test_the_database_is_readable_by_whom_the_old_one_was(data: Path) -> None:
    (data / "e6.duckdb").chmod(0o640)
    build(data)
    assert stat.S_IMODE((data / "e6.duckdb").stat().st_mode) == 0o640
