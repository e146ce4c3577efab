"""`python -m benchmarks.smtp_sink [JOURNAL]`: a mail server that takes everything, as fast as Python may.

The sandbox's server reads each message whole and writes it down, at the pace of one core: every sender would measure
that. The senders meet here instead. Prints its port; ends with its standard input. JOURNAL gets the recipient of each
message that was taken, a line each, before the sender hears of it.
"""

import asyncio
import os
import sys
import threading

COMMANDS = {b"EHLO": b"250-sink\r\n250 PIPELINING\r\n", b"DATA": b"354 go on\r\n", b"QUIT": b"221 bye\r\n"}
END = b"\r\n.\r\n"
JOURNAL = os.open(sys.argv[1], os.O_WRONLY | os.O_APPEND | os.O_CREAT) if len(sys.argv) > 1 else None


class Sink(asyncio.Protocol):
    """One connection: commands line by line, a message until its dot."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Greet."""
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        self.held = b""
        self.is_data = False
        self.recipient = b""
        transport.write(b"220 sink\r\n")

    def data_received(self, data: bytes) -> None:
        """Answer each whole command, and each whole message."""
        self.held += data
        while self.held:
            end = END if self.is_data else b"\r\n"
            line, found, rest = self.held.partition(end)
            if not found:
                return
            self.held = rest
            if self.is_data:
                self.is_data = False
                if JOURNAL is not None:
                    os.write(JOURNAL, self.recipient + b"\n")
                self.transport.write(b"250 taken\r\n")
                continue
            verb = line[:4].upper()
            if verb == b"RCPT":
                self.recipient = line.partition(b"<")[2].partition(b">")[0]
            self.transport.write(COMMANDS.get(verb, b"250 ok\r\n"))
            self.is_data = verb == b"DATA"
            if verb == b"QUIT":
                self.transport.close()


async def main() -> None:
    """Serve until whoever started us goes."""
    loop = asyncio.get_running_loop()
    server = await loop.create_server(Sink, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    ended = asyncio.Event()
    threading.Thread(target=lambda: (sys.stdin.read(), loop.call_soon_threadsafe(ended.set)), daemon=True).start()
    await ended.wait()


if __name__ == "__main__":
    asyncio.run(main())
