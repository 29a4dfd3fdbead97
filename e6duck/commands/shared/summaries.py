"""The summaries of a build, an import, a fetch or a training, as text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from ...builder.stage_names import stage_text
from ...db.results.table import places
from ...tags.phrases import many

if TYPE_CHECKING:
    from pathlib import Path

    from ...builder.build import BuildResult
    from ...builder.fetch.fetch import FetchPlan
    from ...builder.from_index import ImportResult
    from ...builder.profile import StageTime
    from ...trainer.train import TrainResult

_FRESH_DAYS = 30
_HEAD_WIDTH = 14  # columns of the word that a line begins with
_HIGHLIGHTED = ("age", "note", "warning", "old database")
_NAMES_SHOWN = 5
_STAGE_WIDTH = 32  # columns of the text of a stage
_REASONS = {
    "deleted": "deleted",
    "file_ext": "with other file types",
    "duplicate_id": "replaced by a later row",
    "no id": "without an id",
}


def build_summary(built: BuildResult) -> str:
    """Return the summary of a build: a line for each thing that it made or found."""
    dropped = ", ".join(
        f"{count:,} {_REASONS.get(reason, reason)}"
        for reason, count in sorted(built.posts_dropped.items())
    )
    rejects = ", ".join(
        f"{count:,} in {table}" for table, count in built.reject_counts.items() if count
    )
    lines = [
        f"sources       {', '.join(source.path.name for source in built.sources)}",
        f"posts         {built.posts_kept:,} kept" + (f"; dropped: {dropped}" if dropped else ""),
        f"tags          {built.tag_count:,}, and {built.rare_tag_count:,} too rare for an id",
        f"aliases       {built.alias_count:,}",
        f"implications  {many(built.implication_count, 'pair')}, depth {built.implication_depth},"
        f" and {built.rare_implication_count:,} of rare tags",
        f"rejects       {rejects or 'none'}" + (" (see build_rejects)" if rejects else ""),
    ]
    for table, count in built.more_counts.items():
        lines.append(f"{table:<14}{count:,}")
    lines += _notes(built)
    lines += _age(built)
    lines.append(f"database      {built.database}")
    if built.index_files:
        folder = built.index_files[0].parent
        names = ", ".join(path.name for path in built.index_files)
        lines.append(f"index files   {names} in {folder}")
    lines += _old(built.kept_old, built.user_relations)
    lines.append(f"build         {built.build_id}, {built.seconds:.1f} seconds")
    return "\n".join(lines)


def stage_table(stages: Sequence[StageTime]) -> str:
    """Return a table of what the stages of a build took; those with one text are one row."""
    rows: dict[str, list[StageTime]] = {}
    for each in stages:
        rows.setdefault(stage_text(each.stage), []).append(each)
    lines = [f"{'stage':<{_STAGE_WIDTH}}  seconds  CPU seconds        rows"]
    for text, group in rows.items():
        seconds = sum(each.seconds for each in group)
        cpu_seconds = sum(each.cpu_seconds for each in group)
        counts = [each.rows for each in group if each.rows is not None]
        count = f"{max(counts):,}" if counts else ""
        lines.append(
            f"{text:<{_STAGE_WIDTH}}{seconds:>9.2f}{cpu_seconds:>13.2f}{count:>12}".rstrip()
        )
    seconds = sum(each.seconds for each in stages)
    cpu_seconds = sum(each.cpu_seconds for each in stages)
    return "\n".join([*lines, f"{'total':<{_STAGE_WIDTH}}{seconds:>9.2f}{cpu_seconds:>13.2f}"])


def _age(built: BuildResult) -> Iterator[str]:
    if built.exported_at and (built.age_days or 0) > _FRESH_DAYS:
        yield (
            f"age           the export is {built.age_days:,} days old, of"
            f" {built.exported_at:%Y-%m-%d}; run e6duck fetch to update"
        )


def _notes(built: BuildResult) -> Iterator[str]:
    if built.self_aliases:
        yield f"note          aliases of a tag to itself, ignored: {_some(built.self_aliases)}"
    if built.stuck_aliases:
        names = _some(built.stuck_aliases)
        yield f"note          aliases in a cycle or leading into one, ignored: {names}"
    yield from _cycle(built.implication_cycle)
    if built.clamped_count:
        yield f"note          {many(built.clamped_count, 'number')} clamped to fit posts.parquet"
    for warning in built.warnings:
        yield f"warning       {warning}"


def _cycle(names: tuple[str, ...]) -> Iterator[str]:
    if names:
        yield f"note          cyclic implications ignored: {_some(names)}"


def _old(kept: Path | None, relations: tuple[str, ...]) -> Iterator[str]:
    if kept:
        yield f"old database  kept as {kept} because it contains your tables: {_some(relations)}"


def _some(names: tuple[str, ...]) -> str:
    more = f" and {len(names) - _NAMES_SHOWN:,} more" if len(names) > _NAMES_SHOWN else ""
    return ", ".join(names[:_NAMES_SHOWN]) + more


def import_summary(imported: ImportResult) -> str:
    """Return the summary of an import: a line for each thing that it made or found."""
    counts = "counted in tags.parquet" if imported.is_counted else "estimated from e6db's curve"
    vector_count = imported.vector_count
    lines = [
        f"index files   {', '.join(imported.files)}",
        f"tags          {imported.tag_count:,}, posts {counts}",
        f"rare tags     {imported.rare_tag_count:,} with implications",
        f"aliases       {imported.alias_count:,}",
        f"implications  {many(imported.implication_count, 'pair')}, depth"
        f" {imported.implication_depth}, and {imported.rare_implication_count:,} of rare tags",
        f"vectors       {many(vector_count, 'tag') if vector_count else 'none'}",
        "posts         none",
    ]
    if imported.lost_names:
        names = _some(imported.lost_names)
        lines.append(
            f"note          names with two meanings, one dropped (see build_rejects): {names}"
        )
    lines += _cycle(imported.implication_cycle)
    lines.append(f"database      {imported.database}")
    lines += _old(imported.kept_old, imported.user_relations)
    lines.append(f"build         {imported.build_id}, {imported.seconds:.1f} seconds")
    return "\n".join(lines)


def training_summary(trained: TrainResult) -> str:
    """Return the summary of a training: a line for each thing that it made or measured."""
    recipe = trained.recipe
    lines = [
        f"vectors       {many(trained.tag_count, 'tag')} in {recipe.factors} dimensions, by"
        f" {recipe.method} from {many(trained.use_count, 'use')} on"
        f" {many(trained.post_count, 'post')}"
    ]
    if trained.score is not None and trained.chance is not None:
        lines.append(
            f"neighbors     {trained.score:.0%} of a tag's 10 nearest share an implied tag with it"
            f" (by chance: {trained.chance:.1%})"
        )
    if trained.files:
        names = ", ".join(path.name for path in trained.files)
        lines.append(f"vector files  {names} in {trained.files[0].parent}")
    lines.append(f"training      {trained.seconds:.1f} seconds")
    return "\n".join(lines)


def screen_lines(summary: str, width: int, *, is_colored: bool) -> Iterator[str]:
    """Yield the lines of a summary for a terminal: folded, each beside the word it begins with.

    No word is cut, so that a long path can be copied. is_colored: warnings and notes have a color.
    """
    for line in summary.splitlines():
        head, text = line[:_HEAD_WIDTH], line[_HEAD_WIDTH:]
        is_highlighted = is_colored and head.strip() in _HIGHLIGHTED
        for number, part in enumerate(_folded(text, width - _HEAD_WIDTH)):
            shown = f"{' ' * _HEAD_WIDTH if number else head}{part}".rstrip()
            yield f"\x1b[33m{shown}\x1b[0m" if is_highlighted else shown


def _folded(text: str, room: int) -> Iterator[str]:
    """Yield the lines of a text that fit into room columns; a longer word has its own line."""
    line = ""
    for word in text.split(" "):
        if line and places(f"{line} {word}") > room:
            yield line
            line = word
        else:
            line = f"{line} {word}" if line else word
    yield line


def size_text(size: int) -> str:
    """Return a size in bytes with a unit that suits it."""
    for unit, power in (("GB", 3), ("MB", 2), ("kB", 1)):
        if size >= 1000**power:
            return f"{size / 1000**power:.1f} {unit}"
    return f"{size} bytes"


def plan_lines(plan: FetchPlan) -> Iterator[str]:
    """Yield a line for each file of a fetch, and how much is to be downloaded."""
    untracked = {path.name for path in plan.untracked}
    for each in plan.listed:
        state = "to download" if each in plan.missing else "up to date"
        if each.file_name in untracked:
            state = "to download, replacing a file e6duck did not download"
        size, date = size_text(each.size), f"{each.updated_at:%Y-%m-%d}"
        yield f"{each.file_name:<24} {size:>10}  {date}  {state}"
    yield f"{size_text(plan.size)} to download"
