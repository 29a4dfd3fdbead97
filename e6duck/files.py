"""Drafts, atomic replacement of one file or of a whole set, and the lock that a build holds."""

from __future__ import annotations

import errno
import hashlib
import json
import os
import re
import secrets
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from .errors import E6DuckError

JOURNAL = ".e6duck-publish.json"
LOCK = ".e6duck.lock"
_MARK = ".building-"
_DRAFT = re.compile(r"(?s).+\.building-(\d{1,10})-[0-9a-f]{8}(\.wal|\.tmp|\.spill)?")


def draft_path(final: Path) -> Path:
    """Return a new name beside final, which `sweep` knows as a draft of this process."""
    return final.with_name(draft_name(final.name, secrets.randbits(32)))


def draft_name(name: str, number: int) -> str:
    """Return the name of a draft of this process; number: below 2 ** 32, to tell drafts apart."""
    return f"{name}{_MARK}{os.getpid()}-{number:08x}"


def is_draft(name: str) -> bool:
    """Return whether a name is one that `draft_name` gives, or of a file that belongs to it."""
    return _DRAFT.fullmatch(name) is not None


@contextmanager
def draft(final: Path) -> Iterator[Path]:
    """Give a path to write to, which replaces final if the block succeeds and is removed if not.

    If final is not a regular file (a device, a pipe), it is written directly.
    """
    if final.exists() and not final.is_file():
        yield final
        return
    if _is_database(final):
        raise FileExistsError(errno.EEXIST, "a database is not overwritten by a list", str(final))
    if not final.parent.is_dir():  # else the error would name the draft
        raise FileNotFoundError(errno.ENOENT, f"there is no folder {final.parent}", str(final))
    path = draft_path(final)
    try:
        yield path
        _prepare(path, final)
        path.replace(final)
    finally:
        discard(path)
    sync_folder(final.parent)


def through_link(output: Path) -> Path:
    """Return the file that a symbolic link points to, or the path of anything else.

    For a file that the user names: a link in a folder that is written to is replaced instead, since
    somebody else may have put it there.
    """
    is_link = output.is_symlink() and (output.is_file() or not output.exists())
    return Path(os.path.realpath(output)) if is_link else output


def _is_database(final: Path) -> bool:
    """Tell whether a file is a DuckDB database, or the WAL of one."""
    if final.name.endswith(".wal"):
        return _is_database(final.with_suffix(""))
    if not final.is_file():
        return False
    with final.open("rb") as file:
        return file.read(12)[8:] == b"DUCK"


def _prepare(path: Path, final: Path) -> None:
    """Bring a draft to the disk, with the mode of the file that it replaces."""
    sync(path)
    if final.exists():
        shutil.copymode(final, path)


def discard(path: Path) -> None:
    """Remove a draft with what a database engine may have left beside it."""
    for leftover in (path, path.with_name(path.name + ".wal")):
        leftover.unlink(missing_ok=True)
    shutil.rmtree(path.with_name(path.name + ".tmp"), ignore_errors=True)


def discard_drafts(final: Path, owner: int) -> None:
    """Remove the drafts of a file that a process has left; owner: its number, when it has ended."""
    beginning = f"{final.name}{_MARK}{owner}-"
    for leftover in final.parent.glob(f"*{_MARK}{owner}-*"):
        if leftover.name.startswith(beginning) and is_draft(leftover.name):
            discard(leftover)


def sweep(folder: Path) -> None:
    """Remove the drafts in folder whose process has ended without removing them.

    A draft has exactly the name that `draft_path` gives, or the name of a file that a database
    engine keeps beside it. Anything else is the user's, however similar its name.
    """
    for leftover in folder.glob(f"*{_MARK}*"):
        if _is_left(leftover.name):
            if leftover.name.endswith(".tmp") and leftover.is_dir() and not leftover.is_symlink():
                shutil.rmtree(leftover, ignore_errors=True)
            elif leftover.is_symlink() or leftover.is_file():
                leftover.unlink(missing_ok=True)


def _is_left(name: str) -> bool:
    """Return whether a name is that of a draft whose process has ended, or had our number."""
    found = _DRAFT.fullmatch(name)
    return found is not None and is_over(int(found[1]))


def is_over(owner: int) -> bool:
    """Tell whether the process that had a number has ended, or is this one."""
    return owner == os.getpid() or not _is_running(owner)


def _is_running(pid: int) -> bool:
    if os.name == "nt":  # there, os.kill would end the process
        return True
    try:
        os.kill(pid, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except PermissionError:
        pass
    return True


def sha256(path: Path) -> str:
    """Return the SHA-256 digest of a file as 64 hexadecimal digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def sync(path: Path) -> None:
    """Wait until the content of a file is on the disk."""
    with path.open("rb+") as file:
        os.fsync(file.fileno())


def sync_folder(folder: Path) -> None:
    """Wait until the names in a folder are on the disk, where the system can do so."""
    if os.name == "nt":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    except OSError as error:
        if error.errno != errno.EINVAL:  # some network file systems cannot
            raise
    finally:
        os.close(descriptor)


def publish(drafts: Mapping[Path, Path], folder: Path) -> Iterator[Path]:
    """Replace a set of files as one: yields each final name before it is replaced.

    A journal in folder names all drafts. A process that is killed before the first rename leaves
    the old set. After it, the next reader or writer finishes the renames (`finish_publication`), so
    that none of ours sees a mixture of both sets. The database comes first: it must not be replaced
    by a later process.
    """
    for final, path in drafts.items():
        if final.is_dir():  # else found when it is too late
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(final))
        _prepare(path, final)
    renames = [[path.name, final.name] for final, path in drafts.items()]
    with draft(folder / JOURNAL) as path:
        path.write_text(json.dumps(renames), encoding="utf-8")
    try:
        for number, final in enumerate(drafts):
            yield final
            with suppress(FileNotFoundError):  # a reader has finished for us
                drafts[final].replace(final)
            if not number:
                sync_folder(folder)
    finally:  # also if the caller is interrupted
        finish_publication(folder)


def finish_publication(folder: Path) -> None:
    """Finish the renames of a publication that was cut off in folder, if there is one."""
    try:
        renames = _renames((folder / JOURNAL).read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError):
        return
    if not renames:  # nobody's journal
        (folder / JOURNAL).unlink(missing_ok=True)
        return
    first = renames[0][0]
    if (folder / first).exists():  # nothing is decided: the drafts are for `sweep`
        if _is_left(first):
            (folder / JOURNAL).unlink(missing_ok=True)
        return
    for name, final in renames:
        with suppress(FileNotFoundError):
            (folder / name).replace(folder / final)
    sync_folder(folder)
    (folder / JOURNAL).unlink(missing_ok=True)


def _renames(text: str) -> list[tuple[str, str]]:
    """Return the renames of a journal: from a draft to its final name, both within the folder."""
    try:
        renames = [(str(name), str(final)) for name, final in json.loads(text)]
    except (ValueError, TypeError):
        return []
    is_ours = all(name.rpartition(_MARK)[0] == final == Path(final).name for name, final in renames)
    return renames if is_ours else []


@contextmanager
def working_folder(folder: Path) -> Iterator[None]:
    """Lock folder while the block runs; first finishes or removes what an interrupted run left."""
    folder.mkdir(parents=True, exist_ok=True)
    busy = f"another build or export is at work in {folder}; let it end"
    with exclusive(folder / LOCK, busy):
        finish_publication(folder)
        sweep(folder)
        yield


@contextmanager
def exclusive(path: Path, busy: str) -> Iterator[None]:
    """Hold a lock file while the block runs; raises with the message busy if another holds it.

    The system frees the lock when the process ends, however it ends.
    """
    with _locked(path, busy):
        try:
            yield
        finally:
            with suppress(PermissionError):  # a system that removes no open file keeps it
                path.unlink(missing_ok=True)


def _locked(path: Path, busy: str) -> IO[bytes]:
    while True:
        file = path.open("a+b")
        try:
            _lock(file)
            if path.exists() and path.stat().st_ino == os.fstat(file.fileno()).st_ino:
                return file
        except (BlockingIOError, PermissionError) as error:
            file.close()
            raise E6DuckError(busy) from error
        file.close()  # its last holder has just removed it


def _lock(file: IO[bytes]) -> None:
    if os.name == "nt":
        import msvcrt

        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined,unused-ignore]
    else:
        import fcntl

        fcntl.flock(file.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
