"""Ends a Python that asks for a network address or a connection: only `fetch` may."""

import os
import sys


def _refuse(event: str, arguments: object) -> None:
    if event in ("socket.connect", "socket.getaddrinfo"):
        os.write(2, f"{event} {arguments}: no command but fetch uses the network\n".encode())
        os._exit(1)


sys.addaudithook(_refuse)
