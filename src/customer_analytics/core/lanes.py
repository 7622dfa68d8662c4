"""Bytes looked at thirty-two at a time, in compiled loops.

Numba's language has no vectors: what is done with one is written for LLVM, which makes of it what the machine has, be
it AVX or NEON.
"""

from typing import Any

import numpy as np
from llvmlite import ir
from numba import types
from numba.extending import intrinsic

from customer_analytics.core.compiled import inlined

LANES = 32
"""Bytes looked at at once."""

_VECTOR, _FLAGS, _COUNT = ir.VectorType(ir.IntType(8), LANES), ir.IntType(LANES), ir.IntType(64)
_FIRST = ir.Constant(ir.IntType(32), 0)
_EACH = ir.Constant(ir.VectorType(ir.IntType(32), LANES), [0] * LANES)


@inlined
def find_byte(codes: np.ndarray, start: int, stop: int, code: int) -> int:
    """Where a byte first stands from ``start`` on; ``stop`` if nowhere before it."""
    while start < stop and start + LANES <= len(codes):
        before: int = _lanes_before(codes, start, np.uint8(code), np.uint8(0))  # type: ignore[call-arg]
        if before < LANES:
            return min(start + before, stop)
        start += LANES
    while start < stop and codes[start] != np.uint8(code):
        start += 1
    return min(start, stop)


@inlined
def find_byte_or_below(codes: np.ndarray, start: int, code: int, bound: int) -> int:
    """Where a byte first stands that is ``code`` or below ``bound``; the end if nowhere."""
    while start + LANES <= len(codes):
        before: int = _lanes_before(codes, start, np.uint8(code), np.uint8(bound))  # type: ignore[call-arg]
        if before < LANES:
            return start + before
        start += LANES
    while start < len(codes) and codes[start] != np.uint8(code) and codes[start] >= bound:
        start += 1
    return start


@intrinsic
def _lanes_before(_typing: Any, codes: Any, start: Any, code: Any, bound: Any) -> Any:  # noqa: ANN401  Numba's
    """Of the bytes from ``start`` on, how many come before one that is ``code`` or below ``bound``; at most ``LANES``.

    Args:
        codes: uint8, at least ``LANES`` of them from ``start`` on.
        start: int64.
        code: uint8.
        bound: uint8; nothing is below 0.
    """

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:  # noqa: ANN401
        def in_each_lane(byte: Any) -> Any:  # noqa: ANN401
            nothing = ir.Constant(_VECTOR, ir.Undefined)
            return builder.shuffle_vector(builder.insert_element(nothing, byte, _FIRST), nothing, _EACH)

        whole, first, sought, least = arguments
        array = context.make_array(signature.args[0])(context, builder, whole)
        place = builder.bitcast(builder.gep(array.data, [first]), _VECTOR.as_pointer())
        lanes = builder.load(place, align=1)
        same = builder.icmp_unsigned("==", lanes, in_each_lane(sought))
        below = builder.icmp_unsigned("<", lanes, in_each_lane(least))
        flags = builder.bitcast(builder.or_(same, below), _FLAGS)
        return builder.zext(builder.cttz(flags, ir.Constant(ir.IntType(1), 0)), _COUNT)

    return types.int64(codes, start, code, bound), generate
