"""Does an image registry answer from here? Asked once, briefly, the way Docker would reach it.

Everything else follows: with a registry the published node image is pulled, without one it is
built here.
"""

from __future__ import annotations

import urllib.error
import urllib.request

from reconverge.provision.machine import Machine

ADDRESS = "https://registry-1.docker.io/v2/"
DEADLINE_S = 3.0


def answers(machine: Machine) -> bool:
    """Whether the registry can be used: Docker's own mirrors count, proxies are honoured.

    An HTTP status is an answer (401 asks for a login that pulling public images does not need).
    """
    mirrors = machine.run(
        ["docker", "info", "--format", "{{json .RegistryConfig.Mirrors}}"], accept=(0, 1)
    )
    if mirrors.stdout.strip() not in ("", "null", "[]"):
        return True
    try:
        with urllib.request.urlopen(ADDRESS, timeout=DEADLINE_S):
            return True
    except urllib.error.HTTPError as status:
        return status.code in (200, 401)
    except OSError:
        return False
