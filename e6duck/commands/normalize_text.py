"""The normalize command, without its command line: what was asked for, done and told."""

from __future__ import annotations

import os
import shlex
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TextIO

from .. import files
from ..captions import config
from ..captions.blacklists import effective
from ..captions.lists import diff, suggested_aliases, top_implied, top_tags
from ..captions.normalizer import Normalizer, gc_paused, journal_folder, undo_run
from ..captions.report import findings, left_out, not_captions, some, summary
from ..captions.report_files import check_reports, write_report
from ..captions.rules import RULES_FILE, Rules, read_rules
from ..captions.runs.apply import Interrupted, Run
from ..captions.runs.plan import Caption, Plan
from ..captions.steps import Result
from ..captions.text import UnreadableError, decoded
from ..db.answer import Answer
from ..db.results.values import shielded
from ..errors import E6DuckError, UsageError
from ..tags.phrases import many
from .normalize_options import Options
from .shared.formats import format_of, write
from .shared.progress import Counter

DONE, FAILED, CHANGES = 0, 1, 3
TOP = 100
"""How many tags -k lists where it does not say"""


@dataclass(frozen=True)
class Terminal:
    """Where the command reads, and where it writes: what is data, and what it did."""

    stdin: TextIO | None
    stdout: TextIO
    write_line: Callable[[str], None]
    """Writes a line to standard error"""
    confirm: Callable[[str], bool] | None
    """Asks the user a question; None where there is no terminal"""
    progress: Counter
    is_quiet: bool = False
    """Whether it reports failures alone"""

    def tell(self, text: str) -> None:
        """Write a line to standard error."""
        self.progress.clear()
        self.write_line(text)

    def ask(self, question: str) -> bool | None:
        """Ask the user; None where there is no terminal."""
        self.progress.clear()
        return self.confirm(question) if self.confirm else None

    def inform(self, text: str) -> None:
        """Tell what is not a failure, unless it is to be quiet."""
        if not self.is_quiet:
            self.tell(text)

    def say(self, text: str, color: int | None = None) -> None:
        """Write a line to standard output, on a terminal in a color and without control codes."""
        self.progress.clear()
        if self.stdout.isatty():
            text = shielded(text)
            text = f"\x1b[{color}m{text}\x1b[0m" if color else text
        self.stdout.write(text + "\n")


def normalize(options: Options, database: Callable[[], Path], terminal: Terminal) -> int:
    """Do what is asked for; returns the exit code."""
    options.check_fit()
    check_reports(options.reports)
    if options.write_config:
        return _write_config(options, terminal)
    if options.undo:
        return _undo(options, database, terminal)
    rules = _rules(options)
    normalizer = Normalizer(database(), rules)
    _tell_notices(normalizer, terminal)
    if options.show_config:
        for line in config.in_force(rules, normalizer.resolver):
            terminal.say(line)
        return DONE
    if options.is_text:
        return _text(options, normalizer, terminal)
    with gc_paused():
        return _folder(options, normalizer, terminal)


def _rules(options: Options) -> Rules:
    given = None if options.is_text else options.input_dir
    path = config.find(options.config, options.output_dir, given)
    return read_rules(path) if path else Rules()


def _write_config(options: Options, terminal: Terminal) -> int:
    path = options.config or (options.input_dir or Path()) / RULES_FILE
    if os.path.lexists(path):
        raise UsageError(f"{path} is there already; name another with --config")
    try:
        with files.draft(path) as draft:
            draft.write_text(config.template(), encoding="utf-8")
    except OSError as error:
        raise E6DuckError(f"{path} cannot be written: {error.strerror or error}") from error
    terminal.inform(f"rules in {path}")
    return DONE


def _undo(options: Options, database: Callable[[], Path], terminal: Terminal) -> int:
    backup = options.backup or journal_folder(database())
    run = undo_run(options.folder, backup, options.run, terminal.progress)
    terminal.inform(f"undone     run {run.run}: {many(run.written, 'file')} put back")
    return _told_failures(run.failed, terminal)


def _told_failures(failed: dict[str, str], terminal: Terminal) -> int:
    for name, reason in failed.items():
        terminal.tell(f"failed     {name}: {reason}")
    return FAILED if failed else DONE


# One text


def _text(options: Options, normalizer: Normalizer, terminal: Terminal) -> int:
    if terminal.stdin is None:
        raise UsageError("standard input is closed; give a folder of captions")
    try:
        text = decoded(terminal.stdin.buffer.read())
    except UnreadableError as error:
        raise E6DuckError(f"standard input: {error}") from error
    result = normalizer.normalize_text(text)
    _tell_notices(normalizer, terminal)
    if options.explain:
        _explain(result, terminal)
    elif options.diff:
        _show_diff([Caption("-", text, result)], terminal)
    elif not options.check:
        terminal.stdout.flush()
        terminal.stdout.buffer.write(result.text.encode())
        terminal.stdout.buffer.flush()
    return CHANGES if options.check and result.text != text else DONE


def _explain(result: Result, terminal: Terminal) -> None:
    rows: list[tuple[Any, ...]] = [(step.before, step.after, step.reason) for step in result.steps]
    answer = Answer(("piece", "becomes", "why"), ("VARCHAR",) * 3, iter([rows]))
    write(answer, terminal.stdout, format_of(None, None, terminal.stdout.isatty()))


def _tell_notices(normalizer: Normalizer, terminal: Terminal) -> None:
    for notice in normalizer.resolver.notices:
        terminal.inform(f"note       {notice}")
    normalizer.resolver.notices.clear()


# A folder


def _folder(options: Options, normalizer: Normalizer, terminal: Terminal) -> int:
    plan = normalizer.plan(
        options.folder,
        options.output_dir,
        all_text=options.all_text,
        follow_links=options.follow_links,
        on_progress=terminal.progress,
    )
    _tell_notices(normalizer, terminal)
    for line in _lists(options, normalizer, plan):
        terminal.say(line)
    if options.suggest:
        for line in suggested_aliases(normalizer.vocabulary, plan):
            terminal.say(line)
    elif options.diff:
        _show_diff(plan.changed, terminal)
    elif options.check:
        for caption in plan.changed:
            terminal.say(caption.name)
    _check_report_places(options.reports, plan)
    is_written = not options.is_dry and bool(plan.edits)
    if is_written:
        _confirm(options, plan, terminal)
    _write_reports(options.reports, normalizer, plan)  # first: it may fail
    run = _apply(options, normalizer, plan, terminal) if is_written else None
    for line in _summary(options, normalizer, plan, terminal):
        terminal.tell(line)
    failed = plan.blocked if run or not options.is_dry else {}
    codes = [
        _told_run(run, options, plan, terminal) if run else DONE,
        _told_failures(failed, terminal),
        FAILED if plan.unreadable else DONE,
    ]
    return max(codes) or (CHANGES if options.check and plan.changed else DONE)


def _summary(
    options: Options, normalizer: Normalizer, plan: Plan, terminal: Terminal
) -> Iterator[str]:
    """Yield what was found in a folder; what could not be read even where it is to be quiet."""
    if terminal.is_quiet:
        yield from left_out({name: plan.skipped[name] for name in sorted(plan.unreadable)})
        return
    if not (plan.captions or plan.skipped):
        is_default = normalizer.rules.include_filename_regexp == Rules.include_filename_regexp
        what = "(*.txt, *.cap*)" if is_default else "that match include_filename_regexp"
        yield f"no caption files {what} in {options.folder}"
        yield from not_captions(plan.not_captions)
        return
    yield from summary(findings(plan))
    if options.check and plan.changed:
        yield f"to fix     {shlex.join(options.written_out())}"


def _lists(options: Options, normalizer: Normalizer, plan: Plan) -> Iterator[str]:
    categories = frozenset(options.stats_categories)
    if options.print_blacklist:
        yield from effective(normalizer.resolver)
    topk = options.print_topk
    if topk is None and categories:
        topk = TOP
    if topk is not None:
        yield from top_tags(plan, topk, categories)
    if options.print_implied_topk is not None:
        yield from top_implied(plan, options.print_implied_topk)


def _apply(options: Options, normalizer: Normalizer, plan: Plan, terminal: Terminal) -> Run:
    try:
        return normalizer.apply(plan, backup=options.backup, on_progress=terminal.progress)
    except Interrupted as stopped:
        how = _undoing(options, plan, stopped.run)
        terminal.tell(f"stopped    every file is whole; to undo: {how}")
        raise


def _undoing(options: Options, plan: Plan, run: str | None) -> str:
    words = ["e6duck", "normalize", str(plan.target), "--undo", "--run", str(run)]
    return shlex.join([*words, "--backup", str(options.backup)] if options.backup else words)


def _told_run(run: Run, options: Options, plan: Plan, terminal: Terminal) -> int:
    how = _undoing(options, plan, run.run)
    terminal.inform(f"written    {many(run.written, 'file')} in {plan.target}; to undo: {how}")
    return _told_failures(run.failed, terminal)


def _confirm(options: Options, plan: Plan, terminal: Terminal) -> None:
    """Ask before files are replaced; raises `UsageError` where nobody can be asked."""
    names = [edit.name for edit in plan.edits]
    if not plan.is_in_place or options.yes:
        return
    count = f"{len(names):,} of {many(len(plan.captions), 'caption')} in {plan.target}"
    count += f": {some(names, 3)}"
    answer = terminal.ask(f"Replace {count}? (It can be undone.)")
    if answer is None:
        raise UsageError(f"would replace {count}; agree with --yes, or see the changes with --diff")
    if not answer:
        raise E6DuckError("nothing was changed")


def _show_diff(captions: Iterable[Caption], terminal: Terminal) -> None:
    for caption in captions:
        for line in diff(caption):
            terminal.say(line, _color(line))


def _color(line: str) -> int | None:
    if line.startswith(("+++ ", "--- ")):
        return 1
    return {"+": 32, "-": 31, "@": 36}.get(line[:1])


def _check_report_places(paths: tuple[Path, ...], plan: Plan) -> None:
    """Raise `UsageError` where a report would replace a file that was read, or is written."""
    names = {*(caption.name for caption in plan.captions), *plan.skipped, *plan.not_captions}
    names |= {edit.name for edit in plan.edits}
    for path in paths:
        place = Path(os.path.realpath(path))
        for root in (plan.source, plan.target):
            if place.is_relative_to(root) and place.relative_to(root).as_posix() in names:
                raise UsageError(f"{path} is a caption; choose another place for the report")


def _write_reports(paths: tuple[Path, ...], normalizer: Normalizer, plan: Plan) -> None:
    if not paths:
        return
    for path in paths:
        try:
            write_report(path, normalizer.vocabulary, plan)
        except OSError as error:
            raise E6DuckError(f"{path} cannot be written: {error.strerror or error}") from error
