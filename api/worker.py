"""The worker of this process: casework's handlers are registered before it launches, so that recovery finds them."""

from agents.casework.processing import handlers
from agents.toolbox import Toolbox
from cases.errors import InputError
from runtime.job_worker import Worker, WorkerParts


def start_worker(toolbox: Toolbox) -> Worker:
    """Launch and give the worker, which runs until it is stopped; what a dead process left is taken up first."""
    if toolbox.queue is None:
        raise InputError("A worker needs a queue: build the toolbox with one.")
    worker = Worker(
        WorkerParts(
            settings=toolbox.settings,
            database=toolbox.database,
            clock=toolbox.clock,
            queue=toolbox.queue,
            handlers=handlers(toolbox),
        )
    )
    worker.start()
    return worker


def stop_worker(worker: Worker) -> None:
    """Let running jobs end for a few seconds; the rest is taken up at the next start."""
    worker.stop()
