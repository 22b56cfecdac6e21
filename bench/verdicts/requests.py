"""How much each tool asks of the API server: its requests, counted in rounds of their own.

The cluster's audit log leaves reads out, and a proxy in between would make every tool late. So a
few rounds are played once more, each tool behind a `kubectl proxy` of its own, which logs every
request that it passes on (`-v=6`); their times are thrown away.
"""

from __future__ import annotations

import re
import subprocess
from collections import Counter
from pathlib import Path

import msgspec
import yaml

from reconverge.errors import Unavailable

_SERVING = re.compile(rb"Starting to serve on (\S+)")
_REQUEST = re.compile(r'verb="(?P<verb>[A-Z]+)" url="(?P<url>[^"]+)"')


class Requests(msgspec.Struct, frozen=True):
    """Requests by what they cost: reads (also lists), watches that were opened, writes."""

    reads: int = 0
    watches: int = 0
    writes: int = 0

    def __str__(self) -> str:
        return f"{self.reads} reads, {self.watches} watches, {self.writes} writes"


def counted(log: str) -> Requests:
    """The requests in what `kubectl proxy -v=6` has logged."""
    found = Counter(_kind(row["verb"], row["url"]) for row in _REQUEST.finditer(log))
    return Requests(found["read"], found["watch"], found["write"])


def _kind(verb: str, url: str) -> str:
    if verb != "GET":
        return "write"
    return "watch" if re.search(r"[?&]watch=(1|true)", url, re.IGNORECASE) else "read"


class CountingProxy:
    """A `kubectl proxy` with a kubeconfig that leads to it, under the same context's name."""

    def __init__(self, kubectl: Path, kubeconfig: Path, *, folder: Path, kube_context: str) -> None:
        folder.mkdir(parents=True)
        self._log = folder / "requests.log"
        options = (f"--kubeconfig={kubeconfig}", "--port=0", "-v=6")
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                (str(kubectl), "proxy", *options), stdout=subprocess.PIPE, stderr=log
            )
        self.kubeconfig = folder / "kubeconfig"
        self.kubeconfig.write_text(_kubeconfig(self._address(), kube_context))
        self._counted = 0

    def _address(self) -> str:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        found = _SERVING.search(line)
        if found is None:
            said = f"{line!r}, {self._log.read_text()}"
            raise Unavailable(f"kubectl proxy does not serve: {said}", where="bench")
        return found[1].decode()

    def count(self) -> Requests:
        """What passed since the last call."""
        log = self._log.read_text()
        fresh, self._counted = log[self._counted :], len(log)
        return counted(fresh)

    def stop(self) -> None:
        """End the process."""
        self._process.terminate()
        self._process.wait()


def _kubeconfig(address: str, kube_context: str) -> str:
    named = {"name": kube_context}
    return yaml.safe_dump(
        {
            "apiVersion": "v1",
            "kind": "Config",
            "clusters": [named | {"cluster": {"server": f"http://{address}"}}],
            "users": [named | {"user": {}}],
            "contexts": [named | {"context": {"cluster": kube_context, "user": kube_context}}],
            "current-context": kube_context,
        }
    )


def median(counts: list[Requests]) -> Requests:
    """The middle of each kind: the lower one where two are in the middle."""
    middle = (len(counts) - 1) // 2
    return Requests(
        reads=sorted(one.reads for one in counts)[middle],
        watches=sorted(one.watches for one in counts)[middle],
        writes=sorted(one.writes for one in counts)[middle],
    )
