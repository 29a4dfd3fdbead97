"""The command that gets what a build reads: fetch."""

from __future__ import annotations

import sys
from typing import Any

import click

from ..errors import E6DuckError, UsageError
from .shared.options import FolderPath, quiet_option, tell

_MUCH = 100_000_000  # bytes that are asked about


@click.command(
    epilog="""\b
    Example:
      e6duck fetch ~/e621 --contact you@example.org
      e6duck fetch ~/e621 --with pools,wiki_pages --yes"""
)
@click.argument("data_dir", type=FolderPath(), default="data")
@click.option("--with", "more", metavar="TABLES", default="", help="pools,wiki_pages,artists")
@click.option("--contact", help="Where the site reaches you; else $E6DUCK_CONTACT, or asked for.")
@click.option("--index", metavar="URL", help="Index of a mirror.")
@click.option("-y", "--yes", is_flag=True, help="Download and replace without asking.")
@quiet_option
def fetch(more: str, contact: str | None, index: str | None, quiet: bool, **options: Any) -> None:
    """Download the site's newest export into DATA_DIR (./data).

    Files that are here already are skipped, and a broken download is resumed. You are asked before
    more than 100 MB are downloaded, and before a file is replaced that is not from a fetch. A file
    gets its name only when it is complete and has the listed checksum.
    """
    from ..builder.fetch.contact import contact_of
    from ..builder.fetch.fetch import FetchPlan, fetch, refuse_overwrite
    from ..builder.fetch.manifest import INDEX_URL
    from ..tags.phrases import many
    from .shared.progress import download_bar
    from .shared.summaries import plan_lines

    is_asked = sys.stdin is not None and sys.stdin.isatty()
    sizes: dict[str, int] = {}

    def confirm(plan: FetchPlan) -> None:
        sizes.update({each.file_name: each.size for each in plan.missing})
        if not quiet:
            tell("\n".join(plan_lines(plan)))
        if options["yes"]:
            return
        if not is_asked:
            refuse_overwrite(plan)
            _keep_small(plan.size)
        elif plan.untracked or plan.size > _MUCH:
            what = " and replace what is not from a fetch" if plan.untracked else ""
            if not click.confirm(f"Download it{what}?", err=True):
                raise E6DuckError("nothing is downloaded")

    with download_bar(not quiet and sys.stderr.isatty(), sizes) as on_bytes:
        fetched = fetch(
            options["data_dir"],
            contact=contact_of(contact, _prompt if is_asked else None),
            more=[name.strip() for name in more.split(",") if name.strip()],
            index=index or INDEX_URL,
            confirm=confirm,
            on_bytes=on_bytes,
            on_notice=(lambda line: None) if quiet else tell,
        )
    if not quiet:
        tell(f"{many(len(fetched.downloaded), 'file')} downloaded into {fetched.data_dir}")


def _prompt(question: str) -> str:
    return str(click.prompt(question, err=True))


def _keep_small(size: int) -> None:
    if size > _MUCH:
        raise UsageError("more than 100 MB are to be downloaded; confirm with --yes")


COMMANDS = (fetch,)
