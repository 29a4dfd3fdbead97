"""A build that is killed at any moment leaves the old files or the new ones, and the next works."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from e6duck.builder.build import build
from e6duck.compat import load_implications, load_tags
from e6duck.db.connection import open_reading
from e6duck.db.sql_files import scripts
from e6duck.index.write import NAMES
from tests.support.exports import alias, implication, post, tag, write_export
from tests.support.folders import LOCK, content, names
from tests.support.reference import Export

# Kills itself in the n-th event of a build, each time in a process of its own, forked from one that
# has imported all: {"events": [[n, data_dir, out_dir], …]}. The event stands on stdout before.
DRIVER = """
import json, os, signal, sys
from e6duck.builder.build import build

def run(moment, data_dir, out_dir):
    count = 0
    def on_progress(stage, rows):
        nonlocal count
        if count == moment:
            os.write(1, (stage + "\\n").encode())
            os.kill(os.getpid(), signal.SIGKILL)
        count += 1
    build(data_dir, out_dir=out_dir, on_progress=on_progress)

for arguments in json.load(sys.stdin):
    child = os.fork()
    if not child:
        try:
            run(*arguments)
        finally:
            os._exit(1)
    status = os.waitpid(child, 0)[1]
    if not (os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL):
        sys.exit(f"not killed: {arguments}")
"""

# So that no id means the same in both, and each has what the other lacks.
OLD = Export(
    posts=[post(number, "wolf tree canine") for number in range(1, 4)],
    tags=[tag("wolf", 5), tag("canine", 5), tag("tree")],
    tag_aliases=[alias("trees", "tree")],
    tag_implications=[implication("wolf", "canine")],
)
NEW = Export(
    posts=[
        *(post(number, "red_fox night") for number in range(1, 6)),
        *(post(number, "fox canine") for number in range(6, 8)),
    ],
    tags=[tag("red_fox", 5), tag("fox", 5), tag("canine", 5), tag("night")],
    tag_aliases=[alias("vixen", "fox")],
    tag_implications=[implication("red_fox", "fox"), implication("fox", "canine")],
)
PUBLISH = "publish"

# The SQL stages write to nothing but the draft, so a few of them stand for all: the first one, one
# of each kind of relation, and the last one. In name_use and posts the kept posts are on disk, too.
SQL_STAGES = ("categories", "implication_path", "tags", "neighbors", "build_info")
PASSES = ("name_use", "posts")


@dataclass(frozen=True)
class Place:
    """Where a build works, and where its index files go."""

    data: Path
    out: Path

    @property
    def database(self) -> Path:
        return self.data / "e6.duckdb"

    @property
    def folders(self) -> list[Path]:
        return sorted({self.data, self.out})

    def index(self) -> dict[str, bytes]:
        """The index files, without a finished publication."""
        return {name: (self.out / name).read_bytes() for name in [*NAMES, "index.json"]}

    def listing(self) -> list[list[str]]:
        return [names(folder) for folder in self.folders]

    def copy_to(self, root: Path) -> Place:
        shutil.copytree(self.data.parent, root)
        return Place(root / self.data.name, root / self.out.name)


@dataclass(frozen=True)
class World:
    """An old database and its index files, a new export, and the moments of the build between."""

    old: Place
    events: list[str]
    index_ids: set[str]

    def killed(self, root: Path, moments: list[int]) -> list[Place]:
        """The place as a build leaves it that is killed at each moment."""
        places = [self.old.copy_to(root / str(moment)) for moment in moments]
        jobs = [
            [moment, str(place.data), str(place.out)]
            for moment, place in zip(moments, places, strict=True)
        ]
        done = subprocess.run(
            [sys.executable, "-c", DRIVER], input=json.dumps(jobs), capture_output=True, text=True
        )
        assert done.returncode == 0, done.stderr
        assert done.stdout.split() == [self.events[moment] for moment in moments]
        return places


def _world(root: Path, out: str) -> World:
    old = Place(root / "old" / "data", root / "old" / out)
    write_export(old.data, OLD)
    old_id = build(old.data, out_dir=old.out).build_id
    write_export(old.data, NEW)
    new = old.copy_to(root / "new")
    events: list[str] = []
    built = build(new.data, out_dir=new.out, on_progress=lambda stage, rows: events.append(stage))
    assert old.listing() == new.listing()
    assert built.build_id != old_id
    return World(old, events, {old_id, built.build_id})


@pytest.fixture(scope="module", params=["data", "out"], ids=["one folder", "two folders"])
def world(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> World:
    return _world(tmp_path_factory.mktemp("world"), request.param)


def _tag_names(database: Path) -> list[str]:
    """The tags of a database, which is wholly the old or wholly the new one."""
    connection = open_reading(database)
    try:
        rows = connection.execute("select name from tags order by tag_id").fetchall()
        post_count = connection.execute("select count(*) from posts").fetchall()[0][0]
    finally:
        connection.close()
    tags = [name for (name,) in rows]
    assert post_count == (3 if "wolf" in tags else 7)
    return tags


def moments_of(events: list[str], *, publishing: bool) -> list[int]:
    """All moments of the renames, or all in the passes over posts and one in other stages.

    Of the SQL stages, only those of SQL_STAGES.
    """
    if publishing:
        return [number for number, event in enumerate(events) if event == PUBLISH]
    left_out = {script.name for script in scripts("build")} - {*SQL_STAGES, *PASSES}
    chosen = []
    for number, event in enumerate(events):
        is_new = event in PASSES or event not in events[:number]
        if event not in (PUBLISH, *left_out) and is_new:
            chosen.append(number)
    return chosen


def test_a_moment_is_chosen_in_each_kind_of_stage(world: World) -> None:
    moments = moments_of(world.events, publishing=False)
    stages = {world.events[moment] for moment in moments}
    assert stages >= {*SQL_STAGES, *PASSES, "audit", "checkpoint", *NAMES}
    assert {script.name for script in scripts("build")} <= set(world.events)
    assert len(moments) >= 15
    assert len(moments_of(world.events, publishing=True)) == len(NAMES) + 2


def test_a_kill_before_the_replacement_leaves_all_as_it_was(world: World, tmp_path: Path) -> None:
    moments = moments_of(world.events, publishing=False)
    if world.old.out != world.old.data:  # the stages are the same: a few will do
        moments = moments[::5]
    listing = world.old.listing()
    for moment, place in zip(moments, world.killed(tmp_path, moments), strict=True):
        event = f"{moment}: {world.events[moment]}"
        assert place.database.read_bytes() == world.old.database.read_bytes(), event
        assert place.index() == world.old.index(), event
        assert "wolf" in _tag_names(place.database), event
        assert "wolf" in _index_names(place, world), event
        _next_build_works(place, listing, event)


def test_a_kill_in_the_replacement_leaves_the_old_or_the_new(world: World, tmp_path: Path) -> None:
    moments = moments_of(world.events, publishing=True)
    first = moments[0]
    if world.old.out != world.old.data:  # two sets: the database alone, then the index files
        moments = [first, first + 1, first + 2, first + 5, moments[-1]]
    for moment, place in zip(moments, world.killed(tmp_path, moments), strict=True):
        event = f"{moment}: {world.events[moment]}"
        is_new = moment > first  # the database is renamed first
        assert ("red_fox" in _tag_names(place.database)) == is_new, event
        found = _index_names(place, world)
        if place.out == place.data:
            assert found == _tag_names(place.database), event
        _next_build_works(place, world.old.listing(), event)


def test_a_kill_in_the_replacement_needs_no_build_to_be_whole(tmp_path: Path) -> None:
    world = _world(tmp_path / "world", "data")
    moments = moments_of(world.events, publishing=True)
    for place in world.killed(tmp_path, [moments[1], moments[-1]]):
        load_tags(place.data)
        (place.data / LOCK).unlink()  # which the next build would take over
        assert not [name for name in names(place.data) if "building" in name or "publish" in name]
        assert place.listing() == world.old.listing()


def _index_names(place: Place, world: World) -> list[str]:
    """The names in the index files, as our loaders see them; all files are of one build."""
    tag2idx, tags, categories = load_tags(place.out)
    implications, _ = load_implications(place.out)
    assert len(tags) == len(categories)
    assert {tags[tag_id] for tag_id in tag2idx.values()} == set(tags)
    implied = {tags[key]: {tags[each] for each in ids} for key, ids in implications.items()}
    if "wolf" in tags:
        assert implied == {"wolf": {"canine"}}
    else:
        assert implied == {"red_fox": {"fox", "canine"}, "fox": {"canine"}}
    build_id = json.loads((place.out / "index.json").read_text())["build_id"]
    assert build_id in world.index_ids
    for path in place.out.glob("*.parquet"):
        assert pq.read_metadata(path).metadata[b"e6duck_build"].decode() == build_id
    return tags


def _next_build_works(place: Place, listing: list[list[str]], event: str) -> None:
    built = build(place.data, out_dir=place.out)
    assert built.kept_old is None, event
    assert "red_fox" in _tag_names(place.database), event
    assert json.loads((place.out / "index.json").read_text())["build_id"] == built.build_id, event
    assert load_tags(place.out)[1] == _tag_names(place.database), event
    assert place.listing() == listing, event


def test_a_first_build_that_is_killed_leaves_no_database(tmp_path: Path) -> None:
    start = Place(tmp_path / "start" / "data", tmp_path / "start" / "data")
    write_export(start.data, NEW)
    full = start.copy_to(tmp_path / "full")
    events: list[str] = []
    build(full.data, on_progress=lambda stage, rows: events.append(stage))
    world = World(start, events, set())
    moments = [events.index("posts"), events.index("tags.parquet"), events.index(PUBLISH)]
    for moment, place in zip(moments, world.killed(tmp_path, moments), strict=True):
        assert not place.database.exists()
        _next_build_works(place, full.listing(), events[moment])


def test_a_shell_that_opens_the_old_database_after_a_kill_loses_nothing(tmp_path: Path) -> None:
    # Had the next reader renamed the database, the shell's WAL would lie beside the new one.
    world = _world(tmp_path / "world", "data")
    (place,) = world.killed(tmp_path, [world.events.index(PUBLISH)])
    program = (
        "import os, signal, sys, duckdb; shell = duckdb.connect(sys.argv[1])\n"
        "shell.execute('create table mine as select 7 as a'); os.kill(os.getpid(), signal.SIGKILL)"
    )
    subprocess.run([sys.executable, "-c", program, str(place.database)])
    load_tags(place.data)
    assert "wolf" in _tag_names(place.database)
    built = build(place.data)
    assert built.user_relations == ("mine",)
    assert not list(place.data.glob("*.wal"))


def test_a_build_that_is_interrupted_leaves_all_whole(world: World, tmp_path: Path) -> None:
    renames = moments_of(world.events, publishing=True)
    for moment in (world.events.index("posts.parquet"), *renames[:3], renames[-1]):
        place = world.old.copy_to(tmp_path / str(moment))
        left = moment

        def interrupt(stage: str, rows: int) -> None:
            nonlocal left
            if left == 0:
                raise KeyboardInterrupt
            left -= 1

        with pytest.raises(KeyboardInterrupt):
            build(place.data, out_dir=place.out, on_progress=interrupt)
        assert place.listing() == world.old.listing()
        is_new = moment > renames[0]
        assert ("red_fox" in _tag_names(place.database)) == is_new
        found = _index_names(place, world)
        if place.out == place.data:
            assert found == _tag_names(place.database)


def test_nothing_of_a_killed_build_is_in_the_way_of_a_changed_export(tmp_path: Path) -> None:
    world = _world(tmp_path / "world", "data")
    (place,) = world.killed(tmp_path, [world.events.index("posts")])
    assert [name for name in names(place.data) if name.endswith(".spill")]
    write_export(place.data, OLD)
    build(place.data)
    assert content(place.data).keys() == content(world.old.data).keys()
    assert "wolf" in _tag_names(place.database)
