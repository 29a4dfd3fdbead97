"""The rules of sql/build/audit: each holds on a finished build, and each can be broken."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import duckdb
import pytest

from e6duck.builder import pipeline
from e6duck.builder.build import build
from e6duck.db.sql_files import Script, scripts
from e6duck.errors import AuditError
from tests.support.exports import alias, implication, post, tag, write_export
from tests.support.reference import Export, Row

RULES = {script.name: script for script in scripts("build/audit")}
DRAFT_RULE = "warn_site_closure"  # looks at tables that only a draft has

# What is done to a finished database, by the rule that it breaks.
VIOLATIONS = {
    "aliases_end_at_live_tags": {
        "ranked target without its id": """
            update tag_aliases set tag_id = null
            where antecedent_name =
                (select min(antecedent_name) from tag_aliases where tag_id is not null)
        """,
        "id of another tag": """
            update tag_aliases set tag_id = tag_id + 1
            where antecedent_name =
                (select min(antecedent_name) from tag_aliases where tag_id is not null)
        """,
        "target that nobody knows": "insert into tag_aliases values ('new_name', 'nobody', null)",
        "target that is an alias itself": """
            insert into tag_aliases
            select 'new_name', min(antecedent_name), null from tag_aliases
        """,
    },
    "closure_is_closed": {
        "pair over two steps missing": "delete from tag_implications where depth = 2",
        "pair of a rare tag missing": """
            insert into rare_tag_implications
            select 'rare_name', min(antecedent_id), 1 from tag_implications
        """,
    },
    "implied_tags_exist": {
        "antecedent without a tag": "insert into tag_implications values (4000000, 0, 1)",
        "consequent without a tag": "insert into tag_implications values (0, 4000000, 1)",
        "rare one with a consequent without a tag": """
            insert into rare_tag_implications values ('rare_name', 4000000, 1)
        """,
    },
    "no_tag_implies_itself": {
        "itself": "insert into tag_implications values (0, 0, 1)",
        "each other": """
            insert into tag_implications
            select consequent_id, antecedent_id, depth from tag_implications limit 1
        """,
    },
    "post_tags_exist": {
        "unknown id on a post": """
            update posts set tag_ids = list_append(tag_ids, 4000000)
            where id = (select min(id) from posts)
        """,
        "unknown id among the implied": """
            update posts set implied_ids = [(select count(*) from tags)]
            where id = (select min(id) from posts)
        """,
        "unknown id on a post without tags": """
            update posts set tag_ids = [4000000], implied_ids = []
            where id = (select min(id) from posts)
        """,
    },
    "tag_ids_are_dense": {
        "gap at the end": """
            update tags set tag_id = tag_id + 1 where tag_id = (select max(tag_id) from tags)
        """,
        "gap at the start": "update tags set tag_id = tag_id + 1",
        "id twice": "update tags set tag_id = 0 where tag_id = 1",
        "more used one behind": "update tags set post_count = 1000000 where tag_id = 9",
        "tie not in the order of names": """
            update tags set post_count = 1000000, name = 'z' || name where tag_id = 0;
            update tags set post_count = 1000000, name = 'a' || name where tag_id = 1
        """,
    },
    "tag_names_are_unique": {
        "ranked and rare": "insert into rare_tags select name, category, 0, null from tags limit 1",
        "ranked and an alias": """
            insert into tag_aliases
            select tags.name, other.name, other.tag_id
            from tags
            join tags as other on other.tag_id = 1
            where tags.tag_id = 0
        """,
        "ranked twice": "update tags set name = (select min(name) from tags) where tag_id < 3",
    },
    "tagged_counts_add_up": {
        "one post too many": "update tags set tagged_count = tagged_count + 1 where tag_id = 0",
        "tag gone from a post": """
            update posts set tag_ids = tag_ids[2:] where id = (select min(id) from posts)
        """,
    },
}


@pytest.fixture
def database(sample: Path, tmp_path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """A copy of the sample's database, to be broken."""
    shutil.copy(sample / "e6.duckdb", tmp_path / "broken.duckdb")
    with duckdb.connect(str(tmp_path / "broken.duckdb")) as connection:
        yield connection


@pytest.mark.parametrize("rule", sorted(RULES.keys() - {DRAFT_RULE}))
def test_rule_holds_on_the_sample(sample: Path, rule: str) -> None:
    with duckdb.connect(str(sample / "e6.duckdb"), read_only=True) as connection:
        assert connection.execute(RULES[rule].text).fetchall() == []


@pytest.mark.parametrize(
    ("rule", "statements"),
    [
        pytest.param(rule, statements, id=f"{rule}: {name}")
        for rule, violations in VIOLATIONS.items()
        for name, statements in violations.items()
    ],
)
def test_violation_is_found(
    database: duckdb.DuckDBPyConnection, rule: str, statements: str
) -> None:
    database.execute(statements)
    assert database.execute(RULES[rule].text).fetchall() != []


def test_every_rule_has_a_violation() -> None:
    assert RULES.keys() == VIOLATIONS.keys() | {DRAFT_RULE}


# The site's own closure

CHAIN = [
    implication("red_fox", "fox", descendant_names="{fox,canine}"),
    implication("fox", "canine", descendant_names="{canine}"),
]


def warnings_of(folder: Path, implications: list[Row], aliases: list[Row] | None = None) -> Any:
    """The warnings of a build with these implications."""
    export = Export(
        posts=[post(1, "red_fox"), post(2, "fox")],
        tag_aliases=aliases or [],
        tag_implications=implications,
    )
    write_export(folder, export)
    return build(folder, write_index=False).warnings


AGREEING = {
    "no descendants given": ([implication("fox", "canine")], []),
    "a chain": (CHAIN, []),
    "in any order": ([CHAIN[0] | {"descendant_names": "{canine,fox}"}, CHAIN[1]], []),
    "an implication that does not count": (
        [*CHAIN, implication("fox", "mammal", "deleted", descendant_names="{cat}")],
        [],
    ),
    "an aliased name": (
        [implication("red_fox", "fox", descendant_names="{reynard}")],
        [alias("reynard", "fox")],
    ),
    "an aliased end": (
        [implication("red_fox", "reynard", descendant_names="{fox}")],
        [alias("reynard", "fox")],
    ),
    "names that must be quoted": (
        [
            implication("fox", "a,b", descendant_names='{"a,b","{c}","d\\"e","f\\\\g"}'),
            implication("a,b", "{c}", descendant_names='{"{c}","d\\"e","f\\\\g"}'),
            implication("{c}", 'd"e', descendant_names='{"d\\"e","f\\\\g"}'),
            implication('d"e', "f\\g", descendant_names='{"f\\\\g"}'),
        ],
        [],
    ),
}
DIFFERING = {
    "one too few": [CHAIN[0] | {"descendant_names": "{fox}"}, CHAIN[1]],
    "one too many": [CHAIN[0], CHAIN[1] | {"descendant_names": "{canine,mammal}"}],
    "another": [CHAIN[0] | {"descendant_names": "{fox,cat}"}, CHAIN[1]],
    "none": [CHAIN[0], CHAIN[1] | {"descendant_names": "{}"}],
}


@pytest.mark.parametrize(("implications", "aliases"), AGREEING.values(), ids=AGREEING)
def test_closure_that_is_the_sites_gives_no_warning(
    tmp_path: Path, implications: list[Row], aliases: list[Row]
) -> None:
    assert warnings_of(tmp_path, implications, aliases) == ()


@pytest.mark.parametrize("implications", DIFFERING.values(), ids=DIFFERING)
def test_closure_that_is_not_the_sites_gives_a_warning_with_the_count(
    tmp_path: Path, implications: list[Row]
) -> None:
    [warning] = warnings_of(tmp_path, implications)
    assert warning.startswith("1 ")
    assert "descendants on the site" in warning


# A whole build

EXPORT = Export(
    posts=[post(1, "red_fox tree"), post(2, "red_fox fox"), post(3, "fox")],
    tags=[tag("fox", 5), tag("red_fox", 5)],
    tag_implications=[implication("red_fox", "fox")],
)


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_draft_that_breaks_a_rule_never_replaces_the_old_database(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_export(tmp_path, EXPORT)
    build(tmp_path)
    before = contents(tmp_path)

    def broken(kind: str) -> list[Script]:
        more = {"tag_implications": "insert into tag_implications values (0, 0, 1);"}
        return [
            replace(script, text=script.text + more.get(script.name, ""))
            for script in scripts(kind)
        ]

    monkeypatch.setattr(pipeline, "scripts", broken)
    with pytest.raises(AuditError) as caught:
        build(tmp_path, min_posts=1)
    assert "no_tag_implies_itself.sql (1 times), as in (0, 0)" in str(caught.value)
    assert "\n" not in str(caught.value)
    assert contents(tmp_path) == before
