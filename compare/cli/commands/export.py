"""`blockade export`: a stored sweep as NetCDF, or as a table."""

from pathlib import Path
from typing import Annotated

import typer

from compare.cli.loading import loads
from compare.cli.options import Force, Quiet, StorePath, small_letters
from compare.cli.stored import publish, size_text, whole_table
from compare.cli.voice import say


@loads("compare.sweep.netcdf")
def export(
    store: StorePath,
    out: Annotated[
        Path,
        typer.Option(metavar="FILE.nc|.csv", help="File to write.", callback=small_letters),
    ],
    force: Force = False,
    quiet: Quiet = False,
) -> None:
    """Write a stored sweep as NetCDF, or as the table of `blockade compare`.

    Example: blockade export map.zarr --out map.nc
    """
    from compare.files import output
    from compare.sweep.netcdf import to_netcdf
    from compare.sweep.store import open_store

    kind = out.suffix.removeprefix(".")
    if kind not in ("nc", "csv"):
        raise ValueError(f"Argument `--out` must be a file FILE.nc or FILE.csv, but is `{out}`.")
    output.check_place(out, [kind], force)
    found = open_store(store)
    content = to_netcdf(found) if kind == "nc" else whole_table(found, str(store))
    line = f"blockade export {store} --out {out}"
    publish(out, content, found, line, "compare.sweep.dataset")
    say(f"{store}: {size_text(found)}")
