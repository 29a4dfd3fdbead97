"""The SQL files of a build name their inputs, and which relations are temporary."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import duckdb
import pytest

from e6duck.builder import from_index, pipeline
from e6duck.builder.build import build
from e6duck.builder.inputs import INPUTS
from e6duck.db.sql_files import Script, more_scripts, scripts
from tests.conftest import CHECKOUT
from tests.support.exports import post, write_export
from tests.support.reference import Export

BUILT = [*scripts("build"), *more_scripts()]
EVERY = list({script.path: script for script in [*BUILT, *from_index.import_scripts()]}.values())
PLACES = re.compile(r"^-- input: (\w+) \((.+)\)$", re.MULTILINE)


def by_name(script: Script) -> str:
    return str(script.path.relative_to(CHECKOUT / "sql"))


def test_every_input_that_python_makes_is_named_by_an_sql_file() -> None:
    assert INPUTS.keys() == {name for script in BUILT for name in script.inputs}


@pytest.mark.parametrize("script", EVERY, ids=by_name)
def test_an_sql_file_names_the_inputs_that_it_selects_from(script: Script) -> None:
    named = {name for each in EVERY for name in each.inputs}
    code = "\n".join(line for line in script.text.splitlines() if not line.startswith("--"))
    assert set(script.inputs) == named & set(re.findall(r"(?:from|join) (\w+)", code))
    for name, place in PLACES.findall(script.text):
        python = (CHECKOUT / "e6duck" / place).read_text(encoding="utf-8")
        assert name.removesuffix("_csv").removesuffix("_used") in python or "{table}_" in python


def test_a_build_fails_if_an_input_is_not_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_export(tmp_path, Export(posts=[post(1, "fox")]))

    def without_inputs(kind: str) -> list[Script]:
        return [replace(each, text=PLACES.sub("--", each.text)) for each in scripts(kind)]

    monkeypatch.setattr(pipeline, "scripts", without_inputs)
    with pytest.raises(duckdb.CatalogException, match="tags_csv"):
        build(tmp_path, write_index=False)
    assert not (tmp_path / "e6.duckdb").exists()


def test_a_build_measures_its_stages_in_order(tmp_path: Path) -> None:
    write_export(tmp_path, Export(posts=[post(1, "fox tree"), post(2, "fox"), post(3, "fox")]))
    built = build(tmp_path)
    names = [each.stage for each in built.stages]
    expected = [script.name for script in scripts("build")]
    assert [name for name in names if name in expected] == expected
    assert (names[0], names[-1]) == ("start", "publish")
    rows = {each.stage: each.rows for each in built.stages}
    assert (rows["name_use"], rows["posts"], rows["tags"]) == (3, 3, 2)
    assert (rows["ranked_tag"], rows["neighbors"]) == (2, None)
    assert all(each.seconds >= 0 and each.cpu_seconds >= 0 for each in built.stages)
    assert sum(each.seconds for each in built.stages) >= built.seconds


def test_the_relations_of_a_finished_build_are_those_not_marked_as_temporary(
    sample: Path,
) -> None:
    with duckdb.connect(str(sample / "e6.duckdb"), read_only=True) as connection:
        found = connection.execute(
            """
            select table_name from duckdb_tables() where not internal
            union all
            select view_name from duckdb_views() where not internal
            union all
            select function_name from duckdb_functions() where not internal
            """
        ).fetchall()
    assert {name for (name,) in found} == {
        script.name for script in scripts("build") if script.is_lasting
    }
