"""One chunk of a sweep: both roads at its points, by one call of the batch solver.

A chunk is computed by whoever has time: this process or a worker of a cluster.  It gets the same
bits everywhere, because points travel together in packs whose width does not depend on how many
cores a machine has (`numeric.solvers.graded.vectors`).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from threading import Lock
from typing import Any

import numpy as np
import sympy as sp

from analytic.closed import own_letters
from compare.agreement import Form, closed_forms, columns_of
from compare.files.provenance import fingerprint, installed
from compare.quantities import check_holds, read_quantities
from compare.states import steady_states
from numeric.solvers.threads import shared
from systems import Model
from systems.progress import hushed
from systems.status import Status
from systems.values import read_values

VARIABLES = ("analytic", "numeric", "deviation", "error")
STATUSES = tuple(Status)  # the code of a status is its place
MISSING = 255  # code of a point that is not computed yet
STORED = ("zarr", "numcodecs")  # libraries that decide the bytes of a store
CODE = "compare.sweep.run"
ALONE = Lock()  # a worker has threads of its own, and the solvers use all cores of a process

Part = dict[str, np.ndarray]  # variable -> (quantity, *points)


@dataclass(frozen=True)
class Job:
    """What a sweep computes at each of its points.

    >>> from systems import kerr
    >>> Job(kerr.MODEL, ("number", "g2")).solver
    'auto'
    """

    model: Model
    quantities: tuple[str, ...]
    quanta: Any = None
    solver: str = "auto"
    tolerance: float = 1e-8
    order: int = 2
    limit: int | None = None

    def check(self) -> None:
        """Raise `ValueError` or `TypeError` for what would be refused at the first point.

        >>> from systems import kerr
        >>> Job(kerr.MODEL, ("g2",), quanta=1).check()
        Traceback (most recent call last):
            ...
        ValueError: Argument `quanta` must be at least 2 for g2, but is 1.
        """
        from numeric.steady import read_search

        wanted = read_quantities(self.model, self.quantities)
        check_holds(wanted, self.quanta)
        order = max(self.order, *(sum(q.occupation) for q in wanted))
        read_search(self.model, self.quanta, self.solver, self.tolerance, self.limit, order)

    def without_formula(self) -> dict[str, str]:
        """The quantities that have no closed form, each with the reason in a sentence."""
        return _forms(self.model, self.quantities)[1]

    def latex(self) -> dict[str, str]:
        r"""The Hamiltonian as ``H``, and the closed forms by quantity, in LaTeX.

        Forms with letters of their own (`analytic.polaron`) come after what these are.

        >>> from systems import kerr
        >>> print(Job(kerr.MODEL, ("number",)).latex()["number"])
        \frac{4 \xi^{2}}{\left|{2 \Delta - i \gamma}\right|^{2}}
        """
        forms, _ = _forms(self.model, self.quantities)
        letters = [own_letters(closed) or {} for closed, _ in forms.values()][:1]
        defined = {sp.latex(x): sp.latex(y) for known in letters for x, y in known.items()}
        written = {name: sp.latex(form) for name, (_, form) in forms.items()}
        return {"H": sp.latex(self.model.hamiltonian), **defined, **written}


def compute(job: Job, values: Mapping[str, Any]) -> Part:
    """Both roads at all points of ``values``, plain arrays that broadcast to the chunk's shape.

    Arrays by variable, each of the shape (quantity, *chunk); the status as its code in `STATUSES`.

    >>> from systems import kerr
    >>> part = compute(Job(kerr.MODEL, ("g2",)), {**kerr.VALUES, "xi": np.array([0.01, 0.02])})
    >>> part["numeric"].shape, part["status"].tolist()
    ((1, 2), [[0, 0]])
    """
    wanted, arrays = read_quantities(job.model, job.quantities), read_values(job.model, values)
    shape = (len(wanted), *next(iter(arrays.values())).shape)
    forms, _ = _forms(job.model, job.quantities)
    with ALONE, hushed():  # whoever hands it out has the bar
        how = (job.quanta, job.solver, job.tolerance, job.order, job.limit)
        states = steady_states(job.model, arrays, wanted, *how, progress=False)
        found = [columns_of(q, forms.get(q.name), states, arrays) for q in wanted]
        errors = [
            np.concatenate([quantity.estimate_on(state).error for state in states])
            for quantity in wanted
        ]
    for columns, error in zip(found, errors, strict=True):
        columns["error"] = np.where(np.isnan(columns["numeric"]), np.nan, error)
        columns["status"] = _codes(columns["status"])
    return {
        name: np.stack([columns[name] for columns in found]).reshape(shape)
        for name in (*VARIABLES, "status")
    }


def compute_for(code: str, job: Job, values: Mapping[str, Any], beside: int = 1) -> Part:
    """The same on a worker, one of so many ``beside`` each other, which part the cores.

    Raises `ValueError` where it runs other code than the sweep.

    >>> compute_for("another version", None, {})  # doctest: +ELLIPSIS
    Traceback (most recent call last):
        ...
    ValueError: Workers must run the code and the versions of the process that asks them, ...
    """
    if identify_code() != code:
        raise ValueError(
            "Workers must run the code and the versions of the process that asks them, but one has "
            "others; start all in the same environment."
        )
    with shared(beside):
        return compute(job, values)


def identify_code() -> str:
    """The fingerprint of code and versions that decide a sweep, and of what stores it.

    >>> identify_code().split()[1::2]
    ['zarr', 'numcodecs']
    """
    return " ".join([fingerprint(CODE), *(f"{name} {installed(name)}" for name in STORED)])


def _codes(words: np.ndarray) -> np.ndarray:
    """The codes of an array of statuses."""
    codes = np.full(words.shape, MISSING, np.uint8)
    for code, word in enumerate(STATUSES):
        codes[words == word] = code
    return codes


@lru_cache(maxsize=8)
def _forms(model: Model, names: tuple[str, ...]) -> tuple[dict[str, Form], dict[str, str]]:
    """The closed forms of a model's quantities, once for all chunks of a process."""
    return closed_forms(model, read_quantities(model, names))
