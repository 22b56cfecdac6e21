"""Nodes cut off from others: packets dropped inside the node, in a chain of netfilter of our own.

Nothing outside of the node changes, and what is dropped never leaves its network namespace. All of
a cut is written in one transaction, into the table `mangle`: there it meets what comes in before
anybody else does, and what goes out, that of the node's pods included, after everybody else. To
mend it is to remove our chain and the two jumps to it. Rules of others are not touched.
"""

from __future__ import annotations

from reconverge.cluster.door import Answer, Cut
from reconverge.cluster.errors import Conflict
from reconverge.cluster.shelled import Shelled

# Docker's name for the first network of a container, which is kind's; pods have other interfaces.
INTERFACE = "eth0"
_CUT_ALREADY, _WHOLE = 4, 5

_CUT = f"""\
! iptables -w -t mangle -n -L "$1" > /dev/null 2>&1 || exit {_CUT_ALREADY}
exec iptables-restore -w --noflush
"""
# Each jump to the chain is removed as it is listed; a chain can go once nothing leads to it.
_MEND = """\
iptables -w -t mangle -n -L "$1" > /dev/null 2>&1 || exit 0
jumps=$(iptables -w -t mangle -S | sed -n "s/^-A \\(.* -j $1\\)$/-D \\1/p")
printf '*mangle\\n%s\\n-F %s\\n-X %s\\nCOMMIT\\n' "$jumps" "$1" "$1" | iptables-restore -w --noflush
"""
_IS_CUT = f"""\
iptables -w -t mangle -S PREROUTING 2> /dev/null | grep -q -e "-j $1$" && exit
iptables -w -t mangle -S POSTROUTING 2> /dev/null | grep -q -e "-j $1$" || exit {_WHOLE}
"""
# Every node has bash, whose redirections speak TCP; not every node has an HTTP client.
_ASK = """\
exec timeout "$3" bash -c '
  exec 3<> "/dev/tcp/$0/$1" && printf "GET / HTTP/1.0\\r\\n\\r\\n" >&3 && cat <&3
' "$1" "$2" 2>&1
"""
_ANY_END = range(256)


class NodeNetworks(Shelled):
    """The acts on the network of nodes, for a cluster that can run a shell there."""

    def cut_network(self, node: str, cut: Cut) -> None:
        answer = self._shell(
            node, _CUT, chain_of(cut), accept=(0, _CUT_ALREADY), stdin=rules_of(cut)
        )
        if answer.exit_code == _CUT_ALREADY:
            raise Conflict("its network is cut in this way already", where=f'node "{node}"')

    def mend_network(self, node: str, cut: Cut) -> None:
        self._shell(node, _MEND, chain_of(cut))

    def is_cut(self, node: str, cut: Cut) -> bool:
        return self._shell(node, _IS_CUT, chain_of(cut), accept=(0, _WHOLE)).exit_code == 0

    def ask_from(self, node: str, address: str, *, port: int, timeout_s: float = 5.0) -> Answer:
        words = (address, str(port), f"{timeout_s:g}")
        answer = self._shell(node, _ASK, *words, accept=_ANY_END, extra_s=timeout_s)
        head, _, body = answer.stdout.partition("\r\n\r\n")
        if answer.exit_code or not head.startswith("HTTP/"):
            return Answer(ok=False, text=f"no answer from {address}:{port}: {head.strip()}")
        is_well = head.split()[1:2] == ["200"]
        return Answer(ok=is_well, text=body if is_well else head.partition("\r\n")[0])


def chain_of(cut: Cut) -> str:
    """The name of its chain: the same for the same cut, so that it is found again. At most 28."""
    scope = "SOME" if cut.peers else "ALL"
    return f"RECONVERGE-{scope}-{cut.direction.upper()}-{cut.percent}"


def rules_of(cut: Cut) -> str:
    """What `iptables-restore` is given: the chain, and the jumps to it from either way."""
    chain = chain_of(cut)
    chance = f" -m statistic --mode random --probability {cut.percent / 100:g}"
    drop = f"{chance if cut.percent < 100 else ''} -j DROP"
    ends = [f" {end} {peer}" for peer in cut.peers for end in ("-s", "-d")] or [""]
    lines = ["*mangle", f":{chain} - [0:0]", *(f"-A {chain}{end}{drop}" for end in ends)]
    if cut.direction != "out":
        lines.append(f"-I PREROUTING -i {INTERFACE} -j {chain}")
    if cut.direction != "in":
        lines.append(f"-I POSTROUTING -o {INTERFACE} -j {chain}")
    return "\n".join([*lines, "COMMIT", ""])
