"""What commands say and make of a stored sweep: its size, some of its points, its table, a file."""

from math import prod
from pathlib import Path
from typing import Any

from compare.cli.voice import say

ROWS = 4_000_000  # of a CSV: a gigabyte or so while it is written


def size_text(dataset: Any) -> str:
    """Points, axes and quantities of a stored sweep in words.

    >>> import compare
    >>> from systems import kerr
    >>> fixed = {"chi": 5.0, "gamma": 1.0, "xi": 0.1}
    >>> found = compare.sweep(kerr.MODEL, {"Delta": [0.0, 1.0]}, "number", fixed=fixed)
    >>> size_text(found)
    '2 points (2 Delta), quantities number'
    """
    sizes = {name: n for name, n in dataset["numeric"].sizes.items() if name != "quantity"}
    every = prod(sizes.values())
    grid = " x ".join(f"{n} {name}" for name, n in sizes.items())
    return (
        f"{every:,} points ({grid}), quantities {', '.join(map(str, dataset['quantity'].values))}"
    )


def some_points(dataset: Any) -> str:
    """Some of the points as a table, spread along each axis; no more are read from a store.

    >>> import compare
    >>> from systems import kerr
    >>> fixed = {"chi": 5.0, "gamma": 1.0, "xi": 0.1}
    >>> found = compare.sweep(kerr.MODEL, {"Delta": [0.0, 1.0]}, "number", fixed=fixed)
    >>> print(some_points(found))  # doctest: +ELLIPSIS
    Delta quantity ... status
        0   number ...     ok
        1   number ...     ok
    """
    from compare.cli.text import SHOWN, points_text, spread
    from compare.sweep.dataset import tidy

    sizes = {name: n for name, n in dataset["numeric"].sizes.items() if name != "quantity"}
    long = [name for name, n in sizes.items() if n > 1]
    each = max(2, int(SHOWN ** (1 / max(len(long), 1)) + 0.5))
    few = dataset.isel({name: spread(sizes[name], each) for name in long[:SHOWN]})
    table = tidy(few).drop(columns=["matching_digits", "resolved"])
    shown = len(table) // dataset.sizes["quantity"]
    said = points_text(table, len(table))
    every = prod(sizes.values())
    more = f"\n{shown} of {every:,} points of each quantity are shown." if shown < every else ""
    return said + more


def whole_table(found: Any, store: str) -> bytes:
    """The table of `blockade compare` as CSV; raises `ValueError` where it has too many rows.

    ``store`` is the name of the sweep in that sentence.

    >>> import compare
    >>> from systems import kerr
    >>> fixed = {"chi": 5.0, "gamma": 1.0, "xi": 0.1}
    >>> found = compare.sweep(kerr.MODEL, {"Delta": [0.0, 1.0]}, "number", fixed=fixed)
    >>> whole_table(found, "map.zarr").splitlines()[0][:14]
    b'Delta,quantity'
    """
    from compare.files import output
    from compare.sweep.dataset import tidy

    rows = found["analytic"].size
    if rows > ROWS:
        raise ValueError(
            f"A table must have at most {ROWS:,} rows, but `{store}` has {rows:,}: export it "
            "as FILE.nc."
        )
    return output.to_csv(tidy(found))


def publish(out: Path, content: bytes, dataset: Any, line: str, module: str) -> None:
    """Write a file with its sidecar, which has the provenance of the sweep too, and name both.

    ``line`` is the command that makes the file of the sweep ``dataset``, and ``module`` the code,
    whose fingerprint is noted.

    >>> import xarray as xr
    >>> publish(Path("mine.csv"), b"1", xr.Dataset(), "blockade export", "compare.sweep.dataset")
    wrote mine.csv
    wrote mine.json
    """
    from compare.files import output, provenance

    attrs = {str(name): value for name, value in dataset.attrs.items()}
    record = provenance.record(line, module) | {"sweep": attrs}
    output.publish(out.parent, out.stem, {out.suffix.removeprefix("."): content}, record)
    for suffix in (out.suffix, ".json"):
        say(f"wrote {out.with_suffix(suffix)}")
