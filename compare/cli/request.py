"""What a command was asked for: a system with its settings, and the files that are to be made.

Every command that computes begins with `read_request` and ends with `write`; between them it is a
call of a public function of `compare`.  The suffix of ``--out`` says what is made: ``.csv`` the
table with its pictures beside it, ``.png`` or ``.pdf`` one picture, ``.html`` a page to read.
"""

import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from compare.cli.settings import read_settings
from compare.cli.voice import say
from compare.files import output, provenance
from compare.targets import Target, find_target

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

# the files that each suffix makes, beside the sidecar; of pictures only where there is one
MADE = {".csv": ("csv", "png", "pdf"), ".png": ("png",), ".pdf": ("pdf",), ".html": ("html",)}


@dataclass(frozen=True)
class Request:
    """A system with its settings, as numbers and flat arrays of one length.

    ``settings`` have the names of the command line, ``values`` those of the model; ``labels`` are
    the columns of what varies, and ``words`` those of the command line that made them.  ``values``
    follow from ``settings`` by `Target.read`, which changes units where the target has a
    laboratory.

    >>> request = read_request("kerr", ["chi=5", "gamma=1"], ["xi=0.1,0.2"])
    >>> request.target.name, sorted(request.labels)
    ('kerr', ['xi'])
    """

    target: Target
    settings: Mapping[str, Any]
    values: dict[str, Any]
    labels: dict[str, Any]
    words: tuple[str, ...]

    def line(self, command: str, **others: Any) -> str:
        """The command that makes a result, for its sidecar; ``others`` are its own options.

        >>> request = read_request("kerr", ["chi=5", "gamma=1"], ["xi=0.1,0.2"])
        >>> request.line("compare", quanta=None)  # what is not given is left out
        'blockade compare kerr --set chi=5 --set gamma=1 --vary xi=0.1,0.2'
        """
        given = [(f"--{name}", str(value)) for name, value in others.items() if value is not None]
        options = [word for option in given for word in option]
        return shlex.join(["blockade", command, self.target.name, *self.words, *options])


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
    """Raise `ValueError` unless the files that are asked for can be written.

    ``force`` allows overwriting files that were changed by hand or are not this tool's.

    >>> check_out(None, force=False)
    >>> check_out(Path("table.txt"), force=False)
    Traceback (most recent call last):
        ...
    ValueError: Argument `--out` must be a file FILE.csv, .png, .pdf or .html, but is `table.txt`.
    """
    if out is None:
        return
    if out.suffix not in MADE:
        given = "empty, or the folder `.`" if out == Path() else f"`{out}`"
        stored = "; `blockade sweep` stores grids" if out.suffix in (".nc", ".zarr") else ""
        raise ValueError(
            "Argument `--out` must be a file FILE.csv, .png, .pdf or .html, but is "
            f"{given}{stored}."
        )
    output.check_place(out, MADE[out.suffix], force)


def write(
    out: Path,
    table: "pd.DataFrame",
    figure: "Figure | None",
    request: Request,
    line: str,
    module: str,
) -> None:
    """Write what the suffix of ``out`` asks for with a sidecar, and name each file.

    ``figure`` is the picture of the table, None where it has none; ``line`` is the command that
    makes them and ``module`` the code, whose fingerprint is noted.  Raises `ValueError` where
    a picture is asked for and there is none.

    >>> import pandas as pd
    >>> from tempfile import TemporaryDirectory
    >>> request = read_request("kerr", ["chi=5", "gamma=1"], None)
    >>> with TemporaryDirectory() as name:
    ...     table, out = pd.DataFrame({"g2": [0.5]}), Path(name, "mine.csv")
    ...     write(out, table, None, request, request.line("compare"), "compare.agreement")
    ...     sorted(path.name for path in out.parent.iterdir())
    wrote ...mine.csv
    wrote ...mine.json
    ['mine.csv', 'mine.json']
    """
    record = provenance.record(line, module)
    if request.target.source:
        record["system_sha256"] = request.target.source
    files = _files(out, table, figure, request, record)
    output.publish(out.parent, out.stem, files, record | table.attrs)
    for suffix in (*files, "json"):
        say(f"wrote {out.with_suffix(f'.{suffix}')}")


def _files(
    out: Path,
    table: "pd.DataFrame",
    figure: "Figure | None",
    request: Request,
    record: Mapping[str, Any],
) -> dict[str, bytes]:
    """The contents of the files by suffix."""
    if out.suffix == ".html":
        from compare.report.subjects import of_table

        return {"html": of_table(request.target.model, table, record).html.encode()}
    pictures = {}
    if figure is not None:
        from compare.style import render

        pictures = render(figure, [kind for kind in MADE[out.suffix] if kind != "csv"])
    files = {"csv": output.to_csv(table), **pictures}
    made = {suffix: files[suffix] for suffix in MADE[out.suffix] if suffix in files}
    if not made:
        raise ValueError(
            f"Argument `--out` must be a file FILE.csv for a table without a picture, but is "
            f"`{out}`: a picture has one or two values that vary."
        )
    return made
