"""Probability amplitudes of the effective Hamiltonian, to leading order in the drive.

Between quantum jumps ``i d|psi>/dt = H_eff |psi>`` with ``|psi> = sum_n C_n |n>``.  For a weak
drive ``C_n ~ drive^N``, N being the quanta in n.  With ``C_0 = 1`` the steady amplitudes follow
block by block from

    H_NN C_N + sum_k V_k C_(N-k) = 0,

``H_NN`` the undriven H_eff among states of N quanta and ``V_k`` the part of the drive that
brings k quanta (Carmichael, Brecha and Rice, Opt. Commun. 82, 73 (1991); Bamba et al., Phys.
Rev. A 83, 021802 (2011)).  The vacuum's own equation, normalisation and quantum jumps are of
higher order in the drive.

That needs jumps which lower the number of quanta, and losses without a number in them:
`analytic.displacement`.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property, reduce
from math import prod
from typing import Any

import sympy as sp

from analytic.fock import images, norm, occupations
from analytic.rational import polynomials
from analytic.rational.determinant import Determinant
from analytic.rational.factored import Alphabet, Factored
from analytic.rational.polynomials import Polynomial, Singular, TooLong
from analytic.rational.unexpanded import Unexpanded, is_singular
from systems import Model
from systems.ladder import Ladder, Occupation
from systems.progress import busy

t = sp.Symbol("t", real=True)  # time, of the amplitudes in the equations of motion
# Terms of a polynomial in a closed form that is multiplied out: at most what chains of ten equal
# modes have.  Of five modes with two hoppings and two energies it has 1,000, and g2 is a number
# after 20 seconds, by determinants after one
LONGEST = 320
Numerators = dict[Occupation, Any]  # polynomials, or expressions where these would be too long
Solved = tuple[Numerators, list[Any]]  # numerators, and the factors of their one denominator


class Amplitudes:
    """Leading-order steady amplitudes of a model up to a number of quanta.

    ``amplitudes[occupation]`` is one of them, worked out when first asked for: `Factored`, or
    `Unexpanded` where its polynomials would have more than ``longest`` terms.  The
    jumps of the model lower the number of quanta (`analytic.displacement.check_lowering`).

    >>> from systems import kerr
    >>> Amplitudes(kerr.MODEL, 1)[(1,)].written.expr
    -2*xi/(2*Delta - I*gamma)
    """

    def __init__(self, model: Model, quanta: int, longest: int | None = LONGEST) -> None:
        self.model, self.quanta, self.longest = model, quanta, longest
        self._unexpanded = False  # whether some grade's polynomials were too long

    @cached_property
    def states(self) -> tuple[Occupation, ...]:
        """Occupations from the vacuum up to ``quanta``, in the order of the equations.

        >>> from systems import kerr
        >>> Amplitudes(kerr.MODEL, 2).states
        ((0,), (1,), (2,))
        """
        return tuple(n for grade in range(self.quanta + 1) for n in occupations(self.model, grade))

    @cached_property
    @busy("equations of the amplitudes")
    def equations(self) -> tuple[sp.Eq, ...]:
        """``i dC_n/dt`` under H_eff truncated at ``quanta``, all orders of the drive kept.

        >>> from systems import kerr
        >>> len(Amplitudes(kerr.MODEL, 2).equations)  # of C_0, C_1 and C_2
        3
        """
        rows: dict[Occupation, dict[Occupation, sp.Expr]] = {n: {} for n in self.states}
        H = self.model.effective_ladder
        for bra, ket, coefficient, factor in images(self.model, H, self.states, rows):
            element = factor * norm(bra) / norm(ket) * coefficient
            rows[bra][ket] = rows[bra].get(ket, sp.S.Zero) + element
        C = {n: symbol(n)(t) for n in self.states}
        return tuple(
            sp.Eq(sp.I * sp.Derivative(C[n], t), sp.Add(*(x * C[ket] for ket, x in row.items())))
            for n, row in rows.items()
        )

    @busy("amplitudes")
    def __getitem__(self, occupation: Occupation) -> Factored | Unexpanded:
        """The steady amplitude ``C_n`` as a product of polynomials, or of determinants."""
        if occupation not in self._factored:
            block, denominators = self._blocks[self.model.grading.of(occupation)]
            amplitude = self._product(block[occupation])
            for denominator in denominators:
                amplitude = amplitude / self._product(denominator)
            self._factored[occupation] = amplitude.times(norm(occupation))
        return self._factored[occupation]

    def _product(self, whole: Any) -> Any:
        """A polynomial with its factors, or an expression as one factor."""
        if isinstance(whole, Polynomial):
            return Factored.of(self._alphabet, whole)
        return Unexpanded(sp.S.One, {whole: 1}) if whole != 1 else Unexpanded(sp.S.One, {})

    @cached_property
    def _factored(self) -> dict[Occupation, Factored | Unexpanded]:
        """Amplitudes that were asked for before."""
        return {}

    @cached_property
    def _alphabet(self) -> Alphabet:
        """The ring of polynomials over the coefficients of the leading part of H_eff."""
        return Alphabet(c for part in self._parts.values() for c in part.values())

    @cached_property
    def _parts(self) -> dict[int, Ladder]:
        """Leading part of H_eff by the grade it brings: 0 the undriven block, k > 0 the drive."""
        parts: dict[int, Ladder] = {0: {}}
        for word, part in self.model.leading_ladder.items():
            parts.setdefault(self.model.grading.raises(word), {})[word] = part
        return parts

    @cached_property
    def _blocks(self) -> list[Solved]:
        """Per grade: numerators of the scaled amplitudes, and their denominators."""
        vacuum = occupations(self.model, 0)[0]
        one = self._alphabet.ring.constant(1)
        blocks: list[Solved] = [({vacuum: one}, [one])]
        for grade in range(1, self.quanta + 1):
            try:
                if self._unexpanded:
                    raise TooLong
                blocks.append(self._solve(grade, blocks))
            except TooLong:
                self._unexpanded = True
                blocks.append(self._cramer(grade, [self._expressions(b) for b in blocks]))
        return blocks

    def _expressions(self, block: Solved) -> Solved:
        """A block whose polynomials are written as expressions."""
        write = self._alphabet.expression
        numerators, denominators = block
        return (
            {n: write(x) if isinstance(x, Polynomial) else x for n, x in numerators.items()},
            [write(x) if isinstance(x, Polynomial) else x for x in denominators],
        )

    def _cramer(self, grade: int, blocks: list[Solved]) -> Solved:
        """The block of one grade in determinants that are not multiplied out."""

        def scaled(coefficient: sp.Expr) -> sp.Expr:  # as the polynomials are
            return self._alphabet.expression(self._alphabet.element(coefficient))

        kets = occupations(self.model, grade)
        place = {ket: i for i, ket in enumerate(kets)}
        right, bottoms = self._driven(grade, blocks, sp.S.Zero, sp.S.One, scaled)
        if not any(right.values()):
            return right, [sp.S.One]
        elements: dict[tuple[int, int], sp.Expr] = {}
        for bra, ket, coefficient, factor in images(self.model, self._parts[0], kets, kets):
            at = place[bra], place[ket]
            elements[at] = elements.get(at, 0) + factor * scaled(coefficient)
        whole = Determinant.of(len(kets), elements)
        if is_singular(whole):
            raise ValueError(_no_amplitude(grade))
        column = {place[bra]: x for bra, x in right.items()}
        return {ket: whole.replaced(i, column) for ket, i in place.items()}, [whole, *bottoms]

    def _solve(self, grade: int, blocks: list[Solved]) -> Solved:
        """The block of one grade from those below it."""
        zero, one = map(self._alphabet.ring.constant, (0, 1))
        right, bottoms = self._driven(grade, blocks, zero, one, self._alphabet.element)
        if not any(right.values()):
            return right, [one]
        top, bottom = self._divide(grade, right)
        return top, [bottom, *bottoms]

    def _driven(
        self, grade: int, blocks: list[Solved], zero: Any, one: Any, element: Callable[..., Any]
    ) -> tuple[Numerators, list[Any]]:
        """What the drive brings into one grade from those below, and its denominators."""
        sources = {k: blocks[grade - k] for k in self._parts if 0 < k <= grade}
        # all sources over one denominator: the product of their own
        right = dict.fromkeys(occupations(self.model, grade), zero)
        for k, (numerators, _) in sources.items():
            missing = (d for j, (_, bottoms) in sources.items() if j != k for d in bottoms)
            others = prod(missing, start=one)
            weights = {ket: -numerator * others for ket, numerator in numerators.items()}
            for bra, ket, coefficient, factor in images(self.model, self._parts[k], weights, right):
                right[bra] += factor * weights[ket] * element(coefficient)
        return right, [d for _, bottoms in sources.values() for d in bottoms]

    def _divide(
        self, grade: int, right: dict[Occupation, Polynomial]
    ) -> tuple[dict[Occupation, Polynomial], Polynomial]:
        """``H_NN^-1 right`` as numerators over one denominator, in lowest terms."""
        zero = self._alphabet.ring.constant(0)
        rows = {bra: dict.fromkeys(right, zero) for bra in right}
        for bra, ket, coefficient, factor in images(self.model, self._parts[0], right, right):
            rows[bra][ket] += factor * self._alphabet.element(coefficient)
        block = [list(row.values()) for row in rows.values()]
        try:
            solution, bottom = polynomials.solve(block, [[x] for x in right.values()], self.longest)
        except Singular:
            raise ValueError(_no_amplitude(grade)) from None
        top = [x for (x,) in solution]
        shared = reduce(Polynomial.gcd, top, bottom)
        return {ket: x / shared for ket, x in zip(right, top, strict=True)}, bottom / shared


def _no_amplitude(grade: int) -> str:
    return (
        f"States of {grade} quanta have no steady amplitude: the undriven H_eff has a zero "
        "eigenvalue there for all parameters (a lossless, resonant mode)."
    )


def symbol(occupation: Occupation) -> sp.Expr:
    """The function ``C_mn`` of time, with commas where a mode holds more than nine quanta.

    >>> symbol((1, 0)), symbol((12, 0))
    (C_10, C_12,0)
    """
    separator = "," if max(occupation) > 9 else ""
    return sp.Function(f"C_{separator.join(map(str, occupation))}")
