"""A database that is cut off or has wrong bytes: one line says so, under every command."""

from __future__ import annotations

import json
import random
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

COMMANDS = {
    "tag": ["tag", "fox", "vixen"],
    "search": ["search", "fo*"],
    "stats": ["stats"],
    "query": ["query", "select max(len(tag_ids)), max(id), max(md5) from posts"],
    "export": ["export", "OUT"],
    "diff": ["diff", "OLD"],
    "normalize": ["normalize", "CAPTIONS", "--diff"],
    "train": ["train", "--iterations", "1", "--vocabulary", "50"],
}

# Runs [[arguments, file of its output], …], each in a process of its own, forked from one that has
# imported what takes long; prints the exit codes.
DRIVER = """
import json, os, sys, traceback
import duckdb, numpy, pyarrow
import e6duck.api, e6duck.captions.normalizer, e6duck.index.write, e6duck.trainer.train
from e6duck.__main__ import main

for arguments, output in json.load(sys.stdin):
    child = os.fork()
    if not child:
        file = os.open(output, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        os.dup2(file, 1)
        os.dup2(file, 2)
        sys.argv = ["e6duck", *arguments]
        try:
            main()
        except SystemExit as end:
            code = end.code
        except BaseException:
            traceback.print_exc()
            code = 99
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
"""


def damaged(content: bytes, kind: str, chance: random.Random) -> bytes:
    place = chance.randrange(12_288, len(content))
    if kind == "cut":
        return content[:place]
    wrong = bytes(4_096) if kind == "zeros" else bytes([content[place] ^ 1 << chance.randrange(8)])
    return content[:place] + wrong + content[place + len(wrong) :]


@pytest.mark.parametrize("kind", ["cut", "bit", "zeros"])
def test_damage_is_one_line_under_every_command(sample: Path, tmp_path: Path, kind: str) -> None:
    content = (sample / "e6.duckdb").read_bytes()
    chance = random.Random(kind)
    (tmp_path / "captions").mkdir()
    (tmp_path / "captions" / "a.png").touch()
    (tmp_path / "captions" / "a.txt").write_text("fox, vixen, night lamp")
    jobs = []
    for number in range(3):
        found = damaged(content, kind, chance)
        for name, arguments in COMMANDS.items():
            place = tmp_path / f"{number}-{name}"
            place.mkdir()
            (place / "e6.duckdb").write_bytes(found)
            words = {"OUT": place / "out", "OLD": sample, "CAPTIONS": tmp_path / "captions"}
            given = [str(words.get(each, each)) for each in arguments]
            jobs.append([[*given, "--db", str(place / "e6.duckdb")], str(place / "said")])
    done = subprocess.run(
        [sys.executable, "-c", DRIVER], input=json.dumps(jobs), capture_output=True, text=True
    )
    codes = [int(code) for code in done.stdout.split()]
    assert len(codes) == len(jobs), done.stderr
    ends: Counter[int] = Counter()
    for (arguments, output), code in zip(jobs, codes, strict=True):
        said = Path(output).read_text()
        assert "Traceback" not in said, (arguments, said)
        is_told = "is damaged" in said or "is not an e6duck database" in said
        assert is_told == (code == 1), (arguments, code, said)
        assert code in (0, 1), (arguments, code, said)
        if code == 1:
            assert said.rstrip().splitlines()[-1].startswith("e6duck: "), said
        ends[code] += 1
        shutil.rmtree(Path(output).parent)
    assert ends[1] >= 1
