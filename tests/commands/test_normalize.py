"""The command normalize: exit codes, output, questions, the rules in force, lists and reports."""

from __future__ import annotations

import csv
import json
import os
import pty
import re
import signal
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from e6duck.captions.config import template
from e6duck.captions.normalizer import Normalizer
from e6duck.captions.rules import CATEGORIES, SETTINGS, Rules
from e6duck.captions.rules_file import read_rules, rules_from
from e6duck.commands.shared import progress as bars
from tests.conftest import CHECKOUT
from tests.support.caption_database import build_caption_database, listing
from tests.support.terminal import E6DUCK, Ran, command, imported, left_on_screen, on_terminal


@pytest.fixture(scope="module")
def caption_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build_caption_database(tmp_path_factory.mktemp("captions"))


@pytest.fixture
def captions(caption_database: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of captions in the current folder, from where the database is found."""
    (tmp_path / "e6.duckdb").symlink_to(caption_database)
    folder = tmp_path / "set"
    folder.mkdir()
    (folder / "a.txt").write_text("Foxes, mammal, my text")
    (folder / "b.txt").write_text("fox, solo\n")
    (folder / "c.txt").write_text("blurry, My Text, <i>fox</i>, 2019")
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("E6DUCK_DB", raising=False)
    return folder


def normalize(*args: object, stdin: bytes = b"") -> Ran:
    return command("normalize", *args, stdin=stdin)


# Writing, and the question before


def test_in_place_without_a_terminal_yes_must_be_said(captions: Path) -> None:
    before = listing(captions)
    ran = normalize("set")
    assert (ran.code, ran.out) == (2, "")
    assert re.fullmatch(r"e6duck: would replace 1 of 3 captions in .*: a.txt; .*--yes.*\n", ran.err)
    assert listing(captions) == before
    for flag in ("--yes", "-f", "-y"):
        (captions / "a.txt").write_text("Foxes, mammal, my text")
        assert normalize("set", flag).code == 0
        assert (captions / "a.txt").read_text() == "fox, my text"


def test_a_user_is_asked_and_may_say_no(captions: Path) -> None:
    before = listing(captions)
    said, code = _answered("n\n", "normalize", "set")
    assert f"Replace 1 of 3 captions in {captions}: a.txt? (This can be undone.)" in said
    assert "nothing was changed" in said
    assert code == 1
    assert listing(captions) == before
    said, code = _answered("y\n", "normalize", "set")
    assert code == 0
    assert listing(captions) != before


def _answered(answer: str, *args: str, command: tuple[str, ...] = E6DUCK) -> tuple[str, int]:
    """Run on a terminal and answer; returns all that was said, and the exit code."""
    ours, theirs = pty.openpty()
    environment = os.environ | {"TERM": "xterm"}
    with subprocess.Popen(
        [*command, *args], stdin=theirs, stdout=theirs, stderr=theirs, env=environment
    ) as running:
        os.close(theirs)
        said = b""
        while b"[y/N]" not in said:
            said += os.read(ours, 65536)
        os.write(ours, answer.encode())
        try:
            while piece := os.read(ours, 65536):
                said += piece
        except OSError:
            pass
    os.close(ours)
    return said.decode(), running.returncode


def test_check_lists_files_and_has_exit_code_3(captions: Path) -> None:
    before = listing(captions)
    ran = normalize("set", "--check")
    assert (ran.code, ran.out) == (3, "a.txt\n")
    assert listing(captions) == before
    assert normalize("set", "-y").code == 0
    assert normalize("set", "--check").code == 0
    assert normalize("-", "--check", stdin=b"Foxes").code == 3
    assert normalize("-", "--check", stdin=b"fox") == Ran(0, "", "")


def test_diff_shows_the_changes_and_writes_nothing(captions: Path) -> None:
    before = listing(captions)
    ran = normalize("set", "--diff", "-q")
    assert ran.code == 0
    assert ran.out.splitlines() == [
        "--- a/a.txt",
        "+++ b/a.txt",
        "@@ -1 +1 @@",
        "-Foxes, mammal, my text",
        "\\ No newline at end of file",
        "+fox, my text",
        "\\ No newline at end of file",
    ]
    assert "\x1b[32m+fox, my text\x1b[0m" in on_terminal("normalize", "set", "--diff")
    assert listing(captions) == before


def test_undo_needs_nothing_but_the_folder(captions: Path) -> None:
    before = listing(captions)
    ran = normalize("set", "-y")
    run = re.search(r"--undo --run (\S+)", ran.err)
    assert run
    assert normalize("set", "--undo").code == 0
    assert listing(captions) == before
    ran = normalize("set", "--undo", "--run", run[1])
    assert (ran.code, ran.out) == (2, "")
    assert "was already undone" in ran.err
    assert normalize("set", "-y", "--backup", "elsewhere").code == 0
    assert normalize("set", "--undo", "--backup", "elsewhere").code == 0
    assert listing(captions) == before


def test_undo_names_the_file_that_was_edited_since(captions: Path) -> None:
    normalize("set", "-y")
    (captions / "a.txt").write_text("by hand")
    ran = normalize("set", "--undo")
    assert ran.code == 1
    assert "failed     a.txt: edited after the run" in ran.err


def test_the_counts_are_printed_on_standard_error(captions: Path) -> None:
    (captions / "d.txt").write_bytes(b"\xff")
    ran = normalize("set", "out")
    assert ran.out == ""
    assert ran.err.splitlines()[:5] == [
        "captions   4 read; 1 changed, 2 unchanged, 1 left out",
        "removed    1 implied by another tag",
        "unknown    3 left unchanged: <i>fox</i> (1), My Text (1), my text (1)",
        "ambiguous  1 left unchanged: blurry (1)",
        "left out   d.txt: not valid UTF-8 at byte 1",
    ]


def test_what_is_not_a_caption_is_counted_and_named(captions: Path) -> None:
    for name in (
        "LICENSE.txt",
        "requirements.txt",
        "a.png",
        *(f"n{each}.txt" for each in "123456"),
    ):
        (captions / name).write_text("MIT License, fox, canine")
    before = listing(captions)
    ran = normalize("set", "--yes")
    assert ran.code == 0
    assert (captions / "a.txt").read_text() == "fox, my text"
    names = {name for name, content in listing(captions).items() if before[name] != content}
    assert names == {"a.txt"}
    assert (
        "left out   2 text files named like a project file: LICENSE.txt, requirements.txt\n"
        "left out   8 text files without an image beside them: b.txt, c.txt, n1.txt, n2.txt, n3.txt"
        " and 3 more; --all-text reads them\n"
    ) in ran.err
    ran = normalize("set", "--check", "--all-text", "--report", "r.json")
    assert ran.out == "".join(f"n{each}.txt\n" for each in "123456")
    report = json.loads(Path("r.json").read_text())
    assert report["totals"]["not_captions"] == 2
    assert report["not_captions"].keys() == {"LICENSE.txt", "requirements.txt"}


def test_a_folder_without_captions_is_a_line_and_not_a_failure(captions: Path) -> None:
    """As with black and ruff: there is nothing to do, and a commit hook must not stop."""
    Path("empty").mkdir()
    for option in ("--yes", "--check", "--diff"):
        ran = normalize("empty", option)
        assert ran == Ran(0, "", "no caption files (*.txt, *.cap*) in empty\n")
    assert normalize("empty", "--check", "-q") == Ran(0, "", "")
    Path("empty/requirements.txt").write_text("fox, canine")
    ran = normalize("empty", "--check")
    assert ran.code == 0
    assert ran.err.splitlines() == [
        "no caption files (*.txt, *.cap*) in empty",
        "left out   1 text file named like a project file: requirements.txt",
    ]
    Path("normalize.toml").write_text('include_filename_regexp = ".*[.]tags"\n')
    ran = normalize("empty", "--check")
    assert ran == Ran(0, "", "no caption files that match include_filename_regexp in empty\n")


@pytest.mark.parametrize("options", [["--check"], ["--yes"], ["--diff"], ["out"]])
def test_a_caption_that_cannot_be_read_is_named_and_fails(
    captions: Path, options: list[str]
) -> None:
    (captions / "d.txt").write_bytes(b"f\xf6x")
    (captions / "e.txt").symlink_to("nowhere")
    (captions / "f.txt").symlink_to("a.txt")  # left out by design
    ran = normalize("set", *options, "-q")
    assert ran.code == 1
    assert ran.err.splitlines() == [
        "left out   d.txt: not valid UTF-8 at byte 2",
        "left out   e.txt: cannot be read: No such file or directory",
    ]
    assert (captions / "a.txt").read_text() == (
        "fox, my text" if options == ["--yes"] else "Foxes, mammal, my text"
    )


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="root's rights are Linux's own")
def test_a_folder_without_the_right_to_read_it_is_named_and_fails(captions: Path) -> None:
    closed = captions / "closed"
    closed.mkdir()
    (closed / "d.txt").write_text("Foxes")
    closed.chmod(0o000)
    ended = subprocess.run(
        [sys.executable, "-c", UNPRIVILEGED, "normalize", "set", "--yes"],
        capture_output=True,
        text=True,
    )
    closed.chmod(0o755)
    assert ended.returncode == 1
    assert "left out   closed/: cannot be read: Permission denied\n" in ended.stderr
    assert (captions / "a.txt").read_text() == "fox, my text"
    assert (closed / "d.txt").read_text() == "Foxes"


# Runs e6duck without root's right to read and write everything.
UNPRIVILEGED = """
import ctypes
header, none = (ctypes.c_uint32 * 2)(0x20080522, 0), (ctypes.c_uint32 * 6)()
assert not ctypes.CDLL(None).capset(header, none)
from e6duck.__main__ import main
main()
"""


def test_check_says_how_to_fix(captions: Path) -> None:
    Path("mine.toml").write_text("")
    ran = normalize("set", "--check", "-c", "mine.toml", "--all-text")
    fix = "e6duck normalize set --config mine.toml --all-text"
    assert ran.err.splitlines()[-1] == f"to fix     {fix}"
    assert normalize(*fix.split()[2:], "--yes").code == 0
    assert "to fix" not in normalize("set", "--check").err


def test_the_commit_hook_runs_where_a_caption_or_a_rule_changes() -> None:
    hook = (CHECKOUT / ".pre-commit-hooks.yaml").read_text()
    assert "entry: e6duck normalize --check\n" in hook
    files = re.search(r"files: (.*)", hook)
    assert files
    names = ("a.txt", "A.TXT", "set/a.caption", "normalize.toml", "set/normalize.toml")
    assert all(re.search(files[1], name) for name in names)
    assert not any(re.search(files[1], name) for name in ("a.png", "a.txt.py", "denormalize.toml"))


# The line that counts


# Runs e6duck with a clock that goes on by a minute whenever it is read.
HURRIED = """
import itertools, sys
from types import SimpleNamespace
from e6duck.commands.shared import progress as bars
minutes = itertools.count(step=60)
bars.time = SimpleNamespace(monotonic=lambda: next(minutes))
from e6duck.__main__ import main
main()
"""


def test_the_count_leaves_nothing_on_the_screen(captions: Path) -> None:
    said, code = _answered("y\n", "normalize", "set", command=(sys.executable, "-c", HURRIED))
    assert code == 0
    assert "\x1b[Kread 3" in said  # it was drawn before the question,
    assert "\x1b[Kreplace" in said  # and after it
    question, counts, *others = left_on_screen(said.replace("\r\n", "\n"))
    assert question.startswith("Replace 1 of 3 captions in ")
    assert counts == "captions   3 read; 1 changed, 2 unchanged"
    assert all(re.match(r"\w+ {2,}", line) for line in others), others


def test_the_second_before_a_count_begins_after_the_question(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    now = 0.0
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setattr(bars.time, "monotonic", lambda: now)
    with bars.counter(is_shown=True) as progress:
        progress("read", 1)
        now = 0.5
        progress("read", 1)
        progress.clear()
        now = 60
        progress("journal", 0)
        assert capsys.readouterr().err == ""
        now = 61.5
        progress("journal", 0)
        assert capsys.readouterr().err == "\r\x1b[Kjournal"
    assert capsys.readouterr().err == "\r\x1b[K"


# One text


def test_a_text_comes_back_byte_for_byte_but_for_its_tags(captions: Path) -> None:
    text = "\ufeffFoxes, mammal, Ünï\r\n".encode()
    ended = subprocess.run([*E6DUCK, "normalize", "-"], input=text, capture_output=True)
    assert (ended.returncode, ended.stdout) == (0, "\ufefffox, Ünï\r\n".encode())
    ended = subprocess.run([*E6DUCK, "normalize", "-"], input=b"\xff", capture_output=True)
    assert (ended.returncode, ended.stdout) == (1, b"")
    assert ended.stderr == b"e6duck: standard input: not valid UTF-8 at byte 1\n"


def test_explain_shows_each_piece_with_its_reason(captions: Path) -> None:
    ran = normalize("-", "--explain", stdin=b"Foxes, mammal, my text, blurry")
    assert list(csv.reader(ran.out.splitlines())) == [
        ["piece", "becomes", "why"],
        ["Foxes", "fox", "alias of fox"],
        ["mammal", "", "implied by fox"],
        ["my text", "my text", "unknown tag, unchanged"],
        ["blurry", "blurry", "may mean several tags, unchanged"],
    ]


# Rules


def test_rules_are_found_where_the_files_are_or_above(captions: Path, tmp_path: Path) -> None:
    def out(*args: str) -> str:
        ran = normalize(*args)
        assert ran.code == 0, ran.err
        return ran.out

    def rules(folder: Path, text: str) -> None:
        folder.mkdir(exist_ok=True)
        (folder / "normalize.toml").write_text(f'blacklist = ["{text}"]\n')

    assert 'blacklist = ["invalid tag"]  # default\n' in out("set", "--show-config")
    rules(tmp_path, "current")
    assert 'blacklist = ["current"]' in out("--show-config")
    (captions / "deep").mkdir()
    rules(captions, "input")
    assert 'blacklist = ["input"]' in out("set/deep", "--show-config")
    rules(tmp_path / "out", "output")
    assert 'blacklist = ["output"]' in out("set", "out", "--show-config")
    (tmp_path / "mine.toml").write_text("use_underscores = true\n")
    shown = out("set", "out", "-c", "mine.toml", "--show-config")
    assert "use_underscores = true  # mine.toml:1\n" in shown
    ran = normalize("set", "-c", "gone.toml")
    assert (ran.code, ran.err) == (
        2,
        "e6duck: gone.toml cannot be read: No such file or directory\n",
    )


def test_the_rules_in_force_are_toml_and_say_what_is_no_tag(captions: Path) -> None:
    Path("normalize.toml").write_text(
        '# mine\nblacklist = [\n  "fox",\n  "my text",\n]\n[aliases]\nkitty = "fox"\n'
    )
    out = normalize("--show-config").out
    assert 'blacklist = ["fox", "my text"]  # ' in out
    assert 'normalize.toml:2; not a tag, matched as text: "my text"' in out
    assert re.search(r'"kitty" = "fox"  # .*normalize.toml:7', out)
    assert "counted by the site" in out
    values = tomllib.loads(out)
    assert values.keys() == set(SETTINGS)
    assert rules_from(values).rules == read_rules(Path("normalize.toml")).rules


def test_the_file_with_the_defaults_holds_them(captions: Path) -> None:
    assert normalize("set", "--write-config").code == 0
    text = (captions / "normalize.toml").read_text()
    assert text == template()
    assert tomllib.loads(text).keys() == set(SETTINGS)
    file = read_rules(captions / "normalize.toml")
    assert (file.rules, file.faults) == (Rules(), ())
    ran = normalize("set", "--write-config")
    assert ran.code == 2
    assert "already exists" in ran.err


def test_all_faults_of_the_rules_are_reported_at_once(captions: Path) -> None:
    (captions / "normalize.toml").write_text(
        'use_underscore = true\nblacklist = "fox"\norder = ["specie"]\nblacklist_regexp = [\n'
        '  "ok",\n  "(",\n  "(?=fox)",\n]\nterminate = ["foxs"]\ndrop_antecedent_freq = 5\n'
        '[aliases]\nkit = "foxx"\nyip = "yap"\nyap = "yip"\n[renames]\nfox = "solo"\nsnow = 3\n'
    )
    before = listing(captions)
    ran = normalize("set", "-y")
    assert (ran.code, ran.out) == (2, "")
    lines = ran.err.removeprefix("e6duck: ").splitlines()
    place = re.escape(f"{captions / 'normalize.toml'}")
    expected = [
        "1: use_underscore: there is no such setting; did you mean use_underscores",
        "2: blacklist: expected a list of strings, not 'fox'",
        "3: order: there is no category specie; did you mean species",
        "17: renames.snow: expected a tag, not 3",
        "10: drop_antecedent_freq: 5 is above min_antecedent_freq, which is 0",
        "12: aliases.kit: there is no tag foxx; did you mean fox",
        "13: aliases.yip: yip -> yap -> yip is a cycle",
        "14: aliases.yap: yap -> yip -> yap is a cycle",
        "9: terminate: there is no tag foxs; did you mean fox",
        r"6: blacklist_regexp: \( is not a regular expression",
        r"7: blacklist_regexp: \(\?=fox\) is not a regular expression of RE2, without look",
    ]
    assert len(lines) == len(expected)
    for line, part in zip(lines, expected, strict=True):
        assert re.match(f"{place}:{part}", line), line
    assert listing(captions) == before


@pytest.mark.parametrize(
    ("table", "fault"),
    [
        ('fox = ""', "renames.fox"),
        ('fox = "a|||b"', "renames.fox"),
        ('"fox, b" = "c"', "renames.fox, b"),
    ],
)
def test_a_name_that_is_not_one_tag_is_reported_with_its_line(
    captions: Path, table: str, fault: str
) -> None:
    path = captions / "normalize.toml"
    path.write_text(f"[renames]\n{table}\n")
    what = "a tag must not be empty, or contain a comma, line break, ||| or ;;;"
    assert normalize("set", "--check") == Ran(2, "", f"e6duck: {path}:2: {fault}: {what}\n")


def test_rules_behind_a_broken_link_are_an_error(captions: Path) -> None:
    rules = captions / "normalize.toml"
    rules.symlink_to("gone.toml")
    said = f"e6duck: {rules} cannot be read: No such file or directory\n"
    assert normalize("set", "--check") == Ran(2, "", said)
    ran = normalize("set", "--write-config")
    assert (ran.code, rules.is_symlink()) == (2, True)


def test_an_alias_that_already_is_a_tag_is_noted(captions: Path) -> None:
    (captions / "normalize.toml").write_text('[aliases]\nsolo = "fox"\n')
    ran = normalize("set", "--check")
    assert "2: solo still refers to solo; move it to aliases_overrides" in ran.err


# Lists, suggestions, reports


def test_lists_as_e6db_prints_them(captions: Path) -> None:
    (captions / "normalize.toml").write_text('blacklist = ["red fox", "my words"]\n')
    ran = normalize("-k", "set", "-k1", "-j", "-b", "--check", "-s", "species", "-q")
    assert ran.out.splitlines() == [
        "red_fox",
        "my words  (not a tag, matched as text)",
        "all tags of the category pool",
        *(f"{name}  (implied by red_fox)" for name in ("fox", "canine", "canid", "mammal")),
        "# the 0 most common tags of 0",
        "# the 3 most common implied tags of 3",
        *(f"       2  {name}  (species)" for name in ("canid", "canine", "mammal")),
        "a.txt",
        "b.txt",
    ]
    assert "       1  My Text  (unknown)" in normalize("set", "-k", "--check", "-s", "unknown").out
    ran = normalize("set", "-k", "--check", "-s", "specie")
    assert ran.code == 2
    assert all(category in ran.err for category in CATEGORIES)


def test_categories_alone_list_the_hundred_most_common(captions: Path) -> None:
    listed = normalize("set", "--check", "-s", "unknown", "-q").out
    assert listed.startswith("# the 4 most common tags of 4\n")
    assert "       1  My Text  (unknown)\n" in listed


def test_a_number_after_a_list_is_no_folder(captions: Path) -> None:
    ran = normalize("set", "-k", "50", "--yes")
    assert (ran.code, ran.out) == (2, "")
    assert ran.err == "e6duck: 50 would be OUTPUT_DIR; write the number of tags as -k50\n"
    assert not Path("50").exists()


def test_suggested_aliases_are_rules(captions: Path, caption_database: Path) -> None:
    (captions / "d.txt").write_text("red foxs, Red Foxs, zzzzzzzzzzzz")
    out = normalize("set", "--suggest", "-q").out
    assert '"red_foxs" = "red_fox"  # 2 times' in out
    assert '# "zzzzzzzzzzzz" = ""  # 1 time, no similar tag' in out
    rules = rules_from(tomllib.loads(out))
    assert Normalizer(caption_database, rules).normalize_text("Red Foxs").text == "red fox"


def test_reports_hold_each_change_with_its_reason(captions: Path) -> None:
    assert normalize("set", "--check", "--report", "r.json", "--report", "r.csv").code == 3
    report = json.loads(Path("r.json").read_text())
    assert report["totals"] == {
        **{"read": 3, "changed": 1, "unchanged": 2, "left_out": 0, "not_captions": 0}
    }
    assert report["removed"] == {"implied": 1}
    assert report["rules"]["implied"] == "implied by another tag"
    (file,) = report["files"]
    assert (file["name"], file["after"]) == ("a.txt", "fox, my text")
    assert [step["reason"] for step in file["changes"]] == ["alias of fox", "implied by fox"]
    assert {each["text"] for each in report["unknown"]} == {"my text", "My Text", "<i>fox</i>"}
    assert report["ambiguous"] == [{"text": "blurry", "count": 1, "closest": []}]
    assert Path("r.csv").read_text().splitlines() == [
        "file,before,after,kind,reason",
        "a.txt,Foxes,fox,alias,alias of fox",
        "a.txt,mammal,,implied,implied by fox",
    ]
    for name in ("r.xml", "gone/r.json"):
        ran = normalize("set", "-y", "--report", name)
        assert ran.code == 2
        assert ran.err.count("\n") == 1
    assert (captions / "a.txt").read_text() == "Foxes, mammal, my text"


# Mistakes, and what is imported


@pytest.mark.parametrize(
    ("args", "code", "part"),
    [
        ([], 2, "give INPUT_DIR"),
        (["gone"], 2, "there is no folder"),
        (["set/a.txt"], 2, "is not a folder; for one text: e6duck normalize - <"),
        (["set", "--undo"], 2, "has no run of"),
        (["set", "--db", "gone.duckdb"], 1, "there is no database gone.duckdb"),
        (["set", "--report", "r.txt"], 2, "report r.txt must end in .json, .csv or .html"),
        (["set", "set/a.txt"], 2, "a.txt is not a folder to write to"),
    ],
)
def test_a_mistake_is_reported_in_one_line(
    captions: Path, args: list[str], code: int, part: str
) -> None:
    ran = normalize(*args)
    assert (ran.code, ran.out) == (code, "")
    assert part in ran.err
    assert ran.err.startswith("e6duck: ")
    assert ran.err.count("\n") == 1


def test_a_damaged_database_is_one_line(captions: Path, caption_database: Path) -> None:
    """Each block of the file is spoilt once; some of them nobody reads for captions."""
    (captions / "normalize.toml").write_text('terminate = ["red fox"]\n')
    content = caption_database.read_bytes()
    codes = set()
    for block in range(12288, len(content), 262144):
        place = block + 5000
        spoilt = content[:place] + b"\xa5" * 1000 + content[place + 1000 :]
        Path("bad.duckdb").write_bytes(spoilt)
        ran = normalize("set", "--db", "bad.duckdb", "--check", "--report", "r.json")
        codes.add(ran.code)
        if ran.code != 3:
            assert (ran.code, ran.out, ran.err.count("\n")) == (1, "", 1), ran.err
            assert re.match(
                r"e6duck: .*bad\.duckdb is (damaged \(|not an e6duck database)", ran.err
            )
    assert codes == {1, 3}


def test_a_run_imports_duckdb_alone(captions: Path) -> None:
    assert imported("normalize", "set", "-yqk", "--report", "r.html") == {"duckdb"}


def test_the_module_form_of_the_command_works(captions: Path) -> None:
    ended = subprocess.run([sys.executable, "-m", "e6duck", "normalize", "set", "--check"])
    assert ended.returncode == 3


# What must not be lost


@pytest.mark.parametrize("report", ["set/b.cap.csv", "set/a.cap.json", "out/a.cap.json"])
def test_a_report_replaces_no_caption(captions: Path, report: str) -> None:
    (captions / "a.cap.json").write_text("Foxes, mammal")
    (captions / "b.cap.csv").write_text("my only copy")
    Path("out").mkdir()
    before = listing(captions)
    ran = normalize("set", "out", "--report", report)
    assert ran.code == 2
    assert ran.err == f"e6duck: {report} is a caption; choose another file for the report\n"
    assert listing(captions) == before
    assert not list(Path("out").iterdir())


def test_a_report_that_cannot_be_written_stops_before_anything_is_changed(captions: Path) -> None:
    before = listing(captions)
    Path("folder.html").mkdir()
    ran = normalize("set", "--yes", "--report", "folder.html")
    assert (ran.code, ran.out) == (1, "")
    assert listing(captions) == before


def test_an_empty_name_is_not_this_folder(captions: Path) -> None:
    for args in (("", "--yes"), ("set", "", "--yes"), ("set", "--yes", "--backup", "")):
        ran = normalize(*args)
        assert ran.code == 2
        assert "it is empty; name a file or a folder" in ran.err
    assert (captions / "a.txt").read_text() == "Foxes, mammal, my text"


@pytest.mark.parametrize(
    ("args", "said"),
    [
        ("set --explain", "--explain is for one text: e6duck normalize - --explain < caption.txt"),
        ("set --run nope", "--run names the run to undo or to forget; add --undo or --forget"),
        ("set --check --yes", "--yes cannot be used with --check"),
        ("set --diff --backup x", "--backup cannot be used with --diff"),
        ("set --check --suggest", "--check cannot be used with --suggest"),
        *(
            (f"set {option} --undo", f"{option.split()[0]} cannot be used with --undo")
            for option in ("--check", "--diff", "--suggest", "--report x.json", "--all-text")
        ),
        ("set out --undo", "OUTPUT_DIR cannot be used with --undo"),
        ("set --write-config --yes", "--yes cannot be used with --write-config"),
        ("set --show-config --check", "--check cannot be used with --show-config"),
        ("- out", "OUTPUT_DIR cannot be used with - (one text)"),
        ("- --report x.json", "--report cannot be used with - (one text)"),
        ("- --explain --diff", "--diff cannot be used with --explain"),
        ("- --undo", "give a folder, not -"),
        ("- --write-config", "give a folder, not -"),
    ],
)
def test_an_option_that_would_be_ignored_is_a_usage_error(
    captions: Path, args: str, said: str
) -> None:
    before = listing(captions)
    assert normalize(*args.split(), stdin=b"Foxes") == Ran(2, "", f"e6duck: {said}\n")
    assert listing(captions) == before
    assert {path.name for path in Path().iterdir()} == {"set", "e6.duckdb"}


def test_check_and_diff_together_show_the_changes_and_have_exit_code_3(captions: Path) -> None:
    before = listing(captions)
    shown = normalize("set", "--diff", "-q").out
    assert normalize("set", "--check", "--diff", "-q") == Ran(3, shown, "")
    assert normalize("-", "--check", "--diff", stdin=b"Foxes").code == 3
    assert listing(captions) == before


def test_a_file_that_cannot_be_written_fails(captions: Path) -> None:
    Path("out/a.txt").mkdir(parents=True)
    ran = normalize("set", "out", "-q")
    assert (ran.code, ran.err) == (1, "failed     a.txt: not a regular file\n")
    assert Path("out/b.txt").read_text() == "fox, solo\n"


def test_rules_deep_in_lists_are_no_traceback(captions: Path) -> None:
    Path("deep.toml").write_text("a = " + "[" * 100_000)
    ran = normalize("set", "--check", "-c", "deep.toml")
    assert ran.code == 2
    assert ran.err.startswith("e6duck: deep.toml is not valid TOML")


# Recorded runs


def test_runs_are_listed_kept_and_forgotten(captions: Path) -> None:
    for _ in range(3):
        (captions / "a.txt").write_text("Foxes, mammal")
        assert normalize("set", "-y", "-q", "--backup", "b").code == 0
    ran = normalize("--runs", "--backup", "b")
    head, *rows = csv.reader(ran.out.splitlines())
    assert head == ["run", "time", "folder", "files", "bytes", "state"]
    assert [(row[2:4], row[5]) for row in rows] == [([str(captions), "1"], "done")] * 3
    assert normalize("set", "--runs", "--backup", "b").out == ran.out
    assert "no runs of elsewhere in b\n" in normalize("elsewhere", "--runs", "--backup", "b").err
    (captions / "a.txt").write_text("Foxes, mammal")
    ran = normalize("set", "-y", "--keep-runs", "2", "--backup", "b")
    assert re.search(r"^removed    2 older journals \(\d\.\d kB\)$", ran.err, re.M)
    left = [row[0] for row in csv.reader(normalize("--runs", "--backup", "b").out.splitlines())][1:]
    assert left[1] == rows[0][0]
    ran = normalize("--forget", "--backup", "b")
    assert ran.code == 2
    assert re.search(
        r"would remove 2 journals \(.* kB\) in b; 2 runs could not be undone any more;"
        r" confirm with --yes\n",
        ran.err,
    )
    assert normalize("--forget", "--run", left[0], "--yes", "--backup", "b", "-q") == Ran(0, "", "")
    (captions / "a.txt").write_text("Foxes, mammal")
    normalize("set", "-y", "-q", "--backup", "b")
    (latest,) = {path.name.partition(".")[0] for path in Path("b").iterdir()} - {*left}
    assert "removed    1 journal" in normalize("--forget", latest, "-y", "--backup", "b").err
    assert normalize("set", "--undo", "--backup", "b").code == 0
    assert normalize("set", "--forget", "--yes", "--backup", "b").code == 0
    assert not list(Path("b").iterdir())


def test_large_journals_are_noted(captions: Path) -> None:
    Path("b").mkdir()
    with Path("b/20200101-000000-000000-abcd.jsonl").open("wb") as file:
        file.truncate(60_000_000)
    err = normalize("set", "-y", "--backup", "b").err
    assert "journals   2 of 60.0 MB in b; to list them: e6duck normalize --runs --backup b;" in err


def test_a_user_is_asked_before_runs_are_forgotten(captions: Path) -> None:
    normalize("set", "-y", "-q", "--backup", "b")
    said, code = _answered("n\n", "normalize", "--forget", "--backup", "b")
    assert "Remove 1 journal" in said
    assert code == 1
    assert len(list(Path("b").iterdir())) == 1


def test_undo_names_what_it_brings_back(captions: Path) -> None:
    normalize("set", "-y", "-q")
    (captions / "a.txt").unlink()
    ran = normalize("set", "--undo")
    assert ran.code == 0
    assert "recreated  a.txt: deleted after the run\n" in ran.err
    assert (captions / "a.txt").exists()


# Many messages, odd names


def test_alike_faults_are_one_line(captions: Path) -> None:
    for number in range(30):
        (captions / f"{number:02}.txt").write_bytes(b"fox" + b" " * number + b"\xf6")
    err = normalize("set", "--check").err
    assert err.count("not valid UTF-8") == 1
    assert "left out   00.txt, 01.txt, 02.txt, 03.txt, 04.txt and 25 more: not valid UTF-8\n" in err
    for number in range(1, 30):
        (captions / f"{number:02}.txt").unlink()
    assert "left out   00.txt: not valid UTF-8 at byte 4\n" in normalize("set", "--check").err


def test_failures_are_cut_after_twenty(captions: Path) -> None:
    for number in range(30):
        (captions / f"{number:02}.txt").write_text("Foxes")
        Path(f"out/{number:02}.txt").mkdir(parents=True)
    ran = normalize("set", "out", "-q")
    assert ran.code == 1
    assert ran.err.count("\n") == 21
    assert ran.err.endswith("failed     10 more: not a regular file\n")


def test_a_long_piece_is_cut_in_the_summary(captions: Path) -> None:
    (captions / "a.txt").write_text("x" * 100_000)
    assert max(map(len, normalize("set", "--check").err.splitlines())) < 300


def test_a_name_with_a_line_break_is_read_and_shown_in_one_line(captions: Path) -> None:
    (captions / "two\nlines.txt").write_text("Foxes")
    ran = normalize("set", "--check")
    assert ran.out.splitlines() == ["a.txt", "two\\nlines.txt"]
    assert normalize("set", "-y", "-q").code == 0
    assert (captions / "two\nlines.txt").read_text() == "fox"


# Standard output that is closed, and signals


@pytest.mark.parametrize(
    ("args", "is_written"),
    [
        *((f"set {args}", False) for args in ("--check", "--diff", "--suggest", "--runs")),
        *((args, False) for args in ("- --explain", "- --diff", "-", "--show-config")),
        ("set -y -k", False),
        ("set out -b -k", False),
        ("set -y", True),
        ("set --undo", True),
    ],
)
def test_a_closed_output_fails_if_it_is_needed_and_loses_nothing(
    captions: Path, args: str, is_written: bool
) -> None:
    (captions / "normalize.toml").write_text('blacklist = ["my words"]\n')
    if "--undo" in args:
        normalize("set", "-y", "-q")
    before = listing(captions)
    line = " ".join((*map(str, E6DUCK), "normalize", args, "-q >&-"))
    ended = subprocess.run(["sh", "-c", line], input=b"Foxes", capture_output=True)
    assert (listing(captions) != before) == is_written
    assert not Path("out").exists()
    assert ended.returncode == (0 if is_written else 1)
    said = b"" if is_written else b"e6duck: standard output cannot be written: it is closed\n"
    assert ended.stderr == said


def test_a_reader_that_stops_early_does_not_stop_a_run(captions: Path) -> None:
    (captions / "a.txt").write_text("Foxes, " + ", ".join(f"piece {n}" for n in range(20_000)))
    line = " ".join((*E6DUCK, "normalize set -y -q -k20000 -s unknown | head -n 1"))
    ended = subprocess.run(["sh", "-c", line], capture_output=True, check=True)
    assert ended.stdout.startswith(b"# the 20,000 most common tags")
    assert ended.stderr == b""
    assert (captions / "a.txt").read_text().startswith("fox, ")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_while_files_are_replaced_leaves_whole_files_and_the_way_to_undo(
    captions: Path, number: int
) -> None:
    for each in range(20):
        (captions / f"{each}.txt").write_text(f"Foxes, text {each}")
    before = listing(captions)
    program = (
        "import os, signal, sys, threading, time\n"
        "from e6duck.captions.runs import replace\n"
        "from e6duck.__main__ import main\n"
        "rename, count, lock = os.replace, 0, threading.Lock()\n"
        "def slow(draft, path):\n"
        "    global count\n"
        "    with lock: count += 'e6duck.building' in os.fspath(draft)\n"
        "    if count == 3:\n"
        "        while not waiting: time.sleep(0.001)\n"
        f"        os.kill(os.getpid(), {int(number)})\n"
        "        while not stopped: time.sleep(0.001)\n"  # the main thread has received it
        "    rename(draft, path)\n"
        "wait, waiting, stopped = replace.wait, [], []\n"
        "def waited(*args, **options):\n"
        "    try:\n"
        "        waiting.append(True)\n"
        "        return wait(*args, **options)\n"
        "    finally:\n"
        "        stopped.append(True)\n"
        "replace.os.replace, replace.wait = slow, waited\n"
        "main()\n"
    )
    arguments = [sys.executable, "-c", program, "normalize", "set", "-y", "-q"]
    ended = subprocess.run(arguments, capture_output=True, text=True)
    assert ended.returncode == 128 + number
    assert not list(captions.rglob("*building*"))
    assert listing(captions) != before
    command = re.search(r"every file is complete; to undo: e6duck (.*)\n", ended.stderr)
    assert command
    assert normalize(*command[1].split()[1:]).code == 0
    assert listing(captions) == before
