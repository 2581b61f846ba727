"""Listed systems in the units in which a laboratory sets them, one file each.

A file holds a `LABORATORY` (`compare.laboratories.laboratory`) and is entered below.  It stands
under the name of its system: whichever paper gave the units, every command and claim may use them.
"""

from compare.laboratories import nanotip
from compare.laboratories.laboratory import Laboratory

__all__ = ["LABORATORIES", "Laboratory", "default_system", "laboratory"]

LABORATORIES = {found.system: found for found in (nanotip.LABORATORY,)}


def laboratory(system: str) -> Laboratory | None:
    """The laboratory in whose units a listed system may be set; None where it has none.

    >>> laboratory("nanotip").columns["r"]
    'r_um'
    >>> laboratory("kerr") is None
    True
    """
    return LABORATORIES.get(system)


def default_system() -> str:
    """The listed system that a command takes where none is named: the first with a laboratory.

    >>> default_system()
    'nanotip'
    """
    return next(iter(LABORATORIES))
