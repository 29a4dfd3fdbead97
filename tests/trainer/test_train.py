"""Training as a whole: its files and tables, errors, interrupts, and other programs at work."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import stat
import subprocess
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pytest
from safetensors import safe_open
from safetensors.numpy import load_file, save

from e6duck import DatabaseError, E6DuckError, Recipe, UsageError
from e6duck.builder.build import build
from e6duck.errors import Interruption
from e6duck.index.publish import publish
from e6duck.index.vectors import POST_FACTORS, TAG_FACTORS
from e6duck.index.write import INDEX, NAMES
from e6duck.trainer import als
from e6duck.trainer import train as training
from e6duck.trainer.train import train
from tests.index.test_publish import change, shell
from tests.support.exports import implication, post, tag, write_export
from tests.support.folders import content, names
from tests.support.reference import Export
from tests.support.terminal import E6DUCK, command

# A checkerboard: even posts have eight even tags, of which each lacks one, and odd posts odd ones.
TAGS = [f"{'even' if number % 2 == 0 else 'odd'}_{number}" for number in range(16)]
POSTS = [
    post(number + 1, " ".join(name for name in TAGS[number % 2 :: 2] if name != TAGS[number % 16]))
    for number in range(96)
]
BOARD = Export(
    posts=[*POSTS, post(97, "even_0 odd_1"), post(98, "even_2")],
    tags=[tag(name, 5) for name in TAGS],
    tag_aliases=[],
    tag_implications=[implication("even_0", "even_2")],
)
OTHER = Export([post(number, "wolf tree") for number in range(1, 9)], [], [], [])
OLD, NEW = Recipe(factors=4, seed=0), Recipe(factors=3, seed=1)
SVD = Recipe(method="svd")


@pytest.fixture(scope="module")
def trained_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("trained")
    write_export(folder, BOARD)
    build(folder)
    train(folder, recipe=OLD)
    return folder


@pytest.fixture
def data(trained_once: Path, tmp_path: Path) -> Path:
    """A folder with a database, its index files and its vectors."""
    return shutil.copytree(trained_once, tmp_path / "data")


def rows(folder: Path, query: str) -> list[Any]:
    with duckdb.connect(str(folder / "e6.duckdb"), read_only=True) as connection:
        return connection.execute(query).fetchall()


def factors_of(folder: Path) -> int:
    """Return the number of factors of the vectors in a database; asserts that they are whole."""
    ((kind, count),) = rows(folder, "select typeof(any_value(factors)), count(*) from tag_factors")
    size = int(kind.removeprefix("FLOAT[").removesuffix("]"))
    assert dict(rows(folder, "from training_info"))["factors"] == str(size)
    assert count == len(TAGS)
    return size


def index_of(folder: Path) -> dict[str, Any]:
    index: dict[str, Any] = json.loads((folder / INDEX).read_text())
    return index


def check_index(folder: Path) -> None:
    """Assert that index.json has the sizes and digests of the files."""
    for name, entry in index_of(folder)["files"].items():
        found = (folder / name).read_bytes()
        assert entry == {"size": len(found), "sha256": hashlib.sha256(found).hexdigest()}, name


# Tables and files


def test_tags_of_one_color_are_nearest(trained_once: Path) -> None:
    found = rows(
        trained_once,
        "select a.name, b.name from tag_factors x join tags a using (tag_id),"
        " tag_factors y join tags b on b.tag_id = y.tag_id"
        " where a.name <> b.name and a.category = 5 and b.category = 5"
        " qualify row_number() over (partition by a.name order by"
        " array_cosine_similarity(x.factors, y.factors) desc) <= 7",
    )
    assert len(found) == 7 * len(TAGS)
    assert all(a.split("_")[0] == b.split("_")[0] for a, b in found)


@pytest.mark.parametrize("recipe", [Recipe(), Recipe(factors=5), Recipe(method="svd", factors=2)])
def test_factors_are_the_size_of_a_vector(data: Path, recipe: Recipe) -> None:
    trained = train(data, recipe=recipe)
    kind = rows(data, "select distinct typeof(factors) from tag_factors")
    assert kind == [(f"FLOAT[{recipe.factors or 17 // 8}]",)]
    assert rows(data, "select count(*) from tag_factors") == [(trained.tag_count,)]


def test_the_tables_of_training_have_comments(trained_once: Path) -> None:
    for table in ("tag_factors", "training_info"):
        query = f"select comment from duckdb_columns() where table_name = '{table}'"
        query += f" union all select comment from duckdb_tables() where table_name = '{table}'"
        comments = [comment for (comment,) in rows(trained_once, query)]
        assert len(comments) == 3
        assert all(comments)


def test_the_file_is_that_of_e6db(trained_once: Path) -> None:
    path = trained_once / TAG_FACTORS
    tensors = load_file(path)
    assert tensors.keys() == {"tag_factors"}
    vectors = tensors["tag_factors"]
    assert vectors.dtype == np.float32
    assert vectors.shape == (len(TAGS) + 1, 4)
    for tag_id, factors in rows(trained_once, "from tag_factors"):
        assert vectors[tag_id].tolist() == list(factors)
    with safe_open(path, "numpy") as file:
        assert path.read_bytes() == save(tensors, metadata=file.metadata())


def test_metadata_has_the_facts_that_are_the_same_each_time(data: Path) -> None:
    before = (data / TAG_FACTORS).read_bytes()
    trained = train(data, recipe=OLD, threads=1)
    assert (data / TAG_FACTORS).read_bytes() == before
    with safe_open(data / TAG_FACTORS, "numpy") as file:
        facts = json.loads(file.metadata()["e6duck"])
    assert (
        facts.items()
        >= {
            "method": "als",
            "factors": "4",
            "seed": "0",
            "weighting": "tfidf",
            "posts": str(trained.post_count),
            "tags": "17",
            "uses": str(trained.use_count),
            "build_id": index_of(data)["build_id"],
            "score": "",  # no tag has five siblings here
            "device": "cpu",
        }.items()
    )
    info = dict(rows(data, "from training_info"))
    assert info.keys() - facts.keys() == {"trained_at", "seconds", "threads"}
    assert info.items() >= facts.items()


def test_post_factors_have_the_post_of_each_row(data: Path) -> None:
    trained = train(data, recipe=NEW, min_tags=3, post_factors=True)
    assert [path.name for path in trained.files] == [TAG_FACTORS, POST_FACTORS]
    tensors = load_file(data / POST_FACTORS)
    assert tensors.keys() == {"post_factors", "post_ids"}
    assert tensors["post_factors"].dtype == np.float32
    assert tensors["post_factors"].shape == (97, 3)
    assert tensors["post_ids"].dtype == np.int64
    assert tensors["post_ids"].tolist() == list(range(1, 98))  # the last one has two tags
    check_index(data)
    # A post is nearer to its own tags than to the others.
    with safe_open(data / TAG_FACTORS, "numpy") as file:
        score = tensors["post_factors"] @ file.get_tensor("tag_factors").T
    own = np.zeros(score.shape, bool)
    for row, tag_ids in rows(data, "select id - 1, tag_ids from posts where id < 97"):
        own[row, tag_ids] = True
    assert score[:96][own[:96]].mean() > 2 * score[:96][~own[:96]].mean()


def test_index_drops_the_post_factors_of_an_earlier_training(data: Path) -> None:
    train(data, recipe=OLD, post_factors=True)
    assert command("export", data, "--db", data).code == 0
    assert POST_FACTORS in index_of(data)["files"]  # the vectors are the same
    train(data, recipe=NEW)
    assert POST_FACTORS not in index_of(data)["files"]
    check_index(data)


def test_vector_files_have_the_mode_of_other_index_files(trained_once: Path) -> None:
    modes = {stat.S_IMODE((trained_once / name).stat().st_mode) for name in (TAG_FACTORS, INDEX)}
    assert len(modes) == 1


# The index files


def test_index_lists_the_vectors(trained_once: Path) -> None:
    assert index_of(trained_once)["files"].keys() == {*NAMES, TAG_FACTORS}
    check_index(trained_once)


@pytest.mark.parametrize("only", [(), ("--only", TAG_FACTORS)], ids=["all", "only"])
def test_export_writes_the_same_bytes_again(
    trained_once: Path, tmp_path: Path, only: tuple[str, ...]
) -> None:
    ran = command("export", tmp_path / "out", "--db", trained_once, *only)
    assert ran.code == 0, ran.err
    found = (tmp_path / "out" / TAG_FACTORS).read_bytes()
    assert found == (trained_once / TAG_FACTORS).read_bytes()
    check_index(tmp_path / "out")


def test_a_database_without_vectors_exports_none(data: Path) -> None:
    write_export(data, OTHER)
    build(data)
    assert TAG_FACTORS not in index_of(data)["files"]
    ran = command("export", data, "--db", data, "--only", TAG_FACTORS)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err == f"e6duck: there are no vectors for {TAG_FACTORS} yet; run: e6duck train\n"


def test_no_vectors_are_written_beside_files_of_another_build(data: Path, tmp_path: Path) -> None:
    write_export(tmp_path / "other", OTHER)
    build(tmp_path / "other")
    before = content(data), content(tmp_path / "other")
    events: list[str] = []
    with pytest.raises(UsageError, match="has index files from another build; export all files"):
        train(
            tmp_path / "other",
            out_dir=data,
            on_progress=lambda stage, done, total: events.append(stage),
        )
    assert events == ["reading posts"]
    assert (content(data), content(tmp_path / "other")) == before


def test_a_broken_index_is_replaced_only_by_a_build(data: Path) -> None:
    for text in (b"", b"[]", b"{", b"{}", b'{"build_id": "x"}', b"\xff"):
        (data / INDEX).write_bytes(text)
        with pytest.raises(UsageError, match="has index files from another build; export all"):
            train(data, recipe=NEW)
    assert factors_of(data) == 4
    build(data)
    train(data, recipe=NEW)
    check_index(data)


# Build


def test_build_trains(tmp_path: Path) -> None:
    write_export(tmp_path, BOARD)
    ran = command("build", tmp_path, "--threads", 1)
    assert ran.code == 0
    *_, said, written, _ = ran.err.splitlines()
    assert said.startswith("vectors       16 tags in 2 dimensions, by als from ")
    assert written == f"vector files  {TAG_FACTORS} in {tmp_path}"
    assert index_of(tmp_path)["files"].keys() == {*NAMES, TAG_FACTORS}
    assert command("build", tmp_path, "--no-train", "-q").code == 0
    assert rows(tmp_path, "from tag_factors") == rows(tmp_path, "from training_info") == []


def test_build_without_export_writes_no_vector_files(tmp_path: Path) -> None:
    write_export(tmp_path, BOARD)
    before = names(tmp_path)
    assert command("build", tmp_path, "--no-export", "-q").code == 0
    assert names(tmp_path) == sorted([*before, "e6.duckdb"])
    assert rows(tmp_path, "select count(*) from tag_factors") == [(16,)]


def test_build_puts_vector_files_where_the_others_are(tmp_path: Path) -> None:
    write_export(tmp_path / "data", BOARD)
    before = names(tmp_path / "data")
    assert command("build", tmp_path / "data", "--out", tmp_path / "out", "-q").code == 0
    assert names(tmp_path / "data") == sorted([*before, "e6.duckdb"])
    assert names(tmp_path / "out") == sorted([*NAMES, TAG_FACTORS, INDEX])
    check_index(tmp_path / "out")


@pytest.mark.parametrize(
    ("posts", "line"),
    [
        (
            [post(1, "a", is_deleted=True)],
            "no vectors    training needs 2 tags or more, not 0",
        ),
        (
            [post(1, "a", rating=None), post(2, "a", rating=None)],
            "no vectors    training needs 2 tags or more, not 1",
        ),
    ],
    ids=["no post", "one tag"],
)
def test_a_build_with_too_few_tags_to_train_on_succeeds(
    tmp_path: Path, posts: list[Any], line: str
) -> None:
    write_export(tmp_path, Export(posts, [tag("a")], [], []))
    ran = command("build", tmp_path)
    assert ran.code == 0
    assert ran.err.splitlines()[-1].startswith(line)
    assert index_of(tmp_path)["files"].keys() == set(NAMES)
    assert rows(tmp_path, "from tag_factors") == []


# Options


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (
            {"recipe": Recipe(factors=18)},
            "factors must be 17 or less, the number of tags to train on",
        ),
        ({"min_tags": 9}, "no post has 9 direct tags of the vocabulary; lower min_tags"),
        ({"min_tags": 0}, "min_tags must be 1 or more, not 0"),
        ({"vocabulary": 1}, "vocabulary must be 2 or more, not 1"),
        ({"threads": -1}, "threads must be 1 or more, not -1"),
        ({"recipe": SVD, "post_factors": True}, "post_factors needs the method als"),
        ({"recipe": SVD, "device": "cuda"}, "device has no effect with the method svd"),
        ({"post_factors": True, "write_index": False}, "post_factors has no effect if no files"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_options_that_do_not_fit_are_an_error(
    data: Path, options: dict[str, Any], message: str
) -> None:
    before = content(data)
    with pytest.raises(UsageError, match=f"^{message}") as caught:
        train(data, **options)
    assert caught.value.option in message
    assert content(data) == before


def test_infinite_vectors_are_an_error(data: Path) -> None:
    before = content(data)
    with pytest.raises(E6DuckError, match=r"^the vectors are not finite; try more"):
        train(data, recipe=Recipe(alpha=1e38, regularization=0), device="cpu")
    assert content(data) == before


def test_a_missing_database_is_an_error(tmp_path: Path) -> None:
    place = tmp_path / "nowhere"
    with pytest.raises(DatabaseError, match=r"there is no database .*; make it with: e6duck build"):
        train(place, out_dir=tmp_path / "out")
    assert names(tmp_path) == []


def test_the_vocabulary_may_be_larger_than_the_number_of_tags(data: Path) -> None:
    assert train(data, recipe=NEW, vocabulary=10**40).tag_count == 16
    assert train(data, recipe=NEW, vocabulary=5, min_tags=1).tag_count == 4


def test_without_a_gpu_the_cpu_trains(data: Path) -> None:
    forced = command("train", "--db", data, "--device", "cuda")
    if forced.code == 0:
        pytest.skip("there is a GPU here")
    assert forced.code == 1
    assert forced.err.startswith("e6duck: cannot train with CUDA: ")
    assert forced.err.endswith("; choose the device cpu\n")
    assert forced.err.count("\n") == 1
    first, *_ = command("train", "--db", data).err.splitlines()
    assert first.startswith("training on the CPU: " if als._has_gpu() else "vectors ")
    first, *_ = command("train", "--db", data, "--method", "svd").err.splitlines()
    assert first.startswith("vectors ")


# A sample of the posts


def test_with_too_many_uses_a_sample_of_the_posts_is_taken(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(training, "MOST_USES", 400)

    def sampled(seed: int, **options: Any) -> tuple[list[str], list[int], int]:
        notices: list[str] = []
        recipe = Recipe(factors=2, seed=seed)
        choice = options | {"recipe": recipe, "post_factors": True, "device": "cpu"}
        found = train(data, on_notice=notices.append, **choice)
        post_ids = load_file(data / POST_FACTORS)["post_ids"].tolist()
        assert found.post_count == len(post_ids)
        return notices, post_ids, found.use_count

    notices, post_ids, use_count = sampled(1)
    (line,) = notices
    assert "sample of " in line
    assert "set the option all_posts to use all of them" in line
    assert 10 < len(post_ids) < 55
    # post_ids has the posts of the sample.
    chosen = ", ".join(map(str, post_ids))
    uses = rows(data, f"select sum(len(tag_ids)) from posts where id in ({chosen})")
    assert uses == [(use_count,)]
    assert sampled(1) == (notices, post_ids, use_count)
    assert sampled(2)[1] != post_ids
    notices, post_ids, _ = sampled(1, all_posts=True)
    assert (notices, len(post_ids)) == ([], 60)


# The same seed gives the same bytes

RUN = (
    "import sys; from e6duck.trainer.train import train; from e6duck.trainer.recipe import Recipe\n"
    "train(sys.argv[1], out_dir=sys.argv[2], threads=int(sys.argv[3]), device='cpu',"
    " recipe=Recipe(factors=32, seed=int(sys.argv[4])), post_factors=True)"
)


def test_threads_do_not_change_the_bytes(sample: Path, tmp_path: Path) -> None:
    """Nor do the threads of BLAS. The sample has enough tags for a Krylov space."""
    shutil.copy(sample / "e6.duckdb", tmp_path)
    found = []
    for number, (threads, blas, seed) in enumerate([(1, 1, 0), (3, 4, 0), (2, 2, 1)]):
        out = tmp_path / str(number)
        arguments = map(str, (tmp_path, out, threads, seed))
        subprocess.run(
            [sys.executable, "-W", "error", "-c", RUN, *arguments],
            env=os.environ | {"OPENBLAS_NUM_THREADS": str(blas), "OMP_NUM_THREADS": str(blas)},
            check=True,
        )
        found.append(content(out))
    first, same, other = found
    assert first.keys() == {TAG_FACTORS, POST_FACTORS, INDEX}
    assert same == first
    assert other[TAG_FACTORS] != first[TAG_FACTORS]


# Interrupts

# Trains once for each case, in a child process of its own. A fork is faster than a new interpreter.
DRIVER = """
import ctypes, json, os, resource, signal, sys
from e6duck.trainer.recipe import Recipe
from e6duck.trainer.train import train

def trained(folder, out, moment, mode, limit):
    count = 0

    def on_event(event, arguments):
        nonlocal count
        if event != "os.rename" and not (event == "open" and ".building-" in str(arguments[0])):
            return
        if count == moment and mode == "kill":
            os.kill(os.getpid(), signal.SIGKILL)
        if count == moment and mode == "full":
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
        count += 1

    if mode == "rights":  # drop root's right to ignore the mode of a folder
        header, none = (ctypes.c_uint32 * 2)(0x20080522, 0), (ctypes.c_uint32 * 6)()
        ctypes.CDLL(None, use_errno=True).capset(header, none)
    sys.addaudithook(on_event)
    try:
        train(folder, out_dir=out, recipe=Recipe(factors=3, seed=1), device="cpu", threads=1)
    except Exception as error:
        return f"{type(error).__name__} {error}"
    return str(count)

results = []
for case in json.load(sys.stdin):
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        os.write(writing, trained(*case).encode())
        os._exit(0)
    os.close(writing)
    with open(reading, encoding="utf-8") as pipe:
        text = pipe.read()
    results.append([os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), text])
print(json.dumps(results))
"""
KILLED = (-9, "")


def trained_apart(
    *folders: Path,
    mode: str,
    moments: Iterable[int] = (-1,),
    limit: int = 10,
    out: Path | None = None,
) -> list[tuple[int, str]]:
    """Train in other processes, which fail at a moment; return their exit codes and results.

    moments: one for each folder; 0 is before the first file of its own is opened or renamed. A
    result is an error, or the number of such moments.
    """
    cases = [
        [str(folder), out and str(out), moment, mode, limit]
        for folder, moment in zip(folders, moments, strict=True)
    ]
    done = subprocess.run(
        [sys.executable, "-c", DRIVER], input=json.dumps(cases), capture_output=True, text=True
    )
    assert (done.returncode, done.stderr) == (0, "")
    return [(code, text) for code, text in json.loads(done.stdout)]


def test_a_kill_leaves_the_old_or_the_new_vectors(trained_once: Path, tmp_path: Path) -> None:
    """The process is killed before each file of its own is opened or renamed."""
    finished = shutil.copytree(trained_once, tmp_path / "finished")
    ((_, count),) = trained_apart(finished, mode="kill")
    moments = range(int(count))
    assert len(moments) >= 9
    after = {name: (finished / name).read_bytes() for name in (TAG_FACTORS, INDEX)}
    folders = [shutil.copytree(trained_once, tmp_path / str(moment)) for moment in moments]
    assert set(trained_apart(*folders, mode="kill", moments=moments)) == {KILLED}
    found = []
    for folder in folders:
        found.append(factors_of(folder))
        for name in after:
            old = (trained_once / name).read_bytes()
            assert (folder / name).read_bytes() in (old, after[name])
        train(folder, recipe=NEW)
        assert names(folder) == names(trained_once), folder
        assert {name: (folder / name).read_bytes() for name in after} == after
        assert factors_of(folder) == 3
    assert found == sorted(found, reverse=True)
    assert {found[0], found[-1]} == {4, 3}


def test_an_interrupt_changes_nothing(data: Path) -> None:
    events: list[str] = []
    train(data, recipe=OLD, on_progress=lambda stage, done, total: events.append(stage))
    assert list(dict.fromkeys(events)) == [
        "reading posts",
        "counting pairs",
        "iterating",
        "scoring",
    ]
    before = content(data)
    for moment in range(len(events)):
        left = moment

        def interrupt(stage: str, done: int, total: int) -> None:
            nonlocal left
            if left == 0:
                raise KeyboardInterrupt
            left -= 1

        with pytest.raises(Interruption, match=r"^the old vectors are unchanged$"):
            train(data, recipe=NEW, on_progress=interrupt)
        assert content(data) == before


def test_an_interrupt_after_the_replacement_says_so(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*arguments: Any, **options: Any) -> None:
        publish(*arguments, **options)
        raise KeyboardInterrupt

    monkeypatch.setattr("e6duck.trainer.save.publish", interrupted)
    with pytest.raises(Interruption, match=r"^the new vectors are there$"):
        train(data, recipe=NEW)
    assert factors_of(data) == 3


# Sends SIGINT to itself, as Ctrl-C does, as soon as ALS iterates.
INTERRUPTED = """
import os, signal, sys, threading, time
from e6duck.__main__ import main

def interrupt():
    while not any(thread.name == "e6duck als" for thread in threading.enumerate()):
        time.sleep(0.01)
    os.kill(os.getpid(), signal.SIGINT)

threading.Thread(target=interrupt, daemon=True).start()
main()
"""


INTERRUPTED_LINE = "interrupted; the old vectors are unchanged"


def test_ctrl_c_ends_the_iterations_at_once(data: Path) -> None:
    """Ten million iterations end with one line, and the process does not hang."""
    before = content(data)
    arguments = ["train", "--db", str(data), "--iterations", "10000000", "--device", "cpu"]
    for _ in range(3):
        done = subprocess.run(
            [sys.executable, "-c", INTERRUPTED, *arguments],
            capture_output=True,
            text=True,
        )
        assert (done.returncode, done.stdout, done.stderr) == (130, "", f"\n{INTERRUPTED_LINE}\n")
    assert content(data) == before


# Folders


@pytest.mark.skipif(sys.platform == "win32", reason="has no limit on the size of files")
def test_a_full_disk_changes_nothing(data: Path) -> None:
    before = content(data)
    size = (data / "e6.duckdb").stat().st_size
    for limit in (10, size - 1, size):
        ((_, said),) = trained_apart(data, mode="full", moments=[0], limit=limit)
        if limit == size and not said.startswith("E6DuckError"):
            continue  # the limit was enough
        assert said == f"E6DuckError the disk of {data} is full; the old files are unchanged"
        assert content(data) == before


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="rights are dropped as on Linux")
@pytest.mark.parametrize("is_out", [False, True], ids=["the database's", "the files'"])
def test_a_folder_that_cannot_be_written_is_named_before_the_work(
    trained_once: Path, data: Path, tmp_path: Path, is_out: bool
) -> None:
    before = content(data)
    closed = tmp_path / "closed" if is_out else data
    closed.mkdir(exist_ok=True)
    closed.chmod(0o555)
    try:
        ((_, said),) = trained_apart(data, mode="rights", out=closed)
    finally:
        closed.chmod(0o755)
    assert said == f"E6DuckError cannot write to {closed}"
    assert content(data) == before


# Other programs


def refused(data: Path, message: str, strike: Callable[[], object] | None = None) -> list[str]:
    """Assert that training fails with one line; strike is called when ALS starts to iterate."""
    events: list[str] = []

    def on_progress(stage: str, done: int, total: int) -> None:
        if strike and stage == "iterating" and stage not in events:
            strike()
        events.append(stage)

    with pytest.raises(E6DuckError, match=message) as caught:
        train(data, recipe=NEW, on_progress=on_progress)
    assert "\n" not in str(caught.value)
    return list(dict.fromkeys(events))


def test_a_writer_is_found_before_the_work(data: Path) -> None:
    with shell(data / "e6.duckdb", "create table mine as select 7 as a"):
        events = refused(data, r"e6\.duckdb is in use by another program that writes to it")
    assert events == ["reading posts"]
    train(data, recipe=NEW)  # the shell was killed: its WAL is written into the file
    assert rows(data, "select a from mine") == [(7,)]
    assert factors_of(data) == 3


def test_a_reader_does_not_stop_training(data: Path) -> None:
    with shell(data / "e6.duckdb", read_only=True) as run:
        train(data, recipe=NEW)
        assert run("select count(*) from tags") == "[(17,)]"
    assert factors_of(data) == 3


def test_a_build_at_work_is_found_before_the_work(data: Path) -> None:
    from e6duck.files import working_folder

    with working_folder(data):
        events = refused(data, "another build or export is at work in")
    assert events == ["reading posts"]


def test_relations_of_the_user_are_kept(data: Path) -> None:
    change(data / "e6.duckdb", "create table mine as select 7 as a", "create schema own")
    statements = ("create view own.seen as select count(*) as n from main.tag_factors",)

    def meanwhile(stage: str, done: int, total: int) -> None:
        if stage == "scoring":
            change(data / "e6.duckdb", *statements)

    train(data, recipe=NEW, on_progress=meanwhile)
    assert rows(data, "select a, n from mine, own.seen") == [(7, 16)]


def test_a_database_that_was_rebuilt_meanwhile_is_not_changed(data: Path) -> None:
    """It has fewer tags, so the vectors would belong to other tags."""

    def rebuild() -> None:
        write_export(data, OTHER)
        build(data)

    refused(data, r"e6\.duckdb was rebuilt during the training; train again", rebuild)
    assert rows(data, "from tag_factors") == []
    assert ("wolf",) in rows(data, "select name from tags")
    check_index(data)


def test_training_again_does_not_grow_the_database(data: Path) -> None:
    sizes = []
    for seed in range(6):
        train(data, recipe=Recipe(factors=4, seed=seed), write_index=False)
        sizes.append((data / "e6.duckdb").stat().st_size)
    assert max(sizes[3:]) <= max(sizes[:3])


# The real export, and the command


def family_share(database: Path) -> float:
    """Return the share of siblings among the 10 nearest species of 200 species.

    Siblings directly imply the same tag. The species are the most used ones with five siblings.
    """
    with duckdb.connect(str(database), read_only=True) as connection:
        edges = connection.execute(
            "select antecedent_id, consequent_id from tag_implications where depth = 1"
        ).fetchall()
        vectors = connection.execute(
            "select tag_id, factors from tag_factors join tags using (tag_id)"
            " where category_name = 'species' order by tag_id"
        ).fetchall()
    parents: dict[int, set[int]] = {}
    for child, parent in edges:
        parents.setdefault(child, set()).add(parent)
    species = [tag_id for tag_id, _ in vectors]
    unit = np.array([factors for _, factors in vectors])
    unit /= np.linalg.norm(unit, axis=1, keepdims=True)
    cosine = unit @ unit.T
    np.fill_diagonal(cosine, -2)

    def are_siblings(a: int, b: int) -> bool:
        return a != b and bool(parents.get(a, set()) & parents.get(b, set()))

    shares: list[float] = []
    for row, one in enumerate(species):
        if len(shares) < 200 and sum(are_siblings(one, other) for other in species) >= 5:
            nearest = np.argsort(-cosine[row])[:10]
            shares.append(sum(are_siblings(one, species[each]) for each in nearest) / 10)
    assert len(shares) == 200
    return float(np.mean(shares))


@pytest.mark.shared
def test_siblings_are_near_in_the_real_export(
    shared_export: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for path in shared_export.glob("*.csv.gz"):
        shutil.copyfile(path, tmp_path / path.name)
    database = build(tmp_path, write_index=False).database
    shares = {}
    for name, recipe in (
        ("als", Recipe()),
        ("svd", Recipe(method="svd")),
        ("e6db", Recipe(factors=256, regularization=0.02, iterations=15, start="random")),
    ):
        train(database, recipe=recipe, write_index=False, device="cpu")
        shares[name] = family_share(database)
    with capsys.disabled():
        print(f"\nsiblings among the 10 nearest species: {shares}")
    assert shares["als"] > max(0.31, shares["e6db"] + 0.01)
    assert shares["svd"] > max(0.34, shares["e6db"] + 0.03)


def test_the_command_is_there(data: Path) -> None:
    done = subprocess.run(
        [*E6DUCK, "train", "--db", str(data), "--device", "cpu", "--out", str(data / "out")],
        capture_output=True,
        text=True,
    )
    assert (done.returncode, done.stdout) == (0, "")
    heads = [line.split()[0] for line in done.stderr.splitlines()]
    assert heads == ["vectors", "vector", "training"]
    assert names(data / "out") == sorted([TAG_FACTORS, INDEX])
