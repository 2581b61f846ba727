"""Fock states up to a number of quanta, what operators do to them, and whether they decay.

Kets are scaled, ``|n) = prod_i (a_i')^(n_i) |0> = prod_i sqrt(n_i!) |n>``, so that

    a'^p a^q |n) = n!/(n-q)! |n-q+p)

has integer elements and no square root enters the algebra.  `images` applies an operator term by
term, and everything on this road that needs a matrix of H_eff takes it from there: `block` makes
it between normalised states.

Between jumps a state of N quanta decays if all eigenvalues of the undriven H_eff in its block have
a negative imaginary part.  A lossless mode does not, nor does a dark superposition that a
collective loss does not reach; then there is no steady state to derive, and `check_decay` says so.
"""

from collections.abc import Collection, Iterable, Iterator
from math import factorial, perm, prod
from typing import Any

import numpy as np
import sympy as sp

from systems import Model
from systems.ladder import Ladder, Occupation, Word, express, fits, is_two_level, label

# Of the largest element of a block. Parameters are drawn between 0.5 and 1.5, so that a state that
# does decay does so at about that rate; round-off leaves 1e-15 of a rate that is none.
DECAYS = 1e-10
TRIALS = 3  # random values of the parameters; a state that never decays is dark by structure
# Amplitudes: measured on one core, 150 of one mode take a minute to print; of several modes longer
LARGEST = 150
# Empty grades, of heavy modes and of atoms, are stepped over: weights of 12 are three or four
# harmonics of harmonics
GRADES = 12 * LARGEST


def occupations(model: Model, grade: int) -> list[Occupation]:
    """All occupations of a grade (weighted number of quanta), the first mode fullest first.

    Modes are in the order of ``model.modes``; a two-level system holds at most one quantum.

    >>> from systems import jaynes_cummings
    >>> occupations(jaynes_cummings.MODEL, 2)
    [(2, 0), (1, 1)]
    """
    rooms = [1 if is_two_level(mode) else grade for mode in model.modes]
    every = _shared_out(grade, list(zip(model.grading.weights, rooms, strict=True)))
    return [n for n in every if fits(n, model.modes)]


def _shared_out(grade: int, modes: list[tuple[int, int]]) -> Iterator[Occupation]:
    """All ways to give a grade to modes of so much weight and room, the first one fullest first."""
    if not modes:
        yield from [()] if grade == 0 else []
        return
    (weight, room), rest = modes[0], modes[1:]
    for n in range(min(grade // weight, room), -1, -1):
        for others in _shared_out(grade - n * weight, rest):
            yield n, *others


def check_occupation(model: Model, occupation: Occupation) -> Occupation:
    """The occupation as a tuple; `ValueError` unless it is a state of the model.

    >>> from systems import kerr_dimer
    >>> check_occupation(kerr_dimer.MODEL, [2, 0])
    (2, 0)
    """
    counts = tuple(occupation) if isinstance(occupation, Iterable) else ()
    rooms = [1 if is_two_level(mode) else float("inf") for mode in model.modes]
    if (
        len(counts) != len(rooms)
        or any(
            isinstance(n, bool) or not isinstance(n, int | np.integer) or not 0 <= n <= room
            for n, room in zip(counts, rooms, strict=False)
        )
        or is_full(model, counts)
    ):
        raise ValueError(
            "Argument `occupation` must hold one number of quanta for each of "
            f"{', '.join(map(label, model.modes))} (a two-level system: 0 or 1, the "
            f"levels of an atom: one of them at most), but is "
            f"{occupation!r}."
        )
    return tuple(map(int, counts))


def check_size(model: Model, quanta: int) -> None:
    """Raise `ValueError` for more amplitudes than anybody waits for, or reads.

    >>> from systems import kerr
    >>> check_size(kerr.MODEL, LARGEST - 1)  # and the vacuum
    >>> check_size(kerr.MODEL, LARGEST)  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    ValueError: Argument `quanta` must leave at most 150 amplitudes to be solved for, but ...
    """
    count = 0
    for grade in range(quanta + 1):
        count += len(occupations(model, grade))
        if count > LARGEST or grade > GRADES:
            raise ValueError(
                f"Argument `quanta` must leave at most {LARGEST} amplitudes to be solved for, but "
                f"{quanta} quanta leave more: at most {grade - 1} do for this model."
            )


def is_full(model: Model, occupation: Occupation) -> bool:
    """Whether a two-level system or an atom would have to hold more quanta than one can.

    No such state exists.

    >>> from systems import jaynes_cummings
    >>> is_full(jaynes_cummings.MODEL, (2, 1)), is_full(jaynes_cummings.MODEL, (1, 2))
    (False, True)
    """
    return not fits(occupation, model.modes)


def apply(model: Model, word: Word, ket: Occupation) -> tuple[Occupation, int]:
    """The scaled ket that a word makes of ``|ket)``, and its factor (0 where there is none).

    >>> from systems import kerr
    >>> apply(kerr.MODEL, ((1,), (2,)), (3,))  # a'aa |3) = 6 |2)
    ((2,), 6)
    """
    p, q = word
    bra = tuple(n - down + up for n, up, down in zip(ket, p, q, strict=True))
    pairs = zip(ket, q, strict=True)
    return bra, 0 if is_full(model, bra) else prod(perm(n, down) for n, down in pairs)


def norm(occupation: Occupation) -> sp.Expr:
    """``sqrt(n!)``: the amplitude of ``|n>`` is this times the amplitude of ``|n)``.

    >>> norm((2, 3))
    2*sqrt(3)
    """
    return sp.sqrt(prod(factorial(n) for n in occupation))


def images(
    model: Model, operator: Ladder, kets: Iterable[Occupation], bras: Collection[Occupation]
) -> Iterator[tuple[Occupation, Occupation, Any, int]]:
    """``(bra, ket, coefficient, factor)`` of every term of an operator between scaled states.

    ``operator |ket) = sum coefficient factor |bra)``, as far as the bras are among those given.

    >>> from systems import kerr
    >>> number = {((1,), (1,)): sp.S.One}  # a'a
    >>> list(images(kerr.MODEL, number, [(2,)], [(2,)]))
    [((2,), (2,), 1, 2)]
    """
    for word, coefficient in operator.items():
        for ket in kets:
            bra, factor = apply(model, word, ket)
            if factor and bra in bras:
                yield bra, ket, coefficient, factor


def block(
    model: Model, operator: Ladder, states: list[Occupation], kind: type = object
) -> np.ndarray:
    """The matrix of an operator between normalised Fock states: array (states, states).

    Its coefficients are expressions, the matrix then holds expressions, or with ``kind=complex``
    numbers.

    >>> from systems import kerr
    >>> block(kerr.MODEL, kerr.MODEL.ladder, [(0,), (1,), (2,)])[2]
    array([0, sqrt(2)*xi, 2*Delta + 2*chi], dtype=object)
    """
    position = {state: i for i, state in enumerate(states)}
    matrix: np.ndarray = np.zeros((len(states), len(states)), kind)
    for bra, ket, coefficient, factor in images(model, operator, states, position):
        element = factor * norm(bra) / norm(ket)
        number = element if kind is object else kind(element)
        matrix[position[bra], position[ket]] += coefficient * number
    return matrix


def check_decay(model: Model) -> None:
    """Raise `ValueError` if some state of one quantum of any mode never decays.

    It is tried at a few random values of the parameters: what is dark at all of them is dark by
    its structure.

    >>> from systems import kerr
    >>> check_decay(kerr.MODEL)
    """
    undriven = {w: c for w, c in model.leading_ladder.items() if model.grading.raises(w) == 0}
    for grade in sorted(set(model.grading.weights)):
        kets = occupations(model, grade)
        dark = [_dark_state(model, undriven, kets, seed) for seed in range(TRIALS if kets else 0)]
        if dark and None not in dark:
            name = express((dark[0] or (), (0,) * len(model.modes)), model.modes)
            raise ValueError(
                f"Argument `model` must have a steady state, but the excitation `{name}` or a "
                "superposition with it never decays: every mode needs a loss, its own or through "
                "a coupling."
            )


def _dark_state(
    model: Model, undriven: Ladder, kets: list[Occupation], seed: int
) -> Occupation | None:
    """The main part of the slowest eigenvector of the block, if it does not decay."""
    values = np.random.default_rng(seed).uniform(0.5, 1.5, len(model.parameters))
    numbers = sp.lambdify(model.parameters, list(undriven.values()), "numpy")(*values)
    H = block(model, dict(zip(undriven, numbers, strict=True)), kets, complex)
    energies, vectors = np.linalg.eig(H)
    slowest = int(np.argmax(energies.imag))
    if energies[slowest].imag < -DECAYS * abs(H).max():
        return None
    return kets[int(np.argmax(abs(vectors[:, slowest])))]
