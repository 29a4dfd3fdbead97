"""The modes of the normalize command, and which of its options each mode takes."""

from __future__ import annotations

import re
from enum import Enum
from typing import Any

import click
from click.core import ParameterSource

from ...errors import UsageError

DONE, FAILED, CHANGES = 0, 1, 3
"""Exit codes; CHANGES: --check found files to change"""
TOP_COUNT = 100
"""The number of tags to list if -k or -j has none"""
COUNT = click.IntRange(min=0)


class Mode(Enum):
    """What a call of the command does, as messages name it."""

    WRITE_CONFIG = "--write-config"
    UNDO = "--undo"
    RUNS = "--runs"
    FORGET = "--forget"
    SHOW_CONFIG = "--show-config"
    EXPLAIN = "--explain"
    TEXT = "- (one text)"
    SUGGEST = "--suggest"
    CHECK = "--check"
    DIFF = "--diff"
    WRITE = "a folder"


DATASET_OPTIONS = ("column", "to", "output", "jobs")
"""The options that only datasets take"""

# All that read a folder of captions take these.
_READING = {
    *("output_dir", "config", "reports", "print_topk", "print_implied_topk"),
    *("stats_categories", "print_blacklist", "all_text", "follow_links"),
    *DATASET_OPTIONS,
}
_TAKEN = {
    Mode.WRITE_CONFIG: {"write_config", "config"},
    Mode.UNDO: {"undo", "run", "backup"},
    Mode.RUNS: {"runs", "backup"},
    Mode.FORGET: {"forget", "run", "backup", "yes"},
    Mode.SHOW_CONFIG: {"-", "show_config", "config", "output_dir"},
    Mode.EXPLAIN: {"-", "explain", "check", "config"},
    Mode.TEXT: {"-", "check", "diff", "config"},
    Mode.SUGGEST: _READING | {"suggest"},
    Mode.CHECK: _READING | {"check", "diff"},
    Mode.DIFF: _READING | {"check", "diff"},
    Mode.WRITE: _READING | {"yes", "backup", "keep_runs"},
}
_ALWAYS_TAKEN = {"input_dir", "db", "quiet"}
_HINTS = {
    "run": "--run names the run to undo or to forget; add --undo or --forget",
    "explain": "--explain is for one text: e6duck normalize - --explain < caption.txt",
}


class OptionalCounts(click.Command):
    """A command whose counts may have no number, so that -k is never given a folder as number."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Add the default number to counts without one, in all arguments before --."""
        options = [param for param in self.params if isinstance(param, click.Option)]
        flags = "".join(_letters(option) for option in options if option.is_flag)
        counts = [option for option in options if option.type is COUNT]
        short = re.compile(f"-[{flags}]*[{''.join(map(_letters, counts))}]")
        long = {name for option in counts for name in option.opts if name.startswith("--")}
        end = args.index("--") if "--" in args else len(args)
        given = [
            f"{each}{TOP_COUNT}"
            if short.fullmatch(each)
            else f"{each}={TOP_COUNT}"
            if each in long
            else each
            for each in args[:end]
        ]
        return super().parse_args(ctx, given + args[end:])


def _letters(option: click.Option) -> str:
    return "".join(name[1] for name in option.opts if not name.startswith("--"))


def chosen_mode(context: click.Context) -> Mode:
    """Return what the command line asks for.

    Raises `UsageError` for unknown categories, and for options that the mode would ignore.
    """
    from ...captions.rules import CATEGORIES

    values = context.params
    for name in values["stats_categories"]:
        if name not in (*CATEGORIES, "unknown"):
            known = ", ".join(CATEGORIES)
            raise UsageError(f"--stats-categories {name} is not one of {known}, unknown")
    _check_number(values)
    is_text = str(values["input_dir"]) == "-"
    mode = _mode(values, is_text)
    if is_text and "-" not in _TAKEN[mode]:
        raise UsageError("give a folder, not -")
    for param in context.command.params:
        name = param.name or ""
        is_given = context.get_parameter_source(name) is ParameterSource.COMMANDLINE
        if is_given and name not in _TAKEN[mode] | _ALWAYS_TAKEN:
            raise UsageError(
                _HINTS.get(name) or f"{_label(param)} cannot be used with {mode.value}"
            )
    return mode


def _check_number(values: dict[str, Any]) -> None:
    """Raise `UsageError` for a number after -k or -j, which would be used as a folder."""
    name = values["output_dir"]
    is_listing = values["print_topk"] is not None or values["print_implied_topk"] is not None
    if name and is_listing and str(name).isdigit() and not name.exists():
        raise UsageError(f"{name} would be OUTPUT_DIR; write the number of tags as -k{name}")


def _mode(values: dict[str, Any], is_text: bool) -> Mode:
    for mode in (Mode.WRITE_CONFIG, Mode.UNDO, Mode.RUNS, Mode.FORGET, Mode.SHOW_CONFIG):
        if values[mode.value.removeprefix("--").replace("-", "_")]:
            return mode
    if is_text:
        return Mode.EXPLAIN if values["explain"] else Mode.TEXT
    for mode in (Mode.SUGGEST, Mode.CHECK, Mode.DIFF):
        if values[mode.value.removeprefix("--")]:
            return mode
    return Mode.WRITE


def check_dataset_options(context: click.Context) -> None:
    """Raise `UsageError` for options of folders of captions that a dataset would ignore."""
    ignored = ("all_text", "follow_links", "print_topk", "print_implied_topk", "stats_categories")
    _refuse(context, ignored, "a dataset")


def check_folder_options(context: click.Context) -> None:
    """Raise `UsageError` for options of datasets that a folder of captions would ignore."""
    _refuse(context, DATASET_OPTIONS, "a folder of captions; for one of datasets, give --column")


def _refuse(context: click.Context, names: tuple[str, ...], what: str) -> None:
    for param in context.command.params:
        is_given = context.get_parameter_source(param.name or "") is ParameterSource.COMMANDLINE
        if is_given and param.name in names:
            raise UsageError(f"{_label(param)} cannot be used with {what}")


def _label(param: click.Parameter) -> str:
    """Return the name of an option or argument as the help has it."""
    long = [name for name in param.opts if name.startswith("--")]
    return long[0] if long else param.human_readable_name
