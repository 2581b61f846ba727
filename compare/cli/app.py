"""The command line: ``reproduce``, ``derive``, ``compare``, ``check``, ``systems``, and the others.

The docstring of a command is its help.  Every wrong input ends with one sentence and exit code 2.
Each command loads what computes when it runs: ``blockade --help`` loads Typer and nothing else.

Two rules hold for all commands that write: a set of files is written whole or not at all, and what
somebody else wrote or changed is overwritten only with ``--force``.  Both are kept by
`compare.output`, and are asked before anything is computed.
"""

import sys
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer

from compare.cli import auditing, commands, grids, reporting, tabulate
from compare.cli.options import Force, Fresh, Quiet, System
from compare.cli.voice import hush, say
from compare.cli.wording import in_commands
from compare.extras import NotInstalled
from compare.interrupts import INTERRUPTED

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
        _refuse(in_commands(str(error)) or type(error).__name__)
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
        from compare.provenance import installed

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


@app.command()
def reproduce(
    stems: Annotated[list[str] | None, typer.Argument(help="Figures; without any, all.")] = None,
    out: Annotated[Path, typer.Option(help="Folder of the results.")] = Path("results"),
    fresh: Fresh = False,
    force: Force = False,
    quiet: Quiet = False,
) -> None:
    """Make the figures of the papers, and the audit of their claims.

    Each figure is a CSV, a PNG, a PDF and a sidecar .json with the provenance; agreement.csv sums
    up how far both roads are apart. Without figures named, claims.csv is made as well. What is
    current is not made again.

    Example: blockade reproduce fig3c --out results
    """
    from tqdm import tqdm

    from compare import results
    from compare.cli.text import summary_text

    chosen = [results.find(stem) for stem in stems] if stems else results.everything()
    due = results.due(chosen, out, fresh=fresh, force=force)
    for result in (bar := tqdm(chosen, "figures", leave=False, disable=None)):
        bar.set_description(result.name)
        if result in due:
            results.make(result, out)
        with tqdm.external_write_mode():
            say(f"{out / result.name}: {'computed' if result in due else 'current'}")
    whole = results.write_agreement(out)
    if not whole.empty:
        say(summary_text(whole))
    for result in chosen:
        if result.is_audit:
            say("\n" + result.paper.describe(results.read_claims(result, out)))
    if not stems:
        say("")
        auditing.atlas(out)


@app.command()
def derive(
    system: Annotated[
        str | None,
        typer.Argument(help="As in other commands; without one, the system of the first paper."),
    ] = None,
    quanta: Annotated[int, typer.Option(help="Largest number of quanta.")] = 2,
    latex: Annotated[bool, typer.Option("--latex", help="As one align* environment.")] = False,
    abbreviate: Annotated[
        bool, typer.Option("--abbreviate", help="In the system's own abbreviations, or found ones.")
    ] = False,
) -> None:
    """Print amplitude equations and closed forms.

    The closed forms are of leading order in the drive; without a system, those of a paper. Found
    abbreviations are complex energies E, block determinants D, numerators N and pieces K of them.

    Example: blockade derive nanotip --quanta 3 --latex
    """
    import analytic
    from compare import papers
    from compare.cli.busy import busy
    from compare.cli.text import derivation_text
    from compare.targets import find_target

    target = find_target(system or papers.default_system())
    with busy(f"{target.name}, {quanta} quanta"):
        closed = analytic.derive(target.model, quanta)
        short = closed.readable(target.abbreviations) if abbreviate else {}
        text = closed.latex(short) if latex else derivation_text(closed, short)
    typer.echo(text)


@app.command()
def check(
    system: System,
    formula: Annotated[str, typer.Option(help="As printed, in SymPy's or LaTeX's spelling.")],
    quantity: Annotated[
        str, typer.Option(help="number, g2, P10, ..., or an amplitude C20.")
    ] = "g2",
    where: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME=FORMULA", help="An abbreviation; repeatable, in order."),
    ] = None,
    convention: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME=FORMULA",
            help="What a letter of the paper (left) stands for in the model's symbols (right): "
            "gamma=gamma/2 where the paper's gamma is half the model's.",
        ),
    ] = None,
    latex: Annotated[
        bool, typer.Option("--latex", help="Read LaTeX even without a backslash or brace.")
    ] = False,
) -> None:
    """Compare a printed formula with the derived one.

    The system's own abbreviations are known; what --where gives a symbol of the model is fixed in
    both formulas. The exit code is 0 if the formula is identical, as printed or under the
    conventions given, 1 if not (also where it is identical at leading order only), and 2 if
    there is no closed form to compare with.

    Example: blockade check nanotip --quantity P10 --formula "4*xi**2*Abs(Delta_1/eta_1)**2"
    --where "Delta_1=2*Delta-I*gamma" --where "eta_1=4*Abs(J)**2-Delta_1**2"
    """
    from compare.formula import CANNOT_JUDGE, IDENTICAL, check_formula, read_definitions
    from compare.targets import find_target

    target = find_target(system)
    known = {str(name): meaning for name, meaning in target.abbreviations.items()}
    given = dict(read_definitions(where or []))
    letters = {name: known[name] for name in known if name not in given} | given
    verdict = check_formula(
        target.model, formula, quantity, letters, convention or [], latex or None
    )
    typer.echo(str(verdict))
    raise typer.Exit({IDENTICAL: 0, CANNOT_JUDGE: 2}.get(verdict.verdict, 1))


@app.command()
def systems() -> None:
    """List the systems and their values.

    Example: blockade systems
    """
    from compare.targets import find_target, listed

    for name, line in listed().items():
        target = find_target(name)
        values = [*target.columns, *map(str, target.model.parameters)]
        example = " ".join(f"--set {key}={value:.6g}" for key, value in target.example.items())
        typer.echo(f"{name}: {line}\n    values: {', '.join(values)}\n    such as: {example}")


for command in (
    auditing.audit,
    auditing.claims,
    tabulate.solve,
    tabulate.compare,
    commands.budget,
    commands.validity,
    commands.optimum,
    reporting.report,
):
    app.command()(command)
for on_grids in (grids.sweep, grids.export, grids.plot):
    app.command()(on_grids)
