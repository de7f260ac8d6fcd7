"""The command line: every command of the contract. What a command does stands in ``flows.commands``.

Heavy libraries are imported inside commands, so that ``inspect`` and ``--help`` answer at once.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated, Any, Literal

import typer
from typer.exceptions import TyperException

from flows.call import Call
from schemas.errors import ExitCode, SolidarityError

app = typer.Typer(
    name="solidarity",
    help="Monthly WhatsApp exports and rosters -> a warehouse of solidarity indicators over time.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
    rich_markup_mode=None,
)

Month = Annotated[
    str | None, typer.Option(metavar="YYYY-MM", help="Month measured; default: the last ended one.")
]
Wait = Annotated[int, typer.Option(min=0, metavar="S", help="Seconds to wait for another run to end.")]
Out = Annotated[Path, typer.Argument(help="Folder to write into.")]


@app.callback()
def options(
    context: typer.Context,
    home: Annotated[
        Path | None, typer.Option(help="Home of this installation; else SOLIDARITY_HOME, else ./var.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document on stdout.")] = False,
) -> None:
    """Options of every command; they may stand before or after it."""
    context.obj = Call(home=home, as_json=as_json)


# --- begin ---------------------------------------------------------------------------------------


@app.command()
def init(
    context: typer.Context,
    group: Annotated[str | None, typer.Option(metavar="ID", help="Identifier of a first group.")] = None,
    name: Annotated[str | None, typer.Option(help="Its name.")] = None,
    timezone: Annotated[str, typer.Option(metavar="Z", help="Its time zone.")] = "Asia/Jakarta",
) -> None:
    """Write groups.toml, the key file and the folders; overwrite nothing."""
    from flows.commands import setup

    setup.init(context.obj, group, name, timezone)


@app.command()
def demo(
    context: typer.Context, seed: Annotated[int, typer.Option(help="Seed of the community.")] = 1
) -> None:
    """Three synthetic groups over 36 months: 30 by backfill, 6 as monthly runs."""
    from flows.commands import setup

    raise typer.Exit(setup.demo(context.obj, seed))


@app.command()
def simulate(
    context: typer.Context,
    out: Out,
    groups: Annotated[int, typer.Option(min=1, help="Groups.")] = 3,
    members: Annotated[
        int | None, typer.Option(min=2, help="Members of each group; default: 30 to 120.")
    ] = None,
    months: Annotated[int, typer.Option(min=1, help="Months.")] = 12,
    messages_per_month: Annotated[int, typer.Option(min=1, help="Messages a month and group.")] = 800,
    seed: Annotated[int, typer.Option(help="Seed.")] = 1,
) -> None:
    """Write a synthetic community: OUT/landing and its truth, OUT/truth."""
    from flows.commands import setup

    setup.simulate(context.obj, out, groups, members, months, messages_per_month, seed)


# --- take in and measure -------------------------------------------------------------------------


@app.command()
def inspect(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="Export or roster.")],
    date_order: Annotated[
        Literal["dmy", "mdy", "ymd"] | None, typer.Option(help="Where the file does not decide.")
    ] = None,
) -> None:
    """What is in an export or roster; loads nothing."""
    from flows.commands import look_at_files

    raise typer.Exit(look_at_files.inspect(context.obj, file, date_order))


@app.command()
def run(
    context: typer.Context,
    month: Month = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what a run would take in; change nothing.")
    ] = False,
    wait: Wait = 0,
) -> None:
    """The monthly flow, once: take in, measure, snapshot, report, release."""
    from flows.commands import running

    raise typer.Exit(running.dry_run(context.obj) if dry_run else running.monthly(context.obj, month, wait))


@app.command()
def ingest(context: typer.Context, month: Month = None, wait: Wait = 0) -> None:
    """Take in what is new in landing, without measuring it."""
    from flows.commands import running

    raise typer.Exit(running.ingest(context.obj, month, wait))


@app.command()
def backfill(
    context: typer.Context,
    first: Annotated[str, typer.Option("--from", metavar="YYYY-MM", help="First month to compute anew.")],
    last: Annotated[str, typer.Option("--to", metavar="YYYY-MM", help="Last month measured.")],
    wait: Wait = 0,
) -> None:
    """Measure a stretch of months, with one snapshot at its end."""
    from flows.commands import running

    raise typer.Exit(running.backfill(context.obj, first, last, wait))


@app.command()
def consent(context: typer.Context, wait: Wait = 0) -> None:
    """Act on withdrawals and objections at once: restate the months measured so far."""
    from flows.commands import running

    raise typer.Exit(running.consent(context.obj, wait))


@app.command()
def retry(
    context: typer.Context, file: Annotated[Path, typer.Argument(help="A refused file in landing.")]
) -> None:
    """Forget that a file was refused and take in again."""
    from flows.commands import running

    raise typer.Exit(running.retry(context.obj, file))


# --- look ----------------------------------------------------------------------------------------


@app.command()
def query(
    context: typer.Context,
    sql: Annotated[str | None, typer.Argument(help="One read-only statement.")] = None,
    name: Annotated[
        str | None, typer.Option(metavar="Q1", help="Ask a research question; see `solidarity questions`.")
    ] = None,
    param: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME=VALUE", help="A parameter of it; may be given several times."),
    ] = None,
    schema: Annotated[
        Literal["research", "core", "ops", "enclave"], typer.Option(help="What may be read besides research.")
    ] = "research",
    snapshot: Annotated[str | None, typer.Option(metavar="S", help="Read the release of a snapshot.")] = None,
    format_: Annotated[Literal["table", "csv", "json", "parquet"] | None, typer.Option("--format")] = None,
) -> None:
    """Ask the warehouse in SQL, or one of the thirteen research questions by name; read-only."""
    from flows.commands import look_at_warehouse

    statement = look_at_warehouse.statement(sql, name, param or [])
    look_at_warehouse.query(context.obj, statement, schema, snapshot, format_)


@app.command()
def questions(
    context: typer.Context,
    name: Annotated[str | None, typer.Argument(metavar="[Q1]", help="Show this one with its SQL.")] = None,
) -> None:
    """The thirteen research questions: what each answers, its grain, caveat and parameters."""
    from flows.commands import look_at_warehouse

    look_at_warehouse.questions(context.obj, name)


@app.command()
def status(context: typer.Context) -> None:
    """Per group: last run, refused files, conflicts, and when the next export is due."""
    from flows.commands import look_at_files

    look_at_files.status(context.obj)


@app.command()
def snapshots(
    context: typer.Context,
    what: Annotated[
        list[str] | None,
        typer.Argument(metavar="[rebuild S]", help="`rebuild` and a snapshot; nothing: list them all."),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="With `rebuild`: write the pseudonymous facts as of then there."),
    ] = None,
    wait: Wait = 0,
) -> None:
    """List all snapshots, oldest first; or rebuild one from the vault and compare."""
    from flows.commands import look_at_warehouse

    if what:
        raise typer.Exit(look_at_warehouse.rebuild(context.obj, what, out, wait))
    look_at_warehouse.snapshots(context.obj)


@app.command()
def diff(
    context: typer.Context,
    earlier: Annotated[str, typer.Argument(help="A snapshot.")],
    later: Annotated[str, typer.Argument(help="A later one.")],
) -> None:
    """The published cells that differ between two snapshots."""
    from flows.commands import look_at_warehouse

    look_at_warehouse.diff(context.obj, earlier, later)


@app.command()
def conflicts(
    context: typer.Context,
    show: Annotated[
        str | None, typer.Option(metavar="ID", help="Show this one with names, and the lines that settle it.")
    ] = None,
) -> None:
    """Contradictions of evidence about people, to be settled in corrections.toml."""
    from flows.commands import look_at_warehouse

    look_at_warehouse.conflicts(context.obj, show)


@app.command()
def dictionary(
    context: typer.Context,
    out: Annotated[Path | None, typer.Option(help="Write it as Markdown instead.")] = None,
) -> None:
    """Every table, column and indicator in words."""
    from flows.commands import look_at_warehouse

    look_at_warehouse.dictionary(context.obj, out)


@app.command("coding-kit")
def coding_kit(
    context: typer.Context,
    group: Annotated[str, typer.Argument(help="A measured group.")],
    read: Annotated[bool, typer.Option("--read", help="Read the filled sheets back and score them.")] = False,
    replies: Annotated[int, typer.Option(min=0, help="Turns to code for replies.")] = 300,
    turns: Annotated[int, typer.Option(min=0, help="Turns to code for each category of words.")] = 200,
    category: Annotated[
        list[str] | None, typer.Option(help="Only this category; may be given several times.")
    ] = None,
    seed: Annotated[int, typer.Option(help="Seed of the sample.")] = 1,
    to: Annotated[
        Path | None, typer.Option(help="Folder of the sheets; default: in the vault, unless encrypted.")
    ] = None,
) -> None:
    """Draw turns for two human coders, or score what they filled in: how good are replies and words?"""
    from flows.commands import coding

    if read:
        coding.read_back(context.obj, group)
    else:
        coding.draw(context.obj, group, replies, turns, category or [], seed, to)


# --- operate -------------------------------------------------------------------------------------


@app.command()
def release(
    context: typer.Context,
    what: Annotated[
        list[str], typer.Argument(metavar="S | verify S", help="A snapshot, or `verify` and a snapshot.")
    ],
    public: Annotated[bool, typer.Option("--public", help="With counts rounded to 5.")] = False,
) -> None:
    """Write the release of the newest snapshot, or verify a release."""
    from flows.commands import running

    raise typer.Exit(running.release(context.obj, what, public))


@app.command()
def doctor(context: typer.Context) -> None:
    """Is this installation sound? One line a check."""
    from flows.commands import setup

    raise typer.Exit(setup.doctor(context.obj))


@app.command()
def migrate(context: typer.Context) -> None:
    """Bring the warehouse to the newest schema."""
    from flows.commands import setup

    setup.migrate(context.obj)


@app.command()
def backup(
    context: typer.Context,
    to: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Folder of backups; default: backups/ in the home.")
    ] = None,
    wait: Wait = 0,
) -> None:
    """Copy landing, vault, releases and warehouse to a safe place, and read the copy again."""
    from flows.commands import keeping

    raise typer.Exit(keeping.backup(context.obj, to, wait))


@app.command()
def restore(
    context: typer.Context,
    source: Annotated[Path, typer.Argument(metavar="FROM", help="Folder of one backup.")],
    force: Annotated[
        bool, typer.Option("--force", help="Also where something is; the former state is kept beside it.")
    ] = False,
    check: Annotated[
        bool, typer.Option("--check", help="Only read the backup and say whether it is sound.")
    ] = False,
    wait: Wait = 0,
) -> None:
    """Bring a backup back; people erased since then are erased again."""
    from flows.commands import keeping

    raise typer.Exit(keeping.restore(context.obj, source, force, check, wait))


Member = Annotated[
    str | None,
    typer.Option(metavar="ID", help="Pseudonym, durable key, or the roster's member number."),
]
Phone = Annotated[str | None, typer.Option(metavar="-", help="The telephone number stands on stdin.")]


@app.command()
def forget(
    context: typer.Context,
    member: Member = None,
    phone: Phone = None,
    purge_landing: Annotated[
        bool, typer.Option("--purge-landing", help="Also delete the files in landing that hold the person.")
    ] = False,
    wait: Wait = 0,
) -> None:
    """Erase everything held about one person, and search whether anything is left."""
    from flows.commands import rights

    raise typer.Exit(rights.forget(context.obj, member, phone, purge_landing, wait))


@app.command()
def subject(
    context: typer.Context,
    member: Member = None,
    phone: Phone = None,
    out: Annotated[
        Path | None, typer.Option(help="File to write: .md or .json; default: ./subject-*.md.")
    ] = None,
) -> None:
    """Everything held about one person, as a readable file."""
    from flows.commands import rights

    raise typer.Exit(rights.subject(context.obj, member, phone, out))


@app.command("rotate-key")
def rotate_key(context: typer.Context, wait: Wait = 0) -> None:
    """Put a new pseudonym key in force; joins and published numbers stay."""
    from flows.commands import rights

    raise typer.Exit(rights.rotate_key(context.obj, wait))


def main(arguments: list[str] | None = None) -> int:
    """Run one command; returns its exit code."""
    words = _hoist(sys.argv[1:] if arguments is None else arguments)
    try:
        code = app(args=words, standalone_mode=False)
    except TyperException as error:
        return _tell_usage(error, "--json" in words)
    except typer.Abort:
        return ExitCode.UNEXPECTED
    except SolidarityError as error:
        return _tell(error, "--json" in words)
    except Exception as error:
        from tasks.boundary import unexpected

        return _tell(unexpected("command", error, _home(words)), "--json" in words)
    return code if isinstance(code, int) else ExitCode.DONE


def _tell_usage(error: Any, as_json: bool) -> int:
    """Say that the words of a call make none of our commands, as the parser of options says it."""
    if as_json:
        document = {
            "error": "usage",
            "reason": error.format_message(),
            "next_step": "see `solidarity --help`",
        }
        typer.echo(json.dumps(document))
    error.show()
    return int(error.exit_code)


def _tell(error: SolidarityError, as_json: bool) -> ExitCode:
    """Say on the terminal what went wrong, without a value from the data."""
    if as_json:
        document = {
            "error": error.code,
            "reason": error.reason,
            "next_step": error.next_step,
            **error.counts,
        }
        typer.echo(json.dumps(document))
    typer.echo(error.describe(), err=True)
    return error.exit_code


def _home(words: list[str]) -> Path | None:
    """The value of ``--home`` among hoisted words."""
    for word, following in zip(words, [*words[1:], ""], strict=True):
        if word.startswith("--home"):
            return Path(word.removeprefix("--home=") if "=" in word else following)
    return None


def _hoist(words: list[str]) -> list[str]:
    """Options of every command, wherever they stand, brought before the command."""
    front: list[str] = []
    rest: list[str] = []
    remaining = iter(words)
    for word in remaining:
        if word == "--":
            rest += [word, *remaining]
        elif word == "--json" or word.startswith("--home="):
            front.append(word)
        elif word == "--home":
            front += [word, *(value for value in [next(remaining, None)] if value is not None)]
        else:
            rest.append(word)
    return front + rest


if __name__ == "__main__":
    sys.exit(main())
