"""What changed since an older build, on the zoo of the macros and on what became of it."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import duckdb
import pytest

import e6duck
from e6duck.builder.build import build
from e6duck.db.sql_files import scripts
from e6duck.tags.diff import CHANGES, COLUMNS
from tests.support.exports import alias, implication, post, tag, write_export
from tests.support.reference import Export
from tests.support.terminal import command, imported, on_terminal
from tests.support.zoo import ZOO, build_zoo

GONE = {"todd", "\\m/", "woods"}
NEWER = Export(
    posts=[
        *ZOO.posts,
        *(post(20 + number, "snow otter") for number in range(12)),
        post(40, "grey_wolf"),
    ],
    tags=[
        *(tag(name, 5) for name in ("fox", "red_fox", "arctic_fox", "grey_wolf", "canine")),
        tag("snow", 3),  # it was general
        *(tag(name) for name in ("forest", "[x]", "otter")),
    ],
    tag_aliases=[
        *(row for row in ZOO.tag_aliases if row["antecedent_name"] not in GONE),
        alias("wolf", "grey_wolf"),  # which nobody knew: a renaming
        alias("pack", "forest"),  # which was there
        alias("lutra", "otter"),
        alias("woods", "snow"),  # it led to forest
    ],
    tag_implications=[
        implication("red_fox", "canine"),  # it implied fox
        implication("fox", "canine"),
        implication("grey_wolf", "canine"),  # as wolf did
        implication("arctic_fox", "fox"),
        implication("otter", "snow"),
    ],
)


@pytest.fixture(scope="module")
def builds(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """The database of the zoo, and that of what became of it."""
    folder = tmp_path_factory.mktemp("builds")
    old = build_zoo(folder / "old")
    write_export(folder / "new", NEWER)
    return old, build(folder / "new", write_index=False).database


def changes(old: Path, new: Path, *args: object) -> dict[str, list[dict[str, Any]]]:
    """Return the rows of each change, without what is null in them."""
    ran = command("diff", old, "--db", new, "--format", "json", *args)
    assert (ran.code, ran.err) == (0, "")
    found: dict[str, list[dict[str, Any]]] = {}
    for row in json.loads(ran.out):
        found.setdefault(row.pop("change"), []).append(
            {name: value for name, value in row.items() if value is not None}
        )
    return found


def pairs(rows: list[dict[str, Any]]) -> list[tuple[str, str | None, str | None]]:
    return [(row["name"], row.get("before"), row.get("after")) for row in rows]


def test_each_question_is_asked() -> None:
    names = {script.name for script in scripts("tags/diff")}
    assert names == {*CHANGES, "tag_pair", "tag_growth", "direct_pair"}


def test_tags_that_were_renamed_merged_or_are_new(builds: tuple[Path, Path]) -> None:
    found = changes(*builds)
    assert found["renamed_tag"] == [
        {
            "name": "wolf",
            "after": "grey_wolf",
            "category": "species",
            "posts_before": 2,
            "posts_after": 3,
        }
    ]
    assert pairs(found["merged_tag"]) == [("pack", None, "forest")]
    assert pairs(found["new_tag"]) == [("otter", None, None)]
    assert pairs(found["recategorized_tag"]) == [("snow", "general", "copyright")]
    assert "dropped_tag" not in found


def test_aliases(builds: tuple[Path, Path]) -> None:
    found = changes(*builds)
    assert pairs(found["new_alias"]) == [
        ("lutra", None, "otter"),
        ("pack", None, "forest"),
        ("wolf", None, "grey_wolf"),
    ]
    assert pairs(found["changed_alias"]) == [("woods", "forest", "snow")]
    assert pairs(found["dropped_alias"]) == [("todd", "fox", None), ("\\m/", "pack", None)]


def test_a_renaming_alone_changes_no_implication(builds: tuple[Path, Path]) -> None:
    found = changes(*builds)
    assert pairs(found["new_implication"]) == [
        ("otter", None, "snow"),
        ("red_fox", None, "canine"),
    ]
    assert pairs(found["dropped_implication"]) == [("red_fox", "fox", None)]


def test_an_alias_of_a_renamed_tag_is_not_changed(tmp_path: Path) -> None:
    posts = [post(1, "wolf"), post(2, "wolf")]
    write_export(tmp_path / "old", Export(posts, [], [alias("lupus", "wolf")], []))
    aliases = [alias("lupus", "wolf"), alias("wolf", "grey_wolf")]
    write_export(tmp_path / "new", Export(posts, [], aliases, []))
    found = changes(*(build(tmp_path / name).database for name in ("old", "new")))
    assert found.keys() == {"total", "renamed_tag", "new_alias"}
    assert pairs(found["new_alias"]) == [("wolf", None, "grey_wolf")]


def test_a_consequent_that_has_become_rare_changes_no_implication(tmp_path: Path) -> None:
    implications = [implication("fox", "canine")]
    posts = [post(1, "fox canine"), post(2, "fox canine")]
    write_export(tmp_path / "old", Export(posts, [], [], implications))
    write_export(tmp_path / "new", Export([*posts[:1], post(3, "fox")], [], [], implications))
    old, new = (build(tmp_path / name).database for name in ("old", "new"))
    for one, other in ((old, new), (new, old)):
        assert not changes(one, other).keys() & {"new_implication", "dropped_implication"}


def test_risers_and_fallers_are_told_by_their_share_of_the_posts(
    builds: tuple[Path, Path],
) -> None:
    found = changes(*builds)
    (snow,) = found["riser"]
    # Of 8 posts 3, of 21 posts 15; ten posts of 21 more on either side.
    assert snow["growth"] == round((15 / 21 + 10 / 21) / (3 / 8 + 10 / 21), 3)
    assert (snow["rank_before"], snow["rank_after"]) == (2, 1)
    assert [row["name"] for row in found["faller"]][:2] == ["forest", "[x]"]
    assert all(row["growth"] < 1 for row in found["faller"])
    assert len(changes(*builds, "--limit", 2)["faller"]) == 2


def test_what_goes_one_way_comes_back_the_other(builds: tuple[Path, Path]) -> None:
    old, new = builds
    there, back = changes(old, new), changes(new, old)
    for kind in ("alias", "implication"):
        gone = {(name, before) for name, before, _ in pairs(back[f"dropped_{kind}"])}
        assert gone >= {(name, after) for name, _, after in pairs(there[f"new_{kind}"])}
    # In the older build nothing knows what otter has become.
    assert {name for name, *_ in pairs(back["dropped_tag"])} == {"otter", "grey_wolf"}


def test_two_builds_of_one_export_do_not_differ(builds: tuple[Path, Path], tmp_path: Path) -> None:
    copy = shutil.copy(builds[0], tmp_path / "copy.duckdb")
    assert changes(builds[0], Path(copy)).keys() == {"total"}


def test_without_posts_ranks_tell_who_rises(builds: tuple[Path, Path], tmp_path: Path) -> None:
    """As in a database that was made from index files alone."""
    old, new = (Path(shutil.copy(path, tmp_path / path.parent.name)) for path in builds)
    for path in (old, new):
        with duckdb.connect(str(path)) as opened:
            opened.execute("delete from posts; update tags set post_count = null")
            opened.execute("update rare_tags set post_count = null")
    with duckdb.connect(str(old)) as opened:
        opened.execute("update rare_tags set category = 0")  # which index files do not tell
    found = changes(old, new)
    assert [(row["name"], row["growth"]) for row in found["riser"]] == [
        ("snow", round(102 / 101, 3))
    ]
    assert pairs(found["new_tag"]) == [("otter", None, None)]
    assert pairs(found["recategorized_tag"]) == [("snow", "general", "copyright")]


def test_tables_show_the_first_rows_of_each_change(builds: tuple[Path, Path]) -> None:
    said = command("diff", builds[0], "--db", builds[1], "--format", "table").out
    assert said.startswith("totals\nname                 before  after\n")
    assert "\nrenamed tags: 1\nname  after      category  posts_before  posts_after\n" in said
    assert said.endswith("\nnone: dropped tags\n")


def test_tables_show_as_many_risers_as_were_asked_for(tmp_path: Path) -> None:
    names = [f"tag_{number}" for number in range(30)]
    posts = [post(number, " ".join(names)) for number in range(2)]
    write_export(tmp_path / "old", Export(posts, [], [], []))
    write_export(tmp_path / "new", Export([*posts, post(9, "")], [], [], []))
    old, new = (build(tmp_path / name, write_index=False).database for name in ("old", "new"))
    assert "\nfalling tags: 10\n" in command("diff", old, "--db", new, "--format", "table").out
    asked = ("--limit", 25, "--format", "table")
    said = command("diff", old, "--db", new, *asked).out
    assert "\nfalling tags: 25\n" in said
    assert said.count("\ntag_") == 25


def test_tables_show_how_many_rows_are_left_out(tmp_path: Path) -> None:
    posts = [post(number, "fox") for number in range(2)]
    write_export(tmp_path / "old", Export(posts, [], [], []))
    aliases = [alias(f"fox_{number}", "fox") for number in range(12)]
    write_export(tmp_path / "new", Export(posts, [], aliases, []))
    old, new = (build(tmp_path / name, write_index=False).database for name in ("old", "new"))
    said = command("diff", old, "--db", new, "--format", "table").out
    assert "\nnew aliases: 12\n" in said
    assert "\n… 2 more; all of them with --format csv\n" in said
    assert said.count("\nfox_") == 10


def test_a_terminal_shows_tables_of_its_width_in_the_colours_of_categories(
    builds: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    said = on_terminal("diff", builds[0], "--db", builds[1], columns=60)
    assert "\x1b[38;2;237;93;31mred_fox\x1b[0m  canine" in said
    plain = said.replace("\x1b[0m", "")
    assert max(len(line.split("m", 1)[-1]) for line in plain.splitlines() if "\x1b" in line) <= 60


def test_csv_has_every_row(builds: tuple[Path, Path], tmp_path: Path) -> None:
    out = tmp_path / "changes.csv"
    ran = command("diff", builds[0], "--db", builds[1], "-o", out)
    assert (ran.code, ran.out, ran.err) == (0, "", "")
    header, *rows = out.read_text().splitlines()
    assert header == ",".join(COLUMNS)
    assert len(rows) == sum(map(len, changes(*builds).values()))


def test_a_script_gets_a_table(builds: tuple[Path, Path]) -> None:
    with e6duck.open(builds[1]) as db:
        found = db.diff(builds[0], limit=1)
        assert found.column_names == list(COLUMNS)
        assert found["change"].to_pylist().count("faller") == 1
        assert db.diff(builds[0], limit=1) == found  # the older one was let go
        assert db.tag_id("otter") == 2


# What OLD may be


def test_a_database_that_is_missing_foreign_or_the_same_is_refused_in_a_line(
    builds: tuple[Path, Path], tmp_path: Path
) -> None:
    foreign, text = tmp_path / "foreign.duckdb", tmp_path / "text.duckdb"
    duckdb.connect(str(foreign)).close()
    text.write_text("no database\n")
    for old, code, what in (
        (tmp_path / "nope.duckdb", 1, "there is no database"),
        (foreign, 1, "is not an e6duck database"),
        (text, 1, "is not an e6duck database"),
        (builds[1], 2, "is the database itself; give one of an older build"),
        (builds[1].parent, 2, "is the database itself"),
    ):
        ran = command("diff", old, "--db", builds[1])
        assert (ran.code, ran.out, ran.err.count("\n")) == (code, "", 1), ran.err
        assert what in ran.err


def test_a_database_of_an_older_schema_is_refused_in_a_line(
    builds: tuple[Path, Path], tmp_path: Path
) -> None:
    old = Path(shutil.copy(builds[0], tmp_path))
    with duckdb.connect(str(old)) as opened:
        opened.execute("update build_info set value = '1' where name = 'schema_version'")
    ran = command("diff", old, "--db", builds[1])
    assert (ran.code, ran.out) == (1, "")
    assert ran.err == f"e6duck: {old} was made by an older e6duck; build it again: e6duck build\n"


def test_a_database_that_a_program_has_written_to_is_read_with_its_wal(
    builds: tuple[Path, Path], tmp_path: Path
) -> None:
    old = Path(shutil.copy(builds[0], tmp_path))
    with duckdb.connect(str(old)) as opened:
        opened.execute("set checkpoint_threshold = '1GB'")
        opened.execute("pragma disable_checkpoint_on_shutdown")
        opened.execute("delete from tag_aliases where antecedent_name = 'vixen'")
    assert Path(f"{old}.wal").exists()
    assert ("vixen", None, "fox") in pairs(changes(old, builds[1])["new_alias"])
    assert Path(f"{old}.wal").exists()


@pytest.mark.skipif(sys.platform == "win32", reason="locks differ")
def test_a_database_that_a_program_writes_to_is_refused_in_a_line(
    builds: tuple[Path, Path], tmp_path: Path
) -> None:
    old = Path(shutil.copy(builds[0], tmp_path))
    script = "import duckdb, sys; held = duckdb.connect(sys.argv[1]); print(flush=True); input()"
    with subprocess.Popen(
        [sys.executable, "-c", script, old], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as writer:
        assert writer.stdout
        writer.stdout.readline()
        ran = command("diff", old, "--db", builds[1])
        writer.communicate(b"\n")
    assert (ran.code, ran.out) == (1, "")
    assert ran.err == f"e6duck: {old} is in use by another program that writes to it;" + (
        " close that first\n"
    )


def test_a_comparison_imports_duckdb_alone(builds: tuple[Path, Path]) -> None:
    assert imported("diff", str(builds[0]), "--db", str(builds[1])) == {"duckdb"}
