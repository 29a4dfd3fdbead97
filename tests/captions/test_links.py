"""Hard links and extended attributes survive a run and its undo, also if they are killed."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from unittest import mock

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from e6duck.captions.normalizer import Normalizer
from e6duck.captions.runs.links import is_mix
from e6duck.errors import UsageError
from tests.support.caption_database import listing

OLD, NEW = "Foxes, mammal, caption of several names\n", "fox, caption of several names\n"


@pytest.fixture
def normalizer(caption_database: Path) -> Normalizer:
    return Normalizer(caption_database)


@pytest.fixture
def captions(tmp_path: Path) -> Path:
    """A caption with three names, one of them elsewhere, and one with a single name."""
    folder = tmp_path / "set"
    (folder / "sub").mkdir(parents=True)
    (folder / "a.txt").write_text(OLD)
    (folder / "single.txt").write_text("Foxes, mammal")
    os.utime(folder / "a.txt", ns=(1_500_000_000_123_456_789, 1_400_000_000_987_654_321))
    (folder / "sub" / "b.txt").hardlink_to(folder / "a.txt")
    (tmp_path / "elsewhere").hardlink_to(folder / "a.txt")
    return folder


def test_a_caption_keeps_its_names_and_undo_restores_all(
    normalizer: Normalizer, captions: Path, tmp_path: Path
) -> None:
    before, inode = listing(tmp_path), (captions / "a.txt").stat().st_ino
    run = normalizer.apply(normalizer.plan(captions), backup=tmp_path / "backup")
    assert (run.written, run.failed) == (3, {})
    for path in (captions / "a.txt", captions / "sub" / "b.txt", tmp_path / "elsewhere"):
        assert path.read_text() == NEW
        assert (path.stat().st_ino, path.stat().st_nlink) == (inode, 3)
    assert not list(captions.rglob("*building*"))
    run = normalizer.undo(captions, backup=tmp_path / "backup")
    assert (run.written, run.failed) == (3, {})
    assert listing(tmp_path).items() >= before.items()
    assert (captions / "a.txt").stat().st_nlink == 3


def test_a_link_that_the_user_made_after_the_run_keeps_the_clean_caption(
    normalizer: Normalizer, captions: Path, tmp_path: Path
) -> None:
    normalizer.apply(normalizer.plan(captions), backup=tmp_path)
    (tmp_path / "copy").hardlink_to(captions / "single.txt")
    normalizer.undo(captions, backup=tmp_path)
    assert (captions / "single.txt").read_text() == "Foxes, mammal"
    assert (tmp_path / "copy").read_text() == "fox"


def test_captions_that_are_linked_into_another_folder_stay_as_they_are(
    normalizer: Normalizer, captions: Path, tmp_path: Path
) -> None:
    """As by cp -al: what stands in OUTPUT_DIR is replaced, and not written itself."""
    out = tmp_path / "out"
    (out / "sub").mkdir(parents=True)
    for name in ("a.txt", "sub/b.txt", "single.txt"):
        (out / name).hardlink_to(captions / name)
    before = listing(captions)
    run = normalizer.apply(normalizer.plan(captions, out), backup=tmp_path)
    assert (run.written, run.failed) == (3, {})
    assert listing(captions) == before
    assert (out / "sub" / "b.txt").read_text() == NEW
    normalizer.undo(out, backup=tmp_path)
    assert listing(out) == before


def test_an_edit_under_another_name_is_kept(
    normalizer: Normalizer, captions: Path, tmp_path: Path
) -> None:
    plan = normalizer.plan(captions)
    (tmp_path / "elsewhere").write_text("my words")
    run = normalizer.apply(plan, backup=tmp_path)
    assert run.failed == dict.fromkeys(("a.txt", "sub/b.txt"), "changed since it was read")
    assert (captions / "a.txt").read_text() == "my words"


def test_a_caption_that_cannot_be_written_itself_has_its_old_text_again(
    normalizer: Normalizer, captions: Path, tmp_path: Path
) -> None:
    before, ftruncate = listing(captions), os.ftruncate
    plan = normalizer.plan(captions)

    def full(descriptor: int, size: int) -> None:
        if size == len(NEW):
            raise OSError(28, "No space left on device")
        ftruncate(descriptor, size)

    with mock.patch("e6duck.captions.runs.links.os.ftruncate", full):
        run = normalizer.apply(plan, backup=tmp_path)
    assert run.failed == dict.fromkeys(("a.txt", "sub/b.txt"), "No space left on device")
    assert (captions / "a.txt").read_text() == OLD
    normalizer.undo(captions, backup=tmp_path)
    assert listing(captions) == before


# Kills itself when so many bytes of a caption are written, and those of no other are.
KILLED = """
import os, signal, sys
from pathlib import Path
from e6duck.captions.normalizer import Normalizer
from e6duck.captions.runs import links

database, folder, backup, what, count = sys.argv[1:]

def killed(descriptor, content):
    os.write(descriptor, content[: int(count)])
    if int(count) > len(content):
        os.ftruncate(descriptor, len(content))
    os.kill(os.getpid(), signal.SIGKILL)

normalizer = Normalizer(database)
links._overwrite = killed
if what == "run":
    normalizer.apply(normalizer.plan(folder), backup=backup)
else:
    normalizer.undo(folder, backup=backup)
"""


@pytest.fixture
def kill(caption_database: Path, captions: Path, tmp_path: Path) -> Callable[[str, int], None]:
    """What kills a run, or an undo, after it has written some bytes of the linked caption."""

    def kill_at(what: str, count: int) -> None:
        arguments = [caption_database, captions, tmp_path / "backup", what, count]
        ended = subprocess.run([sys.executable, "-c", KILLED, *map(str, arguments)])
        assert ended.returncode == -9

    return kill_at


@pytest.mark.parametrize("count", [0, 7, len(NEW), 999])
def test_a_kill_in_the_middle_of_a_caption_is_undone(
    normalizer: Normalizer,
    captions: Path,
    tmp_path: Path,
    kill: Callable[[str, int], None],
    count: int,
) -> None:
    before = listing(captions)
    kill("run", count)
    torn = (captions / "a.txt").read_text()
    assert torn == (NEW if count > len(NEW) else NEW[:count] + OLD[count:])
    assert not normalizer.undo(captions, backup=tmp_path / "backup").failed
    assert listing(captions) == before
    assert (captions / "a.txt").stat().st_nlink == 3


def test_a_kill_in_the_middle_of_an_undo_is_undone(
    normalizer: Normalizer, captions: Path, tmp_path: Path, kill: Callable[[str, int], None]
) -> None:
    before = listing(captions)
    kill("run", 4)
    kill("undo", 2)
    assert (captions / "a.txt").read_text() == OLD[:2] + NEW[2:4] + OLD[4:]
    assert not normalizer.undo(captions, backup=tmp_path / "backup").failed
    assert listing(captions) == before


def test_the_next_run_repairs_a_caption_before_it_is_read(
    normalizer: Normalizer, captions: Path, tmp_path: Path, kill: Callable[[str, int], None]
) -> None:
    backup, before = tmp_path / "backup", listing(captions)
    kill("run", 7)
    assert normalizer.repair(captions, backup=backup) == ["a.txt"]
    assert normalizer.repair(captions, backup=backup) == []
    assert (captions / "a.txt").read_text() == OLD
    kill("run", 3)
    plan = normalizer.plan(captions)  # of the half-written text
    run = normalizer.apply(plan, backup=backup)
    assert run.failed == dict.fromkeys(("a.txt", "sub/b.txt"), "changed since it was read")
    assert (captions / "a.txt").read_text() == OLD
    with contextlib.suppress(UsageError):  # until there are no more runs
        for _ in range(4):
            assert not normalizer.undo(captions, backup=backup).failed
    assert listing(captions) == before


def test_an_edit_that_mixes_old_and_new_text_is_kept_after_a_whole_run(
    normalizer: Normalizer, captions: Path, tmp_path: Path
) -> None:
    old, new, mixed = "hi_res, red_fox", "hi res, red fox", "hi res, red_fox"
    assert is_mix(mixed.encode(), old.encode(), new.encode())
    (captions / "a.txt").write_text(old)
    normalizer.apply(normalizer.plan(captions), backup=tmp_path)
    assert (captions / "a.txt").read_text() == new
    (captions / "a.txt").write_text(mixed)
    run = normalizer.undo(captions, backup=tmp_path)
    assert run.failed.keys() == {"a.txt", "sub/b.txt"}
    assert (captions / "a.txt").read_text() == mixed


@settings(max_examples=50)
@given(st.binary(max_size=9), st.binary(max_size=9), st.integers(0, 9), st.integers(0, 9))
def test_each_moment_of_an_overwriting_and_of_its_undo_is_recognised(
    old: bytes, new: bytes, written: int, restored: int
) -> None:
    moment = new[:written] + old[len(new[:written]) :]
    assert is_mix(moment, old, new)
    moment = old[:restored] + moment[len(old[:restored]) :]
    assert is_mix(moment, old, new)
    assert not is_mix(moment + bytes(10), old, new)


@pytest.mark.skipif(not hasattr(os, "setxattr"), reason="this system has no extended attributes")
@pytest.mark.parametrize("name", ["a.txt", "single.txt"])
def test_extended_attributes_survive_a_run_and_an_undo(
    normalizer: Normalizer, captions: Path, tmp_path: Path, name: str
) -> None:
    path = captions / name
    try:
        os.setxattr(path, "user.xdg.tags", b"checked")
    except OSError:
        pytest.skip("this file system has no extended attributes")
    normalizer.apply(normalizer.plan(captions), backup=tmp_path)
    assert path.read_text().startswith("fox")
    assert os.getxattr(path, "user.xdg.tags") == b"checked"
    os.setxattr(path, "user.xdg.tags", b"checked twice")
    normalizer.undo(captions, backup=tmp_path)
    assert path.read_text().startswith("Foxes")
    assert os.getxattr(path, "user.xdg.tags") == b"checked twice"
