"""Whether what a model is made of fits together; each check says in one sentence what does not."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import sympy as sp
from sympy.core.function import AppliedUndef
from sympy.physics.quantum import Operator

from systems.expressions import check_finite, shown
from systems.ladder import Ladder, Mode, adjoint, express, find_modes, label, show
from systems.loss import Loss


def check_types(
    name: object,
    hamiltonian: Any,
    losses: Sequence[Any],
    drive: object,
    orders: Any,
    weights: Any,
) -> None:
    """Raise `TypeError` or `ValueError` for arguments of a model that are not what they must be.

    >>> from systems import kerr
    >>> check_types("Kerr", kerr.MODEL.hamiltonian, kerr.MODEL.losses, kerr.xi, {}, None)
    >>> check_types("Kerr", kerr.xi, kerr.MODEL.losses, kerr.xi, {}, None)  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    TypeError: Argument `hamiltonian` must be a SymPy expression with at least one BosonOp, ...
    """
    if not isinstance(name, str):
        raise TypeError(f"Argument `name` must be a text, but is {shown(name)}.")
    rests = hamiltonian is sp.S.Zero and bool(losses)
    if not rests and not (isinstance(hamiltonian, sp.Expr) and hamiltonian.atoms(Operator)):
        raise TypeError(
            "Argument `hamiltonian` must be a SymPy expression with at least one BosonOp, "
            "SigmaMinus or transition of an Atom, or 0 where losses alone act, but is "
            f"{shown(hamiltonian)}."
        )
    check_finite("Argument `hamiltonian`", hamiltonian)
    for loss in losses:
        if not isinstance(loss, Loss):
            raise TypeError(f"Argument `losses` must hold Loss objects, but holds `{shown(loss)}`.")
    _check_functions(hamiltonian, losses)
    if drive is not None and not _is_parameter(drive):
        raise TypeError(f"Argument `drive` must be a SymPy Symbol, but is {shown(drive)}.")
    for argument, given in (("orders", orders), ("weights", weights)):
        if not isinstance(given, Mapping) and (argument, given) != ("weights", None):
            raise TypeError(f"Argument `{argument}` must be a dict, but is {shown(given)}.")
    for symbol, order in orders.items():
        if not _is_parameter(symbol):
            raise TypeError(f"Argument `orders` must name SymPy Symbols, but names {symbol!r}.")
        if isinstance(order, bool) or not isinstance(order, int) or order < 1:
            raise ValueError(f"Order of `{symbol}` must be a positive integer, but is {order!r}.")


def _check_functions(hamiltonian: sp.Expr, losses: Sequence[Loss]) -> None:
    """A function that nobody has defined, f(t) or J(omega), has no number."""
    whole = [hamiltonian, *(x for loss in losses for x in (loss.rate, loss.operator))]
    for function in sorted(set().union(*(x.atoms(AppliedUndef) for x in whole)), key=str):
        raise TypeError(
            f"Function `{function}` must be a symbol, whose value may be a function of time in "
            "numeric.evolve; a bath with a memory has no place here: use QuTiP's heom."
        )


def _is_parameter(symbol: object) -> bool:
    return isinstance(symbol, sp.Symbol) and bool(symbol.is_commutative)


def check_modes(hamiltonian: sp.Expr, losses: Sequence[Loss]) -> None:
    """Raise `ValueError` for a loss of a mode that nothing connects to the Hamiltonian: a slip.

    >>> from sympy.physics.quantum.boson import BosonOp
    >>> from systems import kerr
    >>> check_modes(kerr.MODEL.hamiltonian, [Loss(1, BosonOp("b"))])
    Traceback (most recent call last):
    ValueError: Loss of `b`: mode `b` does not occur in the Hamiltonian; its modes are a.
    """
    if hamiltonian is sp.S.Zero:
        return
    known = {label(mode) for mode in find_modes([hamiltonian])}
    named = ", ".join(label(mode) for mode in find_modes([hamiltonian]))
    left = [(loss, {label(m) for m in find_modes([loss.operator])}) for loss in losses]
    # a loss that two modes share (a + b) couples them
    while joined := [pair for pair in left if pair[1] & known]:
        known = known.union(*(modes for _, modes in joined))
        left = [pair for pair in left if pair not in joined]
    for loss, modes in left:
        raise ValueError(
            f"Loss of `{show(loss.operator)}`: mode `{min(modes)}` does not occur in the "
            f"Hamiltonian; its modes are {named}."
        )


def check_symbols(
    parameters: Sequence[sp.Symbol], modes: Sequence[Mode], drive: sp.Symbol | None, ladder: Ladder
) -> None:
    """Raise `ValueError` for a name that means two things, and a drive that drives nothing.

    >>> from systems import kerr
    >>> model = kerr.MODEL
    >>> check_symbols(model.parameters, model.modes, kerr.gamma, model.ladder)
    ... # doctest: +ELLIPSIS
    Traceback (most recent call last):
    ValueError: Argument `drive` must be a symbol of the Hamiltonian, but `gamma` does not ...
    """
    names = Counter(str(symbol) for symbol in parameters)
    twice = sorted(name for name, count in names.items() if count > 1)
    if twice:
        raise ValueError(
            f"Symbol `{twice[0]}` occurs with two sets of assumptions; declare it once."
        )
    shared = sorted(names.keys() & {label(mode) for mode in modes})
    if shared:
        raise ValueError(
            f"Name `{shared[0]}` must be that of a symbol or of a mode, but is both; rename one."
        )
    if drive is not None and not any(drive in c.free_symbols for c in ladder.values()):
        raise ValueError(
            f"Argument `drive` must be a symbol of the Hamiltonian, but `{drive}` "
            "does not occur in it."
        )


def check_weights(weights: Mapping[str, Any] | None, modes: Sequence[Mode]) -> None:
    """Raise `ValueError` unless there is a positive integer for every mode, or nothing.

    >>> from systems import kerr
    >>> check_weights({"a": 2}, kerr.MODEL.modes)
    >>> check_weights({"b": 1}, kerr.MODEL.modes)
    Traceback (most recent call last):
    ValueError: Argument `weights` must name the modes a, but names b.
    """
    labels = [label(mode) for mode in modes]
    for name, weight in (weights or dict.fromkeys(labels, 1)).items():
        if isinstance(weight, bool) or not isinstance(weight, int) or weight < 1:
            raise ValueError(f"Weight of mode `{name}` must be a positive integer: {weight!r}.")
    if weights is not None and set(weights) != set(labels):
        raise ValueError(
            f"Argument `weights` must name the modes {', '.join(labels)}, but names "
            f"{', '.join(map(str, weights))}."
        )


def check_hermitian(ladder: Ladder, modes: Sequence[Mode]) -> None:
    """Raise `ValueError` for the first term without its Hermitian conjugate.

    >>> from systems import kerr
    >>> check_hermitian(kerr.MODEL.ladder, kerr.MODEL.modes)
    >>> check_hermitian({((0,), (1,)): kerr.xi}, kerr.MODEL.modes)  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    ValueError: Argument `hamiltonian` must be Hermitian, but its term ...
    """
    partner = adjoint(ladder)
    for word in ladder.keys() | partner.keys():
        difference = ladder.get(word, sp.S.Zero) - partner.get(word, sp.S.Zero)
        if sp.expand(difference) != 0 and sp.simplify(difference) != 0:
            raise ValueError(
                "Argument `hamiltonian` must be Hermitian, but its term "
                f"`{express(word, modes)}` and the Hermitian conjugate differ by "
                f"`{sp.simplify(difference)}` (are all real symbols declared real=True?)."
            )
