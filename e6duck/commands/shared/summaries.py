"""What a build, an import, a fetch or a training tells its user in the end, or before."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from ...builder.build import BuildResult
    from ...builder.fetch.fetch import Plan
    from ...builder.from_index import ImportResult
    from ...trainer.train import TrainResult

_FRESH_DAYS = 30
_NAMED = 5  # how many of a list of names are shown
_REASONS = {
    "deleted": "deleted",
    "file_ext": "of another kind of file",
    "duplicate_id": "replaced by a later row",
    "no id": "without an id",
}


def summary(built: BuildResult) -> str:
    """Return what a build has made, in lines."""
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
        f"implications  {built.implication_count:,} pairs, depth {built.implication_depth},"
        f" and {built.rare_implication_count:,} of rare tags",
        f"rejects       {rejects or 'none'}" + (" (see build_rejects)" if rejects else ""),
    ]
    for table, count in built.more_counts.items():
        lines.append(f"{table:<14}{count:,}")
    lines += _oddities(built)
    lines += _age(built)
    lines.append(f"database      {built.database}")
    if built.index_files:
        folder = built.index_files[0].parent
        names = ", ".join(path.name for path in built.index_files)
        lines.append(f"index files   {names} in {folder}")
    lines += _old(built.kept_old, built.user_relations)
    lines.append(f"build         {built.build_id}, {built.seconds:.1f} seconds")
    return "\n".join(lines)


def _age(built: BuildResult) -> Iterator[str]:
    if built.exported_at and (built.age_days or 0) > _FRESH_DAYS:
        yield (
            f"age           the export is {built.age_days:,} days old, of"
            f" {built.exported_at:%Y-%m-%d}; a newer one comes with: e6duck fetch"
        )


def _oddities(built: BuildResult) -> Iterator[str]:
    if built.self_aliases:
        yield f"odd           self-aliases, of no effect: {_some(built.self_aliases)}"
    if built.stuck_aliases:
        names = _some(built.stuck_aliases)
        yield f"odd           aliases on or into a cycle, left as names: {names}"
    yield from _cycle(built.implication_cycle)
    if built.clamped_count:
        yield f"odd           {built.clamped_count:,} numbers clamped to fit posts.parquet"
    for warning in built.warnings:
        yield f"warning       {warning}"


def _cycle(names: tuple[str, ...]) -> Iterator[str]:
    if names:
        yield f"odd           implications in a cycle, not of one another: {_some(names)}"


def _old(kept: Path | None, relations: tuple[str, ...]) -> Iterator[str]:
    if kept:
        yield f"old database  kept as {kept}, for it holds relations of yours: {_some(relations)}"


def _some(names: tuple[str, ...]) -> str:
    more = f" and {len(names) - _NAMED:,} more" if len(names) > _NAMED else ""
    return ", ".join(names[:_NAMED]) + more


def import_summary(imported: ImportResult) -> str:
    """Return what an import has made, in lines."""
    counted = "tags.parquet" if imported.is_counted else "e6db's curve"
    vector_count = imported.vector_count
    lines = [
        f"index files   {', '.join(imported.files)}",
        f"tags          {imported.tag_count:,}, their posts by {counted}",
        f"rare tags     {imported.rare_tag_count:,} that imply",
        f"aliases       {imported.alias_count:,}",
        f"implications  {imported.implication_count:,} pairs, depth {imported.implication_depth},"
        f" and {imported.rare_implication_count:,} of rare tags",
        f"vectors       {f'{vector_count:,} tags' if vector_count else 'none'}",
        "posts         none",
    ]
    if imported.lost_names:
        names = _some(imported.lost_names)
        lines.append(
            f"odd           two meanings of a name, one dropped (see build_rejects): {names}"
        )
    lines += _cycle(imported.implication_cycle)
    lines.append(f"database      {imported.database}")
    lines += _old(imported.kept_old, imported.user_relations)
    lines.append(f"build         {imported.build_id}, {imported.seconds:.1f} seconds")
    return "\n".join(lines)


def training_summary(trained: TrainResult) -> str:
    """Return what a training has made, in lines."""
    recipe = trained.recipe
    score = "" if trained.score is None else f"; kin among the 10 nearest: {trained.score:.0%}"
    lines = [
        f"vectors       {trained.tag_count:,} tags in {recipe.factors} dimensions, by"
        f" {recipe.method} from {trained.use_count:,} uses on {trained.post_count:,} posts{score}"
    ]
    if trained.files:
        names = ", ".join(path.name for path in trained.files)
        lines.append(f"vector files  {names} in {trained.files[0].parent}")
    lines.append(f"training      {trained.seconds:.1f} seconds")
    return "\n".join(lines)


def size_text(size: int) -> str:
    """Return a size in bytes as people read it."""
    for unit, power in (("GB", 3), ("MB", 2), ("kB", 1)):
        if size >= 1000**power:
            return f"{size / 1000**power:.1f} {unit}"
    return f"{size} bytes"


def plan_lines(plan: Plan) -> Iterator[str]:
    """Yield a line a file that a fetch is about, and how much is to come."""
    untracked = {path.name for path in plan.untracked}
    for each in plan.listed:
        state = "to come" if each in plan.missing else "here"
        if each.file_name in untracked:
            state = "to come, in place of one that is not from a fetch"
        size, date = size_text(each.size), f"{each.updated_at:%Y-%m-%d}"
        yield f"{each.file_name:<24} {size:>10}  {date}  {state}"
    yield f"{size_text(plan.size)} to come"
