"""Drafts, sets of files that are replaced as one, and the lock of a build."""

from __future__ import annotations

import contextlib
import os
import shutil
import stat
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from e6duck import files
from e6duck.errors import E6DuckError
from e6duck.files import JOURNAL, draft, draft_path, exclusive, finish_publication, publish, sweep
from tests.support.folders import content, names

NAMES = ["e6.duckdb", "tags.txt.gz", "index.json"]


def write_set(folder: Path, text: bytes) -> None:
    for name in NAMES:
        (folder / name).write_bytes(text)


def whole(text: bytes) -> dict[str, bytes]:
    return dict.fromkeys(sorted(NAMES), text)


def new_drafts(folder: Path, owner: int | None = None) -> dict[Path, Path]:
    """Drafts of a new set, as if the process owner had made them."""
    drafts = {}
    for name in NAMES:
        path = draft_path(folder / name)
        if owner:
            path = path.with_name(path.name.replace(f"-{os.getpid()}-", f"-{owner}-"))
        path.write_bytes(b"new")
        drafts[folder / name] = path
    return drafts


@pytest.fixture
def ended() -> int:
    """The number of a process that has ended."""
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    return process.pid


@pytest.fixture
def running() -> Iterator[int]:
    """The number of another process that is at work."""
    with subprocess.Popen(
        [sys.executable, "-c", "input()"], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        yield process.pid
        process.communicate(b"\n")


# One file


def test_a_draft_takes_the_place_of_the_file_when_the_block_ends(tmp_path: Path) -> None:
    final = tmp_path / "list.csv"
    final.write_text("old")
    with draft(final) as path:
        path.write_text("new")
        assert final.read_text() == "old"
    assert content(tmp_path) == {"list.csv": b"new"}


def test_a_block_that_fails_leaves_the_old_file_and_no_draft(tmp_path: Path) -> None:
    final = tmp_path / "list.csv"
    final.write_text("old")
    with pytest.raises(ZeroDivisionError), draft(final) as path:
        path.write_text("half")
        path.with_name(path.name + ".wal").write_text("left by an engine")
        path.with_name(path.name + ".tmp").mkdir()
        raise ZeroDivisionError
    assert names(tmp_path) == ["list.csv"]
    assert final.read_text() == "old"


def test_a_block_that_writes_nothing_leaves_the_old_file(tmp_path: Path) -> None:
    final = tmp_path / "list.csv"
    final.write_text("old")
    with pytest.raises(FileNotFoundError), draft(final):
        pass
    assert content(tmp_path) == {"list.csv": b"old"}


@pytest.mark.parametrize("mode", [0o600, 0o664, 0o444])
def test_a_file_keeps_its_mode(tmp_path: Path, mode: int) -> None:
    final = tmp_path / "list.csv"
    final.write_text("old")
    final.chmod(mode)
    with draft(final) as path:
        path.write_text("new")
    assert final.read_text() == "new"
    assert stat.S_IMODE(final.stat().st_mode) == mode


def test_a_draft_is_on_the_disk_before_its_mode_forbids_to_write_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Whoever is not root could not open a draft that has the mode 444 already.
    final = tmp_path / "list.csv"
    final.write_text("old")
    final.chmod(0o444)
    modes = []
    sync = files.sync

    def sync_noting_mode(path: Path) -> None:
        modes.append(path.stat().st_mode & 0o200)
        sync(path)

    monkeypatch.setattr(files, "sync", sync_noting_mode)
    with draft(final) as path:
        path.write_text("new")
    assert modes == [0o200]


def test_a_pipe_is_written_itself(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    try:
        with draft(pipe) as path:
            path.write_text("rows")
        assert os.read(reader, 100) == b"rows"
    finally:
        os.close(reader)
    assert pipe.is_fifo()
    assert names(tmp_path) == ["pipe"]


def test_standard_output_is_written_itself() -> None:
    program = (
        "from pathlib import Path; from e6duck.files import draft\n"
        "with draft(Path('/dev/stdout')) as path: path.write_text('rows')"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True)
    assert done.stdout == b"rows"


# Leftovers


def test_sweep_removes_what_a_process_that_ended_has_left(tmp_path: Path, ended: int) -> None:
    for path in new_drafts(tmp_path, ended).values():
        path.with_name(path.name + ".wal").touch()
        path.with_name(path.name + ".spill").touch()
        path.with_name(path.name + ".tmp").mkdir()
        (path.with_name(path.name + ".tmp") / "duckdb_temp_storage").touch()
    sweep(tmp_path)
    assert names(tmp_path) == []


def test_sweep_leaves_the_drafts_of_a_process_at_work(tmp_path: Path, running: int) -> None:
    drafts = new_drafts(tmp_path, running)
    sweep(tmp_path)
    assert sorted(tmp_path.iterdir()) == sorted(drafts.values())


def test_sweep_removes_drafts_of_its_own_number(tmp_path: Path) -> None:
    # A container gives every build the same number.
    new_drafts(tmp_path)
    sweep(tmp_path)
    assert names(tmp_path) == []


def test_sweep_leaves_what_only_looks_like_a_draft(tmp_path: Path) -> None:
    for name in ("my.building-site.csv", "plan.building-", "e6.duckdb", "-1.building--1-a"):
        (tmp_path / name).touch()
    before = content(tmp_path)
    sweep(tmp_path)
    assert content(tmp_path) == before


# Sets


def test_a_set_is_published_whole(tmp_path: Path) -> None:
    write_set(tmp_path, b"old")
    drafts = new_drafts(tmp_path)
    assert list(publish(drafts, tmp_path)) == list(drafts)
    assert content(tmp_path) == whole(b"new")


def test_each_file_is_named_before_it_is_replaced(tmp_path: Path) -> None:
    write_set(tmp_path, b"old")
    for final in publish(new_drafts(tmp_path), tmp_path):
        assert final.read_bytes() == b"old"


def test_a_published_file_keeps_its_mode(tmp_path: Path) -> None:
    write_set(tmp_path, b"old")
    (tmp_path / "e6.duckdb").chmod(0o640)
    list(publish(new_drafts(tmp_path), tmp_path))
    assert stat.S_IMODE((tmp_path / "e6.duckdb").stat().st_mode) == 0o640


def cut_states(folder: Path, drafts: Mapping[Path, Path]) -> list[Path]:
    """Copies of a folder as a kill would leave it: after no rename, after one, …, after all."""
    states: list[Path] = []
    for _ in publish(drafts, folder):
        states.append(folder.with_name(f"cut_{len(states)}"))
        shutil.copytree(folder, states[-1])
    # After the last rename, with the journal still there.
    states.append(folder.with_name(f"cut_{len(states)}"))
    shutil.copytree(folder, states[-1])
    shutil.copy(states[0] / JOURNAL, states[-1])
    return states


@pytest.fixture
def cuts(tmp_path: Path, ended: int) -> list[Path]:
    folder = tmp_path / "data"
    folder.mkdir()
    write_set(folder, b"old")
    return cut_states(folder, new_drafts(folder, ended))


def test_a_publication_that_was_cut_off_is_finished_from_any_cut(cuts: list[Path]) -> None:
    assert len(cuts) == len(NAMES) + 1
    for renames, folder in enumerate(cuts):
        assert (folder / JOURNAL).exists()
        finish_publication(folder)
        sweep(folder)
        assert content(folder) == whole(b"new" if renames else b"old"), f"{renames} renames"


def test_a_finish_that_was_cut_off_is_finished(cuts: list[Path]) -> None:
    for renames, folder in enumerate(cuts[1:], start=1):
        for name in NAMES[renames:]:
            again = folder.with_name(f"{folder.name}_{name}")
            shutil.copytree(folder, again)
            (found,) = again.glob(f"{name}.building-*")
            found.replace(again / name)
            finish_publication(again)
            assert content(again) == whole(b"new")


def test_the_first_file_is_never_replaced_by_a_finish(cuts: list[Path]) -> None:
    # A shell may have opened the old database since the kill: its work would be lost.
    (cuts[0] / "e6.duckdb").write_bytes(b"old, changed")
    finish_publication(cuts[0])
    assert (cuts[0] / "e6.duckdb").read_bytes() == b"old, changed"


def test_a_publication_that_has_not_begun_is_left_to_its_process(
    tmp_path: Path, running: int
) -> None:
    write_set(tmp_path, b"old")
    drafts = new_drafts(tmp_path, running)
    publication = publish(drafts, tmp_path)
    next(publication)
    finish_publication(tmp_path)
    sweep(tmp_path)
    assert (tmp_path / JOURNAL).exists()
    list(publication)
    assert not any(path.exists() for path in drafts.values())
    assert {name: (tmp_path / name).read_bytes() for name in sorted(NAMES)} == whole(b"new")


def test_a_reader_may_finish_for_the_process_at_work(tmp_path: Path, running: int) -> None:
    write_set(tmp_path, b"old")
    publication = publish(new_drafts(tmp_path, running), tmp_path)
    next(publication)
    next(publication)
    finish_publication(tmp_path)
    assert content(tmp_path) == whole(b"new")
    list(publication)
    assert content(tmp_path) == whole(b"new")


@pytest.mark.parametrize("renames", range(len(NAMES) + 1))
def test_an_interrupted_publication_is_whole_at_once(tmp_path: Path, renames: int) -> None:
    write_set(tmp_path, b"old")
    drafts = new_drafts(tmp_path)
    with contextlib.suppress(KeyboardInterrupt):
        for number, _ in enumerate(publish(drafts, tmp_path)):
            if number == renames:
                raise KeyboardInterrupt
    for path in drafts.values():  # as build does
        files.discard(path)
    assert content(tmp_path) == whole(b"new" if renames else b"old")


def test_a_folder_in_the_place_of_a_file_stops_a_publication_before_it_begins(
    tmp_path: Path,
) -> None:
    write_set(tmp_path, b"old")
    (tmp_path / "index.json").unlink()
    (tmp_path / "index.json").mkdir()
    with pytest.raises(IsADirectoryError):
        list(publish(new_drafts(tmp_path), tmp_path))
    assert not (tmp_path / JOURNAL).exists()
    assert (tmp_path / "e6.duckdb").read_bytes() == b"old"


def test_nothing_to_finish_is_no_trouble(tmp_path: Path) -> None:
    finish_publication(tmp_path)
    finish_publication(tmp_path / "nowhere")
    assert names(tmp_path) == []


# The lock


def test_a_second_holder_of_a_lock_is_told(tmp_path: Path) -> None:
    lock = tmp_path / "lock"
    with (
        exclusive(lock, "busy"),
        pytest.raises(E6DuckError, match=r"^busy$"),
        exclusive(lock, "busy"),
    ):
        pytest.fail("held twice")
    with exclusive(lock, "busy"):
        pass


def test_a_lock_is_free_when_its_process_was_killed(tmp_path: Path) -> None:
    lock = tmp_path / "lock"
    program = (
        "import sys; from pathlib import Path; from e6duck.files import exclusive\n"
        "with exclusive(Path(sys.argv[1]), ''): print('held', flush=True); input()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program, str(lock)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as process:
        assert process.stdout
        assert process.stdout.readline() == b"held\n"
        with pytest.raises(E6DuckError), exclusive(lock, "busy"):
            pytest.fail("held twice")
        process.kill()
    with exclusive(lock, "busy"):
        pass


@pytest.mark.parametrize(
    "journal",
    [
        "garbage",
        "[]",
        '[["gone.building-999999-ab", "gone"], ["precious", "../stolen"]]',
        '[["gone.building-999999-ab", "gone"], ["precious", "other"]]',
    ],
    ids=["no JSON", "empty", "out of the folder", "no draft"],
)
def test_a_journal_that_is_not_ours_moves_nothing(tmp_path: Path, journal: str) -> None:
    (tmp_path / "precious").write_text("mine")
    (tmp_path / JOURNAL).write_text(journal)
    finish_publication(tmp_path)
    assert content(tmp_path) == {"precious": b"mine"}


def test_a_file_that_is_named_by_a_link_is_the_one_it_points_to(tmp_path: Path) -> None:
    (tmp_path / "there").mkdir()
    link, chain, late = (tmp_path / name for name in ("link", "chain", "late"))
    link.symlink_to("there/file")
    chain.symlink_to("link")
    late.symlink_to("there/none")
    (tmp_path / "there" / "file").touch()
    assert files.through_link(link) == files.through_link(chain) == tmp_path / "there" / "file"
    assert files.through_link(late) == tmp_path / "there" / "none"
    assert files.through_link(tmp_path / "there" / "file") == tmp_path / "there" / "file"
    (tmp_path / "null").symlink_to(os.devnull)
    assert files.through_link(tmp_path / "null") == tmp_path / "null"
