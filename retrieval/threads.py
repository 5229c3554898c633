"""One thread for linear algebra while a search goes on: its products are small, and several threads only wait for each
other. On a busy machine a search took fourteen times the processor time with two (docs/peers.md).
"""

from __future__ import annotations

from contextlib import AbstractContextManager
from functools import cache

from threadpoolctl import ThreadpoolController


def one_thread() -> AbstractContextManager[object]:
    """Let NumPy's libraries use one thread inside of this; afterwards as many as before."""
    limiter: AbstractContextManager[object] = _controller().limit(limits=1, user_api="blas")
    return limiter


@cache
def _controller() -> ThreadpoolController:
    """Looks once at which libraries are loaded, which takes some milliseconds."""
    return ThreadpoolController()
