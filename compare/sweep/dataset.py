"""What the numbers of a sweep mean: an `xarray.Dataset` with units, flags and provenance.

Names and attributes follow the Climate and Forecast conventions, which xarray and the viewers of
NetCDF files know: ``long_name``, ``units`` ("1" for pure numbers), ``flag_values`` and
``flag_meanings`` of a status.
"""

from __future__ import annotations

import json
import platform
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from compare.agreement import DIGITS
from compare.files.provenance import record
from compare.sweep.grid import Grid
from compare.sweep.portion import CODE, MISSING, STATUSES, Job

if TYPE_CHECKING:
    import pandas as pd

LONG = {
    "analytic": "closed form of leading order in the drive",
    "numeric": "master equation",
    "deviation": "closed form / master equation - 1",
    "error": "absolute error of the master equation's number",
    "status": "what the pair of numbers is worth",
}
RATE = "in the unit that all values of the sweep share (hbar = 1), unless `units` says another"


def tidy(dataset: Any) -> pd.DataFrame:
    """The table of `compare.agreement` from the dataset of a sweep: a row per quantity and point.

    The axes come first (a complex one as ``J_real`` and ``J_imag``), then ``quantity, analytic,
    numeric, deviation, matching_digits, resolved, status``, the status in words.  All of it is
    loaded into memory.  ``attrs`` are the dataset's.

    >>> import compare
    >>> from systems import kerr
    >>> fixed = {"chi": 5.0, "gamma": 1.0, "xi": 0.1}
    >>> found = compare.sweep(kerr.MODEL, {"Delta": [0.0, 1.0]}, ["number"], fixed=fixed)
    >>> tidy(found)[["Delta", "quantity", "status"]].values.tolist()
    [[0.0, 'number', 'ok'], [1.0, 'number', 'ok']]
    """
    import pandas as pd

    axes = [name for name in dataset["analytic"].dims if name != "quantity"]
    shape = dataset["analytic"].shape
    columns: dict[str, Any] = {}
    for i, name in enumerate(axes):
        along = np.reshape(
            dataset[name].to_numpy(), [-1 if j == i else 1 for j in range(len(axes))]
        )
        column = np.broadcast_to(along, shape).ravel()
        parts = (
            {"_real": column.real, "_imag": column.imag}
            if np.iscomplexobj(column)
            else {"": column}
        )
        columns |= {f"{name}{ending}": part for ending, part in parts.items()}
    points = int(np.prod(shape[1:]))
    columns["quantity"] = np.repeat(dataset["quantity"].to_numpy().astype(object), points)
    flat = {name: dataset[name].to_numpy().ravel() for name in LONG}
    words = status_words(dataset)
    with np.errstate(divide="ignore"):
        digits = np.clip(-np.log10(abs(flat["deviation"])), 0, DIGITS)
    columns |= {n: flat[n] for n in ("analytic", "numeric", "deviation")}
    columns |= {"matching_digits": digits, "resolved": words == "ok", "status": words}
    table = pd.DataFrame(columns)
    table.attrs = dict(dataset.attrs)
    return table


def status_words(dataset: Any) -> np.ndarray:
    """The statuses of a dataset in words, a flat array; "not computed" where a sweep has not been.

    The words are read from the dataset's own flags, so that one of an older version reads right.

    >>> import xarray as xr
    >>> flags = {"flag_values": [0, 255], "flag_meanings": "ok not_computed"}
    >>> status = xr.DataArray(np.array([255, 0], np.uint8), dims="xi", attrs=flags)
    >>> status_words(xr.Dataset({"status": status})).tolist()
    ['not computed', 'ok']
    """
    attrs = dataset["status"].attrs
    meanings = attrs["flag_meanings"].split()
    words = np.full(256, "not computed", dtype=object)
    for code, word in zip(np.ravel(attrs["flag_values"]), meanings, strict=True):
        words[int(code) % 256] = word.replace("_", " ")
    return np.asarray(words[dataset["status"].to_numpy().ravel()])


def attributes(variable: str) -> dict[str, Any]:
    """The attributes of a variable.

    >>> attributes("numeric")
    {'long_name': 'master equation', 'units': '1'}
    """
    attrs: dict[str, Any] = {"long_name": LONG[variable]}
    if variable != "status":
        return attrs | {"units": "1"}
    words = [*(str(status) for status in STATUSES), "not computed"]
    return attrs | {
        "flag_values": [*range(len(STATUSES)), MISSING],
        "flag_meanings": " ".join(word.replace(" ", "_") for word in words),
    }


def axis_attributes(grid: Grid, name: str) -> dict[str, Any]:
    """The attributes of an axis: its own where it was labelled, else what is known of it.

    >>> from compare.sweep.grid import read_grid
    >>> from systems import kerr
    >>> fixed = {"Delta": 0.0, "chi": 5.0, "gamma": 1.0}
    >>> axis_attributes(read_grid(kerr.MODEL, {"xi": [0.01]}, fixed), "xi")["long_name"]
    'xi (drive)'
    """
    symbols = {str(symbol) for symbol in grid.model.parameters}
    drive = " (drive)" if name == str(grid.model.drive) else ""
    known = {"long_name": f"{name}{drive}"}
    known |= {"comment": RATE} if name in symbols else {}
    return known | dict(grid.attrs[name])


def provenance(grid: Grid, job: Job) -> dict[str, Any]:
    """What is known of the whole: model, values, versions, commit and date, as plain text.

    >>> from compare.sweep.grid import read_grid
    >>> from systems import kerr
    >>> fixed = {"Delta": 0.0, "chi": 5.0, "gamma": 1.0}
    >>> known = provenance(read_grid(kerr.MODEL, {"xi": [0.01]}, fixed), Job(kerr.MODEL, ("g2",)))
    >>> known["model"], known["losses"], known["fixed"]
    ('driven Kerr mode', 'gamma D[a]', '{"Delta": "0.0", "chi": "5.0", "gamma": "1.0"}')
    """
    known, model = record("compare.sweep", CODE), grid.model
    fixed = {n: str(x[()]) if not x.ndim else "along the axes" for n, x in grid.values.items()}
    without = job.without_formula()
    left_out = {"without_formula": json.dumps(without)} if without else {}
    return {
        "Conventions": "CF-1.11",
        "title": f"Sweep of the {model.name}: closed forms and master equation",
        "model": model.name,
        "hamiltonian": str(model.hamiltonian),
        "losses": "; ".join(f"{loss.rate} D[{loss.operator}]" for loss in model.losses),
        "drive": str(model.drive),
        "latex": json.dumps(job.latex()),
        "fixed": json.dumps({n: x for n, x in fixed.items() if n not in grid.axes}),
        "quanta": json.dumps(job.quanta),
        "solver": job.solver,
        "search": json.dumps({"tolerance": job.tolerance, "order": job.order, "limit": job.limit}),
        "chunk": json.dumps(grid.chunk),
        "history": f"{known['created']} {known['command']}",
        "commit": known["commit"] or "unknown",
        "versions": json.dumps(known["versions"]),
        "inputs": known["inputs"],
        "processor": platform.machine(),
        **left_out,
    }


def build(grid: Grid, job: Job, arrays: Mapping[str, Any]) -> Any:
    """The dataset of arrays in memory, each of the shape (quantity, *grid).

    >>> from compare.sweep.grid import read_grid
    >>> from systems import kerr
    >>> fixed = {"Delta": 0.0, "chi": 5.0, "gamma": 1.0}
    >>> grid, job = read_grid(kerr.MODEL, {"xi": [0.01]}, fixed), Job(kerr.MODEL, ("g2",))
    >>> build(grid, job, {"status": np.zeros((1, 1), np.uint8)})["status"].dims
    ('quantity', 'xi')
    """
    import xarray as xr

    dims = ("quantity", *grid.axes)
    data = {name: (dims, array, attributes(name)) for name, array in arrays.items()}
    coords = {n: ((n,), axis, axis_attributes(grid, n)) for n, axis in grid.axes.items()}
    coords |= {"quantity": (("quantity",), np.array(job.quantities, dtype=object), QUANTITY)}
    found = xr.Dataset(data, coords, provenance(grid, job))
    return with_flags(found)


def with_flags(dataset: Any) -> Any:
    """The dataset with the flags of its statuses in the type of these, as CF asks for.

    >>> import xarray as xr
    >>> status = xr.DataArray(np.array([0], np.uint8), dims="xi", attrs={"flag_values": [0, 255]})
    >>> with_flags(xr.Dataset({"status": status}))["status"].attrs["flag_values"].dtype
    dtype('uint8')
    """
    status = dataset["status"]
    status.attrs["flag_values"] = np.asarray(status.attrs["flag_values"], np.uint8)
    return dataset


QUANTITY = {"long_name": "quantity that both roads compute, see compare.quantities"}
