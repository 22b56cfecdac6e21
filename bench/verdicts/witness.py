"""The truth's own eyes: a process that watches pods and owners and stamps each line on receipt.

It is a process of its own so that no tool's work delays its stamps, and it uses neither our
recorder nor anybody's wait. Monotonic seconds are the same in all processes of one Linux machine.
"""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from bench.verdicts.truth import Sighting, Truth, Workload, have_pods_come, is_told_too
from reconverge.clock import RealClock
from reconverge.errors import Unavailable

if TYPE_CHECKING:
    from kubernetes.client import CoreV1Api

# Longer than a run; the server would end a watch that names no time after 30 to 60 minutes.
WATCH_S = 4 * 3600
_CHUNK_BYTES = 1 << 20


class Witness:
    """The running process, and the truths that follow from what it sights.

    `pods` is the truth of the bench; `told` waits for the owner's status as well, as reconverge
    does. Both change while `condition` is held.
    """

    def __init__(self, kubeconfig: Path, *, namespace: str, workload: Workload) -> None:
        self.condition = threading.Condition()
        self.pods = Truth(workload, have_pods_come)
        self.told = Truth(workload, is_told_too)
        self._clock = RealClock()
        self._is_over = False
        command = [sys.executable, "-m", "bench.verdicts.witness", str(kubeconfig), namespace]
        self._process = subprocess.Popen(command, stdout=subprocess.PIPE)
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def stop(self) -> None:
        """End the process. Idempotent."""
        self._process.terminate()
        self._process.wait()
        self._reader.join()

    def is_back(self, *, after_s: float = 0.0) -> bool:
        """Whether both truths hold, and that of the pods came after `after_s`."""
        return self.told.is_true and self.pods.is_true and self.pods.turns[-1].at_s > after_s

    def is_alone(self) -> bool:
        """Whether the pods are there, and no other that carries their labels."""
        workload = self.pods.workload
        return self.is_back() and not self.pods.world.others(workload)

    def wait_until(self, is_so: Callable[[], bool], *, within_s: float) -> None:
        """Block until `is_so`, asked after each sighting; Unavailable after `within_s` seconds."""
        until_s = self._clock.monotonic_s() + within_s
        with self.condition:
            while not is_so():
                left_s = until_s - self._clock.monotonic_s()
                if left_s <= 0 or self._is_over:
                    why = "has ended" if self._is_over else f"did not see it in {within_s:g} s"
                    raise Unavailable(f"the witness {why}", where="bench")
                self._clock.wait(self.condition, timeout_s=left_s)

    def _read(self) -> None:
        assert self._process.stdout is not None
        decoder = msgspec.json.Decoder(Sighting)
        for row in self._process.stdout:
            sighting = decoder.decode(row)
            with self.condition:
                self.pods.take(sighting)
                self.told.take(sighting)
                self.condition.notify_all()
        with self.condition:
            self._is_over = True
            self.condition.notify_all()


class _Out:
    """Standard output, one whole row at a time, for both watching threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()

    def write(self, at_s: float, line: bytes) -> None:
        row = msgspec.json.encode({"at_s": at_s, "line": msgspec.Raw(line)})
        with self._lock:
            sys.stdout.buffer.write(row + b"\n")
            sys.stdout.buffer.flush()


def _watch(listing: Callable[..., Any], namespace: str, out: _Out) -> None:
    """Every line of one watch, begun with what is there; ends with the stream."""
    clock, rest = RealClock(), b""
    response = listing(namespace, watch=True, timeout_seconds=WATCH_S, _preload_content=False)
    for chunk in response.stream(_CHUNK_BYTES):
        at_s = clock.monotonic_s()
        *lines, rest = (rest + chunk).split(b"\n")
        for line in lines:
            out.write(at_s, line)


def _api(kubeconfig: str) -> CoreV1Api:
    from kubernetes import client, config

    return client.CoreV1Api(config.new_client_from_config(kubeconfig))  # type: ignore[no-untyped-call]


def main(kubeconfig: str, namespace: str) -> None:
    """Watch until killed. A watch that ends takes the process with it: a gap is no truth."""
    out, api = _Out(), _api(kubeconfig)
    listings = (api.list_namespaced_pod, api.list_namespaced_replication_controller)
    ended = threading.Event()

    def watch(listing: Callable[..., Any]) -> None:
        try:
            _watch(listing, namespace, out)
        finally:
            ended.set()

    for listing in listings:
        threading.Thread(target=watch, args=(listing,), daemon=True).start()
    ended.wait()


if __name__ == "__main__":
    main(*sys.argv[1:])
