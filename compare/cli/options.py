"""Options that several commands share, and what they ask for."""

import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import pandas as pd
import typer
from matplotlib.figure import Figure

from compare import output, provenance
from compare.cli.settings import read_settings
from compare.cli.targets import Target, find_target
from compare.style import render

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


@dataclass(frozen=True)
class Request:
    """A system with its settings; ``labels`` are the columns of what varies."""

    target: Target
    settings: Mapping[str, Any]
    values: dict[str, Any]
    labels: dict[str, Any]
    words: tuple[str, ...]  # of the command line

    def line(self, command: str, **others: Any) -> str:
        """The command that makes a result, for its sidecar; ``others`` are its own options."""
        given = [(f"--{name}", str(value)) for name, value in others.items() if value is not None]
        options = [word for option in given for word in option]
        return shlex.join(["blockade", command, self.target.name, *self.words, *options])


def read_request(system: str, fixed: list[str] | None, varied: list[str] | None) -> Request:
    """The system and the settings of a command; raises `ValueError`.

    What may be meant otherwise is said on standard error.
    """
    target = find_target(system)
    settings, names = read_settings(fixed or [], varied or [])
    labels = {target.columns.get(name, name): settings[name] for name in names}
    words = [word for value in fixed or [] for word in ("--set", value)]
    words += [word for value in varied or [] for word in ("--vary", value)]
    values = target.read(settings)
    if remark := target.remark(settings):
        typer.echo(f"blockade: {remark}", err=True)
    return Request(target, settings, values, labels, tuple(words))


def check_out(out: Path | None, force: bool) -> None:
    """Raise `ValueError` unless the table and its pictures can be written."""
    if out is not None:
        output.check_csv(out, force)
        if not force:
            output.check_ours(out.parent, out.stem, ["csv", "png", "pdf"])


def write(
    out: Path, table: pd.DataFrame, figure: Figure | None, request: Request, line: str, module: str
) -> None:
    """Write a table, its picture where there is one, and the sidecar."""
    files = {"csv": output.to_csv(table), **(render(figure) if figure else {})}
    record = provenance.record(line, module)
    if request.target.source:
        record["system_sha256"] = request.target.source
    output.publish(out.parent, out.stem, files, record | table.attrs)
