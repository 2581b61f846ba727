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

System = Annotated[
    str, typer.Argument(help="A listed system (see `blockade systems`) or path/to/file.py:NAME.")
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
Out = Annotated[
    Path | None, typer.Option(metavar="FILE.csv", help="Table to write; a picture goes beside it.")
]
Force = Annotated[
    bool,
    typer.Option(
        "--force", help="Overwrite files that blockade did not write or that were changed since."
    ),
]
Fresh = Annotated[bool, typer.Option("--fresh", help="Compute also what is current.")]
Quantity = Annotated[str, typer.Option(help="number, g2, g3, ..., P10, ...; one of them.")]
Tolerance = Annotated[float, typer.Option(help="Largest |formula/master equation - 1|.")]
Order = Annotated[
    int, typer.Option(min=0, help="Corrections to the formula; 0 is the leading order.")
]
Cut = Annotated[
    str | None,
    typer.Option(
        metavar="N|MODE=N,...",
        help="Truncation: quanta in all, or in each mode (a=4,b=30); without it chosen by points.",
    ),
]
Converged = Annotated[
    float, typer.Option(help="Largest relative change by two more quanta, where it is chosen.")
]
Limit = Annotated[
    int | None, typer.Option(help="Most states of a chosen truncation; N take up to 8 N^2 kB.")
]
