"""`countersign serve` and `countersign worker`: the web application, and further hands for its work."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from cases.errors import CountersignError, InputError

if TYPE_CHECKING:
    import socket

    from agents.toolbox import Toolbox

_CONSOLE = "console"
"""Who acts where nobody is named: whoever holds the folder and its key."""


def serve(
    host: Annotated[str, typer.Option("--host", help="Address to listen at.")] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", min=0, max=65535, help="Port; 0 takes a free one.")] = 8000,
    link: Annotated[
        str | None,
        typer.Option("--link", metavar="USER", help="Print a link that signs this user in, once; see below."),
    ] = None,
) -> None:
    """Serve the web application, with a worker in the same process (COUNTERSIGN_SERVE_WORKER=false leaves it out).

    It prints a link that signs somebody in, once: the user of --link or COUNTERSIGN_USER, else an administrator who
    has no password yet, and where there is no user at all, a first administrator, `admin`, who is made.

    Example: countersign serve --port 8000 --link lee
    """
    with _toolbox() as box:
        with _listening(host, port):
            pass  # a port taken is told before anything is loaded; it opens only once there is somebody to answer
        user, path = _link(box, link)
        import uvicorn

        from api.app import build_app, start_failure
        from api.panel.desk import desk_of

        app = build_app(box)
        if _holds_policies(box):
            desk_of(app, box).questions.warm_soon()
        with _listening(host, port) as listening:
            address = _address(listening)
            server = uvicorn.Server(
                uvicorn.Config(
                    app,
                    log_config=None,
                    access_log=False,
                    server_header=False,
                    ws="none",
                    proxy_headers=bool(box.settings.trusted_proxies),
                    forwarded_allow_ips=list(box.settings.trusted_proxies),
                    timeout_graceful_shutdown=10,
                )
            )
            typer.echo(f"Countersign is at {address}")
            if path:
                typer.echo(f"Sign in as {user}, once, within 15 minutes: {address}{path}")
            else:
                typer.echo(f"Sign in: {address}/sign-in")
            _say_what_is_missing(box)
            try:
                server.run(sockets=[listening])
            except SystemExit:
                raise start_failure(app) or InputError("The web server did not start.") from None


def worker() -> None:
    """Work jobs in a process of its own, beside `serve`; give each a COUNTERSIGN_EXECUTOR of its own.

    Example: COUNTERSIGN_EXECUTOR=second countersign worker
    """
    import signal
    import threading

    with _toolbox() as box:
        from api.worker import start_worker, stop_worker

        stop = threading.Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: stop.set())
        started = start_worker(box)
        typer.echo(f"Worker {box.settings.executor} is at work.")
        stop.wait()
        stop_worker(started)


@contextmanager
def _toolbox() -> Iterator["Toolbox"]:
    """A toolbox with a queue, closed at the end."""
    from runtime.settings import load_settings

    settings = load_settings()
    from agents.toolbox import build_toolbox
    from runtime import logs

    logs.configure(settings)
    box = build_toolbox(settings, with_queue=True)
    try:
        yield box
    finally:
        if box.queue is not None:
            box.queue.close()
        box.database.close()


@contextmanager
def _listening(host: str, port: int) -> Iterator["socket.socket"]:
    """A socket that is ours already, so that a port taken is told in one line."""
    import socket

    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        listening = socket.create_server((host, port), family=family)
    except OSError as error:
        raise InputError(f"--host {host} --port {port}: cannot listen there: {error.strerror}") from None
    with listening:
        yield listening


def _address(listening: "socket.socket") -> str:
    host, port = listening.getsockname()[:2]
    return f"http://{f'[{host}]' if ':' in host else host}:{port}"


def _holds_policies(box: "Toolbox") -> bool:
    from knowledge.library import held_policies

    with box.database.read() as transaction:
        return bool(held_policies(transaction))


def _say_what_is_missing(box: "Toolbox") -> None:
    if not _holds_policies(box):
        typer.echo("No policy is held yet, so every case will need a person: see `countersign policies import --help`.")


def _link(box: "Toolbox", named: str | None) -> tuple[str, str]:
    """Whom a link is printed for, and its path; both empty where everybody has a way in already."""
    from api import first_user, sign_in
    from cases.ids import UserId

    user = UserId(named or "") or box.settings.user or first_user.without_password(box, _CONSOLE)
    if not user:
        return "", ""
    try:
        return user, f"/sign-in/{sign_in.make_link(box, user, _CONSOLE)}"
    except CountersignError as error:
        option = f"--link {user}" if named else f"COUNTERSIGN_USER={user}"
        raise InputError(f"{option}: {error.message} Make one with `countersign users add`.") from None
