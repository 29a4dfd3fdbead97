"""A plan as a report: a JSON, CSV or HTML file."""

from __future__ import annotations

import csv
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, TextIO

from .. import files
from ..errors import E6DuckError, UsageError
from .report import Findings, findings, frequent, suggestions
from .runs.plan import Plan
from .steps import REASONS
from .vocabulary import Vocabulary

_PAGE = Path(__file__).with_name("report.html")
_MOST_CHANGES = 100


def write_report(
    path: Path, vocabulary: Vocabulary, plan: Plan, found: Findings | None = None
) -> None:
    """Write what a plan does and why, in the format of the ending: .json, .csv or .html.

    found: its totals, if the plan has only the captions that change.
    """
    writer = _WRITERS[path.suffix.lower()]
    try:
        with (
            files.draft(path) as draft,
            draft.open("w", encoding="utf-8", errors="backslashreplace", newline="") as file,
        ):
            writer(file, vocabulary, plan, found or findings(plan))
    except OSError as error:
        raise E6DuckError(f"{path} cannot be written: {error.strerror or error}") from error


def check_reports(paths: tuple[Path, ...]) -> None:
    """Raise `UsageError` if a report cannot be written to one of the paths."""
    for path in paths:
        if path.suffix.lower() not in _WRITERS:
            raise UsageError(f"report {path} must end in .json, .csv or .html")
        if not path.parent.is_dir():
            raise UsageError(f"report {path}: there is no folder {path.parent}")


def check_places(paths: tuple[Path, ...], plan: Plan) -> None:
    """Raise `UsageError` if a report would replace a file that is read or written."""
    names = {*(caption.name for caption in plan.captions), *plan.skipped, *plan.not_captions}
    names |= {edit.name for edit in plan.edits}
    for path in paths:
        place = Path(os.path.realpath(path))
        for root in (plan.source, plan.target):
            if place.is_relative_to(root) and place.relative_to(root).as_posix() in names:
                raise UsageError(f"{path} is a caption; choose another file for the report")


def report(vocabulary: Vocabulary, plan: Plan, found: Findings) -> dict[str, Any]:
    """Return the content of a report as JSON values."""
    return {
        "source": str(plan.source),
        "target": str(plan.target),
        "totals": {
            "read": found.read,
            "changed": found.changed,
            "unchanged": found.unchanged,
            "left_out": len(found.skipped),
            "not_captions": len(found.not_captions),
        },
        "removed": dict(sorted(found.removed.items())),
        "rules": {kind: reason.removed for kind, reason in REASONS.items() if reason.removed},
        "frequent_changes": _frequent_changes(found),
        "unknown": _texts(found.unknown, vocabulary, suggestions),
        "ambiguous": _texts(found.ambiguous, vocabulary, Vocabulary.candidates),
        "emptied": list(found.emptied),
        "left_out": found.skipped,
        "not_captions": found.not_captions,
        "files": [
            {
                "name": caption.name,
                "before": caption.text,
                "after": caption.result.text,
                "changes": [
                    {
                        "before": step.before,
                        "after": step.after,
                        "kind": step.kind,
                        "reason": step.reason,
                    }
                    for step in caption.result.changes
                ],
            }
            for caption in plan.changed
        ],
    }


def _frequent_changes(found: Findings) -> list[dict[str, Any]]:
    ranked = sorted(found.changes.items(), key=lambda item: (-item[1], item[0]))
    return [
        {"before": before, "after": after, "reason": reason, "count": count}
        for (before, after, reason), count in ranked[:_MOST_CHANGES]
        if before or after
    ]


def _texts(
    counts: Any, vocabulary: Vocabulary, near: Callable[..., dict[str, tuple[str, ...]]]
) -> list[dict[str, Any]]:
    chosen = frequent(counts)
    names = near(vocabulary, [text for text, _ in chosen])
    return [
        {"text": text, "count": count, "closest": list(names.get(text, ()))}
        for text, count in chosen
    ]


def _write_json(file: TextIO, vocabulary: Vocabulary, plan: Plan, found: Findings) -> None:
    json.dump(report(vocabulary, plan, found), file, ensure_ascii=False, indent=1)
    file.write("\n")


def _write_csv(file: TextIO, vocabulary: Vocabulary, plan: Plan, found: Findings) -> None:
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(["file", "before", "after", "kind", "reason"])
    for caption in plan.changed:
        for step in caption.result.changes:
            writer.writerow([caption.name, step.before, step.after, step.kind, step.reason])


def _write_html(file: TextIO, vocabulary: Vocabulary, plan: Plan, found: Findings) -> None:
    page = _PAGE.read_text(encoding="utf-8")
    data = json.dumps(report(vocabulary, plan, found), ensure_ascii=True)
    # Only a < could end the script element.
    file.write(page.replace('"REPORT"', data.replace("<", "\\u003c")))


_WRITERS: dict[str, Callable[[TextIO, Vocabulary, Plan, Findings], None]] = {
    ".json": _write_json,
    ".csv": _write_csv,
    ".html": _write_html,
}
