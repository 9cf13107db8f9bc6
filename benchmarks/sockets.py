"""Opens WebSockets that hear next to nothing, and when its input ends prints how many are still open.

A process of its own: the load's runs on gevent, which does not bear this library's threads.
"""

import argparse
import asyncio
import sys

from websockets.asyncio.client import ClientConnection, connect


async def idle(url: str, count: int) -> int:
    """How many of so many connections outlive the wait."""
    sockets = [await connect(url) for _ in range(count)]
    hearing = [asyncio.create_task(_hear(socket)) for socket in sockets]  # unread words would stop the pings
    print(count, flush=True)
    await asyncio.to_thread(sys.stdin.read)
    alive = sum(socket.state.name == "OPEN" for socket in sockets)
    await asyncio.gather(*(socket.close() for socket in sockets), *hearing)
    return alive


async def _hear(socket: ClientConnection) -> None:
    async for _ in socket:
        pass


def main() -> None:
    """Print the number that is open, wait, and print it again."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("url")
    parser.add_argument("count", type=int)
    options = parser.parse_args()
    print(asyncio.run(idle(options.url, options.count)))


if __name__ == "__main__":
    main()
