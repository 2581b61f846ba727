"""Atoms of several levels: every level above the lowest one is a mode of at most one quantum.

The lowest level |0> of an atom is its vacuum.  A level |k> is a mode whose lowering operator is
|0><k|, and whose number is the population of |k>; together the modes of one atom hold one quantum
at most, because the atom is in one level.  So the algebra is that of two-level systems, but for

    (|0><j|)(|k><0|) = delta_jk (1 - sum_l |l><l|),          |j><k| = (|j><0|)(|0><k|).

Nothing else changes: a level has a label and a weight like any mode, of a ladder 1, 2, 3, ...  A
scheme (ladder, Lambda, V, N) is made by the transitions that are written down.

>>> atom = Atom("s", "gef")  # a ladder |g>, |e>, |f>
>>> atom.transition("g", "e") + atom.transition("e", "f")
Dagger(s_e)*s_f + s_e
>>> atom.population("f")
Dagger(s_f)*s_f
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sympy as sp
from sympy.physics.quantum import Dagger, Operator

from systems.display import Shown
from systems.expressions import as_expression


class LevelOp(Operator):
    """|0><level| of an atom, or its adjoint: what `Atom.transition` is made of.

    It prints as a boson called ``atom_level``, which is its label among the modes of a model.

    >>> LevelOp("s", "e"), Dagger(LevelOp("s", "e"))
    (s_e, Dagger(s_e))
    """

    def __new__(cls, atom: Any, level: Any, lowers: Any = True, kept: Any = 0) -> LevelOp:
        """Of the atom and the level by name, or of the arguments of another one."""
        return Operator.__new__(cls, atom, level, sp.true if lowers else sp.false, sp.Integer(kept))

    @property
    def atom(self) -> str:
        """The name of the atom: its levels share it."""
        return str(self.args[0])

    @property
    def name(self) -> str:
        """The label of the level as a mode."""
        return f"{self.args[0]}_{self.args[1]}"

    @property
    def is_annihilation(self) -> bool:
        """Whether it is |0><level|, and not its adjoint."""
        return bool(self.args[2])

    @property
    def kept(self) -> int:
        """How many quanta the levels of the atom hold, where it has more; 0 where these are all."""
        return int(self.args[3])

    @property
    def lowering(self) -> LevelOp:
        """|0><level|, of itself or of its adjoint."""
        return self if self.is_annihilation else self._eval_adjoint()

    def _eval_adjoint(self) -> LevelOp:
        return LevelOp(self.args[0], self.args[1], not self.is_annihilation, self.kept)

    def _print_contents(self, printer: Any, *args: Any) -> str:
        return self.name if self.is_annihilation else f"Dagger({self.name})"

    def _print_contents_latex(self, printer: Any, *args: Any) -> str:
        name = sp.latex(sp.Symbol(self.name))
        return name if self.is_annihilation else rf"{{{name}}}^\dagger"


@dataclass(frozen=True, repr=False)
class Atom(Shown):
    """An atom by its name and the names of its levels, the one that is full without light first.

    ``levels`` is a sequence of names, or one text of letters.  ``kept`` says how many quanta these
    levels hold where they are only the first ones of a longer ladder: numbers of the master
    equation are then judged by how often there are more (`Emitters`).  Raises `TypeError` for names
    that are no text, `ValueError` for fewer than two levels or one name twice.

    A Lambda scheme in a cavity: |g> and |s> are coupled to |e>, by the cavity and by a laser.

    >>> from sympy.physics.quantum.boson import BosonOp
    >>> a, atom, g, Omega = BosonOp("a"), Atom("s", ["g", "s", "e"]), *sp.symbols("g Omega")
    >>> up = g * atom.transition("e", "g") * a + Omega * atom.transition("e", "s")
    >>> up + Dagger(up)  # doctest: +ELLIPSIS
    Omega*Dagger(s_e)*s_s + ...
    """

    name: str
    levels: Sequence[str]
    kept: int = 0

    def _title(self) -> str:
        return f"atom {self.name} with the levels {', '.join(self.levels)}"

    def _facts(self) -> Mapping[str, str]:
        return {"levels": ", ".join(self.levels), "full without light": self.levels[0]}

    def __post_init__(self) -> None:
        if not isinstance(self.levels, Iterable):
            raise TypeError(
                f"Argument `levels` of the Atom `{self.name}` must be names, the lowest level "
                f"first, such as 'ge', but is {self.levels!r}."
            )
        object.__setattr__(self, "levels", tuple(self.levels))
        for text in (self.name, *self.levels):
            if not _is_name(text):
                raise TypeError(f"An Atom and its levels must be named by text, but not {text!r}.")
        if not _is_count(self.kept):
            raise ValueError(
                f"Argument `kept` of the Atom `{self.name}` must be a number of quanta, or 0 where "
                f"these are all its levels, but is {self.kept!r}."
            )
        if len(set(self.levels)) < max(len(self.levels), 2):
            raise ValueError(
                f"Argument `levels` of the Atom `{self.name}` must be two or more different names, "
                f"but is {list(self.levels)}."
            )

    def transition(self, upper: str, lower: str) -> sp.Expr:
        """The operator |upper><lower|, for any two levels; of one level its population.

        >>> Atom("s", "gef").transition("f", "g")
        Dagger(s_f)
        """
        lowest = self.levels[0]
        self._check(upper, lower)
        if upper == lower == lowest:
            other = self._level(self.levels[1])
            return other * Dagger(other)
        raising = sp.S.One if upper == lowest else Dagger(self._level(upper))
        return raising * (sp.S.One if lower == lowest else self._level(lower))

    def population(self, level: str) -> sp.Expr:
        """The operator |level><level|.

        >>> Atom("s", "ge").population("g")  # 1 - |e><e|
        s_e*Dagger(s_e)
        """
        return self.transition(level, level)

    def lowering(self, *elements: Any) -> sp.Expr:
        """The operator sum_k c_k |k><k + 1| that steps down the levels, with these c_k.

        Without any they are sqrt(1), sqrt(2), ...: an oscillator cut at as many levels, such as a
        transmon.  Raises `ValueError` for another number of elements than there are steps.

        >>> Atom("q", "012").lowering()
        sqrt(2)*Dagger(q_1)*q_2 + q_1
        """
        steps = len(self.levels) - 1
        given = [as_expression("elements", c, f"of the Atom `{self.name}`") for c in elements]
        chosen = given or [sp.sqrt(k + 1) for k in range(steps)]
        if len(chosen) != steps:
            raise ValueError(
                f"Argument `elements` must hold one number for each of the {steps} steps of the "
                f"Atom `{self.name}`, but holds {len(chosen)}."
            )
        pairs = zip(self.levels, self.levels[1:], strict=False)
        return sp.Add(*(c * self.transition(*pair) for c, pair in zip(chosen, pairs, strict=True)))

    @property
    def number(self) -> sp.Expr:
        """The operator sum_k k |k><k|, which counts the steps from the lowest level.

        >>> Atom("q", "012").number
        Dagger(q_1)*q_1 + 2*Dagger(q_2)*q_2
        """
        return sp.Add(*(k * self.population(n) for k, n in enumerate(self.levels) if k))

    def _level(self, name: str) -> LevelOp:
        return LevelOp(self.name, name, kept=self.kept)

    def _check(self, *names: str) -> None:
        for name in names:
            if name not in self.levels:
                raise ValueError(
                    f"A level of the Atom `{self.name}` must be one of "
                    f"{', '.join(self.levels)}, named by text, but is {name!r}."
                )


def _is_name(text: Any) -> bool:
    return isinstance(text, str) and bool(text)


def _is_count(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0
