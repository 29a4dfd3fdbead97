"""The built-in queries: their list, and the SQL of one."""

from __future__ import annotations

import shutil
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from ...errors import UsageError
from .options import target

if TYPE_CHECKING:
    from ...db.answer import Answer

_NO_DEFAULT = "…"


def describe(name: str | None, chosen: str | None, output: Path | None, is_list: bool) -> None:
    """Write the list of the built-in queries, or the SQL of one."""
    from ...db.saved_queries import saved_query
    from .formats import format_of, write

    kind = format_of(output, chosen, sys.stdout.isatty())
    if not (is_list or name):
        raise UsageError("--show prints a built-in query; name it with --name NAME")
    sql = "" if is_list or not name else saved_query(name, {})[0]
    with target(output) as file:
        if sql:
            file.write(sql)
        elif kind == "table":
            columns = shutil.get_terminal_size().columns
            file.writelines(f"{line}\n" for line in _saved_lines(columns))
        else:
            write(_saved(), file, kind)


def _saved_lines(width: int) -> Iterator[str]:
    """Yield lines: the name of each built-in query, its description, and its parameters."""
    from ...db.saved_queries import saved_queries

    for number, script in enumerate(saved_queries()):
        if number:
            yield ""
        yield from textwrap.wrap(f"{script.name}: {script.sentence}", width)
        heads = {
            name: f"    -p {name}={_NO_DEFAULT if default is None else default}"
            for name, default in script.parameters.items()
        }
        wide = max(map(len, heads.values()), default=0) + 2
        for name, comment in script.parameter_comments.items():
            head = heads[name].ljust(wide)
            yield from textwrap.wrap(
                head + comment, max(width, wide + 10), subsequent_indent=" " * wide
            )


def _saved() -> Answer:
    """Return the name, parameters and description of each built-in query."""
    from ...db.answer import Answer
    from ...db.saved_queries import saved_queries

    rows = [
        (
            script.name,
            " ".join(
                f"-p {name}={_NO_DEFAULT if default is None else default}"
                for name, default in script.parameters.items()
            ),
            script.sentence,
        )
        for script in saved_queries()
    ]
    return Answer(("name", "parameters", "description"), ("VARCHAR",) * 3, iter([rows]))
