"""Probability amplitudes of the effective Hamiltonian, to leading order in the drive.

Between quantum jumps ``i d|psi>/dt = H_eff |psi>`` with ``|psi> = sum_n C_n |n>``.  For a weak
drive ``C_n ~ drive^N``, N being the quanta in n.  With ``C_0 = 1`` the steady amplitudes follow
block by block from

    H_NN C_N + sum_k V_k C_(N-k) = 0,

``H_NN`` the undriven H_eff among states of N quanta and ``V_k`` the part of the drive that
brings k quanta (Carmichael, Brecha and Rice, Opt. Commun. 82, 73 (1991); Bamba et al., Phys.
Rev. A 83, 021802 (2011)).  The vacuum's own equation, normalisation and quantum jumps are of
higher order in the drive.
"""

from __future__ import annotations

from functools import cached_property, reduce
from math import prod

import sympy as sp

from analytic.fock import apply, norm, occupations
from analytic.rational import polynomials
from analytic.rational.factored import Alphabet, Factored
from analytic.rational.polynomials import Polynomial, Singular
from analytic.roads import other_roads
from systems import Loss, Model
from systems.ladder import Ladder, Occupation, Word, adjoint, express, label, multiply, show

time = sp.Symbol("t", real=True)


class Amplitudes:
    """Leading-order steady amplitudes of a model up to a number of quanta."""

    def __init__(self, model: Model, quanta: int) -> None:
        check_lowering(model)
        self.model, self.quanta = model, quanta

    @cached_property
    def states(self) -> tuple[Occupation, ...]:
        """Occupations from the vacuum up to ``quanta``."""
        return tuple(n for grade in range(self.quanta + 1) for n in occupations(self.model, grade))

    @cached_property
    def equations(self) -> tuple[sp.Eq, ...]:
        """``i dC_n/dt`` under H_eff truncated at ``quanta``, all orders of the drive kept."""
        H = self.model.effective_ladder
        rates = dict.fromkeys(self.states, sp.S.Zero)
        for ket in self.states:
            for word, coefficient in H.items():
                bra, factor = apply(self.model, word, ket)
                if factor and bra in rates:
                    element = factor * norm(bra) / norm(ket)
                    rates[bra] += element * coefficient * symbol(ket)(time)
        return tuple(
            sp.Eq(sp.I * sp.Derivative(symbol(n)(time), time), sp.collect(rate, self._functions))
            for n, rate in rates.items()
        )

    def __getitem__(self, occupation: Occupation) -> Factored:
        """The steady amplitude ``C_n`` as a product of polynomials."""
        if occupation not in self._factored:
            block, denominators = self._blocks[self.model.grading.of(occupation)]
            amplitude = Factored.of(self._alphabet, block[occupation])
            for denominator in denominators:
                amplitude = amplitude / Factored.of(self._alphabet, denominator)
            self._factored[occupation] = amplitude.times(norm(occupation))
        return self._factored[occupation]

    @cached_property
    def _factored(self) -> dict[Occupation, Factored]:
        return {}

    @cached_property
    def _functions(self) -> list[sp.Expr]:
        return [symbol(n)(time) for n in self.states]

    @cached_property
    def _alphabet(self) -> Alphabet:
        return Alphabet(c for part in self._parts.values() for c in part.values())

    @cached_property
    def _parts(self) -> dict[int, dict[Word, sp.Expr]]:
        """Leading part of H_eff by the grade it brings: 0 the undriven block, k > 0 the drive."""
        grading = self.model.grading
        parts: dict[int, dict[Word, sp.Expr]] = {0: {}}
        for word, coefficient in self.model.effective_ladder.items():
            for order, part in self.model.by_order(coefficient).items():
                # a constant is the vacuum's energy, from which all others are counted
                if any(map(any, word)) and grading.raises(word) == order * grading.unit:
                    parts.setdefault(grading.raises(word), {})[word] = part
        return parts

    @cached_property
    def _blocks(self) -> list[tuple[dict[Occupation, Polynomial], list[Polynomial]]]:
        """Per grade: numerators of the scaled amplitudes, and their denominators."""
        vacuum = occupations(self.model, 0)[0]
        one = self._alphabet.ring.constant(1)
        blocks = [({vacuum: one}, [one])]
        for grade in range(1, self.quanta + 1):
            blocks.append(self._solve(grade, blocks))
        return blocks

    def _solve(
        self, grade: int, blocks: list[tuple[dict[Occupation, Polynomial], list[Polynomial]]]
    ) -> tuple[dict[Occupation, Polynomial], list[Polynomial]]:
        zero, one = map(self._alphabet.ring.constant, (0, 1))
        sources = {k: blocks[grade - k] for k in self._parts if 0 < k <= grade}
        # all sources over one denominator: the product of their own
        right = dict.fromkeys(occupations(self.model, grade), zero)
        for k, (numerators, _) in sources.items():
            missing = (d for j, (_, bottoms) in sources.items() if j != k for d in bottoms)
            others = prod(missing, start=one)
            for ket, numerator in numerators.items():
                self._add_image(right, k, ket, -numerator * others)
        if not any(right.values()):
            return right, [one]
        top, bottom = self._divide(grade, right)
        return top, [bottom, *(d for _, bottoms in sources.values() for d in bottoms)]

    def _add_image(
        self, image: dict[Occupation, Polynomial], part: int, ket: Occupation, weight: Polynomial
    ) -> None:
        for word, coefficient in self._parts[part].items():
            bra, factor = apply(self.model, word, ket)
            if factor:
                image[bra] += factor * weight * self._alphabet.element(coefficient)

    def _divide(
        self, grade: int, right: dict[Occupation, Polynomial]
    ) -> tuple[dict[Occupation, Polynomial], Polynomial]:
        """``H_NN^-1 right`` as numerators over one denominator, in lowest terms."""
        zero, one = map(self._alphabet.ring.constant, (0, 1))
        images = []
        for ket in right:
            image = dict.fromkeys(right, zero)
            self._add_image(image, 0, ket, one)
            images.append(image.values())
        block = [list(row) for row in zip(*images, strict=True)]
        try:
            solution, bottom = polynomials.solve(block, [[x] for x in right.values()])
        except Singular:
            raise ValueError(
                f"States of {grade} quanta have no steady amplitude: the undriven H_eff has a "
                "zero eigenvalue there for all parameters (a lossless, resonant mode)."
            ) from None
        top = [x for (x,) in solution]
        shared = reduce(Polynomial.gcd, top, bottom)
        return {ket: x / shared for ket, x in zip(right, top, strict=True)}, bottom / shared


def symbol(occupation: Occupation) -> sp.Symbol:
    """The function ``C_mn`` of time."""
    separator = "," if max(occupation) > 9 else ""
    return sp.Function(f"C_{separator.join(map(str, occupation))}")


def check_lowering(model: Model) -> None:
    """Raise `ValueError` unless every jump lowers the number of quanta.

    Other jumps (dephasing, thermal excitation, a field displaced by what is not weak) feed states
    at the same order of the drive as their amplitudes, so that a pure state is wrong at leading
    order.
    """
    for loss, jump in zip(model.losses, model.jumps, strict=True):
        for word in jump:
            if model.grading.raises(word) >= 0:
                raise ValueError(
                    f"Loss `{loss.rate}` of `{show(loss.operator)}` must lower the number of "
                    f"quanta, but its term `{express(word, model.modes)}` does not: amplitudes of "
                    f"H_eff are then wrong at leading order; use {other_roads(model)}."
                )
        check_damping(model, loss, jump)


def check_damping(model: Model, loss: Loss, jump: Ladder) -> None:
    """Raise `ValueError` for a loss of modes together that count different numbers of quanta.

    Its ``L'L`` turns a quantum of one into a quantum of the other without any drive.
    """
    grading = model.grading
    for word, coefficient in multiply(adjoint(jump), jump, model.modes).items():
        for order in model.by_order(sp.expand(loss.rate * coefficient)):
            if grading.raises(word) > order * grading.unit:
                counts = zip(map(label, model.modes), grading.weights, strict=True)
                words = ", ".join(f"{weight} of `{name}`" for name, weight in counts)
                raise ValueError(
                    f"Loss `{loss.rate}` of `{show(loss.operator)}` must lower the number of "
                    f"quanta by one amount, but a quantum counts {words}, as the drive reaches "
                    f"them: use {other_roads(model)}."
                )
