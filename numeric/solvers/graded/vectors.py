"""Some points side by side as one number, for compiled code: a `Vector` stays in registers.

Numba makes vector instructions of loops over arrays only, and asks at each of them again whether
the arrays overlap.  Here a sum over rows is one loop over its terms: what is added up is neither
stored nor loaded in between.  LLVM cuts a vector into as many registers as the machine needs.
"""

import operator
from collections.abc import Callable
from typing import Any

from llvmlite import ir
from numba import types
from numba.core.cgutils import get_or_insert_function
from numba.core.imputils import lower_builtin
from numba.core.typing import signature
from numba.core.typing.templates import AbstractTemplate, infer_global
from numba.extending import intrinsic, models, register_model

# Numbers: four registers of 512 bits, eight of 256.  With 8, 16 and 32, measured on busy cores, a
# sweep takes 1.1, 0.65 and 0.58 us a point for the map's 28 states, 2.6, 1.8 and 1.6 us for two
# general modes: the lists are read once for all.  Two vectors abreast take a fifth more: less
# stays near.  Compiled for registers of 256 bits a point of two general modes takes 21 us with 16
# and 24 us with 32, of a Kerr mode 3.3 and 2.6 us; one width serves all, so that packs are the same
WIDTH = 32
FLAGS = ("contract", "nsz")  # as in `numeric.solvers.graded.lanes.COMPILED`


class Vector(types.Type):
    """The type of `WIDTH` numbers in double precision."""

    def __init__(self) -> None:
        super().__init__(name=f"Vector{WIDTH}")


VECTOR = Vector()
DOUBLES = ir.VectorType(ir.DoubleType(), WIDTH)


@register_model(Vector)
class _Model(models.PrimitiveModel):
    def __init__(self, manager: Any, kind: Any) -> None:
        super().__init__(manager, kind, DOUBLES)


def _spread(builder: Any, number: Any) -> Any:
    """A vector of one number."""
    first = builder.insert_element(ir.Constant(DOUBLES, ir.Undefined), number, ir.IntType(32)(0))
    zeros = ir.Constant(ir.VectorType(ir.IntType(32), WIDTH), [0] * WIDTH)
    return builder.shuffle_vector(first, ir.Constant(DOUBLES, ir.Undefined), zeros)


def _place(context: Any, builder: Any, kind: Any, array: Any, row: Any, lane: Any) -> Any:
    """Where the vector of this row, from this lane on, begins in an array of rows."""
    held = context.make_array(kind)(context, builder, array)
    width = builder.extract_value(held.shape, 1)
    first = builder.gep(held.data, [builder.add(builder.mul(row, width), lane)])
    return builder.bitcast(first, DOUBLES.as_pointer())


@intrinsic
def load(typing: Any, x: Any, row: Any, lane: Any) -> Any:
    """Numbers ``lane`` to ``lane + WIDTH`` of a row of an array."""

    if x.layout != "C":
        return None  # rows are not one after the other

    def make(context: Any, builder: Any, made: Any, arguments: Any) -> Any:
        array, i, z = arguments
        return builder.load(_place(context, builder, made.args[0], array, i, z), align=8)

    return VECTOR(x, types.intp, types.intp), make


@intrinsic
def store(typing: Any, vector: Any, x: Any, row: Any, lane: Any) -> Any:
    """Put a vector where `load` would find it."""
    if x.layout != "C":
        return None

    def make(context: Any, builder: Any, made: Any, arguments: Any) -> Any:
        value, array, i, z = arguments
        builder.store(value, _place(context, builder, made.args[1], array, i, z), align=8)
        return context.get_dummy_value()

    return types.void(vector, x, types.intp, types.intp), make


@intrinsic
def spread(typing: Any, number: Any) -> Any:
    """The same number everywhere."""

    def make(context: Any, builder: Any, made: Any, arguments: Any) -> Any:
        return _spread(builder, arguments[0])

    return VECTOR(types.float64), make


@intrinsic
def size(typing: Any, vector: Any) -> Any:
    """Absolute values."""

    def make(context: Any, builder: Any, made: Any, arguments: Any) -> Any:
        kind = ir.FunctionType(DOUBLES, [DOUBLES])
        function = get_or_insert_function(builder.module, kind, f"llvm.fabs.v{WIDTH}f64")
        return builder.call(function, arguments)

    return VECTOR(VECTOR), make


@intrinsic
def larger(typing: Any, one: Any, other: Any) -> Any:
    """The larger one of each two numbers; the first one where the second is not a number."""

    def make(context: Any, builder: Any, made: Any, arguments: Any) -> Any:
        first, second = arguments
        return builder.select(builder.fcmp_ordered(">", second, first), second, first)

    return VECTOR(VECTOR, VECTOR), make


def _define(symbol: Any, name: str) -> None:
    """Arithmetic of two vectors, or of a number and a vector."""

    @infer_global(symbol)
    class Template(AbstractTemplate):
        def generic(self, arguments: Any, keywords: Any) -> Any:
            if arguments[1:] == (VECTOR,) and arguments[0] in {VECTOR, types.float64}:
                return signature(VECTOR, *arguments)
            return None

    def of_two(context: Any, builder: Any, made: Any, arguments: Any) -> Any:
        operation: Callable[..., Any] = getattr(builder, name)
        return operation(*arguments, flags=FLAGS)

    def of_number(context: Any, builder: Any, made: Any, arguments: Any) -> Any:
        number, vector = arguments
        return of_two(context, builder, made, (_spread(builder, number), vector))

    lower_builtin(symbol, Vector, Vector)(of_two)
    lower_builtin(symbol, types.Float, Vector)(of_number)


for symbol, name in (
    (operator.add, "fadd"),
    (operator.iadd, "fadd"),
    (operator.sub, "fsub"),
    (operator.isub, "fsub"),
    (operator.mul, "fmul"),
    (operator.truediv, "fdiv"),
):
    _define(symbol, name)
