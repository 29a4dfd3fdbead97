"""The normalize command, without its command line: what was asked for, done and told."""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, TextIO

from . import files, settings
from .applying import Interrupted, Run
from .blacklists import effective
from .caption_reports import check_reports, write_report
from .captions import UnreadableError, decoded, spelling
from .cleaning import Result
from .errors import E6DuckError, UsageError
from .findings import findings, frequent, suggestions, summary
from .judging import Word
from .normalizing import Normalizer, journal_folder, undo_run
from .output import format_of, shielded, write
from .planning import Caption, Plan, Progress
from .query import Answer
from .readings import Reading
from .repository import holds
from .rules import CATEGORIES, Rules, read_rules

DONE, FAILED, CHANGES = 0, 1, 3
_TOP_UNKNOWN = 100


@dataclass(frozen=True, kw_only=True)
class Options:
    """The arguments of the command."""

    input_dir: Path | None
    output_dir: Path | None
    config: Path | None
    yes: bool
    check: bool
    diff: bool
    undo: bool
    run: str | None
    backup: Path | None
    reports: tuple[Path, ...]
    print_topk: int | None
    print_implied_topk: int | None
    stats_categories: tuple[str, ...]
    print_blacklist: bool
    show_config: bool
    write_config: bool
    suggest: bool
    explain: bool
    follow_links: bool

    @property
    def is_text(self) -> bool:
        """Whether one text is cleaned, from standard input."""
        return str(self.input_dir) == "-"

    @property
    def folder(self) -> Path:
        """The folder to work on; raises `UsageError` where none is given."""
        if self.input_dir is None:
            raise UsageError("give INPUT_DIR, a folder of captions, or - for standard input")
        return self.input_dir


@dataclass(frozen=True)
class Desk:
    """Where the command reads, and where it tells what it did."""

    stdin: TextIO | None
    stdout: TextIO
    tell: Callable[[str], None]
    """To standard error, a line"""
    ask: Callable[[str], bool] | None
    """A question to the user; None where there is no terminal"""
    progress: Progress = lambda stage, done: None
    is_quiet: bool = False
    """Whether nothing but what was asked for is told"""

    def say(self, text: str, color: int | None = None) -> None:
        """Write a line to standard output; on a terminal in a colour, and with no power over it."""
        if self.stdout.isatty():
            text = shielded(text)
            text = f"\x1b[{color}m{text}\x1b[0m" if color else text
        self.stdout.write(text + "\n")


def normalize(options: Options, database: Callable[[], Path], desk: Desk) -> int:
    """Do what is asked for; returns the exit code."""
    _check_categories(options.stats_categories)
    check_reports(options.reports)
    if options.write_config:
        return _write_config(options, desk)
    if options.undo:
        return _undo(options, database, desk)
    rules = _rules(options)
    normalizer = Normalizer(database(), rules)
    _tell_notices(normalizer, desk)
    if options.show_config:
        for line in settings.in_force(rules, normalizer.lexicon):
            desk.say(line)
        return DONE
    return (_text if options.is_text else _folder)(options, normalizer, desk)


def _check_categories(names: tuple[str, ...]) -> None:
    for name in names:
        if name not in (*CATEGORIES, "unknown"):
            known = ", ".join(CATEGORIES)
            raise UsageError(f"--stats-categories {name} is none of {known}, unknown")


def _rules(options: Options) -> Rules:
    given = None if options.is_text else options.input_dir
    path = settings.find(options.config, options.output_dir, given)
    return read_rules(path) if path else Rules()


def _write_config(options: Options, desk: Desk) -> int:
    path = options.config or (options.input_dir or Path()) / settings.NAME
    if path.exists():
        raise UsageError(f"{path} is there already; name another with --config")
    try:
        with files.draft(path) as draft:
            draft.write_text(settings.template(), encoding="utf-8")
    except OSError as error:
        raise E6DuckError(f"{path} cannot be written: {error.strerror or error}") from error
    desk.tell(f"rules in {path}")
    return DONE


def _undo(options: Options, database: Callable[[], Path], desk: Desk) -> int:
    backup = options.backup or journal_folder(database())
    run = undo_run(options.folder, backup, options.run, desk.progress)
    desk.tell(f"undone     run {run.run}: {run.written:,} files put back")
    return _told_failures(run, desk)


def _told_failures(run: Run, desk: Desk) -> int:
    for name, reason in run.failed.items():
        desk.tell(f"failed     {name}: {reason}")
    return FAILED if run.failed else DONE


# One text


def _text(options: Options, normalizer: Normalizer, desk: Desk) -> int:
    if desk.stdin is None:
        raise UsageError("standard input is closed; give a folder of captions")
    try:
        text = decoded(desk.stdin.buffer.read())
    except UnreadableError as error:
        raise E6DuckError(f"standard input is no caption: {error}") from error
    result = normalizer.normalize_text(text)
    _tell_notices(normalizer, desk)
    if options.explain:
        _explain(result, desk)
    elif options.diff:
        _show_diff([Caption("-", text, result)], desk)
    elif not options.check:
        desk.stdout.flush()
        desk.stdout.buffer.write(result.text.encode())
        desk.stdout.buffer.flush()
    return CHANGES if options.check and result.text != text else DONE


def _explain(result: Result, desk: Desk) -> None:
    rows: list[tuple[Any, ...]] = [(step.before, step.after, step.reason) for step in result.steps]
    answer = Answer(("piece", "becomes", "why"), ("VARCHAR",) * 3, iter([rows]))
    write(answer, desk.stdout, format_of(None, None, desk.stdout.isatty()))


def _tell_notices(normalizer: Normalizer, desk: Desk) -> None:
    for notice in normalizer.lexicon.notices:
        desk.tell(f"note       {notice}")
    normalizer.lexicon.notices.clear()


# A folder


def _folder(options: Options, normalizer: Normalizer, desk: Desk) -> int:
    plan = normalizer.plan(
        options.folder,
        options.output_dir,
        follow_links=options.follow_links,
        on_progress=desk.progress,
    )
    _tell_notices(normalizer, desk)
    _print_lists(options, normalizer, plan, desk)
    is_dry = options.check or options.diff or options.suggest
    if options.suggest:
        for line in suggested_aliases(normalizer, plan):
            desk.say(line)
    elif options.diff:
        _show_diff(plan.changed, desk)
    elif options.check:
        for caption in plan.changed:
            desk.say(caption.name)
    run = None
    if not is_dry and plan.edits:
        _confirm(options, plan, desk)
        run = _apply(options, normalizer, plan, desk)
    _write_reports(options.reports, normalizer, plan)
    if not desk.is_quiet:
        for line in summary(findings(plan), plan.target):
            desk.tell(line)
    if options.check and plan.changed:
        return CHANGES
    return _told_run(run, plan, desk) if run else DONE


def _apply(options: Options, normalizer: Normalizer, plan: Plan, desk: Desk) -> Run:
    try:
        return normalizer.apply(plan, backup=options.backup, on_progress=desk.progress)
    except Interrupted as stopped:
        desk.tell(f"stopped    every file is whole; to undo: --undo --run {stopped.run}")
        raise


def _told_run(run: Run, plan: Plan, desk: Desk) -> int:
    desk.tell(f"written    {run.written:,} files in {plan.target}; to undo: --undo --run {run.run}")
    return _told_failures(run, desk)


def _confirm(options: Options, plan: Plan, desk: Desk) -> None:
    """Ask before files are replaced; raises `UsageError` where nobody can be asked."""
    names = [edit.name for edit in plan.edits]
    if not plan.is_in_place or options.yes or holds(plan.target, names):
        return
    count = f"{len(names):,} of {len(plan.captions):,} captions in {plan.target}"
    if desk.ask is None:
        raise UsageError(f"{count} would be replaced; say so with --yes, or look first with --diff")
    if not desk.ask(f"Replace {count}? (It can be undone.)"):
        raise E6DuckError("nothing was changed")


def _show_diff(captions: Iterable[Caption], desk: Desk) -> None:
    for caption in captions:
        for line in diff(caption):
            desk.say(line, _color(line))


def diff(caption: Caption) -> Iterator[str]:
    """Yield the lines of a unified diff of a caption, without line ends."""
    old, new = (text.splitlines(keepends=True) for text in (caption.text, caption.result.text))
    for line in difflib.unified_diff(old, new, f"a/{caption.name}", f"b/{caption.name}"):
        yield line.rstrip("\r\n")
        if not line.endswith("\n"):
            yield "\\ No newline at end of file"


def _color(line: str) -> int | None:
    if line.startswith(("+++ ", "--- ")):
        return 1
    return {"+": 32, "-": 31, "@": 36}.get(line[:1])


def suggested_aliases(normalizer: Normalizer, plan: Plan) -> Iterator[str]:
    """Yield TOML with an alias for each frequent unknown piece, to look over and paste."""
    found = findings(plan)
    counts: Counter[str] = Counter()
    for text, count in (found.unknown + found.ambiguous).items():
        counts[spelling(text)] += count
    counted = frequent(counts, _TOP_UNKNOWN)
    texts = [text for text, _ in counted]
    near = suggestions(normalizer.vocabulary, texts)
    ambiguous = [text for text in texts if text in map(spelling, found.ambiguous)]
    for text, names in normalizer.vocabulary.candidates(ambiguous).items():
        near[text] = names or near[text]
    yield "[aliases]"
    for text, count in counted:
        names = near.get(text, ())
        line = f"{settings.toml(text)} = {settings.toml(names[0] if names else '')}"
        others = f"; or {', '.join(names[1:])}" if names[1:] else ""
        times = f"# {count:,} times{others}"
        yield f"{line}  {times}" if names else f"# {line}  {times}, and nothing is near"


def _write_reports(paths: tuple[Path, ...], normalizer: Normalizer, plan: Plan) -> None:
    if not paths:
        return
    for path in paths:
        try:
            write_report(path, normalizer.vocabulary, plan)
        except OSError as error:
            raise E6DuckError(f"{path} cannot be written: {error.strerror or error}") from error


# Lists, as e6db's script prints them


def _print_lists(options: Options, normalizer: Normalizer, plan: Plan, desk: Desk) -> None:
    if options.print_blacklist:
        for line in effective(normalizer.lexicon):
            desk.say(line)
    chosen = partial(_is_of, frozenset(options.stats_categories))
    if options.print_topk is not None:
        written = (each for caption in plan.captions for each in caption.result.written)
        counts = Counter(_listed(each) for each in written if chosen(each))
        _print_top("tags", counts, options.print_topk, desk)
    if options.print_implied_topk is not None:
        words = (word for caption in plan.captions for word in _implied(caption))
        counts = Counter(_listed(each) for word in words if chosen(each := Reading("", word)))
        _print_top("implied tags", counts, options.print_implied_topk, desk)


def _implied(caption: Caption) -> set[Word]:
    """Return what the tags of a caption imply, be it in the caption or not."""
    words = [reading.word for reading in caption.result.read if reading.word]
    return {other for word in words for other in word.implied}


def _is_of(categories: frozenset[str], reading: Reading) -> bool:
    if reading.kind == "sentence":
        return False
    return not categories or _listed(reading)[1] in categories


def _listed(reading: Reading) -> tuple[str, str]:
    """Return a reading as lists have it, and its category."""
    if reading.word is None:
        return reading.text, "unknown"
    return reading.word.text, reading.word.tag.category


def _print_top(what: str, counts: Counter[tuple[str, str]], count: int, desk: Desk) -> None:
    top = sorted(counts.items(), key=lambda item: (-item[1], item[0]))[:count]
    desk.say(f"# the {len(top):,} most common {what} of {len(counts):,}")
    for (name, category), number in top:
        desk.say(f"{number:>8,}  {name}  ({category})")
