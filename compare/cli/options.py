"""Options that several commands share: how each is spelled, and its line of help.

A command names the type (``fixed: Fixed = None``) and Typer makes the option of it: ``--set`` is
`Fixed`, ``--vary`` is `Varied`, ``--out`` is `Out`.  Nothing but Typer is loaded here, so that
``--help`` is printed at once.

Names of options are the words of the public functions where these have one; ``--set`` and
``--vary`` make the argument ``values`` of all of them.
"""

from pathlib import Path
from typing import Annotated

import typer

from compare.cli.voice import hush_if
from compare.files.places import small_suffix


def _systems(incomplete: str) -> list[str]:
    """Names of listed systems that begin so, for the completion of a shell."""
    from compare.targets import listed

    return [name for name in listed() if name.startswith(incomplete)]


System = Annotated[
    str,
    typer.Argument(
        help="A listed system (see `blockade systems`) or path/to/file.py:NAME.",
        autocompletion=_systems,
    ),
]
Fixed = Annotated[
    list[str] | None, typer.Option("--set", metavar="NAME=VALUE", help="A value; repeatable.")
]
Varied = Annotated[
    list[str] | None,
    typer.Option(
        "--vary",
        metavar="NAME=START:STOP:COUNT",
        help="A range (START:STOP:COUNT:log for geometric steps) or a list V1,V2,...; "
        "several make a grid.",
    ),
]


def small_letters(out: Path | None) -> Path | None:
    """The file of an option, whose suffix may be given in capitals.

    >>> small_letters(Path("map.PNG")).name, small_letters(None)
    ('map.png', None)
    """
    return out and small_suffix(out)


Out = Annotated[
    Path | None,
    typer.Option(
        callback=small_letters,
        metavar="FILE.csv|.png|.pdf|.html",
        help="What to write: a table with its pictures, one picture, or a page to read.",
    ),
]
Force = Annotated[
    bool,
    typer.Option(
        "--force", help="Overwrite files that blockade did not write or that were changed since."
    ),
]
Quiet = Annotated[
    bool,
    typer.Option(
        "--quiet", "-q", callback=hush_if, is_eager=True, help="Print nothing but errors."
    ),
]
Quantities = Annotated[
    str,
    typer.Option(
        help="number, g2, g3, ..., P10, ...; of the driven mode, or of another: number_a2, g2_a2."
    ),
]
Solver = Annotated[str, typer.Option(help="Solver of the master equation.")]
Fresh = Annotated[bool, typer.Option("--fresh", help="Compute also what is current.")]
Quantity = Annotated[str, typer.Option(help="number, g2, g3, ..., P10, ...; one of them.")]
Tolerance = Annotated[float, typer.Option(help="Largest |formula/master equation - 1|.")]
Order = Annotated[
    int, typer.Option(min=0, help="Corrections to the formula; 0 is the leading order.")
]
# how the master equation is truncated: arguments of numeric.steady_state, read by `Search`
Truncation = Annotated[
    str | None,
    typer.Option(
        "--quanta",
        metavar="N|MODE=N,...",
        help="Truncation: quanta in all, in each mode (a=4,b=30) or in sums of them (a+b=4,c=30, "
        "or a+2b=8 where b counts twice); without it chosen by points.",
    ),
]
Accuracy = Annotated[
    float | None,
    typer.Option(
        "--tolerance",
        help="Relative change by two more quanta of a chosen truncation; without it 1e-8.",
    ),
]
Highest = Annotated[
    int | None,
    typer.Option(
        "--order", min=1, help="Highest g^(k) for which a truncation is chosen; without it g2."
    ),
]
States = Annotated[
    int | None,
    typer.Option("--limit", help="States of a chosen truncation; N take up to 8 N^2 kB."),
]
StorePath = Annotated[Path, typer.Argument(metavar="MAP.zarr", help="A store of blockade sweep.")]
