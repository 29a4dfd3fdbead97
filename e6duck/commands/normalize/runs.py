"""The recorded runs of the normalize command: undoes and lists them, removes their journals."""

from __future__ import annotations

import os
import shlex
import sys
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from ...captions.normalizer import undo_run
from ...captions.runs import run_list
from ...captions.runs.run_list import RecordedRun
from ...db.answer import Answer
from ...db.results.values import shielded
from ...errors import E6DuckError, UsageError
from ...tags.phrases import many
from ..shared.formats import format_of, write
from .options import DONE
from .text import Terminal, note_failures, some

_COLUMNS = {
    **{"run": "VARCHAR", "time": "VARCHAR", "folder": "VARCHAR"},
    **{"files": "BIGINT", "bytes": "BIGINT", "state": "VARCHAR"},
}
_NOTED_COUNT, _NOTED_BYTES = 100, 50_000_000  # of all journals, above which the summary says it


def undo(folder: Path, run: str | None, backup: Path, terminal: Terminal) -> int:
    """Undo a run of a folder; returns the exit code."""
    done = undo_run(folder, backup, run, terminal.progress)
    terminal.note(f"undone     run {done.run}: {many(done.written, 'file')} restored")
    if done.recreated:
        terminal.note(f"recreated  {some(done.recreated)}: deleted after the run")
    return note_failures(done.failed, terminal)


def list_runs(folder: Path | None, backup: Path, terminal: Terminal) -> int:
    """Write the runs that can be undone or forgotten, the latest first: a table, or CSV."""
    runs = run_list.recorded_runs(backup, _real(folder))
    if not runs:
        terminal.note(f"no runs{f' of {folder}' if folder else ''} in {backup}")
    rows: list[tuple[Any, ...]] = [
        (each.run, _time(each), each.folder, each.files, each.size, each.state) for each in runs
    ]
    terminal.progress.clear()
    answer = Answer((*_COLUMNS,), (*_COLUMNS.values(),), iter([rows]))
    write(answer, sys.stdout, format_of(None, None, sys.stdout.isatty()))
    return DONE


def _real(folder: Path | None) -> Path | None:
    return Path(os.path.realpath(folder)) if folder else None


def _time(run: RecordedRun) -> str:
    """Return when a run began, in UTC; a journal of an older e6duck has it in its name alone."""
    time = run.time
    try:
        time = time or datetime.strptime(run.run[:15], "%Y%m%d-%H%M%S")
    except ValueError:
        return ""
    return f"{time:%Y-%m-%dT%H:%M:%SZ}"


def forget(
    folder: Path | None, run: str | None, backup: Path, terminal: Terminal, *, yes: bool
) -> int:
    """Remove the journal of a run, or all of a folder, or all; asks before.

    A name of a run in the place of the folder is taken as such.
    """
    if folder and run is None and not folder.exists() and run_list.is_recorded(backup, str(folder)):
        folder, run = None, str(folder)
    runs = run_list.to_forget(backup, _real(folder), run)
    if not runs:
        terminal.note(f"no runs{f' of {folder}' if folder else ''} in {backup}")
        return DONE
    count = sum(each.state != run_list.UNDONE_STATE for each in runs)
    what = f"{many(len(runs), 'journal')} ({size_text(runs)}) in {backup}"
    loss = f"{many(count, 'run')} could not be undone any more" if count else "all are undone"
    if not yes:
        if not (sys.stdin and sys.stdin.isatty()):
            raise UsageError(f"would remove {what}; {loss}; confirm with --yes")
        terminal.progress.clear()
        if not click.confirm(shielded(f"Remove {what}? ({loss})"), err=True):
            raise E6DuckError("nothing was changed")
    run_list.forget(runs)
    terminal.note(f"removed    {what}")
    return DONE


def keep_latest(folder: Path, backup: Path, count: int, terminal: Terminal) -> None:
    """Remove the journals of a folder but for the latest ones, and say so."""
    runs = run_list.older(backup, folder, count)
    if runs:
        run_list.forget(runs)
        terminal.note(f"removed    {many(len(runs), 'older journal')} ({size_text(runs)})")


def note_disk_use(backup: Path, terminal: Terminal) -> None:
    """Say how large the journals are once they are many or large, and how to remove them."""
    count, size = run_list.disk_use(backup)
    if count > _NOTED_COUNT or size > _NOTED_BYTES:
        command = shlex.join(["e6duck", "normalize", "--runs", "--backup", str(backup)])
        terminal.note(
            f"journals   {count:,} of {_size(size)} in {backup}; to list them: {command};"
            " --forget removes them, --keep-runs N all but the latest"
        )


def size_text(runs: Iterable[RecordedRun]) -> str:
    """Return the size of the journals of runs."""
    return _size(sum(each.size for each in runs))


def _size(size: int) -> str:
    return f"{size / 1e6:,.1f} MB" if size >= 100_000 else f"{size / 1e3:,.1f} kB"
