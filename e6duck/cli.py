"""The command line: arguments in, one library call, text out.

With arguments, looking and reviewing, which hold more commands, alone knows click.
"""

from __future__ import annotations

import os
import re
import shlex
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from . import looking, reviewing
from .arguments import AT_LEAST_1 as _AT_LEAST_1
from .arguments import FORMATS as _FORMATS
from .arguments import PLACES as _PLACES
from .arguments import binary_target as _binary_target
from .arguments import category_option, completed
from .arguments import database_path as _database
from .arguments import db_option as _db
from .arguments import target as _target
from .arguments import tell as _tell
from .arguments import whole as _whole
from .errors import E6DuckError, UsageError

if TYPE_CHECKING:
    from .neighbors import Neighbors

_INTERRUPTED = 130
_UNWAITED = "e6duck als"  # als.THREAD, which is not imported for each command
_MUCH = 100_000_000  # bytes that are asked about
_MEASURES = ("vectors", "cosine", "jaccard", "lift")

_SECONDS = click.FloatRange(min=0, min_open=True, max=threading.TIMEOUT_MAX)
_COUNT = click.IntRange(min=0)
_CONTEXT = {"help_option_names": ["-h", "--help"], "max_content_width": 100}


def main() -> None:
    """Run the command line; ends the process with its exit code."""
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:  # closed by the caller
            setattr(sys, name, Path(os.devnull).open("w"))  # noqa: SIM115
        getattr(sys, name).reconfigure(encoding="utf-8", errors="backslashreplace")
    try:
        code = commands(standalone_mode=False)
        sys.stdout.flush()
    except E6DuckError as error:
        _tell(f"e6duck: {error}")
        code = error.exit_code
    except click.ClickException as error:
        error.show()
        code = error.exit_code
    except (KeyboardInterrupt, click.Abort):
        _tell("interrupted")
        code = _INTERRUPTED
    except (BrokenPipeError, SystemExit):  # click makes the one into the other
        # The reader (head, less) has seen enough; nobody is left to tell.
        _drop_output()
        code = 0
    except OSError as error:
        if error.filename:
            raise
        _tell(f"e6duck: standard output cannot be written: {error.strerror or error}")
        _drop_output()
        code = 1
    if any(thread.name == _UNWAITED for thread in threading.enumerate()):
        os._exit(code)  # sys.exit would wait until an iteration has ended
    sys.exit(code if isinstance(code, int) else 0)


def _drop_output() -> None:
    """Let what is still to be written to standard output go nowhere."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


@click.group(context_settings=_CONTEXT)
@click.version_option(package_name="e6duck")
def commands() -> None:
    """Turn the tag export of e621 into one DuckDB database, and ask it."""


for _command in (*looking.COMMANDS, *reviewing.COMMANDS):
    commands.add_command(_command)

_memory = click.option("--memory-limit", metavar="SIZE", help='Such as "2GB".')
_threads = click.option("--threads", type=click.IntRange(1, 1024), help="Default: all cores.")
_quiet = click.option("-q", "--quiet", is_flag=True, help="No progress and no summary.")


@commands.command(
    epilog="""\b
    Example:
      e6duck build ./data
      e6duck build ~/exports --out ~/index --min-posts 5 --memory-limit 1GB"""
)
@click.argument("data_dir", type=click.Path(path_type=Path), default="data")
@click.option("--out", "out_dir", type=click.Path(path_type=Path), help="Folder of index files.")
@click.option("--no-export", is_flag=True, help="Write no index files.")
@click.option("--min-posts", default=2, show_default=True, help="Posts that give a tag an id.")
@click.option("--all-files", is_flag=True, help="Keep gif, webm, mp4 and swf, too.")
@click.option("--include-deleted", is_flag=True, help="Keep deleted posts, too.")
@click.option("--with-text", is_flag=True, help="Keep the columns source and description.")
@click.option("--strict", is_flag=True, help="Take a malformed row for an error.")
@click.option("--no-train", is_flag=True, help="Train no vectors: no neighbors.")
@_memory
@_threads
@_quiet
def build(quiet: bool, no_export: bool, no_train: bool, **options: Any) -> None:
    """Build the database and the index files from the newest export in DATA_DIR (./data).

    Old files are replaced only when all went well. What was kept, dropped and odd is told at the
    end. Then the vectors of the tags are trained, as e6duck train does.
    """
    from .building import build, stage_count
    from .report import progress_bar, summary

    with progress_bar(not quiet and sys.stderr.isatty(), stage_count()) as advance:
        built = build(write_index=not no_export, on_progress=advance, **options)
    if not quiet:
        _tell(summary(built))
        _point_to(built.database)
    if not no_train:
        _train_built(built.database, quiet, not no_export, options)


@commands.command(
    "import",
    epilog="""\b
    Example:
      e6duck import ~/e6db/data
      e6duck import ~/e6db/data --db ~/tags.duckdb""",
)
@click.argument("index_dir", metavar="DIR", type=click.Path(path_type=Path))
@click.option("--db", "database", type=click.Path(path_type=Path), help="Default: DIR/e6.duckdb.")
@click.option("--force", is_flag=True, help="Replace a database that was built from posts, too.")
@_quiet
def import_(quiet: bool, **options: Any) -> None:
    """Make a database from the index files in DIR alone: e6db's, or those of a build.

    It knows tags, aliases, implications and vectors, but no posts: what needs these says so.
    """
    from .importing import import_index, stage_count
    from .report import import_summary, progress_bar

    with progress_bar(not quiet and sys.stderr.isatty(), stage_count()) as advance:
        imported = import_index(on_progress=advance, **options)
    if not quiet:
        _tell(import_summary(imported))
        _point_to(imported.database)


def _train_built(database: Path, quiet: bool, write_index: bool, options: dict[str, Any]) -> None:
    """Train where there is enough to train on; the build stands where there is not."""
    out_dir, threads = options["out_dir"], options["threads"]
    try:
        _train(database, quiet, out_dir=out_dir, threads=threads, write_index=write_index)
    except UsageError as error:
        _tell(f"no vectors    {error}")


def _train(database: Path, quiet: bool, **options: Any) -> None:
    from .report import training_bar, training_summary
    from .training import train

    with training_bar(not quiet and sys.stderr.isatty()) as advance:
        notice = (lambda line: None) if quiet else _tell
        trained = train(database, on_progress=advance, on_notice=notice, **options)
    if not quiet:
        _tell(training_summary(trained))


def _point_to(database: Path) -> None:
    """Tell how the other commands find a database that is not where they look."""
    if not any(place.exists() and place.samefile(database) for place in _PLACES):
        name = "set" if os.name == "nt" else "export"
        _tell(f"{name} E6DUCK_DB={shlex.quote(str(database.resolve()))}")


@commands.command(
    epilog="""\b
    Example:
      e6duck fetch ~/e621 --contact you@example.org
      e6duck fetch ~/e621 --with pools,wiki_pages --yes"""
)
@click.argument("data_dir", type=click.Path(path_type=Path), default="data")
@click.option("--with", "more", metavar="TABLES", default="", help="pools,wiki_pages,artists")
@click.option("--contact", help="Where the site reaches you; else $E6DUCK_CONTACT, or asked for.")
@click.option("--index", metavar="URL", help="The index of a mirror.")
@click.option("-y", "--yes", is_flag=True, help="Do not ask, whatever comes or is replaced.")
@_quiet
def fetch(more: str, contact: str | None, index: str | None, quiet: bool, **options: Any) -> None:
    """Download the site's newest export into DATA_DIR (./data).

    What is here already is skipped, and a broken download resumed. You are asked before more than
    100 MB come, and before a file is replaced that no fetch has put there. A file has its name only
    when it is whole and has the checksum that is listed.
    """
    from .contact import contact_of
    from .fetching import Plan, fetch, keep_strangers
    from .report import download_bar, plan_lines
    from .site_index import INDEX_URL

    is_asked = sys.stdin is not None and sys.stdin.isatty()
    sizes: dict[str, int] = {}

    def confirm(plan: Plan) -> None:
        sizes.update({each.file_name: each.size for each in plan.missing})
        if not quiet:
            _tell("\n".join(plan_lines(plan)))
        if options["yes"]:
            return
        if not is_asked:
            keep_strangers(plan)
            _keep_small(plan.size)
        elif plan.strangers or plan.size > _MUCH:
            what = " and replace what is not from a fetch" if plan.strangers else ""
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
            on_notice=(lambda line: None) if quiet else _tell,
        )
    if not quiet:
        _tell(f"{len(fetched.downloaded)} files downloaded into {fetched.data_dir}")


def _prompt(question: str) -> str:
    return str(click.prompt(question, err=True))


def _keep_small(size: int) -> None:
    if size > _MUCH:
        raise UsageError("more than 100 MB are to come; say --yes")


@commands.command(
    epilog="""\b
    Example:
      e6duck train --method svd --factors 128
      e6duck train --recipe e6db --seed 1"""
)
@_db
@click.option("--recipe", type=click.Choice(["e6db"]), help="The settings of e6db's notebook.")
@click.option("--method", type=click.Choice(["als", "svd"]), help="Default: als.")
@click.option("--factors", type=click.IntRange(min=1), help="Numbers in a vector (256).")
@click.option("--weighting", type=click.Choice(["tfidf", "bm25", "none"]), help="Of als (tfidf).")
@click.option("--regularization", type=click.FloatRange(min=0), help="Of als (grows with posts).")
@click.option("--iterations", type=click.IntRange(min=1), help="Of als (2).")
@click.option("--alpha", type=click.FloatRange(min=0, min_open=True), help="Of als (1).")
@click.option("--start", type=click.Choice(["svd", "random"]), help="Of als (svd).")
@click.option("--seed", type=click.IntRange(min=0), help="Default: 0.")
@click.option("--vocabulary", default=32_768, show_default=True, help="So many most used tags.")
@click.option("--min-tags", type=int, help="Direct tags that a post needs (11).")
@click.option("--all-posts", is_flag=True, help="Take no sample, however much memory it needs.")
@click.option("--post-factors", is_flag=True, help="Write the vectors of the posts, too.")
@click.option(
    "--device", type=click.Choice(["auto", "cpu", "cuda"]), default="auto", help="Of als."
)
@click.option("--out", "out_dir", type=click.Path(path_type=Path), help="Folder of the files.")
@click.option("--no-export", is_flag=True, help="Write no files, but the database alone.")
@_threads
@_quiet
def train(db: Path | None, quiet: bool, no_export: bool, **options: Any) -> None:
    """Train the vectors of the most used tags, which neighbors compares.

    als is alternating least squares, svd the main directions of discounted PPMI: quicker, and as
    good on large data. Old vectors are replaced only when all went well.
    """
    from .recipes import chosen_recipe

    recipe = chosen_recipe(options)
    _train(_database(db), quiet, recipe=recipe, write_index=not no_export, **options)


@commands.command(
    epilog="""\b
    Example:
      e6duck query "select name, post_count from tags limit 10"
      e6duck query -p tag=fox "from cooccurring(\\$tag) limit 20" --format json
      e6duck query --name top_tags -p category=species
      e6duck query --table mine=captions.csv "from mine join tags using (name)" -o found.csv"""
)
@click.argument("sql", required=False)
@_db
@click.option("-f", "--file", "sql_file", type=click.Path(path_type=Path), help="SQL from a file.")
@click.option("--name", "question", help="Ask a question that is shipped.")
@click.option("--list", "is_list", is_flag=True, help="List the questions that are shipped.")
@click.option("-p", "--param", "params", multiple=True, metavar="NAME=VALUE", help="For $NAME.")
@click.option("--table", "tables", multiple=True, metavar="NAME=FILE", help="Join your own file.")
@click.option("--format", "kind", type=click.Choice(_FORMATS), help="Default: table or csv.")
@click.option("-o", "--output", type=click.Path(path_type=Path), help="Write to a file.")
@click.option("--limit", type=click.IntRange(min=0), help="The most rows.")
@click.option("--timeout", type=_SECONDS, help="In seconds.")
@click.option("--trusted", is_flag=True, help="Your own SQL: it may use files, and spill.")
@_memory
@_threads
def query(is_list: bool, db: Path | None, output: Path | None, **options: Any) -> None:
    """Ask the database in SQL: an argument, -f FILE, or - for standard input.

    The query can read the database alone (and files given with --table), and write nothing. On a
    terminal the answer is a table; elsewhere all values are whole, as CSV or what --format says.
    """
    from . import query as asking
    from .output import format_of, write, write_parquet
    from .questions import listed, mind_posts

    limits = {name: options.pop(name) for name in ("timeout", "limit")}
    kind = format_of(output, options.pop("kind"), sys.stdout.isatty())
    if is_list:
        with _target(output) as file:
            write(listed(), file, kind)
        return
    question_name = options["question"]
    sql, parameters = _question(options)
    tables = {name: Path(file) for name, file in _pairs(options.pop("tables")).items()}
    with asking.session(_database(db), tables=tables, **options) as connection:
        mind_posts(connection, sql, question_name, _tell)
        if kind == "parquet":
            with _binary_target(output) as sink:
                write_parquet(asking.ask_arrow(connection, sql, parameters, **limits), sink)
        else:
            answer = asking.ask(connection, sql, parameters, **limits)
            with _target(output) as file:
                write(answer, file, kind)


def _question(options: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    """Return the SQL, from wherever it comes, and its parameters."""
    from .questions import question

    parameters = _pairs(options.pop("params"))
    given = [options.pop(name) for name in ("sql", "sql_file", "question")]
    if sum(each is not None for each in given) != 1:
        raise UsageError("give one of: a query, -f FILE, --name NAME, or - for standard input")
    sql, sql_file, name = given
    if name is not None:
        return question(name, parameters)
    if sql_file is not None or sql == "-":
        return _read(sql_file or Path("-")), parameters
    return _whole(sql), parameters


def _read(path: Path) -> str:
    is_input = str(path) == "-"
    if is_input and sys.stdin is None:
        raise UsageError("standard input is closed; give the query otherwise")
    try:
        content = sys.stdin.buffer.read() if is_input else path.read_bytes()
        return content.decode("utf-8-sig")
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise UsageError(f"{'the query' if is_input else path} is no UTF-8: {error}") from error


def _pairs(texts: tuple[str, ...]) -> dict[str, str]:
    pairs: dict[str, str] = {}
    for text in texts:
        name, equals, value = _whole(text).partition("=")
        if not (name and equals):
            raise UsageError(f'"{text}" is not of the form NAME=VALUE')
        if name in pairs:
            raise UsageError(f"{name} is given twice")
        pairs[name] = value
    return pairs


@commands.command(
    epilog="""\b
    Example:
      e6duck export ~/index
      e6duck export ~/index --only tags.parquet
      e6duck export --tag-list tags.csv --min-posts 50
      e6duck export ~/vectors --projector --word2vec"""
)
@click.argument("out_dir", required=False, type=click.Path(path_type=Path))
@_db
@click.option("--only", multiple=True, metavar="NAME", help="One of the index files.")
@click.option("--tag-list", type=click.Path(path_type=Path), help="Tags for prompt editors (CSV).")
@click.option("--min-posts", default=0, show_default=True, help="Posts that put a tag on the list.")
@click.option("--cooccurrence", type=click.Path(path_type=Path), help="Pairs of tags (CSV).")
@click.option("--min-count", default=100, show_default=True, help="Common posts of a pair.")
@click.option("--projector", is_flag=True, help="Vectors for the TensorFlow projector (TSV).")
@click.option("--word2vec", is_flag=True, help="Vectors as gensim loads them.")
def export(db: Path | None, out_dir: Path | None, **options: Any) -> None:
    """Write the index files again into OUT_DIR, or lists for prompt editors, or the tags' vectors.

    --tag-list: name,category,posts,"alias,alias", most used first. --cooccurrence:
    tag_a,tag_b,count. --projector, --word2vec: into OUT_DIR, and then no index files.
    """
    from . import lists as exporting
    from .building import plain_errors
    from .database import open_reading

    paths = (out_dir, options["tag_list"], options["cooccurrence"])
    if not (any(paths) or options["projector"] or options["word2vec"]):
        raise UsageError("give OUT_DIR for the index files, --tag-list FILE or --cooccurrence FILE")
    connection = open_reading(_database(db))
    with plain_errors(*filter(None, paths)):
        for line in exporting.export(connection, out_dir, **options):
            _tell(line)


class _OptionalCounts(click.Command):
    """Takes -k and -j without a number for 100, so that a folder is never taken for it."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Give the options their number, up to where all are arguments."""
        whole = {"--print-topk": "-k100", "--print-implied-topk": "-j100"}
        end = args.index("--") if "--" in args else len(args)
        given = [
            f"{each}100" if re.fullmatch("-[bfqy]*[kj]", each) else whole.get(each, each)
            for each in args[:end]
        ]
        return super().parse_args(ctx, given + args[end:])


@commands.command(
    cls=_OptionalCounts,
    epilog="""\b
    Example:
      e6duck normalize ~/dataset --diff
      e6duck normalize ~/dataset ~/clean --report changes.html
      e6duck normalize ~/dataset --undo
      e6duck normalize - --explain < caption.txt""",
)
@click.argument("input_dir", required=False, type=click.Path(path_type=Path, allow_dash=True))
@click.argument("output_dir", required=False, type=click.Path(path_type=Path))
@_db
@click.option("-c", "--config", type=click.Path(path_type=Path), help="Else normalize.toml.")
@click.option("-f", "-y", "--yes", "--force", is_flag=True, help="Replace files without asking.")
@click.option("--check", is_flag=True, help="List what would change; exit code 3 if any.")
@click.option("--diff", is_flag=True, help="Show what would change.")
@click.option("--explain", is_flag=True, help="Tell what becomes of each piece of one text.")
@click.option("--suggest", is_flag=True, help="Print aliases for frequent unknown pieces.")
@click.option("--undo", is_flag=True, help="Put back what the latest run replaced.")
@click.option("--run", metavar="ID", help="Undo this run.")
@click.option("--backup", type=click.Path(path_type=Path), help="Folder of the journals.")
@click.option(
    "--report",
    "reports",
    multiple=True,
    type=click.Path(path_type=Path),
    help="Each change with its reason: .json, .csv or .html.",
)
@click.option("-k", "--print-topk", metavar="[=N]", type=_COUNT, help="The N (100) top tags.")
@click.option("-j", "--print-implied-topk", metavar="[=N]", type=_COUNT, help="And implied ones.")
@click.option(
    "-s",
    "--stats-categories",
    multiple=True,
    metavar="CATEGORY",
    help="Only these (or unknown) in -k.",
)
@click.option("-b", "--print-blacklist", is_flag=True, help="Print what is blacklisted.")
@click.option("--show-config", is_flag=True, help="Print the rules in force, and from where.")
@click.option("--write-config", is_flag=True, help="Write a commented file with the defaults.")
@click.option("--follow-links", is_flag=True, help="Enter folders that are links.")
@click.option("-q", "--quiet", is_flag=True, help="No progress and no summary.")
def normalize(db: Path | None, quiet: bool, **options: Any) -> int:
    """Clean caption files: aliases, implied tags, blacklists and names by the rules of a TOML file.

    INPUT_DIR's captions are written to OUTPUT_DIR, or replaced where they are: then you are asked
    first, unless git has them. What was replaced can be put back (--undo). For one text: -
    """
    from .desk import Desk, Options, normalize
    from .report import counter

    ask = _ask if sys.stdin and sys.stdin.isatty() else None
    with counter(not quiet and sys.stderr.isatty()) as progress:
        desk = Desk(sys.stdin, sys.stdout, _tell, ask, progress, quiet)
        return normalize(Options(**options), lambda: _database(db), desk)


def _ask(question: str) -> bool:
    return click.confirm(question, err=True)


@commands.command(
    epilog="""\b
    Example:
      e6duck neighbors fox
      e6duck neighbors fox wolf -c species --together -k 20
      e6duck neighbors fox --not feral --format json
      e6duck neighbors fox -c species -o fox.png"""
)
@click.argument(
    "tags", nargs=-1, required=True, metavar="TAG...", shell_complete=completed("tag_names")
)
@_db
@category_option
@click.option(
    "-f",
    "--min-posts",
    type=click.IntRange(min=0),
    default=100,
    show_default=True,
    help="Only so used.",
)
@click.option("-k", "--topk", "k", type=_AT_LEAST_1, help="Of each TAG; 10, or 1.5 n / tags.")
@click.option(
    "--measure", type=click.Choice(_MEASURES), default="vectors", show_default=True, help="By what."
)
@click.option("--together", is_flag=True, help="Those of all the tags at once.")
@click.option(
    "--not",
    "unwanted",
    multiple=True,
    metavar="TAG",
    shell_complete=completed("tag_names"),
    help="Subtract it; together.",
)
@click.option("-d", "--first-pca", type=_AT_LEAST_1, metavar="K", help="Compare in K dimensions.")
@click.option("--format", "kind", type=click.Choice(_FORMATS), help="Default: table or csv.")
@click.option("-o", "--output", type=click.Path(path_type=Path), help="Picture, or - for a window.")
@click.option("--light", is_flag=True, help="A picture for paper.")
@click.option(
    "-n", "--global-topk", type=_AT_LEAST_1, default=64, show_default=True, help="Make its axes."
)
@click.option(
    "-N", "--display-topk", type=_AT_LEAST_1, default=24, show_default=True, help="Are drawn."
)
def neighbors(
    db: Path | None,
    output: Path | None,
    light: bool,
    global_topk: int,
    display_topk: int,
    **options: Any,
) -> None:
    """Show the tags that are most similar to each TAG.

    They are compared by their vectors, or with --measure by the posts that hold both: by cosine,
    jaccard or lift (of 10 such posts at least). Together, the tags are one query: the mean of
    their vectors, or the posts that hold them all; --not subtracts vectors, or leaves out posts.

    -c and -f say which tags count as neighbors. Of these each TAG keeps -k. Into a picture (.png,
    .svg, .pdf, .html) go the -n of them that are closest to all the tags; the -N best are drawn.
    """
    from .database import open_reading
    from .neighbors import Question, answering

    kind = options.pop("kind")
    for name in ("tags", "unwanted", "categories"):
        options[name] = [_whole(text) for text in options[name]]
    question = Question(**options, map_count=global_topk if output else None)
    _check_picture(output)
    with (
        open_reading(_database(db)) as connection,
        answering(connection, question, on_notice=_tell) as found,
    ):
        _write_neighbors(found, kind)
        if output:
            _draw(found, output, light, display_topk)


def _write_neighbors(found: Neighbors, chosen: str | None) -> None:
    from .listing import neighbor_batches, write_neighbors
    from .output import format_of, write_parquet

    kind = format_of(None, chosen, sys.stdout.isatty())
    if kind != "parquet":
        write_neighbors(found, sys.stdout, kind)
    elif sys.stdout.isatty():
        raise UsageError("parquet is no text; let it go to a file: > FILE.parquet")
    else:
        write_parquet(neighbor_batches(found), sys.stdout.buffer)


def _check_picture(output: Path | None) -> None:
    """Raise `UsageError` where a picture cannot be drawn, before anything is asked."""
    if output and str(output) != "-":
        from .picture import check

        check(output)


def _draw(found: Neighbors, output: Path, light: bool, drawn_count: int) -> None:
    from .mapping import neighbor_map
    from .picture import save, show

    tag_map = neighbor_map(found, drawn_count=drawn_count)
    if str(output) == "-":
        show(tag_map, light=light)
    else:
        save(tag_map, output, light=light)
