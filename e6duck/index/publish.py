"""Replace a database and its index files by new ones: whether that may be done, and how."""

from __future__ import annotations

import os
import shutil
from contextlib import ExitStack
from pathlib import Path

from .. import files
from ..db.catalog import user_relations
from ..db.connection import Connection
from ..db.sql_files import built_relations
from ..db.wal import checkpoint_wal, shared_lock
from ..progress import Progress, no_progress
from .write import NOTHING, Exported

# Windows refuses to replace a file that is open; elsewhere the open file stays readable.
_REPLACES_OPEN_FILES = os.name != "nt"


def replaceable(database: Path) -> tuple[str, ...]:
    """Return the user's own relations in an old database, if there is one.

    Raises `DatabaseError` if it may not be replaced: it is in use, or e6duck did not make it.
    """
    checkpoint_wal(database)
    if not database.exists():
        return ()
    with shared_lock(database) as connection:
        return _user_relations(connection)


def _user_relations(connection: Connection) -> tuple[str, ...]:
    return tuple(user_relations(connection, built_relations()))


def replace(
    database: Path,
    draft: Path,
    exported: Exported,
    out_dir: Path | None,
    users: tuple[str, ...],
    on_progress: Progress,
) -> tuple[Path | None, tuple[str, ...]]:
    """Publish a new database and its index files, and keep an old database with user relations.

    users: the user's relations found before. Returns the path of the old database, or None if it
    was not kept, and the user's relations in it. A shared lock on the old database keeps writers
    away until it is replaced.
    """
    kept_old = None
    checkpoint_wal(database)
    with ExitStack() as lock:
        if database.exists():
            held = lock.enter_context(shared_lock(database))
            users = users or _user_relations(held)  # a program may have added some since
            if users:
                kept_old = database.with_name(database.name + ".old")
                _keep(database, kept_old, lock)
        publish(database, draft, exported, out_dir, lock=lock, on_progress=on_progress)
    return kept_old, users


def publish(
    database: Path,
    draft: Path,
    exported: Exported,
    out_dir: Path | None,
    *,
    lock: ExitStack,
    on_progress: Progress = no_progress,
) -> None:
    """Rename a new database and its index files to their final names.

    Files in the same folder as the database are replaced with it, as one set. lock: holds the old
    database open, and is closed first if the system cannot replace an open file. on_progress:
    called with "publish" before each rename.
    """
    if not _REPLACES_OPEN_FILES:
        lock.close()
    is_one_set = out_dir is None or out_dir.resolve() == database.parent.resolve()
    index_set = exported if is_one_set else NOTHING
    first_set = {database: draft, **index_set.drafts}
    for _ in files.publish(first_set, database.parent, index_set.stale):
        on_progress("publish", 0)
    if exported.drafts and out_dir is not None and not is_one_set:
        for _ in files.publish(exported.drafts, out_dir, exported.stale):
            on_progress("publish", 0)


def _keep(database: Path, kept_old: Path, lock: ExitStack) -> None:
    """Give the old database a second name.

    If the file system has no links, its content is copied. The file that is read must stay open
    until lock is closed: closing it would release the lock of this process.
    """
    copy = files.draft_path(kept_old)
    lock.callback(files.discard, copy)
    try:
        os.link(database, copy)
    except OSError:  # a file system without links
        source = lock.enter_context(database.open("rb"))
        with copy.open("wb") as target:
            shutil.copyfileobj(source, target)
        files.sync(copy)
    copy.replace(kept_old)
