"""Cleans a folder of captions as the normalize command does: plans, asks, writes and reports."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Iterable, Iterator
from functools import partial
from pathlib import Path
from typing import NamedTuple

import click

from ...captions.normalizer import Normalizer
from ...captions.report import (
    blacklisted,
    findings,
    top_implied,
    top_tags,
)
from ...captions.report_files import check_places, write_report
from ...captions.rules import Rules
from ...captions.runs.apply import Interrupted, Run
from ...captions.runs.plan import Plan
from ...db.results.values import shielded
from ...errors import E6DuckError, UsageError
from ...tags.phrases import many
from ..shared.streams import drop_output
from .options import CHANGES, DONE, FAILED, TOP_COUNT, Mode
from .runs import keep_latest, note_disk_use
from .text import (
    Terminal,
    blacklist_lines,
    left_out,
    not_captions,
    note_failures,
    note_notices,
    show,
    some,
    summary,
    top_lines,
)


class Lists(NamedTuple):
    """The lists of tags to print, named as the options."""

    print_blacklist: bool
    print_topk: int | None
    print_implied_topk: int | None
    stats_categories: tuple[str, ...]


def clean_folder(
    normalizer: Normalizer,
    terminal: Terminal,
    mode: Mode,
    folder: Path,
    output_dir: Path | None,
    *,
    config: Path | None,
    lists: Lists,
    diff: bool,
    reports: tuple[Path, ...],
    yes: bool,
    backup: Path | None,
    keep_runs: int | None,
    all_text: bool,
    follow_links: bool,
) -> int:
    """Clean the captions below a folder, or show what would change; returns the exit code."""
    if mode is Mode.WRITE:
        _repair(normalizer, output_dir or folder, backup, terminal)
    plan = normalizer.plan(
        folder,
        output_dir,
        all_text=all_text,
        follow_links=follow_links,
        on_progress=terminal.progress,
    )
    note_notices(normalizer, terminal)
    _write_lists(_listed(lists, normalizer, plan), terminal, is_last=mode is not Mode.WRITE)
    show(mode, diff, normalizer, plan, partial(findings, plan), terminal)
    check_places(reports, plan)
    is_written = mode is Mode.WRITE and bool(plan.edits)
    if is_written and plan.is_in_place and not yes:
        _confirm(plan, terminal)
    for path in reports:  # first: it may fail
        write_report(path, normalizer.vocabulary, plan)
    run = _apply(normalizer, plan, backup, terminal) if is_written else None
    for line in _summary(normalizer, plan, folder, terminal):
        terminal.error(line)
    if mode is Mode.CHECK and plan.changed:
        words = [str(folder), *([str(output_dir)] if output_dir else [])]
        words += ["--config", str(config)] if config else []
        words += ["--all-text"] * all_text + ["--follow-links"] * follow_links
        terminal.note(f"to fix     {shlex.join(['e6duck', 'normalize', *words])}")
    if run and run.journal:
        if keep_runs:
            keep_latest(plan.target, run.journal.parent, keep_runs, terminal)
        note_disk_use(run.journal.parent, terminal)
    failed = plan.blocked if mode is Mode.WRITE else {}
    codes = [
        _note_run(run, plan, backup, terminal) if run else DONE,
        note_failures(failed, terminal),
        FAILED if plan.unreadable else DONE,
    ]
    return max(codes) or (CHANGES if mode is Mode.CHECK and plan.changed else DONE)


def _write_lists(lines: Iterable[str], terminal: Terminal, *, is_last: bool) -> None:
    """Write lists to standard output; is_last: nothing is changed after it.

    Otherwise a closed output is an error before anything is changed, and a reader that stops early,
    such as head, does not stop the run.
    """
    try:
        for line in lines:
            terminal.write(line)
        if not is_last:
            sys.stdout.flush()
    except BrokenPipeError:
        if is_last:
            raise
        drop_output()


def _listed(lists: Lists, normalizer: Normalizer, plan: Plan) -> Iterator[str]:
    if lists.print_blacklist:
        yield from blacklist_lines(blacklisted(normalizer.resolver))
    count, categories = lists.print_topk, lists.stats_categories
    if count is not None or categories:
        top = top_tags(plan, TOP_COUNT if count is None else count, categories)
        yield from top_lines(top, "tags")
    if lists.print_implied_topk is not None:
        yield from top_lines(top_implied(plan, lists.print_implied_topk), "implied tags")


def _confirm(plan: Plan, terminal: Terminal) -> None:
    """Ask before files are replaced. Raises `UsageError` if standard input is not a terminal."""
    names = [edit.name for edit in plan.edits]
    count = f"{len(names):,} of {many(len(plan.captions), 'caption')} in {plan.target}"
    count += f": {some(names, 3)}"
    if not (sys.stdin and sys.stdin.isatty()):
        raise UsageError(
            f"would replace {count}; confirm with --yes, or see the changes with --diff"
        )
    terminal.progress.clear()
    if not click.confirm(shielded(f"Replace {count}? (This can be undone.)"), err=True):
        raise E6DuckError("nothing was changed")


def _repair(normalizer: Normalizer, folder: Path, backup: Path | None, terminal: Terminal) -> None:
    """Restore what a killed run left half-written, before it is read as a caption."""
    if repaired := normalizer.repair(folder, backup=backup):
        terminal.note(f"repaired   {some(repaired)}: half-written by a run that was killed")


def _apply(normalizer: Normalizer, plan: Plan, backup: Path | None, terminal: Terminal) -> Run:
    try:
        return normalizer.apply(plan, backup=backup, on_progress=terminal.progress)
    except Interrupted as stopped:
        how = _undo_command(plan, stopped.run, backup)
        terminal.error(f"stopped    every file is complete; to undo: {how}")
        raise


def _undo_command(plan: Plan, run: str | None, backup: Path | None) -> str:
    words = ["e6duck", "normalize", str(plan.target), "--undo", "--run", str(run)]
    return shlex.join([*words, "--backup", str(backup)] if backup else words)


def _note_run(run: Run, plan: Plan, backup: Path | None, terminal: Terminal) -> int:
    how = f"; to undo: {_undo_command(plan, run.run, backup)}" if run.run else ""
    terminal.note(f"written    {many(run.written, 'file')} in {plan.target}{how}")
    return note_failures(run.failed, terminal)


def _summary(normalizer: Normalizer, plan: Plan, folder: Path, terminal: Terminal) -> Iterator[str]:
    """Yield the findings in a folder; if quiet, only the files that could not be read."""
    if terminal.is_quiet:
        yield from left_out({name: plan.skipped[name] for name in sorted(plan.unreadable)})
    elif plan.captions or plan.skipped:
        yield from summary(findings(plan))
    else:
        is_default = normalizer.rules.include_filename_regexp == Rules.include_filename_regexp
        what = "(*.txt, *.cap*)" if is_default else "that match include_filename_regexp"
        yield f"no caption files {what} in {folder}"
        yield from not_captions(plan.not_captions)
