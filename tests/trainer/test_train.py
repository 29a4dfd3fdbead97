"""Training as a whole: what it writes, refuses and tells, and that nothing stops it half-way."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import stat
import subprocess
import sys
from collections.abc import Callable
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
from e6duck.index import write
from e6duck.index.vectors import POST_FACTORS, TAG_FACTORS
from e6duck.index.write import INDEX, NAMES
from e6duck.trainer import als
from e6duck.trainer import train as training
from e6duck.trainer.train import train
from tests.commands.test_main import E6DUCK, command
from tests.index.test_publish import change, shell
from tests.support.exports import implication, post, tag, write_export
from tests.support.reference import Export
from tests.test_files import content, names

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
    """How long the vectors in a database are, which is whole."""
    ((kind, count),) = rows(folder, "select typeof(any_value(factors)), count(*) from tag_factors")
    size = int(kind.removeprefix("FLOAT[").removesuffix("]"))
    assert dict(rows(folder, "from training_info"))["factors"] == str(size)
    assert count == len(TAGS)  # what is on all posts tells nothing
    return size


def index_of(folder: Path) -> dict[str, Any]:
    index: dict[str, Any] = json.loads((folder / INDEX).read_text())
    return index


def consistent(folder: Path) -> None:
    """Assert that the files are those that index.json lists."""
    for name, entry in index_of(folder)["files"].items():
        found = (folder / name).read_bytes()
        assert entry == {"size": len(found), "sha256": hashlib.sha256(found).hexdigest()}, name


# What it writes


def test_vectors_of_one_colour_are_nearest(trained_once: Path) -> None:
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
def test_a_vector_has_as_many_numbers_as_asked_for(data: Path, recipe: Recipe) -> None:
    trained = train(data, recipe=recipe)
    kind = rows(data, "select distinct typeof(factors) from tag_factors")
    assert kind == [(f"FLOAT[{recipe.factors or 17 // 8}]",)]
    assert rows(data, "select count(*) from tag_factors") == [(trained.tag_count,)]


def test_what_training_makes_has_comments(trained_once: Path) -> None:
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


def test_metadata_tell_what_was_done_and_nothing_that_changes(data: Path) -> None:
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
            "score": "",  # nobody has five kin here
            "device": "cpu",
        }.items()
    )
    info = dict(rows(data, "from training_info"))
    assert info.keys() - facts.keys() == {"trained_at", "seconds", "threads"}
    assert info.items() >= facts.items()


def test_post_factors_name_the_post_of_each_row(data: Path) -> None:
    trained = train(data, recipe=NEW, min_tags=3, post_factors=True)
    assert [path.name for path in trained.files] == [TAG_FACTORS, POST_FACTORS]
    tensors = load_file(data / POST_FACTORS)
    assert tensors.keys() == {"post_factors", "post_ids"}
    assert tensors["post_factors"].dtype == np.float32
    assert tensors["post_factors"].shape == (97, 3)
    assert tensors["post_ids"].dtype == np.int64
    assert tensors["post_ids"].tolist() == list(range(1, 98))  # the last has two tags
    consistent(data)
    # A post is nearer to its own tags than to the others.
    with safe_open(data / TAG_FACTORS, "numpy") as file:
        score = tensors["post_factors"] @ file.get_tensor("tag_factors").T
    own = np.zeros(score.shape, bool)
    for row, tag_ids in rows(data, "select id - 1, tag_ids from posts where id < 97"):
        own[row, tag_ids] = True
    assert score[:96][own[:96]].mean() > 2 * score[:96][~own[:96]].mean()


def test_post_factors_of_the_training_before_are_listed_no_more(data: Path) -> None:
    train(data, recipe=OLD, post_factors=True)
    assert command("export", data, "--db", data).code == 0
    assert POST_FACTORS in index_of(data)["files"]  # the vectors are the same
    train(data, recipe=NEW)
    assert POST_FACTORS not in index_of(data)["files"]
    consistent(data)


def test_files_may_be_read_by_whom_the_others_may(trained_once: Path) -> None:
    modes = {stat.S_IMODE((trained_once / name).stat().st_mode) for name in (TAG_FACTORS, INDEX)}
    assert len(modes) == 1


# The index files


def test_index_lists_the_vectors(trained_once: Path) -> None:
    assert index_of(trained_once)["files"].keys() == {*NAMES, TAG_FACTORS}
    consistent(trained_once)


@pytest.mark.parametrize("only", [(), ("--only", TAG_FACTORS)], ids=["all", "only"])
def test_export_writes_the_same_bytes_again(
    trained_once: Path, tmp_path: Path, only: tuple[str, ...]
) -> None:
    ran = command("export", tmp_path / "out", "--db", trained_once, *only)
    assert ran.code == 0, ran.err
    found = (tmp_path / "out" / TAG_FACTORS).read_bytes()
    assert found == (trained_once / TAG_FACTORS).read_bytes()
    consistent(tmp_path / "out")


def test_a_database_without_vectors_exports_none(data: Path) -> None:
    write_export(data, OTHER)
    build(data)
    assert TAG_FACTORS not in index_of(data)["files"]
    ran = command("export", data, "--db", data, "--only", TAG_FACTORS)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err == f"e6duck: there are no vectors for {TAG_FACTORS} yet; run: e6duck train\n"


def test_a_folder_with_files_of_another_build_gets_no_vectors(data: Path, tmp_path: Path) -> None:
    write_export(tmp_path / "other", OTHER)
    build(tmp_path / "other")
    before = content(data), content(tmp_path / "other")
    events: list[str] = []
    with pytest.raises(UsageError, match="holds index files of another build; export them all"):
        train(
            tmp_path / "other",
            out_dir=data,
            on_progress=lambda stage, done, total: events.append(stage),
        )
    assert events == ["reading posts"]
    assert (content(data), content(tmp_path / "other")) == before


@pytest.mark.parametrize("text", ["", "[]", "{", "{}", '{"build_id": "x"}', "\udcff"], ids=ascii)
def test_a_broken_index_is_replaced_by_a_build_and_by_nothing_else(data: Path, text: str) -> None:
    (data / INDEX).write_bytes(text.encode(errors="surrogateescape"))
    with pytest.raises(UsageError, match="holds index files of another build; export them all"):
        train(data, recipe=NEW)
    assert factors_of(data) == 4
    build(data)
    train(data, recipe=NEW)
    consistent(data)


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
    consistent(tmp_path / "out")


@pytest.mark.parametrize(
    ("posts", "line"),
    [
        (
            [post(1, "a", is_deleted=True)],
            "no vectors    0 tags are too few to compare; it takes 2",
        ),
        (
            [post(1, "a", rating=None), post(2, "a", rating=None)],
            "no vectors    1 tags are too few",
        ),
    ],
    ids=["no post", "one tag"],
)
def test_a_build_that_is_too_small_to_train_on_stands(
    tmp_path: Path, posts: list[Any], line: str
) -> None:
    write_export(tmp_path, Export(posts, [tag("a")], [], []))
    ran = command("build", tmp_path)
    assert ran.code == 0
    assert ran.err.splitlines()[-1].startswith(line)
    assert index_of(tmp_path)["files"].keys() == set(NAMES)
    assert rows(tmp_path, "from tag_factors") == []


# Bad input


@pytest.mark.parametrize(
    ("options", "code", "line"),
    [
        ("--factors 18", 2, "--factors 18 is more than the 17 tags to train on; ask for less"),
        ("--min-tags 9", 2, "no post has 9 direct tags of the vocabulary; lower --min-tags"),
        ("--min-tags 0", 2, "--min-tags 0 is less than 1"),
        ("--vocabulary 1", 2, "--vocabulary 1 is too few tags to compare; take 2 or more"),
        ("--vocabulary -1", 2, "--vocabulary -1 is too few tags to compare; take 2 or more"),
        ("--alpha nan", 2, "--alpha nan is no number from 0 on"),
        ("--method svd --post-factors", 2, "svd makes no vectors of posts; --post-factors needs"),
        ("--method svd --alpha 2", 2, "--alpha has no effect with --method svd; leave it out"),
        ("--method svd --device cuda", 2, "--device has no effect with --method svd; leave it"),
        ("--recipe e6db --method svd", 2, "--recipe e6db is of als; leave --method out"),
        ("--post-factors --no-export", 2, "--post-factors writes a file, and --no-export none"),
        ("--alpha 1e38 --regularization 0", 1, "the vectors are not finite; try more"),
    ],
    ids=lambda value: value if str(value).startswith("--") else "",
)
def test_what_does_not_fit_is_one_line(data: Path, options: str, code: int, line: str) -> None:
    before = content(data)
    ran = command("train", "--db", data, "--device", "cpu", *options.split(), "-q")
    assert (ran.code, ran.out) == (code, "")
    assert ran.err.startswith(f"e6duck: {line}")
    assert ran.err.count("\n") == 1
    assert content(data) == before


def test_no_database_is_said(tmp_path: Path) -> None:
    place = tmp_path / "nowhere"
    with pytest.raises(DatabaseError, match=r"there is no database .*; make it with: e6duck build"):
        train(place, out_dir=tmp_path / "out")
    assert names(tmp_path) == []


def test_threads_are_one_or_more(data: Path) -> None:
    with pytest.raises(UsageError, match="--threads -1 is less than 1"):
        train(data, threads=-1)


def test_the_vocabulary_may_be_larger_than_there_is(data: Path) -> None:
    assert train(data, recipe=NEW, vocabulary=10**40).tag_count == 16
    assert train(data, recipe=NEW, vocabulary=5, min_tags=1).tag_count == 4


def test_without_a_graphics_card_the_processor_trains(data: Path) -> None:
    forced = command("train", "--db", data, "--device", "cuda")
    if forced.code == 0:
        pytest.skip("there is one here")
    assert forced.code == 1
    assert forced.err.startswith("e6duck: no training with CUDA: ")
    assert forced.err.endswith("; use --device cpu\n")
    assert forced.err.count("\n") == 1
    first, *_ = command("train", "--db", data).err.splitlines()
    assert first.startswith("training on the CPU: " if als._has_gpu() else "vectors ")
    first, *_ = command("train", "--db", data, "--method", "svd").err.splitlines()
    assert first.startswith("vectors ")


# A sample of the posts


def test_of_too_many_posts_a_sample_is_taken(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(training, "MOST_USES", 400)

    def sampled(seed: int, **options: Any) -> tuple[list[str], list[int], int]:
        told: list[str] = []
        recipe = Recipe(factors=2, seed=seed)
        choice = options | {"recipe": recipe, "post_factors": True, "device": "cpu"}
        found = train(data, on_notice=told.append, **choice)
        post_ids = load_file(data / POST_FACTORS)["post_ids"].tolist()
        assert found.post_count == len(post_ids)
        return told, post_ids, found.use_count

    told, post_ids, use_count = sampled(1)
    (line,) = told
    assert "sample of " in line
    assert "--all-posts takes them all" in line
    assert 10 < len(post_ids) < 55
    # The rows of the matrix are the posts that are named.
    chosen = ", ".join(map(str, post_ids))
    uses = rows(data, f"select sum(len(tag_ids)) from posts where id in ({chosen})")
    assert uses == [(use_count,)]
    assert sampled(1) == (told, post_ids, use_count)
    assert sampled(2)[1] != post_ids
    told, post_ids, _ = sampled(1, all_posts=True)
    assert (told, len(post_ids)) == ([], 60)


# The same seed, the same bytes

RUN = (
    "import sys; from e6duck.trainer.train import train; from e6duck.trainer.recipe import Recipe\n"
    "train(sys.argv[1], out_dir=sys.argv[2], threads=int(sys.argv[3]), device='cpu',"
    " recipe=Recipe(factors=32, seed=int(sys.argv[4])), post_factors=True)"
)


def test_threads_do_not_change_the_bytes(sample: Path, tmp_path: Path) -> None:
    """Nor does what BLAS is told from outside; more than 1,024 tags take all steps of the svd."""
    shutil.copy(sample / "e6.duckdb", tmp_path)
    found = []
    for number, (threads, blas, seed) in enumerate([(1, 1, 0), (2, 2, 0), (3, 4, 0), (2, 2, 1)]):
        out = tmp_path / str(number)
        arguments = map(str, (tmp_path, out, threads, seed))
        subprocess.run(
            [sys.executable, "-W", "error", "-c", RUN, *arguments],
            env=os.environ | {"OPENBLAS_NUM_THREADS": str(blas), "OMP_NUM_THREADS": str(blas)},
            check=True,
        )
        found.append(content(out))
    first, *same, other = found
    assert first.keys() == {TAG_FACTORS, POST_FACTORS, INDEX}
    assert same == [first, first]
    assert other[TAG_FACTORS] != first[TAG_FACTORS]


# Interruptions

DRIVER = """
import json, os, signal, sys
from e6duck.trainer.recipe import Recipe
from e6duck.trainer.train import train

folder, out, moment, mode, limit = json.load(sys.stdin)
count = 0

def strike(name):
    global count
    if count == moment and mode == "kill":
        os.kill(os.getpid(), signal.SIGKILL)
    if count == moment and mode == "full":
        import resource
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
    count += 1

def heard(event, arguments):
    if event == "os.rename" or (event == "open" and ".building-" in str(arguments[0])):
        strike(event)

if mode == "rights":  # root's, to write where the mode forbids it
    import ctypes
    header, none = (ctypes.c_uint32 * 2)(0x20080522, 0), (ctypes.c_uint32 * 6)()
    ctypes.CDLL(None, use_errno=True).capset(header, none)
sys.addaudithook(heard)
try:
    train(folder, out_dir=out, recipe=Recipe(factors=3, seed=1), device="cpu", threads=1,
          on_progress=lambda stage, done, total: strike(stage))
except Exception as error:
    print(type(error).__name__, error)
else:
    print(count)
"""


def struck(folder: Path, moment: int, mode: str, out: Path | None = None, limit: int = 10) -> str:
    """Train in another process, which something strikes; returns its last words, none if killed."""
    done = subprocess.run(
        [sys.executable, "-c", DRIVER],
        input=json.dumps([str(folder), out and str(out), moment, mode, limit]),
        capture_output=True,
        text=True,
    )
    assert done.stderr == ""
    assert done.returncode == (-9 if mode == "kill" and not done.stdout else 0)
    return done.stdout.strip()


def test_a_kill_leaves_the_old_or_the_new(trained_once: Path, tmp_path: Path) -> None:
    """At each event, and before each file is opened or renamed."""
    finished = shutil.copytree(trained_once, tmp_path / "finished")
    count = int(struck(finished, -1, "kill"))
    assert count >= 15
    after = {name: (finished / name).read_bytes() for name in (TAG_FACTORS, INDEX)}
    found = []
    for moment in range(count):
        folder = shutil.copytree(trained_once, tmp_path / str(moment))
        assert struck(folder, moment, "kill") == ""
        found.append(factors_of(folder))
        for name in after:
            old = (trained_once / name).read_bytes()
            assert (folder / name).read_bytes() in (old, after[name])
        train(folder, recipe=NEW)
        assert names(folder) == names(trained_once), moment
        assert {name: (folder / name).read_bytes() for name in after} == after
        assert factors_of(folder) == 3
    assert found == sorted(found, reverse=True)
    assert {found[0], found[-1]} == {4, 3}


def test_an_interruption_leaves_all_as_it_was(data: Path) -> None:
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


def test_an_interruption_after_the_replacement_says_so(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish = write.publish

    def interrupted(*arguments: Any) -> list[Any]:
        list(publish(*arguments))
        raise KeyboardInterrupt

    monkeypatch.setattr("e6duck.index.write.publish", interrupted)
    with pytest.raises(Interruption, match=r"^the new vectors are there$"):
        train(data, recipe=NEW)
    assert factors_of(data) == 3


# Sends itself what Ctrl-C sends, as soon as it iterates.
INTERRUPTED = """
import os, signal, sys, threading, time
from e6duck.commands.main import main

def interrupt():
    while not any(thread.name == "e6duck als" for thread in threading.enumerate()):
        time.sleep(0.01)
    os.kill(os.getpid(), signal.SIGINT)

threading.Thread(target=interrupt, daemon=True).start()
main()
"""


INTERRUPTED_LINE = "interrupted; the old vectors are unchanged"


def test_ctrl_c_ends_the_iterations_at_once(data: Path) -> None:
    """Ten million of them; what it says is one line, and it does not hang at its end."""
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


# Places


@pytest.mark.skipif(sys.platform == "win32", reason="has no limit on the size of files")
def test_a_full_disk_leaves_all_as_it_was(data: Path) -> None:
    before = content(data)
    size = (data / "e6.duckdb").stat().st_size
    for limit in (10, size - 1, size):
        said = struck(data, 5, "full", limit=limit)
        if limit == size and not said.startswith("E6DuckError"):
            continue  # there was room
        assert said == f"E6DuckError the disk of {data} is full; the old files are unchanged"
        assert content(data) == before


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="rights are dropped as on Linux")
@pytest.mark.parametrize("is_out", [False, True], ids=["the database's", "the files'"])
def test_a_folder_that_is_not_writable_is_named_before_the_work(
    trained_once: Path, data: Path, tmp_path: Path, is_out: bool
) -> None:
    before = content(data)
    closed = tmp_path / "closed" if is_out else data
    closed.mkdir(exist_ok=True)
    closed.chmod(0o555)
    try:
        said = struck(data, 10**6, "rights", out=closed)
    finally:
        closed.chmod(0o755)
    assert said == f"E6DuckError cannot write to {closed}"
    assert content(data) == before


# Others at work


def refused(data: Path, message: str, strike: Callable[[], object] | None = None) -> list[str]:
    """Assert that training says so in one line; strike happens as it starts to iterate."""
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
    train(data, recipe=NEW)  # the shell was killed: what it wrote is settled
    assert rows(data, "select a from mine") == [(7,)]
    assert factors_of(data) == 3


def test_a_reader_is_no_trouble(data: Path) -> None:
    with shell(data / "e6.duckdb", read_only=True) as run:
        train(data, recipe=NEW)
        assert run("select count(*) from tags") == "[(17,)]"
    assert factors_of(data) == 3


def test_a_build_at_work_is_found_before_the_work(data: Path) -> None:
    from e6duck.files import working_folder

    with working_folder(data):
        events = refused(data, "another build or export is at work in")
    assert events == ["reading posts"]


def test_what_the_user_has_in_the_database_stays(data: Path) -> None:
    change(data / "e6.duckdb", "create table mine as select 7 as a", "create schema own")
    statements = ("create view own.seen as select count(*) as n from main.tag_factors",)

    def meanwhile(stage: str, done: int, total: int) -> None:
        if stage == "scoring":
            change(data / "e6.duckdb", *statements)

    train(data, recipe=NEW, on_progress=meanwhile)
    assert rows(data, "select a, n from mine, own.seen") == [(7, 16)]


def test_a_database_that_was_rebuilt_meanwhile_is_not_touched(data: Path) -> None:
    """With fewer tags, so that no vector would find its own."""

    def rebuild() -> None:
        write_export(data, OTHER)
        build(data)

    refused(data, r"e6\.duckdb was built anew meanwhile; train again", rebuild)
    assert rows(data, "from tag_factors") == []
    assert ("wolf",) in rows(data, "select name from tags")
    consistent(data)


def test_training_again_and_again_does_not_grow_the_database(data: Path) -> None:
    sizes = []
    for seed in range(6):
        train(data, recipe=Recipe(factors=4, seed=seed), write_index=False)
        sizes.append((data / "e6.duckdb").stat().st_size)
    assert max(sizes[3:]) <= max(sizes[:3])


# The real thing


def family_share(database: Path) -> float:
    """Share of the 10 nearest species that share a directly implied tag, of 200 species.

    The most used ones that five others or more share one with.
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

    def are_kin(a: int, b: int) -> bool:
        return a != b and bool(parents.get(a, set()) & parents.get(b, set()))

    shares: list[float] = []
    for row, one in enumerate(species):
        if len(shares) < 200 and sum(are_kin(one, other) for other in species) >= 5:
            nearest = np.argsort(-cosine[row])[:10]
            shares.append(sum(are_kin(one, species[each]) for each in nearest) / 10)
    assert len(shares) == 200
    return float(np.mean(shares))


@pytest.mark.shared
def test_families_are_found_in_the_real_export(
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
        print(f"\nkin among the 10 nearest species: {shares}")
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
