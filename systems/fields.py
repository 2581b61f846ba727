"""Fields that a detector sees: sums of modes and of the drive, by input-output theory.

A waveguide that couples to a mode a with the energy rate kappa carries

    b_out = b_in + sqrt(kappa) a.

A drive xi (a' + a) through the same waveguide is the coherent input b_in = i xi/sqrt(kappa):
light in transmission interferes with it.  C. W. Gardiner and M. J. Collett, Phys. Rev. A 31, 3761
(1985).  A port that carries no drive has b_in = 0, and the statistics of its light are the mode's.
"""

from collections.abc import Collection
from typing import Any

import sympy as sp

from systems.expressions import as_expression, check_finite
from systems.grading import Grading
from systems.ladder import Ladder, Mode, Word, normal_order
from systems.levels import LevelOp
from systems.model import Model


def output_field(mode: Mode, coupling: Any, drive: Any = 0) -> sp.Expr:
    """``sqrt(coupling) mode + i drive/sqrt(coupling)``: the field that leaves a waveguide.

    Fields may be added and multiplied by numbers: a beam splitter makes ``(b1 + b2)/sqrt(2)``.

    ``coupling`` is the energy rate kappa (a symbol or a number), ``drive`` the amplitude xi that
    enters the Hamiltonian as ``xi (a' + a)`` through this waveguide.  In these units ``<b'b>`` is a
    flux of photons.  Raises `TypeError` or `ValueError` for text and numbers that are not finite.

    >>> from systems import kerr
    >>> output_field(kerr.a, coupling=4, drive=kerr.xi)
    I*xi/2 + 2*a
    """
    root = sp.sqrt(as_expression("coupling", coupling))
    return root * mode + sp.I * as_expression("drive", drive) / root


def read_field(
    model: Model,
    field: Mode | str | sp.Expr,
    free: Collection[sp.Symbol] = (),
    transitions: bool = False,
) -> Ladder:
    """A field as a normal-ordered operator: a mode by operator or label, or a sum of modes.

    ``free`` are symbols that it may hold beside the model's.  With ``transitions`` the field may
    hold |i><j| of an atom, whose light that is.  Raises `ValueError` unless it is a sum of such
    operators and a number.

    >>> from systems import kerr
    >>> read_field(kerr.MODEL, "a") == read_field(kerr.MODEL, kerr.a)
    True
    """
    if isinstance(field, str) or not isinstance(field, sp.Add | sp.Mul | sp.Pow):
        field = model.modes[model.index(field)]
    check_finite("Argument `field`", field)
    ladder = normal_order(field, model.modes)
    strange = {s for c in ladder.values() for s in c.free_symbols} - {*model.parameters, *free}
    if strange:
        raise ValueError(
            "Argument `field` must hold the model's symbols only, but holds "
            f"{', '.join(sorted(map(str, strange)))}."
        )
    fits = (_lowers(word) or (transitions and _is_transition(model, word)) for word in ladder)
    if not all(fits) or not any(any(q) for _, q in ladder):
        what = "lowering operators, transitions of an atom" if transitions else "lowering operators"
        raise ValueError(
            f"Argument `field` must be a sum of {what} and a number, but is `{field}`."
        )
    return ladder


def _lowers(word: Word) -> bool:
    """Whether a word takes one quantum or is a number."""
    return not any(word[0]) and sum(word[1]) <= 1


def _is_transition(model: Model, word: Word) -> bool:
    """Whether a word is |i><j| between two levels above the lowest one of an atom."""
    ends = [m for n in word for m, k in zip(model.modes, n, strict=True) if k == 1]
    if sum(map(sum, word)) != 2 or not all(isinstance(m, LevelOp) for m in ends):
        return False
    return sum(word[0]) == 1 and word[0] != word[1] and len({m.atom for m in ends}) == 1


def leading_part(model: Model, field: Ladder) -> Ladder:
    """The terms of lowest order in the drive, a mode counting as the order of its excitation.

    Raises `ValueError` if that is a number alone: a field with a part that does not vanish with
    the drive is coherent light to leading order.

    >>> from systems import kerr
    >>> field = read_field(kerr.MODEL, kerr.a + kerr.xi + kerr.xi**2)
    >>> leading_part(kerr.MODEL, field)  # <a> is of the order of xi, and xi^2 is smaller
    {((0,), (0,)): xi, ((0,), (1,)): 1}
    """
    grading: Grading = model.grading
    graded = [
        (grading.of(word[1]) + order * grading.unit, word, part)
        for word, coefficient in field.items()
        for order, part in model.by_order(coefficient).items()
    ]
    lowest = min(grade for grade, _, _ in graded)
    leading: Ladder = {}
    for grade, word, part in graded:
        if grade == lowest:
            leading[word] = leading.get(word, sp.S.Zero) + part
    if not any(any(q) for _, q in leading):
        raise ValueError(
            "Argument `field` must vanish with the drive as its modes do, but to leading order "
            f"it is the number `{next(iter(leading.values()))}`."
        )
    return leading
