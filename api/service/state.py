"""The running service: everything that requests share, made when it starts and let go when it stops."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, Callable, Hashable, Iterator, Sequence
from contextlib import aclosing
from datetime import date
from functools import partial
from typing import Annotated, Any, TypeVar

from fastapi import Depends, Request

from api.service import logs
from api.service.cache import Cache
from api.service.flights import Flights, Source, Wanted
from api.service.metrics import Metrics
from api.service.opening import Opened
from api.service.problems import NoServer, Problem, StartingUp, TooSlow
from api.service.settings import Settings
from api.service.work import Work
from index.errors import ArchiveUnreachable, BadInput, ZitatError
from retrieval.answering import Answer, Answerer, AnswerOptions, Done, Event
from retrieval.options import SearchOptions
from retrieval.results import SearchResult
from retrieval.searcher import Searcher

READERS = 4  # threads for what takes milliseconds, so that it need not wait for what takes longer
WRITERS = 4  # threads for what waits for other writers
OPEN_AGAIN_AFTER = 5.0  # seconds
LOOK_EVERY, SILENCE = 1.0, 10.0  # seconds between looks at the archive's servers, and until one is held to be gone

T = TypeVar("T")
log = logging.getLogger("zitat.service")


class Service:
    """One worker's archive, threads, cache and counts. For use from the event loop, which nothing here blocks."""

    def __init__(self, settings: Settings, *, answerer: Answerer | None = None) -> None:
        self.settings = settings
        self.metrics = Metrics()
        self._given = answerer
        self._opened: Opened | None = None
        self._opening: asyncio.Task[None] | None = None
        self._watching: asyncio.Task[None] | None = None
        self._failure: Problem | None = None

    async def start(self) -> None:
        """Begin to open the archive; returns at once, and /readyz says when it is open."""
        given = self.settings
        self.work = Work("answer", given.threads, given.waiting, given.timeouts.queue)
        self.reads = Work("read", READERS, given.waiting, given.timeouts.queue)
        self.writes = Work("write", WRITERS, given.waiting, given.timeouts.queue)
        self.flights = Flights(self.work, Cache(given.cache_bytes), self._seen)
        self._opening = asyncio.create_task(self._open())

    async def stop(self) -> None:
        """Let what runs finish, and close the archive."""
        self.metrics.ready.set(0)
        for task in (self._opening, self._watching):
            if task:
                task.cancel()
                await asyncio.wait({task})
        for threads in (self.work, self.reads, self.writes):
            await threads.close()
        if self._opened and not self._given:
            await asyncio.to_thread(self._opened.close)

    async def _open(self) -> None:
        """Open the archive; where that fails, say why, and try again: it may be restored, or its writer may end."""
        while self._opened is None:
            try:
                self._opened = await asyncio.to_thread(self._made)
            except Exception as error:
                log.error("the archive cannot be opened", exc_info=error)
                cure = str(error) if isinstance(error, ZitatError) else "the log of the service says more"
                cannot = Problem(503, "Not ready", "the archive cannot be opened", cure)
                self._failure = NoServer() if isinstance(error, ArchiveUnreachable) else cannot
                await asyncio.sleep(OPEN_AGAIN_AFTER)
        self._failure = None
        self.metrics.ready.set(1)
        log.info("ready")
        if self._opened.is_remote:
            self._watching = asyncio.create_task(self._watch(self._opened))

    async def _watch(self, opened: Opened) -> None:
        """Look whether the archive's servers answer, so that no request has to find out by waiting in vain.

        What other hosts stored is followed meanwhile, so that no question has to wait for that.
        """
        looking = asyncio.create_task(asyncio.to_thread(opened.look))
        following = asyncio.create_task(asyncio.to_thread(opened.follow))
        try:
            while True:
                while not (await asyncio.wait({looking}, timeout=SILENCE))[0]:
                    self._lost(f"no answer for {SILENCE:g} s")
                self._looked(looking.exception())
                await asyncio.sleep(LOOK_EVERY)
                looking = asyncio.create_task(asyncio.to_thread(opened.look))
                if following.done():
                    following = asyncio.create_task(asyncio.to_thread(opened.follow))
        finally:  # the archive is about to be closed
            await asyncio.wait({looking, following}, timeout=SILENCE)

    def _looked(self, error: BaseException | None) -> None:
        if isinstance(error, ArchiveUnreachable):
            self._lost(str(error))
        elif error:
            log.error("the archive cannot be looked at", exc_info=error)
        elif self._failure:
            self._failure = None
            self.metrics.ready.set(1)
            log.info("ready again")

    def _lost(self, said: str) -> None:
        if not self._failure:
            log.error("the archive does not answer: %s", said)
            self.metrics.ready.set(0)
        self._failure = NoServer()

    def _made(self) -> Opened:
        opened = Opened(self.settings, self._given, self.metrics.batches.observe)
        opened.warm_up()
        return opened

    @property
    def opened(self) -> Opened:
        """The archive; raises Problem (503) until it is open, and where it cannot be opened."""
        if self._failure:
            raise self._failure
        if self._opened is None:
            raise StartingUp()
        return self._opened

    @property
    def answerer(self) -> Answerer:
        """The answerer; raises Problem (503) until the archive is open."""
        return self.opened.answerer

    @property
    def searcher(self) -> Searcher:
        """The searcher; raises Problem (503) until the archive is open."""
        return self.answerer.searcher

    async def ready(self) -> Opened:
        """Wait, up to timeouts.queue, until the archive is open."""
        if self._opened is None and self._opening:
            await asyncio.wait({self._opening}, timeout=self.settings.timeouts.queue)
        return self.opened

    async def read(self, work: Callable[[], T]) -> T:
        """Run what only reads, and briefly, outside the event loop; raises Overloaded (503) or TooSlow (504)."""
        return await self.reads.run("read", self.settings.timeouts.read, work)

    async def read_remote(self, work: Callable[[], T]) -> T:
        """The same for what asks the archive's server, at once a Problem (503) where that is known not to answer."""
        if self._failure:
            raise self._failure
        return await self.read(work)

    async def write(self, work: Callable[[], T]) -> T:
        """Run what changes files outside the event loop; one that is told to be too slow may still be done."""
        return await self.writes.run("write", self.settings.timeouts.write, work)

    async def ask(self, question: str, options: AnswerOptions) -> Answer:
        """The answer, from the cache where the archive has not changed since; raises Problem or BadInput."""
        last = await _last(self.stream(question, options))
        assert isinstance(last, Done), "an answer always ends with Done"
        return last.answer

    async def stream(self, question: str, options: AnswerOptions) -> AsyncGenerator[Event, None]:
        """The events of an answer as they come; close it (aclose) to stop the work."""
        self._note_question(question)
        answerer, today = (await self.ready()).answerer, date.today()
        key = ("ask", question, options, today)  # "yesterday" is another day tomorrow
        make = partial(answerer.stream, question, options, today=today)
        async with aclosing(self._followed(key, make)) as events:
            async for event in events:
                if isinstance(event, Done):
                    logs.note(stages=event.answer.took_ms, answered=event.answer.answered)
                yield event

    async def search(self, question: str, options: SearchOptions) -> SearchResult:
        """The passages, from the cache where the archive has not changed since."""
        self._note_question(question)
        searcher, today = (await self.ready()).answerer.searcher, date.today()

        def make() -> Iterator[SearchResult]:
            yield searcher.search(question, options, today=today)

        result: SearchResult = await self.once(("search", question, options, today), make)
        logs.note(stages=result.took_ms)
        return result

    async def search_all(self, questions: Sequence[str], options: SearchOptions) -> list[SearchResult]:
        """A result for each question; no more at a time than there are threads, so that others get their turn."""
        turns, seconds = asyncio.Semaphore(self.settings.threads), self.settings.timeouts.batch

        async def one(number: int, question: str) -> SearchResult:
            async with turns:
                try:
                    return await self.search(question, options)
                except BadInput as error:
                    raise BadInput(f"question {number}: {error.reason}", error.cure) from error

        tasks = [asyncio.create_task(one(at, question)) for at, question in enumerate(questions, 1)]
        try:
            async with asyncio.timeout(seconds):
                return list(await asyncio.gather(*tasks))
        except TimeoutError:
            raise TooSlow("batch", seconds) from None
        finally:
            for task in tasks:
                task.cancel()

    async def once(self, key: Hashable, make: Callable[[], Iterator[Any]]) -> Any:
        """The item that `make` yields, computed once for all who ask for it while the archive is as it is."""
        return await _last(self._followed(key, make))

    async def _followed(self, key: Hashable, make: Callable[[], Iterator[Any]]) -> AsyncGenerator[Any, None]:
        times, llm = self.settings.timeouts, self.settings.llm
        opened = await self.ready()
        version = await self.read(opened.version)
        first, rest = times.search + times.encode, times.answer
        if llm:  # its own time is over before that of the answer, so that there is time to quote instead
            first, rest = first + llm.rewrite_seconds, rest + llm.total_seconds
        wanted = Wanted(version, key, self._counted(make), first, rest, _lasting)
        async with aclosing(self.flights.follow(wanted)) as items:
            async for item in items:
                yield item

    def _counted(self, make: Callable[[], Iterator[Any]]) -> Callable[[], Iterator[Any]]:
        """The same, with the time of each stage counted: once, however many are shown it."""

        def counted() -> Iterator[Any]:
            for item in make():
                told = item.answer if isinstance(item, Done) else item
                if isinstance(told, Answer | SearchResult):
                    self.metrics.stage_times(told.took_ms)
                yield item

        return counted

    def _seen(self, source: Source) -> None:
        self.metrics.cache.labels(source).inc()
        logs.note(cache=source)

    def _note_question(self, question: str) -> None:
        if self.settings.log_questions:
            logs.note(question=question)


def _lasting(items: Sequence[Any]) -> bool:
    """Whether an answer may be shown again: not one that was quoted only as the language model failed just then."""
    last = items[-1]
    return not (isinstance(last, Done) and any(notice.kind == "fallback" for notice in last.answer.notices))


async def _last(items: AsyncGenerator[T, None]) -> T:
    """The last item, when it is certain to be the last: only then has the work ended, and is kept."""
    found: list[T] = []
    async with aclosing(items):
        async for item in items:
            found = [item]
    return found[0]


def service_of(request: Request) -> Service:
    """The service that an application was made for."""
    service: Service = request.app.state.service
    return service


ServiceDep = Annotated[Service, Depends(service_of)]
