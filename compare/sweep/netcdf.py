"""A sweep as a classic NetCDF file, which every reader of the last thirty years knows.

SciPy writes it: no library more.  The classic format knows whole numbers of up to 32 bits, floats
and texts.  What a sweep may hold beside these is written as what comes nearest, and no number is
lost: a complex axis as two real ones, whole numbers beyond 32 bits as floats.
"""

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

EXACT = 2**53  # up to here every whole number is a float


def to_netcdf(dataset: Any) -> bytes:
    """The dataset of a sweep as the bytes of a file that `xarray.open_dataset` reads.

    A complex axis ``J`` becomes the coordinates ``J_real`` and ``J_imag`` along a dimension ``J``,
    as in `compare.tidy`.  Classic bytes have a sign: an attribute says that those of the status are
    meant without.  Attributes that are neither texts nor numbers are written as texts.  Raises
    `ValueError` for whole numbers that neither 32 bits nor a float can hold.

    >>> import compare
    >>> from systems import kerr
    >>> fixed = {"chi": 5.0, "gamma": 1.0, "xi": 0.1}
    >>> found = compare.sweep(kerr.MODEL, {"Delta": [0, 1]}, ["number"], fixed=fixed)
    >>> to_netcdf(found)[:3]
    b'CDF'
    """
    found = _with_axes(dataset)
    found["status"] = found["status"].astype(np.int8, keep_attrs=True)
    flags = np.asarray(found["status"].attrs["flag_values"]).astype(np.int8)
    found["status"].attrs |= {"flag_values": flags, "_Unsigned": "true"}
    for part in (found, *found.variables.values()):
        part.attrs = {str(name): _attribute(value) for name, value in part.attrs.items()}
    with TemporaryDirectory() as folder:
        path = Path(folder) / "sweep.nc"
        found.to_netcdf(path, engine="scipy", format="NETCDF3_64BIT")
        return path.read_bytes()


def _with_axes(dataset: Any) -> Any:
    """A copy whose axes are numbers that the format has."""
    found = dataset.copy()
    for name in [name for name in dataset.dims if name in dataset.coords and name != "quantity"]:
        axis = dataset[name]
        if not np.iscomplexobj(axis):
            found = found.assign_coords({name: (name, _known(str(name), axis.values), axis.attrs)})
            continue
        parts = {f"{name}_real": axis.values.real, f"{name}_imag": axis.values.imag}
        found = found.drop_vars(name).assign_coords(
            {part: (name, values, axis.attrs) for part, values in parts.items()}
        )
    return found


def _known(name: str, values: np.ndarray) -> np.ndarray:
    """Numbers in a type of the format, each as it was."""
    if values.dtype.kind not in "iu":
        return values if values.dtype in (np.float32, np.float64) else values.astype(float)
    largest = max(abs(int(values.min())), abs(int(values.max())))
    if largest > EXACT:
        raise ValueError(
            f"Axis `{name}` must hold whole numbers up to 2**53 in NetCDF, but holds {largest}."
        )
    return values.astype(np.int32 if largest < 2**31 else np.float64)


def _attribute(value: Any) -> Any:
    """A text, a number or an array of numbers; anything else in words."""
    if isinstance(value, bool) or np.asarray(value).dtype.kind not in "iufUS":
        return str(value)
    return value
