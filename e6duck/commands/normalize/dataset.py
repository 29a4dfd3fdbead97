"""Cleans the captions of a dataset as the normalize command does: writes and reports."""

from __future__ import annotations

import os
import shlex
import sys
from collections import Counter
from functools import partial
from pathlib import Path
from typing import Any

import click

from ...captions.datasets import backups
from ...captions.datasets.names import is_dataset
from ...captions.datasets.run import (
    DatasetRun,
    Shard,
    normalize_dataset,
    open_dataset,
    shards,
)
from ...captions.normalizer import Normalizer, journal_folder
from ...captions.report import Findings
from ...captions.report_files import write_report
from ...captions.runs.plan import Caption, Plan
from ...db.results.values import shielded
from ...errors import E6DuckError, UsageError
from ...tags.phrases import many
from .options import CHANGES, DONE, Mode
from .text import Terminal, note_failures, note_notices, show, some, summary


def clean_dataset(
    normalizer: Normalizer,
    terminal: Terminal,
    mode: Mode,
    source: Path,
    output_dir: Path | None,
    *,
    output: Path | None,
    column: tuple[str, ...],
    to: str | None,
    jobs: int,
    yes: bool,
    diff: bool,
    reports: tuple[Path, ...],
    backup: Path | None,
    **_: Any,
) -> int:
    """Clean the captions of a dataset, or show what would change; returns the exit code."""
    if output and output_dir:
        raise UsageError(f"{output_dir} and --output {output} are two targets; give one")
    target = output or output_dir
    chosen = shards(source, target)
    _check_reports(reports, chosen)
    is_written = mode is Mode.WRITE
    if is_written and not yes:
        for shard in chosen:  # what is wrong is said before anybody is asked
            open_dataset(shard.source, column, to)
        _confirm(source, [shard for shard in chosen if shard.target.exists()], terminal)
    kept = backup or journal_folder(normalizer.path)
    root = Path(os.path.realpath(target or source))
    done = normalize_dataset(
        normalizer,
        chosen,
        column,
        to=to,
        jobs=jobs,
        is_written=is_written,
        with_changes=bool(reports) or mode is not Mode.WRITE,
        backup=kept,
        root=root,
        on_progress=terminal.progress,
    )
    note_notices(normalizer, terminal)
    plan, found = _plan(source, target, done), partial(_findings, done)
    show(mode, diff, normalizer, plan, found, terminal)
    for path in reports:
        write_report(path, normalizer.vocabulary, plan, found())
    if not terminal.is_quiet:
        for line in summary(_findings(done)):
            terminal.error(line)
    if is_written:
        _note_written(done, target or source, backup, terminal)
    return CHANGES if mode is Mode.CHECK and done.counts.changed else DONE


def undone(source: Path, run: str | None, backup: Path, terminal: Terminal) -> int | None:
    """Restore a dataset that a run replaced; returns the exit code, None if there is no run."""
    root = Path(os.path.realpath(source))
    found = backups.find(backup, root, run)
    if found is None and (not source.is_dir() or is_dataset(source)):
        found = backups.check(root, backup, run)
    if found is None:
        return None
    restored, failed = backups.undo(found)
    terminal.note(f"undone     run {found.run}: {many(restored, 'file')} restored")
    return note_failures(failed, terminal)


def _confirm(source: Path, replaced: list[Shard], terminal: Terminal) -> None:
    """Ask before files are replaced. Raises `UsageError` if standard input is not a terminal."""
    if not replaced:
        return
    count = f"{many(len(replaced), 'file')}: {some([str(each.target) for each in replaced], 3)}"
    if not (sys.stdin and sys.stdin.isatty()):
        raise UsageError(f"would replace {count}; confirm with --yes, or give --output")
    terminal.progress.clear()
    if not click.confirm(shielded(f"Replace {count}? (This can be undone.)"), err=True):
        raise E6DuckError("nothing was changed")


def _check_reports(reports: tuple[Path, ...], chosen: list[Shard]) -> None:
    places = {os.path.realpath(each) for shard in chosen for each in (shard.source, shard.target)}
    for path in reports:
        if os.path.realpath(path) in places:
            raise UsageError(f"{path} is a file of the dataset; choose another for the report")


def _plan(source: Path, target: Path | None, done: DatasetRun) -> Plan:
    captions = tuple(Caption(row, text, result) for row, text, result in done.changed)
    return Plan(source, target or source, captions, (), {}, frozenset())


def _findings(done: DatasetRun) -> Findings:
    """Return the totals as those of a folder; what is emptied is named only with changes."""
    counts = done.counts
    return Findings(
        read=counts.read,
        changed=counts.changed,
        unchanged=counts.read - counts.changed,
        skipped={},
        not_captions={},
        emptied=tuple(row for row, _, result in done.changed if not result.text.strip()),
        removed=counts.removed,
        changes=Counter(
            (step.before, step.after, step.reason)
            for _, _, result in done.changed
            for step in result.changes
        ),
        unknown=counts.unknown,
        ambiguous=counts.ambiguous,
    )


def _note_written(done: DatasetRun, target: Path, backup: Path | None, terminal: Terminal) -> None:
    if not done.written:
        terminal.note(f"written    nothing: {target} is clean")
        return
    how = ""
    if done.run:
        words = ["e6duck", "normalize", str(target), "--undo", "--run", done.run]
        how = "; to undo: " + shlex.join([*words, *(["--backup", str(backup)] if backup else [])])
    terminal.note(f"written    {many(len(done.written), 'file')}: {target}{how}")
