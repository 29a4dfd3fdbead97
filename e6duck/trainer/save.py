"""Write vectors into a copy of a database and into files, and replace the old ones as one set."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .. import files
from ..db.connection import DEFAULT_MEMORY, Connection, drafting
from ..db.interrupts import SignalPoint
from ..db.sql_files import scripts
from ..db.wal import shared_lock
from ..errors import DatabaseError
from ..index import vectors, write
from ..index.publish import publish
from ..index.vectors import POST_FACTORS, TAG_FACTORS, Vectors

PostFile = Mapping[str, Callable[[Path], object]]  # the name of the file, and what writes it


@dataclass(frozen=True)
class Target:
    """The files and folders that a training writes."""

    database: Path
    out_dir: Path | None  # of the vector files; None if none are written

    @property
    def folders(self) -> list[Path]:
        """The folders, each once even if it has two names."""
        named = (self.database.parent, self.out_dir or self.database.parent)
        return list({folder.resolve(): folder for folder in named}.values())


def check_build(connection: Connection, database: Path, build_id: str) -> None:
    """Raise `DatabaseError` if a database is not that of a build."""
    if write.build_id_of(connection) != build_id:
        raise DatabaseError(f"{database} was rebuilt during the training; train again")


def post_file(post_vectors: Any | None, post_ids: Any | None, facts: dict[str, str]) -> PostFile:
    """Return a function that writes the vectors of posts, by the name of the file, if wanted."""
    if post_vectors is None or post_ids is None:
        return {}
    written = dict(facts)
    return {
        POST_FACTORS: lambda path: vectors.write_post_factors(path, post_vectors, post_ids, written)
    }


def replace(
    target: Target, tag_vectors: Vectors, facts: Mapping[str, str], post_vectors: PostFile
) -> list[Path]:
    """Replace the database by a copy with the vectors, and write the files; returns their paths.

    The copy has what other programs wrote to the database during the training. A shared lock keeps
    writers away until it is replaced.
    """
    with ExitStack() as stack, SignalPoint():
        for folder in target.folders:
            stack.enter_context(files.working_folder(folder))
        lock = stack.enter_context(ExitStack())
        held = lock.enter_context(shared_lock(target.database))
        check_build(held, target.database, facts["build_id"])
        draft = files.draft_path(target.database)
        stack.callback(files.discard, draft)
        # It stays open until lock is closed: closing it would release the lock of this process.
        source = lock.enter_context(target.database.open("rb"))
        with draft.open("wb") as copy:
            shutil.copyfileobj(source, copy, 1 << 20)
        exported = write.NOTHING
        with (
            drafting(draft, memory_limit=DEFAULT_MEMORY, threads=None) as connection,
            SignalPoint(),
        ):
            _write_tables(connection, tag_vectors, facts)
            if target.out_dir is not None:
                exported = write.write_drafts(
                    connection, target.out_dir, only=[TAG_FACTORS], more=post_vectors
                )
                for leftover in exported.drafts.values():
                    stack.callback(files.discard, leftover)
        publish(target.database, draft, exported, target.out_dir, lock=lock)
    return [path for path in exported.drafts if path.name != write.INDEX]


def _write_tables(connection: Connection, tag_vectors: Vectors, facts: Mapping[str, str]) -> None:
    """Replace the tables of vectors, by running their build files again."""
    vectors.register_vectors(connection, tag_vectors, facts)
    for script in scripts("build"):
        if script.name in ("tag_factors", "training_info"):
            connection.execute(script.text)
    connection.execute("checkpoint e6")
