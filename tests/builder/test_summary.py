"""The age of an export: by the record of a fetch, else by its newest post."""

from __future__ import annotations

import hashlib
import json
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from e6duck.builder.build import BuildResult, build
from e6duck.builder.fetch.record import RECORD
from e6duck.builder.summary import SAMPLE_SHA256
from e6duck.commands.shared.summaries import build_summary as summary
from tests.conftest import CHECKOUT
from tests.support.exports import post, write_export
from tests.support.reference import Export


def write_old_export(folder: Path, days: int) -> None:
    made = datetime.now(UTC) - timedelta(days=days, hours=1)
    newest = made.replace(tzinfo=None).isoformat(" ")
    write_export(folder, Export([post(1, "fox", created_at=newest)], [], [], []))


def age_line(built: BuildResult) -> str:
    return "".join(line for line in summary(built).splitlines() if line.startswith("age "))


@pytest.mark.parametrize(("days", "line"), [(29, ""), (40, "the export is 40 days old")])
def test_the_age_is_that_of_the_newest_post(tmp_path: Path, days: int, line: str) -> None:
    write_old_export(tmp_path, days)
    built = build(tmp_path, write_index=False)
    assert built.age_days == days
    assert (line in age_line(built)) if line else not age_line(built)


@pytest.mark.parametrize(("is_same", "age"), [(True, 3), (False, 40)])
def test_the_record_of_a_fetch_gives_the_age_of_that_file(
    tmp_path: Path, is_same: bool, age: int
) -> None:
    write_old_export(tmp_path, 40)
    digest = hashlib.sha256((tmp_path / "posts.csv.gz").read_bytes()).hexdigest()
    listed = datetime.now(UTC) - timedelta(days=3, hours=1)
    facts = {"sha256": digest if is_same else "0" * 64, "updated_at": listed.isoformat()}
    (tmp_path / RECORD).write_text(json.dumps({"files": {"posts.csv.gz": facts}}))
    assert build(tmp_path, write_index=False).age_days == age


def test_a_broken_record_is_ignored(tmp_path: Path) -> None:
    write_old_export(tmp_path, 40)
    (tmp_path / RECORD).write_text('{"files": []}')
    assert build(tmp_path, write_index=False).age_days == 40


def test_the_sample_has_no_age(tmp_path: Path) -> None:
    for path in (CHECKOUT / "data").glob("*.csv.gz"):
        shutil.copy(path, tmp_path)
    content = (tmp_path / "posts.csv.gz").read_bytes()
    assert hashlib.sha256(content).hexdigest() == SAMPLE_SHA256
    built = build(tmp_path, write_index=False)
    assert built.age_days is None
    assert not age_line(built)


@pytest.mark.parametrize("year", [9999, 10000, 294000])
def test_a_post_of_the_far_future_is_kept_and_is_not_the_age(tmp_path: Path, year: int) -> None:
    posts = [post(1, "fox", created_at="2020-02-10 07:08:33"), post(2, "fox")]
    write_export(tmp_path, Export(posts=[*posts, post(3, "fox", created_at=f"{year}-02-10")]))
    built = build(tmp_path)
    assert built.posts_kept == 3
    assert built.exported_at == datetime(2020, 2, 10, 7, 8, 33, tzinfo=UTC)
