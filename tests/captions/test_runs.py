"""Runs over folders of captions: what is read, written, left alone, put back."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any
from unittest import mock

import pytest

from e6duck.captions.normalizer import Normalizer
from e6duck.captions.runs.apply import Interrupted
from e6duck.errors import E6DuckError, Interruption, UsageError
from tests.support.caption_database import build_caption_database, listing


@pytest.fixture(scope="module")
def caption_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build_caption_database(tmp_path_factory.mktemp("captions"))


@pytest.fixture
def normalizer(caption_database: Path) -> Normalizer:
    return Normalizer(caption_database)


@pytest.fixture
def captions(tmp_path: Path) -> Path:
    """A data set as people have them: each odd file stands for a complaint."""
    folder = tmp_path / "set"
    files = {
        "10_fox/a.txt": b"Foxes, mammal\n",
        "10_fox/b.caption": b"\xef\xbb\xbfred fox, fox\r\n",
        "10_fox/clean.txt": b"fox , solo",
        "latin.txt": b"f\xf6x, mammal, fox",
        "nul.txt": b"fox\0, mammal",
        "large.txt": b"fox, mammal, " * 100_000,
        "empty.txt": b"",
        "emptied.txt": b"invalid tag\n",
        "sample-prompts.txt": b"Foxes, mammal",  # excluded by its name
        "docs/notes.md": b"Foxes, mammal",
        ".hidden/c.txt": b"Foxes, mammal",
        "protected.txt": b"Foxes, mammal",
        "ünï 🦊.txt": b"Foxes, mein Text",
    }
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        path.chmod(0o640)
        os.utime(path, ns=(1_500_000_000_123_456_789, 1_400_000_000_987_654_321))
    (folder / "protected.txt").chmod(0o444)
    (tmp_path / "original.txt").write_text("Foxes, mammal\n")
    (folder / "linked.txt").symlink_to(tmp_path / "original.txt")
    (folder / "dangling.txt").symlink_to(folder / "nowhere")
    (folder / "loop").symlink_to(folder)
    os.mkfifo(folder / "pipe.txt")
    return folder


SKIPPED = {
    "dangling.txt": "cannot be read: No such file or directory",
    "large.txt": "larger than 1 MB",
    "latin.txt": "not valid UTF-8 at byte 2",
    "nul.txt": "not text (it contains NUL)",
    "pipe.txt": "cannot be read: not a regular file",
}
IN_PLACE = SKIPPED | {
    "linked.txt": "a link, which is not written through",
    "protected.txt": "read-only",
}


def test_a_run_in_place_changes_what_it_says_and_nothing_else(
    normalizer: Normalizer, captions: Path, tmp_path: Path
) -> None:
    before = listing(captions)
    plan = normalizer.plan(captions)
    assert listing(captions) == before
    changed = ["10_fox/a.txt", "10_fox/b.caption", "emptied.txt", "ünï 🦊.txt"]
    assert [caption.name for caption in plan.changed] == changed
    assert plan.skipped == IN_PLACE
    assert plan.unreadable == SKIPPED.keys()
    run = normalizer.apply(plan, backup=tmp_path / "backup")
    assert (run.written, run.failed) == (4, {})
    after = listing(captions)
    assert {name for name in before if before[name] != after[name]} == set(changed)
    assert after.keys() == before.keys()
    assert (captions / "10_fox/b.caption").read_bytes() == b"\xef\xbb\xbfred fox\r\n"
    assert (captions / "emptied.txt").read_bytes() == b"\n"
    assert (captions / "10_fox/a.txt").stat().st_mode & 0o777 == 0o640
    assert not normalizer.plan(captions).edits, "a second run changes something"
    normalizer.undo(captions, backup=tmp_path / "backup")
    assert listing(captions) == before


def test_another_folder_gets_every_file_changed_or_not(
    normalizer: Normalizer, captions: Path, tmp_path: Path
) -> None:
    before = listing(captions)
    out = tmp_path / "out"
    plan = normalizer.plan(captions, out)
    assert plan.skipped == SKIPPED
    normalizer.apply(plan, backup=tmp_path / "backup")
    assert listing(captions) == before
    expected = {name for name in before if not name.startswith((".hidden", "docs", "sample"))}
    assert listing(out).keys() == {*expected, "linked.txt"} - {"dangling.txt"}
    for name in ("latin.txt", "nul.txt", "large.txt", "10_fox/clean.txt", "empty.txt"):
        assert (out / name).read_bytes() == (captions / name).read_bytes()
    assert (out / "linked.txt").read_bytes() == b"fox\n"
    assert not (out / "linked.txt").is_symlink()
    assert (out / "protected.txt").stat().st_mode & 0o777 == 0o444
    again = normalizer.plan(captions, out)
    assert [edit.name for edit in again.edits] == []
    normalizer.undo(out, backup=tmp_path / "backup")
    assert not out.exists(), "the run made it"


def test_what_stood_in_the_other_folder_can_be_put_back(
    normalizer: Normalizer, captions: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    (out / "10_fox").mkdir(parents=True)
    (out / "10_fox" / "a.txt").write_text("weeks of work")
    before = listing(out)
    normalizer.apply(normalizer.plan(captions, out), backup=tmp_path)
    assert (out / "10_fox" / "a.txt").read_text() == "fox\n"
    normalizer.undo(out, backup=tmp_path)
    assert listing(out) == before


def test_links_to_folders_are_entered_only_when_asked(
    normalizer: Normalizer, captions: Path, tmp_path: Path
) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "d.txt").write_text("Foxes")
    (elsewhere / "back").symlink_to(captions)
    (captions / "more").symlink_to(elsewhere)
    assert not [each for each in normalizer.plan(captions).captions if "more" in each.name]
    plan = normalizer.plan(captions, follow_links=True)
    assert plan.skipped["more/d.txt"] == "a link, which is not written through"
    copied = normalizer.plan(captions, tmp_path / "out", follow_links=True)
    assert "more/d.txt" in [caption.name for caption in copied.captions]
    assert (elsewhere / "d.txt").read_text() == "Foxes"


def test_files_that_some_systems_take_for_one_are_left_out_of_another_folder(
    normalizer: Normalizer, captions: Path, tmp_path: Path
) -> None:
    (captions / "10_fox" / "A.md").write_text("fox")  # not a caption, and so not copied
    (captions / "10_fox" / "a.png").touch()
    assert not normalizer.plan(captions, tmp_path / "out").blocked
    (captions / "10_FOX").mkdir()
    for name in ("10_FOX/a.txt", "\u00e9.txt", "e\u0301.txt"):
        (captions / name).write_text("fox")
    plan = normalizer.plan(captions, tmp_path / "out")
    end = ", and some systems take both for one file; rename one"
    capitals, accents = "only in capitals", "only in the encoding of its accents"
    assert plan.blocked == {
        "10_fox/a.txt": f"its name differs from 10_FOX/a.txt {capitals}{end}",
        "10_FOX/a.txt": f"its name differs from 10_fox/a.txt {capitals}{end}",
        "\u00e9.txt": f"its name differs from e\u0301.txt {accents}{end}",
        "e\u0301.txt": f"its name differs from \u00e9.txt {accents}{end}",
    }
    normalizer.apply(plan, backup=tmp_path)
    written = {str(path.relative_to(tmp_path / "out")) for path in (tmp_path / "out").rglob("*.*")}
    assert "emptied.txt" in written
    assert not written & plan.blocked.keys()


def test_nothing_outside_the_other_folder_is_written(
    normalizer: Normalizer, captions: Path, tmp_path: Path
) -> None:
    out, outside = tmp_path / "out", tmp_path / "outside"
    out.mkdir()
    outside.mkdir()
    (out / "10_fox").symlink_to(outside)
    with pytest.raises(UsageError, match="leads out of"):
        normalizer.plan(captions, out)
    (out / "10_fox").unlink()
    (outside / "kept.txt").write_text("kept")
    (out / "empty.txt").symlink_to(outside / "kept.txt")
    plan = normalizer.plan(captions, out)
    assert plan.blocked["empty.txt"] == "there is a link in its place"
    (captions / "link").symlink_to(out)
    (out / "link").symlink_to(out)
    (out / "b.txt").write_text("fox")  # read as link/b.txt, and written as such
    with pytest.raises(UsageError, match="is also an input file"):
        normalizer.plan(captions, out, follow_links=True)


def test_neither_folder_is_inside_the_other(normalizer: Normalizer, captions: Path) -> None:
    before = listing(captions)
    with pytest.raises(
        UsageError, match=r"the output folder .*/set/clean is inside the input folder"
    ):
        normalizer.plan(captions, captions / "clean")
    with pytest.raises(
        UsageError, match=r"the input folder .*/set/10_fox is inside the output folder"
    ):
        normalizer.plan(captions / "10_fox", captions)
    assert normalizer.plan(captions, captions / "10_fox" / "..").is_in_place
    assert listing(captions) == before


@pytest.mark.parametrize(
    ("after", "reason"),
    [
        ("fox, by hand", "edited after the run, left unchanged"),
        ("", "emptied after the run, left unchanged; to restore it, delete it and undo again"),
    ],
    ids=["edited", "emptied"],
)
def test_undo_leaves_alone_what_was_edited_since(
    normalizer: Normalizer, captions: Path, tmp_path: Path, after: str, reason: str
) -> None:
    before = listing(captions)
    normalizer.apply(normalizer.plan(captions), backup=tmp_path)
    path = captions / "10_fox" / "a.txt"
    path.write_text(after)
    run = normalizer.undo(captions, backup=tmp_path)
    assert (run.written, run.failed) == (3, {"10_fox/a.txt": reason})
    assert path.read_text() == after
    path.unlink()
    run = normalizer.undo(captions, backup=tmp_path)
    assert (run.written, run.failed, run.recreated) == (1, {}, ("10_fox/a.txt",))
    assert listing(captions) == before


def test_undo_restores_what_a_crash_of_the_system_left_empty(
    normalizer: Normalizer, captions: Path, tmp_path: Path
) -> None:
    before = listing(captions)
    journal = normalizer.apply(normalizer.plan(captions), backup=tmp_path).journal
    assert journal
    lines = journal.read_text().splitlines(keepends=True)
    journal.write_text("".join(lines[:-1]))  # the run did not end
    (captions / "10_fox" / "a.txt").write_text("")
    assert not normalizer.undo(captions, backup=tmp_path).failed
    assert listing(captions) == before


def test_undo_restores_the_mode_of_a_file_that_has_its_old_text_again(
    normalizer: Normalizer, captions: Path, tmp_path: Path
) -> None:
    before = listing(captions)
    normalizer.apply(normalizer.plan(captions), backup=tmp_path)
    path = captions / "10_fox" / "a.txt"
    path.write_text("Foxes, mammal\n")
    path.chmod(0o600)
    assert normalizer.undo(captions, backup=tmp_path).written == 3
    assert listing(captions) == before


def test_runs_are_undone_one_after_the_other(
    caption_database: Path, captions: Path, tmp_path: Path
) -> None:
    start = listing(captions)
    first = Normalizer(caption_database).apply(
        Normalizer(caption_database).plan(captions), backup=tmp_path
    )
    between = listing(captions)
    other = Normalizer(caption_database, {"use_underscores": True, "implied": "add"})
    second = other.apply(other.plan(captions), backup=tmp_path)
    assert other.undo(captions, backup=tmp_path).run == second.run
    assert listing(captions) == between
    with pytest.raises(UsageError, match="was already undone"):
        other.undo(captions, second.run, backup=tmp_path)
    assert other.undo(captions, first.run, backup=tmp_path).run == first.run
    assert listing(captions) == start
    with pytest.raises(UsageError, match="has no run of"):
        other.undo(captions, backup=tmp_path)
    with pytest.raises(UsageError, match="there is no run nope"):
        other.undo(captions, "nope", backup=tmp_path)


def test_a_file_that_changes_while_the_plan_is_looked_at_is_left_alone(
    normalizer: Normalizer, captions: Path, tmp_path: Path
) -> None:
    plan = normalizer.plan(captions)
    (captions / "10_fox" / "a.txt").write_text("Foxes, and more")
    same_size = captions / "emptied.txt"
    times = same_size.stat()
    same_size.write_text("Invalid tag\n")
    os.utime(same_size, ns=(times.st_atime_ns, times.st_mtime_ns))  # as some editors do
    run = normalizer.apply(plan, backup=tmp_path)
    assert run.failed == dict.fromkeys(("10_fox/a.txt", "emptied.txt"), "changed since it was read")
    assert (captions / "10_fox" / "a.txt").read_text() == "Foxes, and more"
    assert same_size.read_text() == "Invalid tag\n"
    assert not normalizer.undo(captions, backup=tmp_path).failed, "the run left both as they were"
    assert not list(captions.rglob("*building*"))


def test_a_journal_that_leads_out_of_the_folder_is_refused(
    normalizer: Normalizer, captions: Path, tmp_path: Path
) -> None:
    normalizer.apply(normalizer.plan(captions), backup=tmp_path / "b")
    (journal,) = (tmp_path / "b").glob("*.jsonl")
    text = journal.read_text()
    before = listing(captions)
    for name in ("../a.txt", "/etc/a.txt", "10_fox/../../a.txt"):
        journal.write_text(text.replace("10_fox/a.txt", name))
        with pytest.raises(E6DuckError, match="leads out of the folder"):
            normalizer.undo(captions, backup=tmp_path / "b")
    journal.write_text(text[:-200])
    with pytest.raises(E6DuckError, match="is broken"):
        normalizer.undo(captions, backup=tmp_path / "b")
    assert listing(captions) == before


def test_a_full_disk_is_met_before_any_caption_is_replaced(
    normalizer: Normalizer, captions: Path, tmp_path: Path
) -> None:
    before = listing(captions)
    plan = normalizer.plan(captions)
    write, count = os.write, 0

    def full(descriptor: int, data: Any) -> int:
        nonlocal count
        count += 1
        if count == 3:
            raise OSError(28, "No space left on device")
        return write(descriptor, data)

    with (
        mock.patch("e6duck.captions.runs.replace.os.write", full),
        pytest.raises(E6DuckError, match="No space left on device; nothing was changed"),
    ):
        normalizer.apply(plan, backup=tmp_path)
    assert listing(captions) == before
    assert not list(captions.rglob("*building*"))
    assert not list(tmp_path.glob("*.jsonl")), "undo would take it for the latest run"


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
def test_no_journal_no_run(normalizer: Normalizer, captions: Path, tmp_path: Path) -> None:
    before = listing(captions)
    (tmp_path / "file").write_text("")
    with pytest.raises(E6DuckError, match=r"the journal cannot be written .*choose another folder"):
        normalizer.apply(normalizer.plan(captions), backup=tmp_path / "file")
    assert listing(captions) == before


def test_ctrl_c_leaves_every_file_whole_and_the_run_can_be_undone(
    normalizer: Normalizer, captions: Path, tmp_path: Path
) -> None:
    before = listing(captions)
    seen = 0

    def interrupt(stage: str, done: int) -> None:
        nonlocal seen
        seen += stage == "replace"
        if seen == 2:
            raise KeyboardInterrupt

    with pytest.raises(Interrupted) as stopped:
        normalizer.apply(normalizer.plan(captions), backup=tmp_path, on_progress=interrupt)
    assert not list(captions.rglob("*building*"))
    changed = sum(before[name] != found for name, found in listing(captions).items())
    assert 1 <= changed < 4  # the file that was interrupted is the old one
    normalizer.undo(captions, stopped.value.run, backup=tmp_path)
    assert listing(captions) == before


def test_the_journal_can_be_read_by_people(
    normalizer: Normalizer, captions: Path, tmp_path: Path
) -> None:
    run = normalizer.apply(normalizer.plan(captions), backup=tmp_path)
    assert run.journal
    head, first, *_, last = map(json.loads, run.journal.read_text().splitlines())
    assert head["root"] == str(captions)
    assert first["old"] == "Foxes, mammal\n"
    assert last == {"replaced": 4}


def test_two_runs_at_once_do_not_meet(
    normalizer: Normalizer, captions: Path, tmp_path: Path
) -> None:
    from e6duck.files import LOCK, exclusive

    with (
        exclusive(captions / LOCK, "busy"),
        pytest.raises(E6DuckError, match="another e6duck is working"),
    ):
        normalizer.apply(normalizer.plan(captions), backup=tmp_path)


@pytest.mark.parametrize("call", ["scandir", "stat"])
def test_a_folder_that_cannot_be_read_is_skipped_and_named(
    normalizer: Normalizer, captions: Path, tmp_path: Path, call: str
) -> None:
    (captions / "closed" / "deep").mkdir(parents=True)
    (captions / "closed" / "deep" / "d.txt").write_text("Foxes")
    real = getattr(os, call)

    def refuse(path: Any, *args: Any, **options: Any) -> Any:
        if str(path).endswith("closed"):
            raise PermissionError(13, "Permission denied", str(path))
        return real(path, *args, **options)

    for out in (None, tmp_path / "out"):
        with mock.patch(f"e6duck.captions.runs.scan.os.{call}", refuse):
            plan = normalizer.plan(captions, out, follow_links=True)
        assert plan.skipped["closed/"] == "cannot be read: Permission denied"
        assert "closed/" in plan.unreadable
        assert "10_fox/a.txt" in [caption.name for caption in plan.changed]
        assert not [each for each in plan.edits if "closed" in each.name]


def test_a_folder_that_cannot_be_written_to_fails_but_is_read(
    normalizer: Normalizer, captions: Path
) -> None:
    with mock.patch(
        "e6duck.captions.runs.plan.os.access", lambda path, mode: not path.endswith("10_fox")
    ):
        plan = normalizer.plan(captions)
    names = ("10_fox/a.txt", "10_fox/b.caption")
    assert plan.blocked == dict.fromkeys(names, "its folder is not writable")
    assert {*names} < {caption.name for caption in plan.changed}
    assert [edit.name for edit in plan.edits] == ["emptied.txt", "ünï 🦊.txt"]


# What is the user's, however alike


def test_what_only_looks_like_a_draft_is_left(
    normalizer: Normalizer, captions: Path, tmp_path: Path
) -> None:
    names = ("x.building-2023-05.png", "a.building-2024-06.txt", "e6duck.building-99999999-g")
    backup = tmp_path / "backup"
    for folder in (captions, backup):
        (folder / "render.building-2023-05").mkdir(parents=True)
        for name in (*names, "render.building-2023-05/x.png"):
            (folder / name).write_text("Foxes")
    before = listing(captions) | listing(backup)
    run = normalizer.apply(normalizer.plan(captions, all_text=True), backup=backup)
    assert (captions / "a.building-2024-06.txt").read_text() == "fox"
    normalizer.undo(captions, run.run, backup=backup)
    assert before.items() <= (listing(captions) | listing(backup)).items()


def test_a_draft_of_a_process_that_ended_goes(
    normalizer: Normalizer, captions: Path, tmp_path: Path
) -> None:
    ended = subprocess.Popen(["true"])
    ended.wait()
    draft = captions / f"e6duck.building-{ended.pid}-0000003f"
    draft.write_text("Foxes")
    normalizer.apply(normalizer.plan(captions), backup=tmp_path)
    assert not draft.exists()


def test_a_large_file_that_was_edited_is_not_undone(
    normalizer: Normalizer, captions: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    run = normalizer.apply(normalizer.plan(captions, out), backup=tmp_path)
    (out / "large.txt").write_bytes(b"my own work, " * 100_000)
    undone = normalizer.undo(out, run.run, backup=tmp_path)
    assert undone.failed == {"large.txt": "edited after the run, left unchanged"}
    assert [path.name for path in out.iterdir()] == ["large.txt"]


def test_a_run_is_undone_where_it_was(
    normalizer: Normalizer, captions: Path, tmp_path: Path
) -> None:
    before = listing(captions)
    run = normalizer.apply(normalizer.plan(captions), backup=tmp_path).run
    other = tmp_path / "other"
    other.mkdir()
    with pytest.raises(UsageError, match=f"run {run} belongs to another folder: {captions}"):
        normalizer.undo(other, run, backup=tmp_path)
    with pytest.raises(UsageError, match="is not the name of a run"):
        normalizer.undo(captions, "x" * 300, backup=tmp_path)
    moved = captions.rename(tmp_path / "moved")
    normalizer.undo(moved, run, backup=tmp_path)
    assert listing(moved) == before


def test_a_place_that_cannot_be_written_is_reported(
    normalizer: Normalizer, captions: Path, tmp_path: Path
) -> None:
    plan = normalizer.plan(captions, tmp_path / "out")
    with pytest.raises(UsageError, match=r"latin\.txt is not a folder to write to"):
        normalizer.plan(captions, captions / "latin.txt" / "out")
    (tmp_path / "out").symlink_to("/proc")
    with pytest.raises(E6DuckError):
        normalizer.apply(plan, backup=tmp_path)


def test_an_interrupted_draft_is_swept(
    normalizer: Normalizer, captions: Path, tmp_path: Path
) -> None:
    opened, before = os.open, listing(captions)

    def interrupted(path: Any, *args: Any, **options: Any) -> int:
        descriptor = opened(path, *args, **options)
        if "e6duck.building" in str(path):  # where no handler is set yet
            os.close(descriptor)
            raise KeyboardInterrupt
        return descriptor

    plan = normalizer.plan(captions)
    with (
        mock.patch("e6duck.captions.runs.replace.os.open", interrupted),
        pytest.raises(Interruption, match=r"^nothing was changed$"),
    ):
        normalizer.apply(plan, backup=tmp_path)
    assert not list(tmp_path.glob("*.jsonl"))
    assert listing(captions) == before
    assert not list(captions.rglob("*building*"))
