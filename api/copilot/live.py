"""Runs that go on in this process, and following one: from its beginning, or from where a reader was cut off."""

import asyncio
import threading
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

from ag_ui.core import BaseEvent
from anyio import CapacityLimiter, to_thread

from agents.copilot.question import Asker
from agents.copilot.running import Copilot, Run
from api.copilot.agui import events_of
from cases.errors import CountersignError
from runtime import logs
from runtime.copilot_store import RunStatus

_AT_ONCE = 4
"""Questions worked on at once; with the requests' own threads fewer than the database's connections."""
_log = logs.logger("copilot")


@dataclass
class _LiveRun:
    run: Run
    changed: asyncio.Event = field(default_factory=asyncio.Event)
    stop: threading.Event = field(default_factory=threading.Event)

    def put(self, run: Run) -> None:
        """The run as it is now; whoever waits looks again."""
        self.run = run
        before, self.changed = self.changed, asyncio.Event()
        before.set()


@dataclass
class LiveRuns:
    """Works runs in threads. All methods belong to the event loop's thread."""

    copilot: Copilot
    _held: dict[str, _LiveRun] = field(default_factory=dict)
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)
    _limiter: CapacityLimiter | None = None

    async def follow(self, asker: Asker, run: Run, after: int = 0) -> AsyncIterator[tuple[int, BaseEvent]]:
        """The run's events with their numbers from 1, those after `after`, until it ends.

        A run that goes on nowhere is taken up again: it only reads, and its answer is kept once.
        """
        if run.ended:
            for told in rest_of(run, after):
                yield told
            return
        live = self._held.get(run.stored.id) or self._begin(asker, run)
        while True:
            changed, now = live.changed, live.run
            for number, event in rest_of(now, after):
                after = number
                yield number, event
            if now.ended:
                return
            await changed.wait()

    async def result(self, asker: Asker, run: Run) -> Run:
        """The run when it has ended."""
        if run.ended:
            return run
        live = self._held.get(run.stored.id) or self._begin(asker, run)
        while not live.run.ended:
            await live.changed.wait()
        return live.run

    async def stop(self, asker: Asker, run_id: str) -> Run:
        """Stop a run, here or wherever it goes. Raises NotFound for another's."""
        run = await to_thread.run_sync(self.copilot.stop, asker, run_id)
        live = self._held.get(run_id)
        if live is not None:
            live.stop.set()
            live.put(run)
        return run

    def _begin(self, asker: Asker, run: Run) -> _LiveRun:
        live = self._held[run.stored.id] = _LiveRun(run)
        task = asyncio.get_running_loop().create_task(self._work(asker, live))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return live

    async def _work(self, asker: Asker, live: _LiveRun) -> None:
        loop, run = asyncio.get_running_loop(), live.run
        if self._limiter is None:
            self._limiter = CapacityLimiter(_AT_ONCE)

        def told(now: Run) -> None:
            loop.call_soon_threadsafe(lambda: None if live.run.ended else live.put(now))

        def work() -> Run:
            return self.copilot.work(asker, run, told, live.stop.is_set)

        try:
            live.put(await to_thread.run_sync(work, limiter=self._limiter))
        except Exception as error:  # noqa: BLE001
            _log.error("copilot.failed", exc_info=error)
            live.put(await self._failed(asker, run))
        finally:
            self._held.pop(run.stored.id, None)

    async def _failed(self, asker: Asker, run: Run) -> Run:
        """The run as it was kept after a fault of ours; where even that cannot be read, one that failed."""
        try:
            return await to_thread.run_sync(self.copilot.run, asker, run.stored.id)
        except CountersignError:
            stored = run.stored.model_copy(update={"status": RunStatus.FAILED})
            return run.model_copy(update={"stored": stored})


def rest_of(run: Run, after: int) -> list[tuple[int, BaseEvent]]:
    """The events after a number. One that ended without an answer forgot its tool calls: its end is next."""
    events = events_of(run)
    rest = list(enumerate(events, 1))[after:]
    if not rest and run.ended and run.answer is None:
        return [(after + 1, events[-1])]
    return rest
