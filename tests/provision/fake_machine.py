"""A machine without Docker, root or kernel: commands in, prepared answers out, everything noted."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from reconverge.cluster.containers import CLUSTER_LABEL, ROLE_LABEL
from reconverge.shell import Command, CommandFailed, Completed


@dataclass
class FakeDaemon:
    """A daemon that lives on, or ends at once with `exit_code`."""

    pid: int = 4711
    exit_code: int | None = None

    def wait(self, timeout: float) -> int:
        if self.exit_code is None:
            raise subprocess.TimeoutExpired("dockerd", timeout)
        return self.exit_code


@dataclass
class FakeMachine:
    """`answers`: what a command that begins with these words says; the longest beginning wins.

    A command that nobody prepared an answer for succeeds in silence and is noted in `ran`.
    """

    is_root: bool = True
    programs: set[str] = field(default_factory=set)
    files: dict[str, str] = field(default_factory=dict)
    env: Mapping[str, str] = field(default_factory=dict)
    answers: dict[str, Completed] = field(default_factory=dict)
    daemon: FakeDaemon = field(default_factory=FakeDaemon)
    after: dict[str, Callable[[], None]] = field(default_factory=dict)
    ran: list[str] = field(default_factory=list)

    def says(self, command: str, stdout: str = "", *, stderr: str = "", exit_code: int = 0) -> None:
        """Prepare the answer of every command that begins with `command`."""
        self.answers[command] = Completed(tuple(command.split()), exit_code, stdout, stderr)

    def has_node(self, name: str, *, cluster: str, role: str = "control-plane") -> None:
        """Prepare what Docker says of a cluster with that one node."""
        container = {
            "Id": name,
            "Name": f"/{name}",
            "State": {"Status": "running"},
            "Config": {"Labels": {CLUSTER_LABEL: cluster, ROLE_LABEL: role}},
            "NetworkSettings": {"Networks": {"reconverge": {"IPAddress": "172.18.0.2"}}},
        }
        self.says(f"docker ps -aq --filter label={CLUSTER_LABEL}={cluster}", f"{name}\n")
        self.says("docker container inspect", json.dumps([container]))

    def run(
        self,
        command: Command,
        *,
        log: Path | None = None,
        env: Mapping[str, str] | None = None,
        stdin: str | None = None,
        timeout_s: float | None = None,
        accept: Sequence[int] = (0,),
    ) -> Completed:
        del log, env, stdin, timeout_s
        line = " ".join(map(str, command))
        self.ran.append(line)
        prepared = max((key for key in self.answers if line.startswith(key)), key=len, default="")
        answer = self.answers.get(prepared, Completed((), 0, "", ""))
        for beginning, act in self.after.items():
            if line.startswith(beginning):
                act()
        answer = Completed(tuple(line.split()), answer.exit_code, answer.stdout, answer.stderr)
        if answer.exit_code not in accept:
            raise CommandFailed(answer)
        return answer

    def spawn(self, command: Command, *, log: Path) -> FakeDaemon:
        del log
        line = " ".join(map(str, command))
        self.ran.append(line)
        for beginning, act in self.after.items():
            if line.startswith(beginning):
                act()
        return self.daemon

    def which(self, program: str) -> str | None:
        return f"/usr/bin/{program}" if program in self.programs else None

    def read(self, path: str) -> str:
        return self.files.get(path, "")

    def did(self, beginning: str) -> list[str]:
        """The commands that were run and begin with these words."""
        return [line for line in self.ran if line.startswith(beginning)]
