"""What a command was asked for: a system with its settings, and the files that are to be made.

Every command that computes begins with `read_request` and ends with `write`; between them it is a
call of a public function of `compare`.
"""

import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from compare import output, provenance
from compare.cli.settings import read_settings
from compare.cli.targets import Target, find_target

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure


@dataclass(frozen=True)
class Request:
    """A system with its settings, as numbers and flat arrays of one length.

    ``settings`` have the names of the command line, ``values`` those of the model; ``labels`` are
    the columns of what varies, and ``words`` those of the command line that made them.  ``values``
    follow from ``settings`` by `Target.read`, which changes units where the target has a
    laboratory.
    """

    target: Target
    settings: Mapping[str, Any]
    values: dict[str, Any]
    labels: dict[str, Any]
    words: tuple[str, ...]

    def line(self, command: str, **others: Any) -> str:
        """The command that makes a result, for its sidecar; ``others`` are its own options."""
        given = [(f"--{name}", str(value)) for name, value in others.items() if value is not None]
        options = [word for option in given for word in option]
        return shlex.join(["blockade", command, self.target.name, *self.words, *options])


def read_cut(text: str | None) -> int | dict[str, int] | None:
    """A truncation as ``quanta`` of `numeric.steady_state` takes it; raises `ValueError`.

    >>> read_cut("6"), read_cut("a=4,b=30"), read_cut(None)
    (6, {'a': 4, 'b': 30}, None)
    """
    if text is None:
        return None
    words = [word.partition("=") for word in text.split(",")]
    try:
        if len(words) == 1 and not words[0][1]:
            return int(text)
        return {mode.strip(): int(top) for mode, _, top in words}
    except ValueError:
        raise ValueError(
            f"Option `--quanta` must be a number, or one for each mode (a=4,b=30), but is `{text}`."
        ) from None


def read_request(system: str, fixed: list[str] | None, varied: list[str] | None) -> Request:
    """The system and the settings of a command; raises `ValueError`.

    What may be meant otherwise is said on standard error.

    >>> request = read_request("kerr", ["chi=5", "gamma=1"], ["xi=0.1,0.2"])
    >>> request.line("compare", quantities="g2")
    'blockade compare kerr --set chi=5 --set gamma=1 --vary xi=0.1,0.2 --quantities g2'
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
    """Raise `ValueError` unless the table and its pictures can be written.

    ``force`` allows overwriting files that were changed by hand or are not this tool's.
    """
    if out is not None:
        output.check_csv(out, force)
        if not force:
            output.check_ours(out.parent, out.stem, ["csv", "png", "pdf"])


def write(
    out: Path,
    table: "pd.DataFrame",
    figure: "Figure | None",
    request: Request,
    line: str,
    module: str,
) -> None:
    """Write a table, its picture where there is one, and the sidecar.

    ``line`` is the command that makes them and ``module`` the code, whose fingerprint is noted.
    """
    files = {"csv": output.to_csv(table)}
    if figure is not None:
        from compare.style import render

        files |= render(figure)
    record = provenance.record(line, module)
    if request.target.source:
        record["system_sha256"] = request.target.source
    output.publish(out.parent, out.stem, files, record | table.attrs)
