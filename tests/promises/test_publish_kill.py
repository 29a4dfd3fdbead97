"""A build, training or import that is killed in any system call of its renames.

Whoever opens the database next finishes what was begun, or says that it may not.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import sys
import warnings
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from e6duck import files
from e6duck.builder.build import build
from e6duck.builder.from_index import import_index
from e6duck.db.connection import open_reading
from e6duck.errors import E6DuckWarning
from e6duck.trainer.train import train
from tests.support.exports import implication, post, tag, write_export
from tests.support.folders import content, names
from tests.support.reference import Export

VECTORS = "implicit_tag_factors.safetensors"

# Publishes [drafts, folder, stale] and kills itself before its n-th system call, each time in a
# process of its own. Ends when one was not killed.
DRIVER = """
import json, os, signal, sys
from pathlib import Path
from e6duck import files

def run(moment, drafts, folder, stale):
    count = 0
    def watched(call):
        def watching(*arguments, **options):
            nonlocal count
            count += 1
            if count == moment:
                os.kill(os.getpid(), signal.SIGKILL)
            return call(*arguments, **options)
        return watching
    for name in ("replace", "unlink", "fsync", "open", "close", "chmod"):
        setattr(os, name, watched(getattr(os, name)))
    Path.open = watched(Path.open)
    drafts = {Path(final): Path(draft) for final, draft in drafts}
    list(files.publish(drafts, Path(folder), stale))

for moment, job in enumerate(json.load(sys.stdin), start=1):
    child = os.fork()
    if not child:
        run(moment, *job)
        os._exit(0)
    status = os.waitpid(child, 0)[1]
    if not os.WIFSIGNALED(status):
        sys.exit(print(moment))
"""
MOST_CALLS = 200


@dataclass
class Publication:
    """A folder just before its files are replaced, and what is to be done there."""

    folder: Path
    drafts: list[tuple[str, str]]  # names: final and draft
    stale: Mapping[str, str]
    before: dict[str, bytes]
    after: dict[str, bytes]

    def job(self, folder: Path) -> list[object]:
        drafts = [[str(folder / final), str(folder / draft)] for final, draft in self.drafts]
        return [drafts, str(folder), self.stale]


def no_train(folder: Path) -> None:
    build(folder)


def trained(folder: Path) -> None:
    train(folder / "e6.duckdb", min_tags=1)


def imported(folder: Path) -> None:
    import_index(folder, folder / "e6.duckdb", force=True)


@pytest.fixture(scope="module")
def start(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A trained build of an old export, with a new export beside it."""
    folder = tmp_path_factory.mktemp("start") / "data"
    posts = [post(1 + number, "wolf tree canine") for number in range(30)]
    write_export(folder, Export(posts, [tag("wolf", 5)], [], [implication("wolf", "canine")]))
    build(folder)
    train(folder / "e6.duckdb", min_tags=1)
    return folder


@pytest.fixture(scope="module", params=[no_train, trained, imported])
def publication(
    request: pytest.FixtureRequest, start: Path, tmp_path_factory: pytest.TempPathFactory
) -> Publication:
    work: Callable[[Path], None] = request.param
    root = tmp_path_factory.mktemp("publication")
    folder = shutil.copytree(start, root / "data")
    if work is no_train:
        write_export(folder, Export([post(1 + n, "fox night") for n in range(9)], [], [], []))
    found: list[Publication] = []
    publish = files.publish

    def noting(
        drafts: Mapping[Path, Path], place: Path, stale: Mapping[str, str] | None = None
    ) -> Iterator[Path]:
        copy = shutil.copytree(place, root / "before")
        pairs = [(final.name, draft.name) for final, draft in drafts.items()]
        old = {name: data for name, data in content(copy).items() if not files.is_draft(name)}
        found.append(Publication(copy, pairs, stale or {}, old, {}))
        yield from publish(drafts, place, stale)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(files, "publish", noting)
        work(folder)
    (only,) = found
    only.after = content(folder)
    assert only.after != only.before
    return only


def killed(publication: Publication, root: Path) -> list[Path]:
    """The folder as it is after a kill in each system call, and at the end whole."""
    places = [root / str(moment) for moment in range(1, MOST_CALLS)]
    jobs = [publication.job(place) for place in places]
    for place in places:
        shutil.copytree(publication.folder, place, copy_function=copied)
    done = subprocess.run(
        [sys.executable, "-c", DRIVER], input=json.dumps(jobs), capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert 20 < int(done.stdout) < MOST_CALLS - 1
    return places[: int(done.stdout)]


def copied(source: str, target: str) -> None:
    """Link large files, which are replaced and never changed."""
    Path(target).hardlink_to(source)


def visible(folder: Path) -> dict[str, bytes]:
    return {name: data for name, data in content(folder).items() if name != files.LOCK}


def test_a_reader_finishes_what_was_begun(publication: Publication, tmp_path: Path) -> None:
    states = []
    before, after = publication.before, publication.after
    before.pop(files.LOCK, None)
    after.pop(files.LOCK, None)
    for place in killed(publication, tmp_path):
        with warnings.catch_warnings():
            warnings.simplefilter("error", E6DuckWarning)
            open_reading(place / "e6.duckdb").close()
        found = {name: data for name, data in visible(place).items() if not files.is_draft(name)}
        is_new = found["e6.duckdb"] == after["e6.duckdb"]
        if not is_new:
            found.pop(files.JOURNAL, None)  # its process may still live
        assert found == (after if is_new else before)
        if is_new:
            assert not [name for name in names(place) if files.is_draft(name)]
        states.append(is_new)
    assert states == sorted(states)
    assert {False, True} == set(states)


READER = """
import ctypes, sys
from pathlib import Path
from e6duck.__main__ import main
header, none = (ctypes.c_uint32 * 2)(0x20080522, 0), (ctypes.c_uint32 * 6)()
if ctypes.CDLL(None, use_errno=True).capset(header, none):
    raise OSError(ctypes.get_errno(), "capset")
sys.argv = ["e6duck", "query", "--db", sys.argv[1], "select count(*) > 0 as found from tags"]
main()
"""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="rights are dropped as on Linux")
def test_a_reader_who_may_not_write_says_that_files_are_of_two_builds(
    publication: Publication, tmp_path: Path
) -> None:
    after = publication.after
    places = killed(publication, tmp_path)
    begun = [
        place
        for place in places
        if (place / files.JOURNAL).exists()
        and (place / "e6.duckdb").read_bytes() == after["e6.duckdb"]
    ]
    place = begun[0]
    before = content(place)
    place.chmod(0o555)
    try:
        done = subprocess.run(
            [sys.executable, "-c", READER, str(place / "e6.duckdb")], capture_output=True, text=True
        )
    finally:
        place.chmod(0o755)
    assert done.returncode == 0
    assert "true" in done.stdout
    assert done.stderr.count("\n") == 1
    assert "was killed while it replaced the files" in done.stderr
    assert content(place) == before


def test_vectors_of_another_build_do_not_stay_beside_new_ids(start: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(start, tmp_path / "data")
    assert (folder / VECTORS).exists()
    build(folder)  # of the same export: the ids are the same
    assert (folder / VECTORS).exists()
    write_export(folder, Export([post(1 + n, "fox night") for n in range(9)], [], [], []))
    build(folder)
    assert not [name for name in names(folder) if "factors" in name]
    import_index(folder, tmp_path / "again.duckdb")


def test_vectors_that_e6duck_did_not_write_are_set_aside(tmp_path: Path) -> None:
    write_export(tmp_path, Export([post(1 + n, "fox night") for n in range(9)], [], [], []))
    (tmp_path / VECTORS).write_bytes(b"of another program")
    build(tmp_path)
    assert not (tmp_path / VECTORS).exists()
    assert (tmp_path / f"{VECTORS}.old").read_bytes() == b"of another program"
    listed = json.loads((tmp_path / "index.json").read_text())["files"]
    assert {hashlib.sha256((tmp_path / name).read_bytes()).hexdigest() for name in listed} == {
        entry["sha256"] for entry in listed.values()
    }
