"""The app behind ``blockade``: its commands in the order of ``--help``, and what becomes of errors.

Each command stands in `compare.cli.commands`, in the file of its name; the docstring of its
function is its help.  Every wrong input ends with one sentence and exit code 2.  Each command loads
what computes when it runs: ``blockade --help`` loads Typer and nothing else.

Two rules hold for all commands that write: a set of files is written whole or not at all, and what
somebody else wrote or changed is overwritten only with ``--force``.  Both are kept by
`compare.files.output`, and are asked before anything is computed.
"""

import sys
from typing import Annotated, Any, NoReturn

import typer

from compare.cli.commands import (
    audit,
    budget,
    check,
    claims,
    compare,
    derive,
    export,
    optimum,
    plot,
    report,
    reproduce,
    solve,
    sweep,
    systems,
    validity,
)
from compare.cli.options import Quiet
from compare.cli.voice import hush
from compare.cli.wording import in_commands
from compare.extras import NotInstalled
from compare.files.interrupts import INTERRUPTED
from compare.files.places import told

app = typer.Typer(
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    no_args_is_help=True,
)

USAGE: Any = typer.BadParameter.__base__  # of all errors of usage; typer does not export it
BY_CTRL_C = 130  # exit code that typer gives to a KeyboardInterrupt


def main(arguments: list[str] | None = None) -> NoReturn:
    """Run the command ``blockade``; never returns.

    Errors of usage and of input (`ValueError`, `TypeError`, `OSError`, `MemoryError`) become one
    sentence on standard error and exit code 2; anything else is a fault of this project and shows
    its traceback.

    ``arguments`` are the words after ``blockade``, by default those of the process.

    >>> main(["systems", "--colour"])
    Traceback (most recent call last):
        ...
    SystemExit: 2
    """
    hush(False)
    try:
        code = app(arguments, prog_name="blockade", standalone_mode=False)
    except USAGE as error:
        if type(error).__name__ == "NoArgsIsHelpError":
            typer.echo(error.format_message(), err=True)
            sys.exit(2)
        _refuse(_usage(error))
    except (ValueError, TypeError, OSError, MemoryError, NotInstalled) as error:
        _refuse(in_commands(told(error)) or type(error).__name__)
    if code == BY_CTRL_C:
        typer.echo(INTERRUPTED, err=True)
    sys.exit(code)


def _refuse(sentence: str) -> NoReturn:
    """End with one sentence on standard error and exit code 2.

    Line breaks and runs of spaces in it become single spaces, so that it is one line in a log as
    well.
    """
    typer.echo(f"blockade: {' '.join(sentence.split())}", err=True)
    sys.exit(2)


def _usage(error: Any) -> str:
    """What is wrong with a word of the command line, and the word itself where Typer keeps it.

    It ends with the command whose ``--help`` says what would have been right.
    """
    found: Any = getattr(error.__cause__, "errors", list)()
    given = "".join(f", but is `{one['input']}`" for one in found[:1])
    command = error.ctx.command_path if error.ctx else "blockade"
    return f"{error.format_message().rstrip('.')}{given}; see `{command} --help`."


def _show_version(wanted: bool) -> None:
    """Print the version and end, where it is wanted."""
    if wanted:
        from compare.files.provenance import installed

        typer.echo(f"blockade {installed('photon-blockade')}")
        raise typer.Exit


@app.callback()
def blockade(
    version: Annotated[
        bool,
        typer.Option("--version", callback=_show_version, is_eager=True, help="Print the version."),
    ] = False,
    quiet: Quiet = False,
) -> None:
    """Photon blockade: closed forms against the master equation, from one Hamiltonian.

    Example: blockade report kerr --out kerr.html
    """


# in the order of `blockade --help`
for command in (
    reproduce.reproduce,
    derive.derive,
    check.check,
    systems.systems,
    audit.audit,
    claims.claims,
    solve.solve,
    compare.compare,
    budget.budget,
    validity.validity,
    optimum.optimum,
    report.report,
    sweep.sweep,
    export.export,
    plot.plot,
):
    app.command()(command)
