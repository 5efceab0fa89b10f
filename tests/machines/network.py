"""Machines as network namespaces, and wires between them that drop everything without a word when they are cut.

A wire is two veth pairs that meet at a bridge of the switch, a machine between the machines. Cutting takes one end off
its bridge: both sides keep their link, their address and their route, and hear nothing; no reset, no ICMP.
"""

from __future__ import annotations

import asyncio
import os
from dataclasses import dataclass
from pathlib import Path

_SUBNET = "10.77"


@dataclass(frozen=True)
class Machine:
    """A network namespace, kept by a process."""

    name: str
    pid: int

    def command(self, *arguments: str) -> list[str]:
        """The same command, on this machine."""
        return ["nsenter", f"--target={self.pid}", "--net", "--", *arguments]

    async def ip(self, *lines: str) -> None:
        """Carry out lines of ip(8)."""
        process = await asyncio.create_subprocess_exec(
            *self.command("ip", "-batch", "-"), stdin=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
        )
        _, errors = await process.communicate("\n".join(lines).encode())
        if process.returncode:
            raise OSError(f"{self.name}: {errors.decode()}")


@dataclass(frozen=True)
class Wire:
    """A line between two machines, and the address of each on it."""

    switch: Machine
    number: int
    near: str
    far: str

    async def cut(self) -> None:
        """From now on everything is lost."""
        await self.switch.ip(f"link set a{self.number} nomaster")

    async def mend(self) -> None:
        """As if nothing had been."""
        await self.switch.ip(f"link set a{self.number} master bridge{self.number}")


class Network:
    """Makes machines and wires. They vanish with their processes, and those with the process that made the network."""

    def __init__(self) -> None:
        self._keepers: list[asyncio.subprocess.Process] = []
        self._switch: Machine | None = None
        self._wires = 0

    async def machine(self, name: str) -> Machine:
        """A machine with nothing but itself to talk to."""
        keeper = await asyncio.create_subprocess_exec(
            "setpriv", "--pdeathsig", "KILL", "unshare", "--net", "sleep", "infinity"
        )
        self._keepers.append(keeper)
        await _unshared(keeper.pid)
        machine = Machine(name, keeper.pid)
        await machine.ip("link set lo up")
        return machine

    @staticmethod
    async def here() -> Machine:
        """The machine that this process is on."""
        machine = Machine("here", os.getpid())
        await machine.ip("link set lo up")
        return machine

    async def wire(self, near: Machine, far: Machine) -> Wire:
        """Connect two machines."""
        if self._switch is None:
            self._switch = await self.machine("switch")
        number, self._wires = self._wires, self._wires + 1
        wire = Wire(self._switch, number, f"{_SUBNET}.{number}.1", f"{_SUBNET}.{number}.2")
        await self._switch.ip(
            f"link add bridge{number} type bridge",
            f"link set bridge{number} up",
            *(
                line
                for end, machine in (("a", near), ("b", far))
                for line in (
                    f"link add {end}{number} type veth peer name wire{number} netns {machine.pid}",
                    f"link set {end}{number} master bridge{number} up",
                )
            ),
        )
        for machine, address in ((near, wire.near), (far, wire.far)):
            await machine.ip(f"addr add {address}/30 dev wire{number}", f"link set wire{number} up")
        return wire

    async def close(self) -> None:
        """Take everything down."""
        for keeper in self._keepers:
            keeper.kill()
            await keeper.wait()


async def _unshared(pid: int) -> None:
    ours = Path("/proc/self/ns/net").readlink()
    async with asyncio.timeout(10):
        while Path(f"/proc/{pid}/ns/net").readlink() == ours:  # noqa: ASYNC110 - no event tells of it
            await asyncio.sleep(0.01)
