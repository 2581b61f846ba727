"""A model at one point as QuTiP has it: the Hamiltonian and the collapse operators.

    d rho/dt = -i [H, rho] + sum_k (C_k rho C_k' - (C_k'C_k rho + rho C_k'C_k)/2),
    C_k = sqrt(rate_k) L_k

J. R. Johansson, P. D. Nation and F. Nori, Comput. Phys. Commun. 184, 1234 (2013).  Everything is
normal-ordered before it is cut: a a' of a cut matrix is wrong in the highest level.
"""

from collections.abc import Callable, Mapping
from functools import reduce
from typing import Any

import numpy as np
import sympy as sp
from scipy.sparse import csr_array, kron

from numeric.arguments import check_quanta
from numeric.lindblad.space import Space, read_cut, space
from numeric.lindblad.space import levels as space_levels
from numeric.solvers.threads import loaded
from numeric.time.course import FIRST, Course, read_course
from systems import Model
from systems.arithmetic import evaluate
from systems.ladder import Ladder, Mode, Word, atoms, is_two_level, label
from systems.progress import busy
from systems.values import Values, check_positive

LARGEST = 20_000  # states of a product space: sparse matrices of them still fit anywhere
Matrix = Callable[[Word], csr_array]


@busy("operators of QuTiP")
def to_qutip(
    model: Model,
    values: Values,
    quanta: int | Mapping[str, int] = 8,
    restricted: bool = False,
) -> tuple[Any, list[Any]]:
    """``(H, c_ops)`` of QuTiP at one point: what its solvers take, ``mesolve(H, rho0, t, c_ops)``.

    The space is the product of the modes, in the order of ``model.modes``: each with ``quanta`` + 1
    levels, or as many as ``quanta`` says by label or in sums (2 of a two-level system).  With
    ``restricted`` it is QuTiP's space of at most ``quanta`` quanta in all (`qutip.enr_destroy`),
    with which `SteadyState.restricted_density_matrix` is laid out.  Rates and times are those of
    ``values``.

    A value may be a callable of time or a DataArray with the dimension ``time``; what depends on it
    is a `qutip.QobjEvo`.  Raises `ValueError` or `TypeError` for bad values, for arrays, and
    for a space of more than `LARGEST` states.

    >>> import qutip
    >>> from systems.library import kerr
    >>> H, c_ops = to_qutip(kerr.MODEL, kerr.VALUES, quanta=4)
    >>> rho = qutip.steadystate(H, c_ops)
    >>> round(float(qutip.expect(qutip.num(5), rho)), 4)
    0.0371
    """
    course = read_course(model, values)
    arrays = _point(course)
    matrix, dims = _restricted(model, quanta) if restricted else _product(model, quanta)
    hamiltonian = _operator(course, arrays, model.ladder, sp.S.One, matrix, dims)
    collapses = [
        _operator(course, arrays, jump, sp.sqrt(loss.rate), matrix, dims)
        for loss, jump in zip(model.losses, model.jumps, strict=True)
    ]
    return hamiltonian, collapses


def _point(course: Course) -> dict[str, Any]:
    """The numbers of the only point, where they do not move; those that do at some time."""
    times = [float(getattr(f, "start", FIRST)) for f in course.moving.values()] or [FIRST]
    arrays = course.at(np.array(times[:1]))
    shape = next(iter(arrays.values())).shape[1:]
    if shape:
        raise ValueError(f"Argument `values` must hold numbers, but has arrays of shape {shape}.")
    return {name: array[0] for name, array in arrays.items()}


def _operator(
    course: Course,
    arrays: dict[str, Any],
    words: Ladder,
    factor: sp.Expr,
    matrix: Matrix,
    dims: Any,
) -> Any:
    """``factor`` times an operator, as a Qobj or, where a coefficient moves, a QobjEvo."""
    qutip = loaded("qutip")
    none = (0,) * len(course.model.modes)
    still = 0 * matrix((none, none))
    moving = []
    for word, coefficient in words.items():
        whole = factor * coefficient
        if course.moves(whole):
            part = qutip.Qobj(matrix(word), dims=dims)
            moving.append([part, course.coefficient(whole, arrays)])
        else:
            still = still + complex(evaluate(whole, arrays)) * matrix(word)
    constant = qutip.Qobj(csr_array(still), dims=dims)
    return qutip.QobjEvo([constant, *moving]) if moving else constant


def _restricted(model: Model, quanta: Any) -> tuple[Matrix, Any]:
    if not isinstance(quanta, int | np.integer):
        raise TypeError(
            "Argument `quanta` must be one number for the restricted space, where it counts all "
            f"modes together, but is {quanta!r}."
        )
    check_quanta(model, int(quanta))
    on: Space = space(model.modes, int(quanta))
    return on.word, on.dims


def _product(model: Model, quanta: Any) -> tuple[Matrix, Any]:
    """Words on the product of the factors: a mode each, or an atom with all of its levels."""
    groups = atoms(model.modes)
    levels = [_levels(model, group, quanta) for group in groups]
    if np.prod(levels) > LARGEST:
        raise ValueError(
            f"Argument `quanta` must leave at most {LARGEST} states of the product space, but "
            f"leaves {np.prod(levels)}: use fewer, or restricted=True."
        )
    pairs = list(zip(groups, levels, strict=True))
    lower = {i: _lowering(model, group, i, n) for group, n in pairs for i in group}

    def matrix(word: Word) -> csr_array:
        p, q = word
        factors = []
        for group, n in pairs:
            one = csr_array(np.eye(n, dtype=complex))
            up = [lower[i].conj().T for i in group for _ in range(p[i])]
            down = [lower[i] for i in group for _ in range(q[i])]
            factors.append(reduce(lambda x, y: x @ y, [*up, *down], one))
        return csr_array(reduce(lambda x, y: kron(x, y, format="csr"), factors))

    return matrix, [levels, levels]


def _lowering(model: Model, group: tuple[int, ...], mode: int, levels: int) -> csr_array:
    """The lowering operator of a mode in its factor: sqrt(n) |n - 1><n|, or of an atom |0><j|."""
    if not is_two_level(model.modes[mode]):
        return csr_array(np.diag(np.sqrt(np.arange(1, levels)).astype(complex), 1))
    down = np.zeros((levels, levels), dtype=complex)
    down[0, 1 + group.index(mode)] = 1
    return csr_array(down)


def _levels(model: Model, group: tuple[int, ...], quanta: Any) -> int:
    """Levels of one factor."""
    mode: Mode = model.modes[group[0]]
    if is_two_level(mode):
        return 1 + len(group)
    if isinstance(quanta, Mapping):
        if any("+" in str(key) for key in quanta):  # sums of modes: as many of each as they hold
            return space_levels(model.modes, read_cut(model, quanta))[group[0]]
        if label(mode) not in quanta:
            raise ValueError(f"Argument `quanta` must hold a number for mode `{label(mode)}`.")
        quanta = quanta[label(mode)]
    check_positive("quanta", quanta)
    return int(quanta) + 1
