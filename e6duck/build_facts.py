"""What the summary of a build says of its database, by the names of the fields of `Built`."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from .age import exported_at
from .source import MORE_COLUMNS
from .stages import Draft

_COUNTS = """
    select
        (select count(*) from tags) as tag_count,
        (select count(*) from rare_tags) as rare_tag_count,
        (select count(*) from tag_aliases) as alias_count,
        (select count(*) from tag_implications) as implication_count,
        (select count(*) from rare_tag_implications) as rare_implication_count,
        (select coalesce(max(depth), 0) from tag_implications) as implication_depth,
        (
            select list(antecedent_name order by antecedent_name)
            from alias_row
            anti join alias_loser using (record)
            where status = 'active' and antecedent_name = consequent_name
        ) as self_aliases,
        (
            select list(antecedent_name order by antecedent_name)
            from alias_edge
            anti join alias_end using (antecedent_name)
        ) as stuck_aliases,
        (
            select list(antecedent_name order by antecedent_name)
            from implication_path
            where antecedent_name = consequent_name
        ) as implication_cycle,
"""


def build_facts(draft: Draft) -> dict[str, Any]:
    """Return what the summary says of the database."""
    row = draft.connection.execute(_COUNTS)
    names = [column[0] for column in row.description]
    facts = dict(zip(names, row.fetchall()[0], strict=True))
    for name in ("self_aliases", "stuck_aliases", "implication_cycle"):
        facts[name] = tuple(facts[name] or ())
    newest_post = draft.one("select max(created_at) from posts")
    made = exported_at(draft.sources["posts"], draft.checks["posts"].result(), newest_post)
    return facts | {
        "exported_at": made,
        "age_days": (datetime.fromisoformat(draft.built_at) - made).days if made else None,
        "more_counts": {
            table: count for table, count in draft.row_counts.items() if table in MORE_COLUMNS
        },
        "build_id": draft.build_id,
        "posts_read": draft.row_counts["posts"],
        "posts_kept": draft.counted.kept_count,
        "posts_dropped": draft.counted.dropped,
        "reject_counts": {
            table: len(draft.malformed[table]) + len(draft.losers[table]) for table in draft.sources
        },
    }
