"""Tang et al., Achieving Robust Single-Photon Blockade with a Single Nanotip, Nano Letters (2025).

The paper from which this toolkit grew.  A Kerr whispering-gallery resonator blocks the second
photon until defects scatter light from the clockwise mode, which the laser drives, into the
counter-clockwise one; a nanotip near the rim undoes the backscattering and restores the blockade.
The Hamiltonian, the printed formulas and the device in SI units are the listed system
`systems.library.nanotip`.

Here stand what belongs to the paper alone: `figures`, its ten panels, one module each;
``claims.toml`` with its forty-three statements that can be decided, and `claims` with a function
for each that asks for more than a quantity at values.  The device as its laboratory would set it,
the tip in um and the power in fW, is `compare.laboratories.nanotip`.
"""

from importlib import import_module
from typing import Any

from compare.laboratories.nanotip import LABORATORY
from compare.papers.paper import Paper


def _at_drive(scale: float) -> Any:
    """The device at a multiple of the paper's power, loaded when a claim is decided."""
    # by a name that is put together: claims make no figure stale (`compare.files.provenance`)
    return import_module(f"{__package__}.claims.paper").at_drive(scale)


PAPER = Paper(
    key="tang2025",
    laboratory=LABORATORY,
    at_drive=_at_drive,
    folder="",  # the first paper: its results lie in the folder of all results itself
)
