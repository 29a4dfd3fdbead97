"""The command normalize: cleans a folder of captions, or one text."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ...errors import E6DuckError, UsageError
from ..shared.options import AT_LEAST_1, NamedPath, database_path, db_option, quiet_option
from .options import (
    CHANGES,
    COUNT,
    DONE,
    Mode,
    OptionalCounts,
    check_dataset_options,
    check_folder_options,
    chosen_mode,
)

if TYPE_CHECKING:
    from ...captions.normalizer import Normalizer
    from .text import Terminal


@click.command(
    cls=OptionalCounts,
    epilog="""\b
    Example:
      e6duck normalize ~/dataset --diff
      e6duck normalize ~/dataset ~/clean --report changes.html
      e6duck normalize ~/dataset --undo
      e6duck normalize captions.parquet --column caption -o clean.parquet
      e6duck normalize - --explain < caption.txt""",
)
@click.argument("input_dir", required=False, type=NamedPath(allow_dash=True))
@click.argument("output_dir", required=False, type=NamedPath())
@db_option
@click.option(
    "-c",
    "--config",
    type=NamedPath(),
    help="File of rules.  [default: normalize.toml in or above the folder]",
)
@click.option("-f", "-y", "--yes", "--force", is_flag=True, help="Replace files without asking.")
@click.option("--check", is_flag=True, help="List files to change; exit code 3 if there are any.")
@click.option("--diff", is_flag=True, help="Show the changes without writing them.")
@click.option(
    "--explain", is_flag=True, help="Show what happens to each piece of one text, and why."
)
@click.option("--suggest", is_flag=True, help="Suggest aliases for frequent unknown text.")
@click.option("--undo", is_flag=True, help="Restore the files that the latest run replaced.")
@click.option("--run", metavar="ID", help="Run to undo or to forget.  [default: the latest; all]")
@click.option("--backup", type=NamedPath(), help="Folder for backups of the replaced files.")
@click.option(
    "--runs", is_flag=True, help="List the recorded runs, of INPUT_DIR or of all folders."
)
@click.option("--forget", is_flag=True, help="Remove recorded runs, which cannot be undone then.")
@click.option(
    "--keep-runs",
    metavar="N",
    type=AT_LEAST_1,
    help="Keep only the N latest runs of the folder.  [default: all]",
)
@click.option(
    "--report",
    "reports",
    multiple=True,
    type=NamedPath(),
    help="Write all changes with reasons: .json, .csv or .html.",
)
@click.option(
    "-k",
    "--print-topk",
    metavar="[=N]",
    type=COUNT,
    help="List the N most common tags.  [default N: 100]",
)
@click.option(
    *("-j", "--print-implied-topk"),
    metavar="[=N]",
    type=COUNT,
    help="List the N most common implied tags.  [default N: 100]",
)
@click.option(
    *("-s", "--stats-categories"),
    multiple=True,
    metavar="CATEGORY",
    help="Category of the tags that -k lists, or unknown; may be repeated.",
)
@click.option("-b", "--print-blacklist", is_flag=True, help="List the blacklisted tags.")
@click.option("--show-config", is_flag=True, help="Print the rules in force and their sources.")
@click.option(
    "--write-config", is_flag=True, help="Write a normalize.toml with all defaults, explained."
)
@click.option(
    "--column",
    multiple=True,
    metavar="NAME",
    help="Column or field of a dataset with captions; may be repeated.",
)
@click.option("--to", metavar="NAME", help="New column for the cleaned captions of a dataset.")
@click.option("-o", "--output", type=NamedPath(), help="File or folder for the cleaned dataset.")
@click.option(
    "--jobs",
    type=click.IntRange(min=1),
    default=1,
    show_default=True,
    help="Processes that clean a dataset.",
)
@click.option("--all-text", is_flag=True, help="Also read text files without an image beside them.")
@click.option("--follow-links", is_flag=True, help="Enter folders that are links.")
@quiet_option
@click.pass_context
def normalize(
    context: click.Context,
    /,
    db: Path | None,
    input_dir: Path | None,
    output_dir: Path | None,
    config: Path | None,
    quiet: bool,
    **options: Any,
) -> int:
    """Clean caption files by rules: aliases, implied tags, blacklists and names.

    The cleaned captions of INPUT_DIR are written to OUTPUT_DIR. Without OUTPUT_DIR, the captions
    are replaced; you are asked first, and --undo restores them. With - instead of INPUT_DIR, one
    text is read from standard input and written to standard output.

    A .txt or .cap* file is a caption if an image or video of the same name is beside it, or if its
    folder contains only captions (and normalize.toml). Names such as README.txt, LICENSE.txt and
    requirements.txt are never captions. --all-text also reads the other text files. If you set
    include_filename_regexp, all files that match it are read.

    INPUT_DIR may also be a dataset: a .parquet, .jsonl, .json, .csv or .tsv file, or with --column
    a folder or a pattern of them. All other columns and fields stay the same.
    """
    from ...captions.config import find
    from ...captions.datasets.names import is_dataset
    from ...captions.normalizer import Normalizer
    from ...captions.report_files import check_reports
    from ...captions.rules import RULES_FILE
    from ..shared.progress import counter
    from .folder import Lists, clean_folder
    from .text import Terminal, note_notices

    mode = chosen_mode(context)
    check_reports(options["reports"])
    with counter(not quiet and sys.stderr.isatty()) as progress:
        terminal = Terminal(progress, quiet)
        if mode is Mode.WRITE_CONFIG:
            return _write_config(config or (input_dir or Path()) / RULES_FILE, terminal)
        if mode in (Mode.UNDO, Mode.RUNS, Mode.FORGET):
            return _recorded(mode, input_dir, db, terminal, options)
        is_text = mode in (Mode.TEXT, Mode.EXPLAIN)
        rules = find(config, output_dir, None if is_text else input_dir)
        normalizer = Normalizer(database_path(db), rules)
        note_notices(normalizer, terminal)
        if mode is Mode.SHOW_CONFIG:
            return _show_config(normalizer, terminal)
        if is_text:
            shown = {name: options[name] for name in ("explain", "check", "diff")}
            return _clean_text(normalizer, terminal, **shown)
        if input_dir and (options["column"] or is_dataset(input_dir)):
            from .dataset import clean_dataset

            check_dataset_options(context)
            return clean_dataset(normalizer, terminal, mode, input_dir, output_dir, **options)
        check_folder_options(context)
        taken = ("yes", "backup", "keep_runs", "reports", "all_text", "follow_links", "diff")
        return clean_folder(
            normalizer,
            terminal,
            mode,
            _folder(input_dir),
            output_dir,
            config=config,
            lists=Lists(*(options[name] for name in Lists._fields)),
            **{name: options[name] for name in taken},
        )


def _folder(input_dir: Path | None) -> Path:
    """Return the folder to work on. Raises `UsageError` if none is given, or a file."""
    if input_dir is None:
        raise UsageError("give INPUT_DIR, a folder of captions, or - for standard input")
    if input_dir.is_file():
        raise UsageError(
            f"{input_dir} is not a folder; for one text: e6duck normalize - < {input_dir}"
        )
    return input_dir


def _write_config(path: Path, terminal: Terminal) -> int:
    from ...captions.config import write_template

    write_template(path)
    terminal.note(f"rules in {path}")
    return DONE


def _recorded(
    mode: Mode,
    input_dir: Path | None,
    db: Path | None,
    terminal: Terminal,
    options: Mapping[str, Any],
) -> int:
    """Undo, list or forget recorded runs; returns the exit code."""
    from ...captions.normalizer import journal_folder
    from .dataset import undone
    from .runs import forget, list_runs, undo

    backup = options["backup"] or journal_folder(database_path(db))
    if mode is Mode.UNDO:
        if input_dir:
            code = undone(input_dir, options["run"], backup, terminal)
            if code is not None:
                return code
        return undo(_folder(input_dir), options["run"], backup, terminal)
    if mode is Mode.RUNS:
        return list_runs(input_dir, backup, terminal)
    return forget(input_dir, options["run"], backup, terminal, yes=options["yes"])


def _show_config(normalizer: Normalizer, terminal: Terminal) -> int:
    from ...captions.config import in_force

    for line in in_force(normalizer.resolver):
        terminal.write(line)
    return DONE


def _clean_text(
    normalizer: Normalizer, terminal: Terminal, *, explain: bool, check: bool, diff: bool
) -> int:
    """Clean standard input, and print the text, its steps or its changes."""
    from ...captions.runs.plan import Caption
    from ...captions.text import UnreadableError, decoded
    from .text import note_notices, write_diff, write_steps

    if sys.stdin is None:
        raise UsageError("standard input is closed; give a folder of captions")
    try:
        text = decoded(sys.stdin.buffer.read())
    except UnreadableError as error:
        raise E6DuckError(f"standard input: {error}") from error
    result = normalizer.normalize_text(text)
    note_notices(normalizer, terminal)
    if explain:
        write_steps(result)
    elif diff:
        write_diff([Caption("-", text, result)], terminal)
    elif not check:
        sys.stdout.flush()
        sys.stdout.buffer.write(result.text.encode())
        sys.stdout.buffer.flush()
    return CHANGES if check and result.text != text else DONE


COMMANDS = (normalize,)
