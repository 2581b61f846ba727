"""Means of operators: Tr[O rho] for any polynomial in the ladder operators, with its error.

    <O> = sum_ij O_ji rho_ij,        |error| <= sum_ij |O_ji| error_ij

The error of an element of rho follows from those of the populations beside it: rho_ij is
psi_i conj(psi_j) to leading order in the drive, and |rho_ij|^2 <= rho_ii rho_jj always.
`numeric.reading.readings` reads the numbers off its states, `numeric.fields` those of sums of
modes.
"""

from typing import Any, TypeAlias

import numpy as np
import sympy as sp

from numeric.lindblad.scaling import EPSILON
from numeric.lindblad.space import Space
from numeric.trust.worth import Known
from systems import Model
from systems.arithmetic import evaluate
from systems.expressions import check_finite
from systems.fields import read_field
from systems.ladder import Ladder, Mode, adjoint, label, normal_order
from systems.levels import LevelOp
from systems.values import Arrays

# A mode, its name or a sum of modes; or the words of such a sum
Field: TypeAlias = Mode | str | sp.Expr | Ladder


def read_operator(model: Model, operator: sp.Expr) -> Ladder:
    """Any polynomial in the model's ladder operators as words; symbols may be the model's.

    Raises `TypeError` for what is no such polynomial, and `ValueError` for a mode or a symbol that
    the model does not have.

    >>> from systems.library import kerr
    >>> read_operator(kerr.MODEL, 2 * kerr.a)
    {((0,), (1,)): 2}
    """
    if not isinstance(operator, sp.Expr):
        raise TypeError(
            "Argument `operator` must be a SymPy expression in the modes' ladder operators, but "
            f"is {operator!r}."
        )
    check_finite("Argument `operator`", operator)
    words = normal_order(operator, _known_modes(model, operator))
    strange = {s for c in words.values() for s in c.free_symbols} - set(model.parameters)
    if strange:
        raise ValueError(
            "Argument `operator` must hold the model's symbols only, but holds "
            f"{', '.join(sorted(map(str, strange)))}."
        )
    return words


def _known_modes(model: Model, operator: sp.Expr) -> tuple[sp.Expr, ...]:
    """The model's modes; raises `ValueError` for an operator of another one."""
    from sympy.physics.quantum import Operator

    labels = [label(mode) for mode in model.modes]
    for part in sorted(operator.atoms(Operator), key=str):
        name = str(getattr(part, "name", labels[0]))
        if name not in labels:
            raise ValueError(
                f"Argument `operator` must hold the modes {', '.join(labels)} only, but holds "
                f"`{name}`{_why_not(model, part)}."
            )
    return model.modes


def _why_not(model: Model, part: Any) -> str:
    """What to write instead of a level that the model does not have, of an atom that it has."""
    atoms = {mode.atom for mode in model.modes if isinstance(mode, LevelOp)}
    if not (isinstance(part, LevelOp) and part.atom in atoms):
        return ""
    return (
        f", a level of `{part.atom}` that no term of the model reaches: leave it out, or, where it "
        "is one of Emitters with no loss of each on its own, make them with `symmetric=True`"
    )


def is_hermitian(words: Ladder) -> bool:
    """Whether an operator is its own adjoint for all values, so that its mean is real.

    >>> is_hermitian({((1,), (1,)): sp.S.One}), is_hermitian({((0,), (1,)): sp.S.One})
    (True, False)
    """
    other = adjoint(words)
    return all(sp.expand(words.get(w, 0) - other.get(w, 0)) == 0 for w in {*words, *other})


def operator_matrices(words: Ladder, arrays: Arrays, on: Space) -> np.ndarray:
    """The operator at points of one-dimensional values, shape (points, states, states).

    >>> from sympy.physics.quantum.boson import BosonOp
    >>> on = Space([BosonOp("a")], 1)
    >>> operator_matrices({((0,), (1,)): sp.S.One}, {"x": np.zeros(2)}, on).real[0]
    array([[0., 1.],
           [0., 0.]])
    """
    points = len(next(iter(arrays.values())))
    total = np.zeros((points, on.size, on.size), dtype=complex)
    for word, coefficient in words.items():
        total += np.multiply.outer(evaluate(coefficient, arrays), on.word(word).toarray())
    return total


def field_words(model: Model, field: Field) -> Ladder:
    """A field as `systems.fields.read_field` takes it, with the transitions of atoms, as words.

    What is words already stays as it is.

    >>> from systems.library import kerr
    >>> field_words(kerr.MODEL, field_words(kerr.MODEL, "a"))
    {((0,), (1,)): 1}
    """
    return field if isinstance(field, dict) else read_field(model, field, transitions=True)


def field_matrices(model: Model, field: Field, arrays: Arrays, on: Space) -> np.ndarray:
    """A field at points of one-dimensional values, shape (points, states, states).

    ``field`` is a mode, its name, or an expression in the modes and parameters such as an output
    field, as `field_words` takes it; ``arrays`` holds one value per point.

    >>> from numeric.lindblad.space import space
    >>> from systems.library import kerr
    >>> arrays = {"gamma": np.array([1.0, 4.0])}
    >>> field_matrices(kerr.MODEL, "a", arrays, space(kerr.MODEL.modes, 1)).real[0]
    array([[0., 1.],
           [0., 0.]])
    """
    return operator_matrices(field_words(model, field), arrays, on)


def element_errors(populations: np.ndarray, error: np.ndarray) -> np.ndarray:
    """Absolute errors of rho_ij, (points, states, states), from those of rho_ii, (points, states).

    As of psi_i conj(psi_j) where the errors of |psi_i|^2 are known.

    >>> element_errors(np.array([[1.0, 4.0]]), np.array([[0.0, 0.4]])).round(3)[0]
    array([[0. , 0.1],
           [0.1, 0.4]])
    """
    p = abs(populations)
    size = np.sqrt(np.maximum(p, error))
    relative = np.divide(error, size**2, out=np.zeros_like(error), where=size > 0) / 2 + EPSILON
    outer = size[:, :, None] * size[:, None, :]
    return np.asarray(outer * (relative[:, :, None] + relative[:, None, :]))


def mean(matrices: np.ndarray, rho: np.ndarray, error: np.ndarray) -> Known:
    """``Tr[O rho]`` and its absolute error, per point; all arguments (points, states, states).

    >>> one = np.array([[[0.0, 1.0], [0.0, 0.0]]])
    >>> mean(one, np.full((1, 2, 2), 0.5), np.full((1, 2, 2), 0.1))
    (array([0.5]), array([0.1]))
    """
    path = "pij,pji->p"
    return np.einsum(path, matrices, rho), np.einsum(path, abs(matrices), error)
