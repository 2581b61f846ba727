"""The units of a laboratory: what a user or a claim sets, in place of the model's own values."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

Settings = Mapping[str, Any]


@dataclass(frozen=True)
class Laboratory:
    """A listed system in the units in which its paper gives settings, such as um and fW.

    A *setting* is a value as it is written on the command line; most are values of the model
    itself, a few (``r``, ``power``) belong to the laboratory and decide values of the model.

    - ``system``: name of the listed system;
    - ``read``: settings -> values of the model; raises `ValueError` for what it cannot use;
    - ``remark``: settings -> what in them may be meant otherwise, one sentence, or ``None``;
    - ``operating_point``: settings -> the paper's own, a number for every name that may vary;
    - ``columns``: setting -> the column it gets in a table, with its unit: ``r`` -> ``r_um``;
    - ``spelled``: column -> label of an axis: ``r_um`` -> ``r (µm)``;
    - ``example``: settings of a point of interest;
    - ``drive``, ``drive_unit``: the setting that decides the model's drive, and its unit;
    - ``drive_of``: drive of the model -> that setting; arrays keep their shape.

    >>> from compare.laboratories import laboratory
    >>> tip = laboratory("nanotip")
    >>> values = tip.read({"r": 0.35, "phi": 0.27})
    >>> sorted(values)
    ['Delta', 'J', 'chi', 'gamma', 'xi']
    >>> tip.drive_column, round(float(tip.drive_of(values["xi"])), 6)
    ('power_fW', 4.0)
    """

    system: str
    read: Callable[[Settings], dict[str, Any]]
    remark: Callable[[Settings], str | None]
    operating_point: Callable[[Settings], dict[str, Any]]
    columns: Mapping[str, str]
    spelled: Mapping[str, str]
    example: Settings
    drive: str
    drive_unit: str
    drive_of: Callable[[Any], Any]

    @property
    def drive_column(self) -> str:
        """The column of the setting that decides the drive, such as ``power_fW``.

        >>> from compare.laboratories import laboratory
        >>> laboratory("nanotip").drive_column
        'power_fW'
        """
        return self.columns[self.drive]
