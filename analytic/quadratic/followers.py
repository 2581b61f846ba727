"""Moments that follow from others by their own equation, so that nobody prints them in full.

At rest the equation of a moment that decays,

    0 = d<X>/dt = c_X <X> + sum_Y c_Y <Y> + c,

gives it in a line: -(sum_Y c_Y <Y> + c)/c_X.  As many as possible follow in this way, those first
that are longest in closed form; one that follows must not need itself, however many steps away.
Two coupled modes under a pair drive have six covariances, of which three follow.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import sympy as sp

from systems.ladder import Ladder, Word

Needs = Mapping[Word, set[Word]]  # the moments in the equation of each, but for itself


def followers(flows: Mapping[Word, Ladder], costs: Mapping[Word, int]) -> list[Word]:
    """The words that follow from the others, each after those that it needs.

    ``costs`` holds one word of each conjugate pair, with how long its closed form is: what costs
    nothing, and what may not decay, stands for itself.

    >>> x, y = ((0, 0), (1, 0)), ((0, 0), (0, 1))  # <a> and <b>
    >>> flows = {x: {x: sp.S(-1), y: sp.S(2)}, y: {x: sp.S(3), y: sp.S(-1)}}
    >>> followers(flows, {x: 10, y: 20}) == [y]  # b from a, and a in closed form
    True
    """
    needs = {word: _needed(flows[word], costs) - {word} for word in costs}
    chosen: dict[Word, set[Word]] = {}
    for word in sorted(costs, key=lambda w: -costs[w]):
        if costs[word] and _decays(flows[word].get(word, sp.S.Zero)):
            more = {**chosen, word: needs[word]}
            if _in_order(more) is not None:
                chosen = more
    return _in_order(chosen) or []


def from_others(flow: Ladder, word: Word, name: Callable[[Word], sp.Expr]) -> sp.Expr:
    """A moment by its own equation in the names of the others.

    >>> x, y = ((0, 0), (1, 0)), ((0, 0), (0, 1))
    >>> from_others({x: sp.S(-1) / 2, y: sp.S(3)}, x, lambda w: sp.Symbol("y"))
    6*y
    """
    number, below = sp.expand(-flow[word]).primitive()
    terms = {name(w): c / number for w, c in flow.items() if w != word and any(map(any, w))}
    constant = sum((c / number for w, c in flow.items() if not any(map(any, w))), sp.S.Zero)
    if word == word[::-1]:
        terms = _real(terms)
    return sp.factor_terms(sp.Add(constant, *(c * z for z, c in terms.items()))) / below


def _real(terms: Mapping[sp.Expr, sp.Expr]) -> dict[sp.Expr, sp.Expr]:
    """A sum that is real: z and conj(z) with imaginary coefficients are written im(z)."""
    written = dict(terms)
    for z, c in terms.items():
        if z.is_Symbol and sp.expand(c + terms.get(sp.conjugate(z), sp.nan)) == 0:
            del written[z], written[sp.conjugate(z)]
            written[sp.im(z)] = sp.expand(2 * sp.I * c)
    return written


def _needed(flow: Ladder, costs: Mapping[Word, int]) -> set[Word]:
    """The words of a flow that have a name, or whose conjugate ones have it."""
    return {w for w in (*flow, *(w[::-1] for w in flow)) if w in costs}


def _decays(coefficient: sp.Expr) -> bool:
    """Whether the real part of a coefficient is zero nowhere, as the symbols are declared."""
    return bool(sp.re(sp.expand(coefficient)).is_zero is False)


def _in_order(needs: Needs) -> list[Word] | None:
    """The words after those among them that they need; None where one needs itself."""
    left, order = dict(needs), list[Word]()
    while left:
        free = [word for word, others in left.items() if not others & left.keys()]
        if not free:
            return None
        order += free
        left = {word: others for word, others in left.items() if word not in free}
    return order
