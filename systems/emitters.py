"""N identical two-level emitters as one atom: Dicke's states, with losses of each or of all.

What treats all emitters alike keeps their state symmetric.  Light that couples to the collective
S = sum_i sigma_i climbs the ladder of total spin N/2,

    S |k> = sqrt(k (N - k + 1)) |k - 1>          (R. H. Dicke, Phys. Rev. 93, 99 (1954)),

k being the number of excited emitters, so that weak light meets few of 2^N states.  A loss of
each emitter, sum_i gamma D[sigma_i], leaves that ladder: it leads from total spin J to J - 1, J or
J + 1.  There are many copies of each but the largest, and only their sum matters (B. A. Chase and
J. M. Geremia, Phys. Rev. A 78, 052101 (2008)).  In one copy of each J, with
J = N/2 - d and M = k + d - N/2, it is the three jumps (N. Shammah et al., Phys. Rev. A 98, 063815
(2018), Table I)

    J      sqrt[(N + 2)/(4 J (J + 1)) (J + M)(J - M + 1)]            |J, M - 1><J, M|,
    J - 1  sqrt[(N/2 + J + 1)/(2 J (2J + 1)) (J + M)(J + M - 1)]     |J - 1, M - 1><J, M|,
    J + 1  sqrt[(N/2 - J)/(2 (J + 1)(2J + 1)) (J - M + 1)(J - M + 2)] |J + 1, M - 1><J, M|,

of a Lindblad equation on (N + 2)^2/4 states.  It is exact for all that is symmetric.  A level is
called ``k`` in the ladder of N/2 and ``k_d`` in those below; it holds k + d excited emitters.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import sympy as sp

from systems.display import Shown
from systems.expressions import as_expression
from systems.levels import Atom, is_name
from systems.loss import Loss
from systems.values import check_positive

LARGEST = 64  # levels: those of fourteen emitters; matrices of more take minutes to set up


@dataclass(frozen=True, repr=False)
class Emitters(Shown):
    """``count`` identical two-level emitters called ``name``, as far as light excites them.

    ``excited`` is the largest number of excited emitters that is kept, all of them without it.
    Closed forms up to so many quanta are exact; the master equation then lacks what lies beyond,
    and a number of which that may be more than a thousandth is "not converged"
    (`numeric.trust.excitations`): raise ``excited``.  With it ``count`` may hold a symbol, of which
    it must be known that the count is not smaller: ``M + 2`` with ``M`` not negative.  With
    ``symmetric`` there is the ladder of Dicke alone, which a loss of all together does not leave.

    Raises `ValueError` for a count that is no positive integer (or a symbol without ``excited``),
    for ``excited`` below 1 and for more than `LARGEST` levels.

    >>> M = sp.Symbol("M", nonnegative=True)
    >>> Emitters("S", M + 2, excited=2, symmetric=True).lowering  # N = M + 2
    sqrt(M + 2)*S_1 + sqrt(2*M + 2)*Dagger(S_1)*S_2
    >>> Emitters("S", 2).atom.levels  # the last one is the dark state of two emitters
    ('0', '1', '2', '0_1')
    """

    name: str
    count: Any
    excited: int | None = None
    symmetric: bool = False

    def _title(self) -> str:
        return f"{self.count} identical emitters {self.name}"

    def _facts(self) -> Mapping[str, Any]:
        most = "all" if self.excited is None else self.excited
        return {"count": self.count, "excited at most": most, "symmetric": self.symmetric}

    def __post_init__(self) -> None:
        if not is_name(self.name):
            raise TypeError(
                f"Argument `name` of Emitters must be a text such as 'S', not {self.name!r}."
            )
        if not isinstance(self.symmetric, bool):
            raise TypeError(
                "Argument `symmetric` of Emitters must be True or False, but is "
                f"{self.symmetric!r}."
            )
        count = as_expression("count", self.count, "of Emitters")
        object.__setattr__(self, "count", count)
        if count.is_number and not (count.is_Integer and count > 0):
            raise ValueError(
                f"Argument `count` of Emitters must be a positive integer, but is {count}."
            )
        if self.excited is not None:
            check_positive("excited", self.excited)
        if not count.is_Integer and not (self.excited and (count - self.excited).is_nonnegative):
            raise ValueError(
                "Argument `count` of Emitters must be a number, or not below `excited` whatever "
                "its symbols are, such as M + 2 with M = Symbol('M', nonnegative=True) and "
                f"excited=2, but is {count}."
            )
        if len(self._states) > LARGEST:
            raise ValueError(
                f"Argument `count` of Emitters must leave at most {LARGEST} levels, but {count} "
                f"leave {len(self._states)}: {self._fewer}."
            )

    @property
    def _fewer(self) -> str:
        """How there are fewer levels."""
        if self.excited is None:
            return "give `excited`, how many excited ones to keep"
        return f"keep fewer excited ones than `excited={self.excited}`"

    @cached_property
    def atom(self) -> Atom:
        """The levels: ``|0>``, ``|1>``, ... of the symmetric ladder, then those below it."""
        whole = self.excited is None or (self.count.is_Integer and self.excited >= self.count)
        kept = 0 if whole else int(self.excited or 0)
        return Atom(self.name, [_level(*state) for state in self._states], kept)

    @property
    def lowering(self) -> sp.Expr:
        """The collective operator S = sum_i sigma_i; its adjoint raises.

        >>> Emitters("S", 1).lowering
        S_1
        """
        steps = {(k, d): sp.sqrt(k * (self.count - 2 * d - k + 1)) for k, d in self._states if k}
        return self._jump({(k, d): ((k - 1, d), c) for (k, d), c in steps.items()})

    @property
    def number(self) -> sp.Expr:
        """The number of excited emitters, sum_i sigma_i' sigma_i.

        >>> Emitters("S", 2).number
        Dagger(S_0_1)*S_0_1 + Dagger(S_1)*S_1 + 2*Dagger(S_2)*S_2
        """
        states = self._states
        return sp.Add(*((k + d) * self.atom.population(_level(k, d)) for k, d in states if k + d))

    def losses(self, rate: Any) -> tuple[Loss, ...]:
        """A loss of each emitter on its own, ``rate * sum_i D[sigma_i]``, to all that is symmetric.

        A loss of all together, superradiance, is ``Loss(rate, emitters.lowering)``.  Raises
        `ValueError` for ``symmetric`` emitters, whose states a loss of one emitter leaves.

        >>> [loss.operator for loss in Emitters("S", 2).losses(1)][1]  # from two to the dark state
        Dagger(S_0_1)*S_2
        """
        if self.symmetric:
            raise ValueError(
                "Argument `symmetric` of Emitters must be False for losses of each emitter, which "
                "leave the symmetric states; a loss of all together is Loss(rate, "
                "emitters.lowering)."
            )
        down: dict[Any, Any] = {}
        out: dict[Any, Any] = {}
        back: dict[Any, Any] = {}
        N = self.count
        for k, d in self._states:
            J, M = N / 2 - d, k + d - N / 2
            if k:
                square = (N + 2) / (4 * J * (J + 1)) * k * (J - M + 1)
                down[k, d] = ((k - 1, d), sp.sqrt(sp.cancel(square)))
            if k > 1:
                square = (N / 2 + J + 1) / (2 * J * (2 * J + 1)) * k * (k - 1)
                out[k, d] = ((k - 2, d + 1), sp.sqrt(sp.cancel(square)))
            if d:
                square = d / (2 * (J + 1) * (2 * J + 1)) * (J - M + 1) * (J - M + 2)
                back[k, d] = ((k, d - 1), sp.sqrt(sp.cancel(square)))
        jumps = (self._jump(steps) for steps in (down, out, back) if steps)
        return tuple(Loss(rate, operator) for operator in jumps)

    @cached_property
    def _states(self) -> list[tuple[int, int]]:
        """(k, d) by total spin: k steps up the ladder of J = N/2 - d, with k + d excited."""
        most = self.excited if self.excited is not None else int(self.count)
        whole = int(self.count) if self.count.is_Integer else 2 * most
        dark = range(1 if self.symmetric else most + 1)
        return [(k, d) for d in dark for k in range(min(whole - 2 * d, most - d) + 1)]

    def _jump(self, steps: dict[Any, Any]) -> sp.Expr:
        """The operator that takes a state to another one, with a factor."""
        return sp.Add(
            *(
                factor * self.atom.transition(_level(*after), _level(*before))
                for before, (after, factor) in steps.items()
            )
        )


def _level(k: int, d: int) -> str:
    """The name of a level."""
    return f"{k}_{d}" if d else f"{k}"
