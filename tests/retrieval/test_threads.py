"""A search leaves the threads of the program that it runs in as they were."""

from __future__ import annotations

from threadpoolctl import ThreadpoolController, threadpool_limits

from retrieval.threads import one_thread


def threads() -> set[int]:
    libraries = ThreadpoolController().select(user_api="blas").info()
    return {library["num_threads"] for library in libraries}


def test_linear_algebra_has_one_thread_for_a_while() -> None:
    with threadpool_limits(2, user_api="blas"):
        assert threads() == {2}
        with one_thread():
            assert threads() == {1}
        assert threads() == {2}
