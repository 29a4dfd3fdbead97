"""A plan as a file: JSON, CSV, or one HTML page for people to read."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, TextIO

from .. import files
from ..errors import UsageError
from .report import Findings, findings, frequent, suggestions
from .runs.plan import Plan
from .vocabulary import Vocabulary

_PAGE = Path(__file__).with_name("report.html")
_MOST_CHANGES = 100


def write_report(path: Path, vocabulary: Vocabulary, plan: Plan) -> None:
    """Write what a plan does and why, as the name's ending says: .json, .csv or .html."""
    writer = _WRITERS[path.suffix.lower()]
    with (
        files.draft(path) as draft,
        draft.open("w", encoding="utf-8", errors="backslashreplace", newline="") as file,
    ):
        writer(file, vocabulary, plan)


def check_reports(paths: tuple[Path, ...]) -> None:
    """Raise `UsageError` for a report that could not be written, before any work is done."""
    for path in paths:
        if path.suffix.lower() not in _WRITERS:
            raise UsageError(f"--report {path} is none of {', '.join(_WRITERS)}")
        if not path.parent.is_dir():
            raise UsageError(f"--report {path}: there is no folder {path.parent}")


def report(vocabulary: Vocabulary, plan: Plan) -> dict[str, Any]:
    """Return all that a report tells, as JSON knows it."""
    found = findings(plan)
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


def _write_json(file: TextIO, vocabulary: Vocabulary, plan: Plan) -> None:
    json.dump(report(vocabulary, plan), file, ensure_ascii=False, indent=1)
    file.write("\n")


def _write_csv(file: TextIO, vocabulary: Vocabulary, plan: Plan) -> None:
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(["file", "before", "after", "kind", "reason"])
    for caption in plan.changed:
        for step in caption.result.changes:
            writer.writerow([caption.name, step.before, step.after, step.kind, step.reason])


def _write_html(file: TextIO, vocabulary: Vocabulary, plan: Plan) -> None:
    page = _PAGE.read_text(encoding="utf-8")
    data = json.dumps(report(vocabulary, plan), ensure_ascii=True)
    # Within a script element nothing but < could end it.
    file.write(page.replace('"REPORT"', data.replace("<", "\\u003c")))


_WRITERS: dict[str, Callable[[TextIO, Vocabulary, Plan], None]] = {
    ".json": _write_json,
    ".csv": _write_csv,
    ".html": _write_html,
}
