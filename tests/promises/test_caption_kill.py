"""Kill a run in place at many moments: no caption is lost, none half-written, undo restores all."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from e6duck.captions.normalizer import Normalizer
from tests.support.caption_database import build_caption_database, listing

# Kills itself in the n-th event of a run, in a process forked from one that has imported all. The
# event stands on stdout before.
DRIVER = """
import json, os, signal, sys
from e6duck.captions.normalizer import Normalizer

def run(moment, database, folder, backup):
    count = 0
    def on_progress(stage, done):
        nonlocal count
        if count == moment:
            os.write(1, (stage + "\\n").encode())
            os.kill(os.getpid(), signal.SIGKILL)
        count += 1
    normalizer = Normalizer(database)
    plan = normalizer.plan(folder, on_progress=on_progress)
    normalizer.apply(plan, backup=backup, on_progress=on_progress)

for arguments in json.load(sys.stdin):
    child = os.fork()
    if not child:
        try:
            run(*arguments)
        finally:
            os._exit(1)
    status = os.waitpid(child, 0)[1]
    if not (os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL):
        sys.exit(f"not killed: {arguments}")
"""
COUNT = 8
PHASES = ("read", "journal", "written", "draft", "replace", "finish")


def make_captions(folder: Path) -> None:
    for number in range(COUNT):
        path = folder / f"{number % 3}_set" / f"{number}.txt"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"Foxes, mammal, caption {number}\n")
    (folder / "0_set" / "0.txt").chmod(0o444)


@pytest.fixture(scope="module")
def caption_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build_caption_database(tmp_path_factory.mktemp("captions"))


@pytest.fixture(scope="module")
def events(caption_database: Path, tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """The moments of a run, in their order."""
    folder = tmp_path_factory.mktemp("events")
    make_captions(folder / "set")
    found: list[str] = []
    normalizer = Normalizer(caption_database)

    def hear(stage: str, done: int) -> None:
        found.append(stage)

    plan = normalizer.plan(folder / "set", on_progress=hear)
    normalizer.apply(plan, backup=folder / "backup", on_progress=hear)
    return found


def test_there_are_twenty_moments_and_more_in_every_phase(events: list[str]) -> None:
    assert len(events) >= 20
    assert set(events) == set(PHASES)


def test_a_kill_at_any_moment_loses_nothing(
    caption_database: Path, events: list[str], tmp_path: Path
) -> None:
    folders = [tmp_path / str(moment) for moment in range(len(events))]
    jobs = []
    before = []
    for moment, folder in enumerate(folders):
        make_captions(folder / "set")
        before.append(listing(folder / "set"))
        jobs.append([moment, str(caption_database), str(folder / "set"), str(folder / "backup")])
    done = subprocess.run(
        [sys.executable, "-c", DRIVER], input=json.dumps(jobs), capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == events
    for event, folder, old in zip(events, folders, before, strict=True):
        _check(caption_database, event, folder, old)


def _check(
    caption_database: Path, event: str, folder: Path, old: dict[str, tuple[str, int, int]]
) -> None:
    captions = folder / "set"
    texts = {name: (captions / name).read_text() for name in old}
    replaced = 0
    for name, text in texts.items():
        number = Path(name).stem
        is_new = text == f"fox, caption {number}\n"
        assert is_new or text == f"Foxes, mammal, caption {number}\n", (event, name)
        assert not (is_new and number == "0"), event
        replaced += is_new
    journals = list((folder / "backup").glob("*.jsonl"))
    if event in ("read", "journal"):
        assert not journals and not replaced
        return
    # The journal tells all that may have been replaced.
    (journal,) = journals
    entries = [json.loads(line) for line in journal.read_text().splitlines()[1:]]
    assert len(entries) == COUNT - 1
    assert (event == "finish") == (replaced == COUNT - 1)
    assert replaced == 0 or event in ("replace", "finish")
    # A run after the kill works, and clears up; then both are undone.
    normalizer = Normalizer(caption_database)
    second = normalizer.apply(normalizer.plan(captions), backup=folder / "backup")
    assert second.written == COUNT - 1 - replaced
    if second.written:
        assert not list(captions.rglob("*building*")), event
        normalizer.undo(captions, backup=folder / "backup")
    run = normalizer.undo(captions, backup=folder / "backup")
    assert (run.written, run.failed) == (replaced, {})
    assert not list(captions.rglob("*building*")), event
    assert listing(captions).items() >= old.items(), event


@pytest.mark.parametrize("moment", [1, COUNT - 1, COUNT, COUNT + 3, 2 * COUNT - 2])
def test_an_undo_that_is_killed_can_be_done_again(
    caption_database: Path, tmp_path: Path, moment: int
) -> None:
    captions = tmp_path / "set"
    make_captions(captions)
    old = listing(captions)
    normalizer = Normalizer(caption_database)
    normalizer.apply(normalizer.plan(captions), backup=tmp_path / "backup")
    program = (
        "import os, signal, sys\n"
        "from pathlib import Path\n"
        "from e6duck.captions.normalizer import undo_run\n"
        "left = int(sys.argv[3])\n"
        "def kill(stage, done):\n"
        "    global left\n"
        "    left -= 1\n"
        "    if not left:\n"
        "        os.kill(os.getpid(), signal.SIGKILL)\n"
        "undo_run(sys.argv[1], Path(sys.argv[2]), on_progress=kill)\n"
    )
    arguments = [program, str(captions), str(tmp_path / "backup"), str(moment)]
    assert subprocess.run([sys.executable, "-c", *arguments]).returncode == -9
    found = listing(captions)
    left = [name for name in old if found[name][0] != old[name][0]]
    assert len(left) >= 1
    run = normalizer.undo(captions, backup=tmp_path / "backup")
    assert (run.written, run.failed) == (len(left), {})
    assert not list(captions.rglob("*building*"))
    assert listing(captions) == old
