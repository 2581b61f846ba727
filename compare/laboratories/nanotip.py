"""The nanotip in the units of its laboratory: positions in um, powers in fW.

``r`` and ``phi`` place the tip and so decide ``J`` and ``gamma``; ``power`` decides ``xi``.  All
other values have the paper's, and are the model's own in rad/s.

Numbers are checked before they are believed: a value outside of the range that makes sense in its
unit is in another unit (`nanotip.check_range`), and a rate in units of the loss beside others in
rad/s is refused (`FOREIGN`) or, where it may be meant, remarked on (`IDLE`).
"""

from collections.abc import Mapping
from difflib import get_close_matches
from typing import Any

import numpy as np
import sympy as sp

from compare.laboratories.laboratory import Laboratory
from systems.library import nanotip

COLUMNS = {"r": "r_um", "phi": "phi_um", "power": "power_fW"}
RATES = {
    name: rf"${sp.latex(sp.Symbol(name))}$ (rad/s)" for name in ("Delta", "J", "chi", "gamma", "xi")
}
SPELLED = {"r_um": "$r$ (µm)", "phi_um": r"$\phi$ (µm)", "power_fW": "input power (fW)"} | RATES
EXAMPLE = {"r": 0.35, "phi": 0.27}  # the paper's tip
UNITS = {"r": ("um", 1e-6), "phi": ("um", 1e-6), "power": ("fW", 1e-15)}  # and in SI
# times gamma: a rate that must be in another unit.  The device's chi is 5 gamma and its xi 0.2;
# with gamma = 1 in its own unit they are 1e6 and 5e4.
FOREIGN = 100
# times the device's gamma: a rate so small that it does nothing; the drive may be weak on purpose
IDLE = {"chi": 1e-3, "Delta": 1e-3, "xi": 1e-6}
DECIDES = {"r": ("J", "gamma"), "phi": ("J", "gamma"), "power": ("xi",)}


def read_values(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Values of `nanotip.MODEL` (rad/s) from settings; numbers and arrays that broadcast.

    Raises `ValueError` for a name it cannot use, for two settings that decide the same value, for
    one that is missing, and for a value in another unit.

    >>> sorted(read_values({"r": 0.35, "phi": 0.27, "power": 1.0}))
    ['Delta', 'J', 'chi', 'gamma', 'xi']
    >>> read_values({"r": 0.35})
    Traceback (most recent call last):
        ...
    ValueError: The nanotip needs a value for phi (r and phi in um, or J and gamma in rad/s).
    """
    _check(settings)
    device = nanotip.Device()
    given = {name: np.asarray(value) for name, value in settings.items()}
    values = device.without_tip()
    if "r" in given:
        values = device.parameters(given.pop("r") * 1e-6, given.pop("phi") * 1e-6)
    if "power" in given:
        values["xi"] = device.drive(given.pop("power") * 1e-15)
    _check_unit(settings, values)
    return values | given


def operating_point(settings: Mapping[str, Any]) -> dict[str, Any]:
    """The paper's device, in the names of settings: with the tip where they fix it, or at EXAMPLE.

    It has every name that may vary: ``r``, ``phi`` (um), ``power`` (fW) and the model's own.

    >>> point = operating_point({})
    >>> point["r"], point["phi"], round(point["power"], 12)
    (0.35, 0.27, 4.0)
    """
    device = nanotip.Device()
    fixed = {name: settings[name] for name in EXAMPLE if np.isscalar(settings.get(name))}
    place = EXAMPLE | fixed
    values = device.parameters(place["r"] * 1e-6, place["phi"] * 1e-6)
    return {**place, "power": 1e15 * device.power, **values}


def power_fW(drive: Any) -> Any:
    """The input power in fW at which the paper's device has this drive (rad/s), shaped as it is.

    >>> round(float(power_fW(nanotip.Device().drive())), 12)
    4.0
    """
    return 1e15 * nanotip.Device().power_of(drive)


def _check(settings: Mapping[str, Any]) -> None:
    """Raise `ValueError` for settings that are unknown, or contradict or lack each other."""
    known = [*COLUMNS, *map(str, nanotip.MODEL.parameters)]
    for name in settings:
        if name not in known:
            near = get_close_matches(name, known, n=1, cutoff=0.5)
            hint = f"; did you mean `{near[0]}`?" if near else "."
            raise ValueError(
                f"The nanotip has the values {', '.join(known)}, but not `{name}`{hint}"
            )
    for name, decided in DECIDES.items():
        both = [other for other in decided if name in settings and other in settings]
        if both:
            raise ValueError(f"Value `{both[0]}` follows from `{name}`: give one or the other.")
    for name in sorted(settings.keys() & COLUMNS.keys()):
        value = np.ravel(settings[name])
        if np.iscomplexobj(value):
            raise ValueError(f"Value `{name}` must be real, but is {_first(value, value.imag)}.")
    needed = ("J", "gamma") if {"J", "gamma"} & settings.keys() else ("r", "phi")
    missing = [name for name in needed if name not in settings]
    if missing:
        raise ValueError(
            f"The nanotip needs a value for {' and '.join(missing)} "
            "(r and phi in um, or J and gamma in rad/s)."
        )
    for name, unit in (("r", "um"), ("power", "fW")):
        value = np.ravel(settings.get(name, 0))
        if np.any(value < 0):
            raise ValueError(
                f"Value `{name}` must not be negative ({unit}), but is {value.min():g}."
            )
    for name, value in settings.items():
        nanotip.check_range(name, value, *UNITS.get(name, ()))


def _check_unit(settings: Mapping[str, Any], values: Mapping[str, Any]) -> None:
    """Raise for rates in a unit of one's own beside others that are still the device's.

    ``gamma = 1`` beside a chi of 1e6 rad/s is no cavity but a mixture of units, and its results
    would look like any others.
    """
    gamma = np.real(settings.get("gamma", np.inf))
    smallest = np.min(gamma, where=gamma > 0, initial=np.inf)
    for name in ("chi", "xi"):
        device = np.max(values[name])
        if name not in settings and device > FOREIGN * smallest:
            raise ValueError(
                f"Value `gamma` must be in rad/s beside the device's {name} = {device:.3g} rad/s, "
                f"but is {smallest:g}: give `{name}` in the same unit."
            )


def _first(values: np.ndarray, where: np.ndarray) -> str:
    """The first value of which the second array is not zero."""
    return f"{values[np.flatnonzero(where)[0] if np.any(where) else 0]:g}"


def remark(settings: Mapping[str, Any]) -> str | None:
    """What may be meant otherwise: a rate that does nothing beside the device's own loss.

    One sentence, or ``None`` where nothing is odd.

    >>> print(remark({"gamma": 1.0}), remark({"chi": 5.0})[:35])
    None chi = 5 rad/s is next to nothing be
    """
    if "gamma" in settings:
        return None
    gamma = nanotip.Device().gamma_1
    for name in (name for name in IDLE if name in settings):
        largest = np.max(abs(np.asarray(settings[name])))
        if 0 < largest < IDLE[name] * gamma:
            return (
                f"{name} = {largest:g} rad/s is next to nothing beside the device's loss of "
                f"{gamma:.3g} rad/s (rates are in rad/s)."
            )
    return None


LABORATORY = Laboratory(
    system="nanotip",
    read=read_values,
    remark=remark,
    operating_point=operating_point,
    columns=COLUMNS,
    spelled=SPELLED,
    example=EXAMPLE,
    drive="power",
    drive_unit=UNITS["power"][0],
    drive_of=power_fW,
)
