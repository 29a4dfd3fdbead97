"""What the normalize command prints: summaries, lists, diffs and reasons, as lines of text."""

from __future__ import annotations

import difflib
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ...captions.config import toml
from ...captions.normalizer import Normalizer
from ...captions.report import Blacklisted, Findings, TopTags, frequent
from ...captions.runs.caption_files import NO_IMAGE
from ...captions.runs.plan import Caption, Plan
from ...captions.steps import REASONS, Result
from ...captions.suggest import Alias, suggested_aliases
from ...db.answer import Answer
from ...db.results.values import shielded
from ...tags.phrases import many
from ..shared.formats import format_of, write
from ..shared.options import tell
from ..shared.progress import Counter
from .options import DONE, FAILED, Mode

_SHOWN_FAILURES = 20
_SHOWN_CHARACTERS = 80  # of a piece
_PLACE = re.compile(r" at byte \d+$")
_LINE_BREAKS = {ord(each): repr(each)[1:-1] for each in "\n\r\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029"}
_BOLD, _RED, _GREEN, _CYAN = 1, 31, 32, 36


@dataclass(frozen=True)
class Terminal:
    """Writes lines between those of the progress counter, which it clears first."""

    progress: Counter
    is_quiet: bool
    """Whether only failures are printed"""

    def error(self, text: str) -> None:
        """Write a line to standard error."""
        self.progress.clear()
        tell(text)

    def note(self, text: str) -> None:
        """Write a line to standard error, unless quiet."""
        if not self.is_quiet:
            self.error(text)

    def write(self, text: str, color: int | None = None) -> None:
        """Write a line to standard output; a terminal gets it in color, without control codes."""
        self.progress.clear()
        if sys.stdout.isatty():
            text = shielded(text)
            text = f"\x1b[{color}m{text}\x1b[0m" if color else text
        sys.stdout.write(text + "\n")


# Messages


def note_notices(normalizer: Normalizer, terminal: Terminal) -> None:
    """Print the notices of a normalizer that were not printed yet."""
    for notice in normalizer.resolver.notices:
        terminal.note(f"note       {notice}")
    normalizer.resolver.notices.clear()


def note_failures(failed: Mapping[str, str], terminal: Terminal) -> int:
    """Print the files that could not be written; returns the exit code."""
    listed = list(failed.items())
    rest = listed[_SHOWN_FAILURES:] if len(listed) > _SHOWN_FAILURES + 1 else []
    for name, reason in listed[: len(listed) - len(rest)]:
        terminal.error(f"failed     {on_one_line(name)}: {reason}")
    for reason, names in by_reason(dict(rest)).items():
        terminal.error(f"failed     {len(names):,} more: {reason}")
    return FAILED if failed else DONE


def summary(found: Findings) -> Iterator[str]:
    """Yield the totals of a plan, and the files that were left out."""
    left_out_count = f", {len(found.skipped):,} left out" if found.skipped else ""
    yield (
        f"captions   {found.read:,} read; {found.changed:,} changed, {found.unchanged:,} unchanged"
        f"{left_out_count}"
    )
    for kind, number in sorted(found.removed.items(), key=lambda item: (-item[1], item[0])):
        yield f"removed    {number:,} {REASONS[kind].removed}"
    for counts, what in ((found.unknown, "unknown"), (found.ambiguous, "ambiguous")):
        if counts:
            first = ", ".join(
                f"{shortened(text)} ({number:,})" for text, number in frequent(counts, 5)
            )
            more = " …" if len(counts) > 5 else ""
            yield f"{what:<10} {len(counts):,} left unchanged: {first}{more}"
    if found.emptied:
        yield f"emptied    {some(found.emptied)}"
    yield from left_out(found.skipped)
    yield from not_captions(found.not_captions)


def left_out(skipped: Mapping[str, str]) -> Iterator[str]:
    """Yield a line for each reason why files are left out."""
    for reason, names in by_reason(skipped).items():
        yield f"left out   {some(names)}: {reason}"


def not_captions(others: Mapping[str, str]) -> Iterator[str]:
    """Yield a line for each reason why text files are not captions."""
    for reason, names in by_reason(others).items():
        files = many(len(names), "text file")
        if reason == NO_IMAGE:
            them = "it" if len(names) == 1 else "them"
            yield (
                f"left out   {files} without an image beside {them}: {some(names)};"
                f" --all-text reads {them}"
            )
        else:
            yield f"left out   {files} {reason}: {some(names)}"


def by_reason(reasons: Mapping[str, str]) -> dict[str, list[str]]:
    """Return the names for each reason; places within a file are only part of a single one."""
    found: dict[str, list[tuple[str, str]]] = {}
    for name, reason in reasons.items():
        found.setdefault(_PLACE.sub("", reason), []).append((name, reason))
    return {
        listed[0][1] if len(listed) == 1 else general: [name for name, _ in listed]
        for general, listed in found.items()
    }


def some(names: Sequence[str], count: int = 5) -> str:
    """Return the first names, and the number of the others."""
    more = f" and {len(names) - count:,} more" if len(names) > count else ""
    return ", ".join(map(on_one_line, names[:count])) + more


def show(
    mode: Mode,
    diff: bool,
    normalizer: Normalizer,
    plan: Plan,
    find: Callable[[], Findings],
    terminal: Terminal,
) -> None:
    """Write what a mode prints of a plan to standard output. find: returns its findings."""
    if mode is Mode.SUGGEST:
        for line in alias_lines(suggested_aliases(normalizer.vocabulary, find())):
            terminal.write(line)
    elif diff:
        write_diff(plan.changed, terminal)
    elif mode is Mode.CHECK:
        for caption in plan.changed:
            terminal.write(on_one_line(caption.name))


def on_one_line(name: str) -> str:
    """Return a name with line breaks as escapes, so that it does not look like several."""
    return name.translate(_LINE_BREAKS)


def shortened(text: str) -> str:
    """Return the beginning of a long text."""
    text = on_one_line(text)
    return text if len(text) <= _SHOWN_CHARACTERS else f"{text[: _SHOWN_CHARACTERS - 1]}…"


# Lists


def top_lines(top: TopTags, what: str) -> Iterator[str]:
    """Yield a list of tags with their counts, as e6db's normalize_tags.py prints it."""
    yield f"# the {len(top.tags):,} most common {what} of {top.total:,}"
    for name, category, times in top.tags:
        yield f"{times:>8,}  {name}  ({category})"


def blacklist_lines(blacklist: Iterable[Blacklisted]) -> Iterator[str]:
    """Yield what is blacklisted, each with the reason."""
    for name, reason in blacklist:
        yield f"{name}  ({reason})" if reason else name


def alias_lines(aliases: Iterable[Alias]) -> Iterator[str]:
    """Yield suggested aliases as TOML, to be reviewed and pasted into a normalize.toml.

    An alias that may be wrong is a comment.
    """
    yield "[aliases]"
    for text, times, names, is_sure in aliases:
        line = f"{toml(text)} = {toml(names[0] if names else '')}"
        others = f"; or {', '.join(names[1:])}" if names[1:] else ""
        comment = f"# {many(times, 'time')}{others}"
        if not names:
            comment += ", no similar tag"
        elif not is_sure:
            comment += "; perhaps"
        yield f"{line}  {comment}" if is_sure else f"# {line}  {comment}"


# Changes


def write_steps(result: Result) -> None:
    """Write each piece of a text with what it becomes and why: a table, or CSV."""
    rows: list[tuple[Any, ...]] = [(step.before, step.after, step.reason) for step in result.steps]
    answer = Answer(("piece", "becomes", "why"), ("VARCHAR",) * 3, iter([rows]))
    write(answer, sys.stdout, format_of(None, None, sys.stdout.isatty()))


def write_diff(captions: Iterable[Caption], terminal: Terminal) -> None:
    """Write the changes of captions as a unified diff."""
    for caption in captions:
        for line in _diff_lines(caption):
            terminal.write(line, _color(line))


def _diff_lines(caption: Caption) -> Iterator[str]:
    old, new = (text.splitlines(keepends=True) for text in (caption.text, caption.result.text))
    name = on_one_line(caption.name)
    for line in difflib.unified_diff(old, new, f"a/{name}", f"b/{name}"):
        yield line.rstrip("\r\n")
        if not line.endswith("\n"):
            yield "\\ No newline at end of file"


def _color(line: str) -> int | None:
    if line.startswith(("+++ ", "--- ")):
        return _BOLD
    return {"+": _GREEN, "-": _RED, "@": _CYAN}.get(line[:1])
