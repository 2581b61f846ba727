"""What a detector says of a field: its number, its correlations, its squeezing.

    <b'b>,    g^(k) = <b'^k b^k>/<b'b>^k,    g_12 = <b1' b2' b2 b1>/(<b1'b1> <b2'b2>)

Each is made of means of products of fields (`numeric.reading.products`), with the error of these
and what the cut may change.  Purity and linear entropy are no means and come from there whole.
"""

from collections.abc import Callable, Sequence
from typing import Protocol

import numpy as np

from numeric.trust.expectation import Field
from numeric.trust.worth import Known, Measured, divide


class Products(Protocol):
    """What numbers of fields are read off: means of their products, per point.

    >>> from numeric import steady_state
    >>> from numeric.reading.products import MeanProducts
    >>> from systems.library import kerr
    >>> linear = {"Delta": 0.0, "chi": 0.0, "gamma": 1.0, "xi": 100.0}  # 40,000 quanta
    >>> (light,) = steady_state(kerr.MODEL, linear).bright
    >>> products: Products = MeanProducts(light)
    >>> BY_NAME["correlation"](products, "a", order=2).value.round(9)  # it is coherent
    array([1.])
    """

    def moment(self, left: Sequence[Field], right: Sequence[Field]) -> Known: ...
    def cut(self, fields: Sequence[Field]) -> np.ndarray: ...
    def check(self, order: int) -> None: ...
    def purity(self) -> Measured: ...
    def linear_entropy(self) -> Measured: ...


def _number(products: Products, field: Field) -> Measured:
    value, error = products.moment([field], [field])
    return Measured(value.real, error, cut=products.cut([field]))


def _cross_correlation(products: Products, first: Field, second: Field) -> Measured:
    return _normalised(products, [first, second])


def _correlation(products: Products, field: Field, order: int = 2) -> Measured:
    products.check(order)
    return _normalised(products, [field] * order)


def _normalised(products: Products, fields: Sequence[Field]) -> Measured:
    """<b1' b2' ... b2 b1>/(<b1'b1> <b2'b2> ...), its error and what the cut may change."""
    numbers = [_number(products, field) for field in fields]
    denominators = tuple((n.value, n.roundoff) for n in numbers)
    value, error = products.moment(fields, fields)
    g, error = divide(value.real, error, denominators)
    with np.errstate(divide="ignore", invalid="ignore"):
        product = np.prod([abs(n.value) for n in numbers], axis=0)
        shares = np.sum([n.cut / abs(n.value) for n in numbers], axis=0)
        cut = np.nan_to_num(products.cut(fields) / product + abs(g) * shares, nan=0.0)
    return Measured(g, error, denominators, cut=cut)


def _squeezing(products: Products, field: Field) -> Measured:
    """The error adds those of the four means; <b> enters as a square, hence twice its size."""
    mean, mean_error = products.moment([], [field])
    pairs, pairs_error = products.moment([], [field, field])
    n, n_error = products.moment([field], [field])
    value = 2 * (abs(pairs - mean**2) - n.real + abs(mean) ** 2)
    error = 2 * (pairs_error + n_error + 4 * abs(mean) * mean_error)
    return Measured(value, error, cut=4 * products.cut([field]))


def _purity(products: Products) -> Measured:
    return products.purity()


def _linear_entropy(products: Products) -> Measured:
    return products.linear_entropy()


# Each takes the products and then the arguments of the function of its name in `numeric.fields`
BY_NAME: dict[str, Callable[..., Measured]] = {
    "number": _number,
    "correlation": _correlation,
    "cross_correlation": _cross_correlation,
    "squeezing": _squeezing,
    "purity": _purity,
    "linear_entropy": _linear_entropy,
}
