"""Cleans the captions of a dataset: one file, or a folder or pattern of files (shards)."""

from __future__ import annotations

import glob
import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from ... import files
from ...errors import E6DuckError, UsageError
from ...progress import Progress, no_progress
from . import backups
from .counts import Counts
from .csv_file import CSVFile
from .json_files import JSONLines, JSONObject
from .names import ENDINGS, is_pattern
from .parts import Columns, DatasetFile, Part
from .workers import ChangedCaption, Cleaned, Cleaning, in_order

_KOHYA = ("caption", "tags")


@dataclass(frozen=True)
class Shard:
    """A file of a dataset, and where it is written to."""

    source: Path
    target: Path
    name: str


@dataclass
class DatasetRun:
    """What a run over a dataset read and wrote."""

    counts: Counts = field(default_factory=Counts)
    changed: list[ChangedCaption] = field(default_factory=list)
    """The captions that change, each with file and row, if they were asked for"""
    written: list[Path] = field(default_factory=list)
    run: str | None = None
    """The name of the run that replaced files, for undo"""


def shards(source: Path, target: Path | None) -> list[Shard]:
    """Return the files of a dataset, sorted by name. Raises `UsageError` if there are none.

    target: a file for a file, a folder for a folder or pattern; without it, files are replaced.
    """
    if source.is_file():
        goal = source if target is None else target
        if goal.is_dir():
            goal = goal / source.name
        if goal.suffix.lower() != source.suffix.lower():
            raise UsageError(
                f"{goal} must end in {source.suffix}: the format stays the same", option="output"
            )
        return [Shard(source, goal, source.name)]
    if is_pattern(source):
        found = sorted(Path(each) for each in glob.glob(str(source), recursive=True))  # noqa: PTH207
        root = Path(os.path.commonpath([each.parent for each in found])) if found else source
    else:
        found = sorted(source.rglob("*")) if source.is_dir() else []
        root = source
    found = [each for each in found if _is_shard(each, root)]
    if any(each.suffix.lower() != ".json" for each in found):
        # Beside other files, .json files describe the dataset.
        found = [each for each in found if each.suffix.lower() != ".json"]
    if not found and not source.exists() and not is_pattern(source):
        raise UsageError(f"{source} does not exist")
    if not found:
        raise UsageError(f"{source} has no file that ends in {', '.join(ENDINGS)}")
    if target is not None and target.exists() and not target.is_dir():
        raise UsageError(f"{target} is not a folder to write to", option="output")
    names = [each.relative_to(root) for each in found]
    if target is not None and _is_inside(target, root):
        raise UsageError(
            f"the output folder {target} is inside the input folder; choose another",
            option="output",
        )
    goals = [(root if target is None else target) / name for name in names]
    made = zip(found, goals, names, strict=True)
    return [Shard(each, goal, str(name)) for each, goal, name in made]


def _is_inside(folder: Path, root: Path) -> bool:
    own, outer = Path(os.path.realpath(folder)), Path(os.path.realpath(root))
    return own != outer and own.is_relative_to(outer)


def _is_shard(path: Path, root: Path) -> bool:
    is_hidden = any(part.startswith(".") for part in path.relative_to(root).parts)
    return path.suffix.lower() in ENDINGS and path.is_file() and not is_hidden


def open_dataset(path: Path, names: Sequence[str], to: str | None) -> DatasetFile:
    """Return a file of a dataset. Raises `UsageError` if it does not have the columns."""
    ending = path.suffix.lower()
    if ending not in ENDINGS:
        raise UsageError(f"{path} must end in {', '.join(ENDINGS)}")
    if not names and ending == ".json":
        names = _KOHYA
    if not names:
        raise UsageError(f"name the column of {path} with captions", option="column")
    if to is not None and len(names) > 1:
        raise UsageError("a new column takes the captions of one column", option="to")
    if to in names:
        raise UsageError(f"{to} is the column of the captions; choose another name", option="to")
    columns = Columns(tuple(names), to)
    if ending == ".parquet":
        from .parquet import ParquetFile

        return ParquetFile(path, columns)
    if ending in (".csv", ".tsv"):
        return CSVFile(path, columns)
    return (JSONObject if ending == ".json" else JSONLines)(path, columns)


def normalize_dataset(
    cleaner: Cleaning,
    chosen: Sequence[Shard],
    columns: Sequence[str],
    *,
    to: str | None = None,
    jobs: int = 1,
    is_written: bool = True,
    with_changes: bool = False,
    backup: Path | None = None,
    root: Path | None = None,
    on_progress: Progress = no_progress,
) -> DatasetRun:
    """Clean the captions of all shards, each of which is written as a whole or not at all.

    to: a new column for the cleaned captions. jobs: the number of processes. backup: where the old
    files are kept if shards are replaced; root: what was named, for undo. with_changes: return all
    captions that change. Raises `UsageError` if a file does not have the columns, `E6DuckError` if
    it is broken; files before it are then written already.
    """
    opened = [open_dataset(shard.source, columns, to) for shard in chosen]
    _check_targets(chosen)
    done = DatasetRun()
    journal = backups.Journal(backup, root) if backup and root else None
    for shard, file in zip(chosen, opened, strict=True):
        results = _Results(done, shard, on_progress, with_changes=with_changes)
        parts = in_order(cleaner, file.parts(), jobs=jobs, with_changes=with_changes)
        if not is_written:
            for part, found in parts:
                results.add(part, found)
        elif _write(shard, file, map(results.add_pair, parts), journal, results):
            done.written.append(shard.target)
    if journal and journal.has_files:
        done.run = journal.run
    return done


class _Results:
    """Adds up what happens to the captions of a shard."""

    def __init__(
        self, done: DatasetRun, shard: Shard, progress: Progress, *, with_changes: bool
    ) -> None:
        self._done = done
        self._shard = shard
        self._progress = progress
        self._is_listed = with_changes
        self.changed = 0

    def add(self, part: Part, found: Cleaned) -> None:
        """Add the totals of a part."""
        self._progress("rows", len(part.rows))
        self._done.counts.add(found.counts)
        self.changed += found.counts.changed
        if self._is_listed:
            name = self._shard.name
            self._done.changed += (
                each._replace(row=f"{name}:{each.row}") for each in found.changed
            )

    def add_pair(self, pair: tuple[Part, Cleaned]) -> tuple[Part, Cleaned]:
        """Add the totals of a part, and return it."""
        self.add(*pair)
        return pair


def _write(
    shard: Shard,
    file: DatasetFile,
    parts: Iterator[tuple[Part, Cleaned]],
    journal: backups.Journal | None,
    results: _Results,
) -> bool:
    """Write a shard as a whole; returns False if it would replace itself by the same."""
    goal = Path(os.path.realpath(shard.target))
    draft = files.draft_path(goal)
    try:
        goal.parent.mkdir(parents=True, exist_ok=True)
        files.sweep(goal.parent)
        with closing(file.writer(draft)) as writer:
            for part, found in parts:
                writer.write(part, found.values)
        if goal.exists():
            is_itself = goal.samefile(shard.source)
            if is_itself and not results.changed and file.columns.to is None:
                return False
            if is_itself:
                shutil.copystat(shard.source, draft)
                os.utime(draft)
            if journal:
                journal.keep(goal, draft)
        with files.draft(goal) as final:
            draft.replace(final)
    except OSError as error:
        raise E6DuckError(f"{goal} cannot be written: {error.strerror or error}") from error
    finally:
        files.discard(draft)
    return True


def _check_targets(chosen: Sequence[Shard]) -> None:
    """Raise `UsageError` if a shard would be written over another one that is read."""
    sources = {os.path.realpath(shard.source): shard for shard in chosen}
    for shard in chosen:
        other = sources.get(os.path.realpath(shard.target))
        if other is not None and other is not shard:
            raise UsageError(f"{shard.target} is also an input file; choose another output folder")
