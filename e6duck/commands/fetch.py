"""The command fetch: downloads the newest export of the site."""

from __future__ import annotations

import sys
from functools import partial
from typing import TYPE_CHECKING, Any

import click

from ..errors import E6DuckError, UsageError
from .shared.options import FolderPath, quiet_option, tell

if TYPE_CHECKING:
    from ..builder.fetch.fetch import FetchPlan

_LARGE = 100_000_000  # bytes; more are downloaded only if the user agrees


@click.command(
    epilog="""\b
    Example:
      e6duck fetch ~/e621 --contact you@example.org
      e6duck fetch ~/e621 --with pools,wiki_pages --yes"""
)
@click.argument("data_dir", type=FolderPath(), default="data")
@click.option(
    "--with",
    "more",
    metavar="TABLES",
    default="",
    help="Also fetch these tables: pools, wiki_pages, artists (separated by commas).",
)
@click.option(
    "--contact",
    help="Address at which the site can reach you.  [default: $E6DUCK_CONTACT, or a prompt]",
)
@click.option("--index", metavar="URL", help="Index of a mirror.")
@click.option("-y", "--yes", is_flag=True, help="Download and replace without asking.")
@quiet_option
def fetch(
    more: str, contact: str | None, index: str | None, yes: bool, quiet: bool, **options: Any
) -> None:
    """Download the newest export of the site into DATA_DIR (./data).

    Files that are up to date are skipped, and an interrupted download is resumed. You are asked
    before more than 100 MB are downloaded, and before a file is replaced that e6duck did not
    download. A file is renamed to its final name only after its checksum was verified.
    """
    from ..builder.fetch.contact import contact_of
    from ..builder.fetch.fetch import fetch
    from ..builder.fetch.manifest import INDEX_URL
    from ..progress import no_notice
    from ..tags.phrases import many
    from .shared.progress import download_progress

    sizes: dict[str, int] = {}
    with download_progress(quiet, sizes) as on_bytes:
        fetched = fetch(
            contact=contact_of(contact, _prompt if _can_ask() else None),
            more=[name.strip() for name in more.split(",") if name.strip()],
            index=index or INDEX_URL,
            confirm=partial(_confirm, sizes=sizes, yes=yes, quiet=quiet),
            on_bytes=on_bytes,
            on_notice=no_notice if quiet else tell,
            **options,
        )
    if not quiet:
        tell(f"{many(len(fetched.downloaded), 'file')} downloaded into {fetched.data_dir}")


def _can_ask() -> bool:
    return sys.stdin is not None and sys.stdin.isatty()


def _prompt(question: str) -> str:
    return str(click.prompt(question, err=True))


def _confirm(plan: FetchPlan, *, sizes: dict[str, int], yes: bool, quiet: bool) -> None:
    """Show the plan and ask for a large download or a replaced file; raises to end the fetch.

    sizes: filled with the size of each file to download, for the progress bar.
    """
    from ..builder.fetch.fetch import refuse_overwrite
    from .shared.summaries import plan_lines

    sizes.update({each.file_name: each.size for each in plan.missing})
    if not quiet:
        tell("\n".join(plan_lines(plan)))
    if yes:
        return
    if not _can_ask():
        refuse_overwrite(plan)
        if plan.size > _LARGE:
            raise UsageError("more than 100 MB are to be downloaded; confirm with --yes")
    elif plan.untracked or plan.size > _LARGE:
        what = " and replace the files e6duck did not download" if plan.untracked else ""
        if not click.confirm(f"Download them{what}?", err=True):
            raise E6DuckError("nothing was downloaded")
