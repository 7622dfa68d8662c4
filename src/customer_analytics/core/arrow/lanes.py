"""Bytes looked at sixty-four at a time, in compiled loops: a bit for each tells whether it is what is sought.

Numba's language has no vectors: what is done with one is written for LLVM, which makes of it what the machine has, be
it AVX or NEON.
"""

from typing import Any

import numpy as np
from llvmlite import ir
from numba import types
from numba.extending import intrinsic

from customer_analytics.core.compiled import inlined

LANES = 64
"""Bytes looked at at once: as many as a word has bits."""

COPIED = 32
"""Bytes copied at once: most fields are no longer."""

_VECTOR, _COPY, _FLAGS = ir.VectorType(ir.IntType(8), LANES), ir.VectorType(ir.IntType(8), COPIED), ir.IntType(LANES)
_FIRST = ir.Constant(ir.IntType(32), 0)
_EACH = ir.Constant(ir.VectorType(ir.IntType(32), LANES), [0] * LANES)
_OF_NONE_TOO = ir.Constant(ir.IntType(1), 0)


@inlined
def find_byte(codes: np.ndarray, start: int, stop: int, code: int) -> int:
    """Where a byte first stands from ``start`` on; ``stop`` if nowhere before it."""
    while start < stop and start + LANES <= len(codes):
        flags: np.uint64 = flags_at(codes, start, np.uint8(code), np.uint8(0))  # type: ignore[call-arg]
        if flags:
            return min(start + lowest(flags), stop)
        start += LANES
    while start < stop and codes[start] != np.uint8(code):
        start += 1
    return min(start, stop)


@inlined
def flags_from(codes: np.ndarray, start: int, code: int, bound: int) -> np.uint64:
    """As :func:`flags_at`, of as many bytes as there are from ``start`` on, ``LANES`` at most."""
    if start + LANES <= len(codes):
        return flags_at(codes, start, np.uint8(code), np.uint8(bound))  # type: ignore[call-arg]
    flags = np.uint64(0)
    for place in range(len(codes) - start):
        if codes[start + place] == np.uint8(code) or codes[start + place] < np.uint8(bound):
            flags |= np.uint64(1) << np.uint64(place)
    return flags


@intrinsic
def flags_at(_typing: Any, codes: Any, start: Any, code: Any, bound: Any) -> Any:  # noqa: ANN401  Numba's
    """Which of the ``LANES`` bytes from ``start`` on are ``code`` or below ``bound``; the lowest bit is the first's.

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

        lanes = builder.load(_pointer(context, builder, signature.args[0], arguments[:2], _VECTOR), align=1)
        same = builder.icmp_unsigned("==", lanes, in_each_lane(arguments[2]))
        below = builder.icmp_unsigned("<", lanes, in_each_lane(arguments[3]))
        return builder.bitcast(builder.or_(same, below), _FLAGS)

    return types.uint64(codes, start, code, bound), generate


@intrinsic
def lowest(_typing: Any, flags: Any) -> Any:  # noqa: ANN401  Numba's
    """The place of the lowest bit of a uint64, ``LANES`` if there is none; int64."""
    return types.int64(flags), lambda _context, builder, _signature, found: builder.cttz(found[0], _OF_NONE_TOO)


@intrinsic
def how_many(_typing: Any, flags: Any) -> Any:  # noqa: ANN401  Numba's
    """The bits of a uint64 that are set; int64."""
    return types.int64(flags), lambda _context, builder, _signature, found: builder.ctpop(found[0])


@intrinsic
def copy_lanes(_typing: Any, codes: Any, start: Any, body: Any, place: Any) -> Any:  # noqa: ANN401  Numba's
    """Put the ``COPIED`` bytes from ``start`` on into ``body`` from ``place`` on.

    Args:
        codes: uint8, at least ``COPIED`` of them from ``start`` on.
        start: int64.
        body: uint8, likewise from ``place`` on.
        place: int64.
    """

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:  # noqa: ANN401
        lanes = builder.load(_pointer(context, builder, signature.args[0], arguments[:2], _COPY), align=1)
        builder.store(lanes, _pointer(context, builder, signature.args[2], arguments[2:], _COPY), align=1)
        return context.get_dummy_value()

    return types.void(codes, start, body, place), generate


def _pointer(context: Any, builder: Any, kind: Any, place: Any, vector: ir.VectorType) -> Any:  # noqa: ANN401  LLVM's
    """A pointer to a vector that begins at a place of an array of a kind, (array, index)."""
    array = context.make_array(kind)(context, builder, place[0])
    return builder.bitcast(builder.gep(array.data, [place[1]]), vector.as_pointer())
