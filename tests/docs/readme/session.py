"""A terminal in which the examples of a page are run, one after another."""

from __future__ import annotations

import os
import pty
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import matplotlib
import matplotlib.font_manager  # builds the list of fonts, or an example would mention it

from . import CHECKOUT, Block
from .masks import without_device

COLUMNS = 100
HOME = "/home/you"  # what the page calls the home folder
NO_NETWORK = str(Path(__file__).with_name("no_network"))
_ERASED = re.compile(r"^.*\r\x1b\[K", re.MULTILINE)
_COLOR = re.compile(r"\x1b\[[\d;]*m")


@dataclass(frozen=True)
class Ran:
    """What a command printed, on either stream, and how it ended."""

    command: str
    printed: str
    code: int


def build_sample(folder: Path) -> Path:
    """Return the folder, with the sample export, its database, vectors and index files in it."""
    for path in (CHECKOUT / "data").glob("*.csv.gz"):
        shutil.copy(path, folder)
    command = [sys.executable, "-m", "e6duck", "build", str(folder), "--quiet"]
    subprocess.run(command, cwd=CHECKOUT, check=True)
    return folder


class Session:
    """A home folder with a built sample in `e6duck/data`, where commands are run; state stays."""

    def __init__(self, home: Path, sample: Path | None = None) -> None:
        self.home = home.resolve()
        self.folder = self.home / "e6duck"
        self.folder.mkdir(parents=True)
        (self.home / ".config" / "fish" / "completions").mkdir(parents=True)
        if sample:
            shutil.copytree(sample, self.folder / "data")

    def run(self, block: Block) -> list[Ran]:
        """Run the commands of a block; of a `console` block each by itself."""
        if block.language == "console":
            return [self._shell(example.command) for example in block.examples()]
        if block.language == "python":
            return [self._on_terminal(block.text, sys.executable, "-c", block.text)]
        return [self._shell(block.text)]

    def _shell(self, command: str) -> Ran:
        return self._on_terminal(command, "sh", "-euc", command)

    def _on_terminal(self, command: str, *arguments: str) -> Ran:
        ours, theirs = pty.openpty()
        with subprocess.Popen(
            arguments,
            cwd=self.folder,
            env=self._environment(),
            stdin=subprocess.DEVNULL,
            stdout=theirs,
            stderr=theirs,
        ) as process:
            os.close(theirs)
            said = b""
            while piece := _read(ours):
                said += piece
        os.close(ours)
        return Ran(command, self._as_shown(said), process.returncode)

    def _environment(self) -> dict[str, str]:
        beside = str(Path(sys.executable).parent)
        environment = os.environ | {
            "COLUMNS": str(COLUMNS),
            "HOME": str(self.home),
            "LC_ALL": "C.UTF-8",
            "MPLCONFIGDIR": matplotlib.get_configdir(),
            "NO_COLOR": "1",
            "PATH": os.pathsep.join([beside, os.environ.get("PATH", os.defpath)]),
            "PYTHONPATH": os.pathsep.join([NO_NETWORK, os.environ.get("PYTHONPATH", "")]).rstrip(
                ":"
            ),
            "TERM": "dumb",  # no bars
        }
        environment.pop("E6DUCK_DB", None)
        return environment

    def _as_shown(self, said: bytes) -> str:
        text = said.decode().replace("\r\n", "\n")
        text = _COLOR.sub("", _ERASED.sub("", text)).replace(str(self.home), HOME)
        lines = (line.rstrip() + "\n" for line in text.splitlines())  # a table fills its columns
        return without_device("".join(lines))


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 65536)
    except OSError:  # nobody holds the other end any more
        return b""
