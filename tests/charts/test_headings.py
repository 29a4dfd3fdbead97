"""The heading of the statistics; that of maps is in tests/tags/test_neighbors.py."""

from __future__ import annotations

from e6duck.charts.headings import stats_heading
from e6duck.tags.stats import DatabaseStats


def test_the_heading_has_totals_and_the_date_of_the_export(
    all_stats: dict[str, DatabaseStats],
) -> None:
    heading = stats_heading(all_stats["sample"])
    assert heading.title == "1,239 tags on 17,621 posts"
    assert heading.about == (
        "Posts from 1 March 2008 to 9 November 2025 · tags used 470,903 times",
        "42 more tags too rare for an id · 275 aliases"
        " · 996 implications, 2,279 including transitive ones",
    )
    assert heading.source == "Source: e621 tag export, newest post of 2025-11-09"
    stats = all_stats["zoo"]
    dated = DatabaseStats(**{**vars(stats), "total": {**stats.total, "export_date": "2025-05-01"}})
    assert stats_heading(dated).source == "Source: e621 tag export of 2025-05-01"
    assert stats_heading(all_stats["no posts"]).source == "Source: imported index files"
