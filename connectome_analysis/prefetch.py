"""Prefetch: ask the processor for a place in memory some time before it is read.

Graph kernels wait for memory more than they compute: each jump to another neuron's list is a cache
miss. Where the next jumps are known, asking for them early lets the misses overlap.
"""

from __future__ import annotations

from typing import Any

from numba import types
from numba.extending import intrinsic


def _prefetch(_context: Any, array: Any, index: Any) -> Any:
    """``prefetch(array, index)`` in compiled code; a hint, changes nothing.

    array : 1-D contiguous; index : integer. An index outside the array does no harm.
    """
    from llvmlite import ir

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        array_type, index_type = signature.args
        data = context.make_array(array_type)(context, builder, arguments[0]).data
        place = context.cast(builder, arguments[1], index_type, types.intp)
        byte = ir.IntType(8).as_pointer()
        number = ir.IntType(32)
        hint = builder.module.declare_intrinsic(
            "llvm.prefetch", [byte], ir.FunctionType(ir.VoidType(), [byte, number, number, number])
        )
        address = builder.bitcast(builder.gep(data, [place]), byte)
        # To read, into every level of the cache, data.
        builder.call(hint, [address, number(0), number(3), number(1)])
        return context.get_dummy_value()

    return types.void(array, index), generate


prefetch: Any = intrinsic(_prefetch)
