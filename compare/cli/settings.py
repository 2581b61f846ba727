"""Values written on the command line: ``chi=5``, ``phi=0.1:0.5:81``, ``xi=1e-4:0.3:40:log``.

A value is fixed (``--set NAME=NUMBER``) or varies (``--vary``), over a range or a list; several
that vary make a grid.  Numbers are real or complex and finite.  What cannot be read is refused in
one sentence that says how it must look.
"""

from collections.abc import Iterable
from math import prod
from typing import Any

import numpy as np

from systems.values import shorten

POINTS = 4_000_000  # of a grid; each takes some hundred bytes while it is solved and tabulated


def read_settings(fixed: Iterable[str], varied: Iterable[str]) -> tuple[dict[str, Any], list[str]]:
    """Values by name, and the names that vary; several varied ones make a flat grid.

    ``fixed`` holds ``NAME=VALUE``; ``varied`` holds ``NAME=START:STOP:COUNT``, with ``:log`` for
    geometric steps, or ``NAME=V1,V2,...``.  Values that vary are arrays of one length, in the order
    in which the last name varies fastest.  Raises `ValueError`.

    >>> settings, varied = read_settings(["chi=5"], ["x=0:1:2", "y=1,2"])
    >>> settings["chi"], settings["x"].tolist(), settings["y"].tolist()
    (5.0, [0.0, 0.0, 1.0, 1.0], [1.0, 2.0, 1.0, 2.0])
    """
    constants, axes = read_grid_settings(fixed, varied)
    count = prod(map(len, axes.values()))
    if count > POINTS:
        raise ValueError(_too_many(", ".join(axes), count))
    grid = np.meshgrid(*axes.values(), indexing="ij")
    varying = {name: array.ravel() for name, array in zip(axes, grid, strict=True)}
    return {**constants, **varying}, list(varying)


def read_grid_settings(
    fixed: Iterable[str], varied: Iterable[str]
) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    """The values that are fixed, and the axes of the grid that varied ones make.

    As `read_settings`, but the axes stay as they are and may make a grid of any size.

    >>> constants, axes = read_grid_settings(["chi=5"], ["x=0:1:2", "y=1,2,3"])
    >>> constants, {name: axis.tolist() for name, axis in axes.items()}
    ({'chi': 5.0}, {'x': [0.0, 1.0], 'y': [1.0, 2.0, 3.0]})
    """
    constants = [read_point(text) for text in fixed]
    axes = [(name, read_axis(name, text)) for name, text in map(_split, varied)]
    names = [name for name, _ in (*constants, *axes)]
    twice = [name for name in names if names.count(name) > 1]
    if twice:
        raise ValueError(f"Value `{twice[0]}` must be given once, but is given twice.")
    return dict(constants), dict(axes)


def read_point(text: str) -> tuple[str, float | complex]:
    """Name and number of one value that is written ``NAME=NUMBER``; raises `ValueError`.

    >>> read_point("chi=5")
    ('chi', 5.0)
    """
    name, number = _split(text)
    return name, read_number(name, number)


def read_number(name: str, text: str) -> float | complex:
    """A finite real or complex number (``0.35``, ``1+2j``); raises `ValueError`, naming the value.

    >>> read_number("J", "1+2j")
    (1+2j)
    """
    for kind in (float, complex):
        try:
            number = kind(text)
        except ValueError:
            continue
        if not np.isfinite(number):
            raise ValueError(f"Value `{name}` must be finite, but is {text}.")
        return number
    raise ValueError(f"Value `{name}` must be a number, but is `{text}`.")


def read_axis(name: str, text: str) -> np.ndarray:
    """The numbers of one varied value; raises `ValueError` with what the text must look like.

    >>> read_axis("xi", "0.01:1:3:log").round(6).tolist()
    [0.01, 0.1, 1.0]
    """
    start, *others = parts = text.split(":")
    if not others:
        return np.array([read_number(name, number) for number in text.split(",")])
    if len(parts) not in (3, 4) or parts[3:] not in ([], ["log"]):
        raise ValueError(
            f"Argument `--vary` must look like {name}=START:STOP:COUNT, "
            f"{name}=START:STOP:COUNT:log or {name}=V1,V2,..., but is `{name}={text}`."
        )
    ends, count = (read_number(name, start), read_number(name, others[0])), _count(name, parts[2])
    if count > 1 and ends[0] == ends[1]:
        raise ValueError(
            f"Argument `--vary {name}` must have different ends for {count} points, "
            f"but is `{name}={text}`."
        )
    if len(parts) == 3:
        return np.linspace(*ends, count)
    if any(isinstance(end, complex) or end <= 0 for end in ends):
        raise ValueError(f"Value `{name}` must be positive for steps of `log`, but is `{text}`.")
    return np.geomspace(*ends, count)


def _count(name: str, text: str) -> int:
    """The number of steps, which must be whole and not absurd."""
    if not text.isdecimal() or not text.strip("0"):
        raise ValueError(
            f"The COUNT of `--vary {name}` must be a whole number from 1 on, but is `{text}`."
        )
    if len(text.lstrip("0")) > len(str(POINTS)) or int(text) > POINTS:
        raise ValueError(_too_many(name, shorten(text)))
    return int(text)


def _too_many(names: str, count: Any) -> str:
    """The refusal of a grid that is too large, with the names that make it."""
    return f"Argument `--vary {names}` must make at most {POINTS} points, but makes {count}."


def _split(setting: str) -> tuple[str, str]:
    """Name and text of one setting.

    >>> _split("J=1+2j")
    ('J', '1+2j')
    """
    name, equals, text = (part.strip() for part in setting.partition("="))
    if not (name and equals and text):
        raise ValueError(f"A value must look like NAME=VALUE, but is `{setting}`.")
    return name, text
