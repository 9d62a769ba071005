"""`countersign serve` and `worker` as processes: the way in, the port, the name, and an orderly end."""

import json
import re
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from http.cookiejar import CookieJar
from pathlib import Path

import pytest

from tests.faults.commands import ROOT, CommandLine, wait_until

LINK = re.compile(r"Sign in as (\S+), once, within 15 minutes: (http://127\.0\.0\.1:\d+/sign-in/\S+)")


class Served:
    """A service that was started, and what it has said so far."""

    def __init__(self, shell: CommandLine, *options: str) -> None:
        self.process = shell.start("serve", "--port", "0", *options)
        self.said: list[str] = []
        self.address = self.line(r"Countersign is at (\S+)")[1]

    def line(self, pattern: str) -> "re.Match[str]":
        assert self.process.stdout is not None
        while line := self.process.stdout.readline():
            self.said.append(line)
            if found := re.search(pattern, line):
                return found
        raise AssertionError(f"{self.said} {self.process.communicate()}")

    def end(self, number: signal.Signals = signal.SIGTERM) -> int:
        self.process.send_signal(number)
        self.process.communicate(timeout=30)
        return self.process.returncode


@pytest.fixture
def shell(tmp_path: Path) -> Iterator[CommandLine]:
    opened = CommandLine(tmp_path, {"PYTHONUNBUFFERED": "1"})
    started: list[subprocess.Popen[str]] = []
    start = opened.start

    class Watched(CommandLine):
        def start(self, *arguments: str | Path) -> "subprocess.Popen[str]":
            started.append(start(*arguments))
            return started[-1]

    yield Watched(tmp_path, opened.settings)
    for process in started:
        if process.poll() is None:
            process.kill()
        process.communicate()


def browser() -> urllib.request.OpenerDirector:
    return urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))


def test_a_fresh_home_prints_a_link_that_lets_its_first_administrator_in_once(shell: CommandLine) -> None:
    served = Served(shell)
    user, link = served.line(LINK.pattern).groups()
    assert user == "admin"
    assert served.line("No policy is held yet")
    client = browser()
    assert b"This link signs you in once" in client.open(link).read()
    client.open(urllib.request.Request(link, data=b"", method="POST")).read()
    who = json.loads(client.open(f"{served.address}/session").read())
    assert (who["id"], who["role"]) == ("admin", "admin")
    with pytest.raises(urllib.error.HTTPError, match="401"):
        browser().open(urllib.request.Request(link, data=b"", method="POST"))
    assert served.end() in (0, -signal.SIGTERM)


def test_once_an_administrator_has_a_password_only_a_user_who_is_named_gets_a_link(shell: CommandLine) -> None:
    first = Served(shell)
    assert first.line(LINK.pattern)[1] == "admin"
    first.end()
    enter_password(shell, "admin", "short", 1)
    enter_password(shell, "admin", "a quiet morning in march", 0)
    second = Served(shell)
    assert second.line("^(Sign in.*)")[1] == f"Sign in: {second.address}/sign-in"
    body = json.dumps({"user": "admin", "password": "a quiet morning in march"}).encode()
    headers = {"content-type": "application/json"}
    opened = browser().open(urllib.request.Request(f"{second.address}/session", body, headers))
    assert json.loads(opened.read())["id"] == "admin"
    second.end()
    assert Served(shell, "--link", "admin").line(LINK.pattern)[1] == "admin"


def enter_password(shell: CommandLine, user: str, password: str, code: int) -> None:
    """As one line of standard input."""
    command = [sys.executable, "-m", "api.cli", "users", "password", user, "--as", user]
    entered = subprocess.run(
        command, input=f"{password}\n", env=shell.environment, text=True, cwd=ROOT, check=False, capture_output=True
    )
    assert entered.returncode == code, entered.stderr
    assert password not in entered.stdout + entered.stderr


def test_a_port_that_is_taken_is_told_in_one_line(shell: CommandLine) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        said = shell.run("serve", "--port", port, code=1)
    assert "cannot listen there" in said
    assert len(said.strip().splitlines()) == 1


def test_two_services_of_one_name_do_not_run_and_of_two_names_do(shell: CommandLine) -> None:
    served = Served(shell)
    said = shell.run("worker", code=1)
    assert "COUNTERSIGN_EXECUTOR" in said
    shell.settings["COUNTERSIGN_EXECUTOR"] = "second"
    second = shell.start("worker")
    assert second.stdout is not None
    assert "second is at work" in second.stdout.readline()
    second.send_signal(signal.SIGTERM)
    second.communicate(timeout=30)
    assert second.returncode == 0
    assert served.end(signal.SIGINT) in (0, 130, -signal.SIGINT)


def test_a_link_for_nobody_is_refused_with_the_way_to_make_one(shell: CommandLine) -> None:
    said = shell.run("serve", "--port", "0", "--link", "nobody", code=1)
    assert "--link nobody" in said
    assert "countersign users add" in said


def test_keys_are_made_listed_and_revoked_at_the_command_line(shell: CommandLine) -> None:
    shell.run("users", "add", "lee", "--role", "admin")
    shell.run("users", "add", "kim", "--role", "reviewer", "--as", "lee")
    made = shell.run("keys", "add", "EHR", "--scope", "events:write", "--scope", "cases:read", "--as", "lee")
    secret = re.search(r"csk_([0-9a-f]{12})_\S+", made)
    assert secret is not None
    served = Served(shell)
    request = urllib.request.Request(f"{served.address}/cases", headers={"Authorization": f"Bearer {secret[0]}"})
    assert json.loads(urllib.request.urlopen(request).read())["items"] == []
    listed = shell.run("keys", "list")
    assert "good" in listed
    assert secret[0] not in listed
    for refused in (
        ("keys", "add", "x", "--scope", "review:decide", "--as", "lee"),
        ("keys", "revoke", "0" * 12, "--as", "lee"),
    ):
        shell.run(*refused, code=1)
    assert "only an admin" in shell.run("keys", "add", "x", "--scope", "events:write", "--as", "kim", code=1)
    shell.run("keys", "revoke", secret[1], "--as", "lee")
    with pytest.raises(urllib.error.HTTPError, match="401"):
        urllib.request.urlopen(request)
    assert "revoked" in shell.run("keys", "list")


def test_the_service_serves_the_link_of_the_user_who_is_named(shell: CommandLine) -> None:
    shell.run("users", "add", "lee", "--role", "admin")
    path = shell.run("users", "link", "lee", "--as", "lee").strip()
    served = Served(shell, "--link", "lee")
    assert served.line(LINK.pattern)[1] == "lee"
    client = browser()
    client.open(urllib.request.Request(f"{served.address}{path}", data=b"", method="POST")).read()
    assert json.loads(client.open(f"{served.address}/session").read())["id"] == "lee"
    wait_until(lambda: served.process.poll() is None, 1)
