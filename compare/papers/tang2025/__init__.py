"""Tang et al., Achieving Robust Single-Photon Blockade with a Single Nanotip, Nano Letters (2025).

The paper from which this toolkit grew: ten panels, forty-three claims, and a device whose tip is
placed in um and driven in fW.
"""

from compare.papers.paper import Laboratory, Paper
from compare.papers.tang2025 import units

PAPER = Paper(
    key="tang2025",
    citation=(
        "J. Tang, Y.-L. Zuo, X.-W. Xu, R. Huang, A. Miranowicz, F. Nori, H. Jing, Achieving Robust "
        "Single-Photon Blockade with a Single Nanotip, Nano Letters (2025), arXiv:2412.19608"
    ),
    laboratory=Laboratory(
        system="nanotip",
        read=units.read_values,
        remark=units.remark,
        operating_point=units.operating_point,
        columns=units.COLUMNS,
        spelled=units.SPELLED,
        example=units.EXAMPLE,
        drive="power",
        drive_unit=units.UNITS["power"][0],
        drive_of=units.power_fW,
    ),
    folder="",  # the first paper: its results lie in the folder of all results itself
)
