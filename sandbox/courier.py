"""Sends back what waits in the file: a row leaves the queue only when its receiver has taken it."""

import asyncio
import logging
import time
from typing import Protocol

import aiohttp
from aiohttp import web

from sandbox.state import State

logger = logging.getLogger("sandbox")


class Errand(Protocol):
    """One kind of rows that wait to be sent."""

    def next_due(self, state: State) -> float | None:
        """When the next row is due, or None when none waits."""

    async def deliver(self, state: State, client: aiohttp.ClientSession, until: float) -> int:
        """Try every row that is due by *until* once; returns how many were taken."""

    def hurry(self, state: State) -> None:
        """Make every waiting row due at once (time 0)."""


class Courier:
    """Runs one errand in the background; `flush` runs it now. Never both at a time, so no row goes out twice."""

    longest_sleep = 5.0

    def __init__(self, errand: Errand) -> None:
        self._errand = errand
        self._woken = asyncio.Event()
        self._busy = asyncio.Lock()

    def wake(self) -> None:
        """Something new may be due."""
        self._woken.set()

    async def run(self, state: State, client: aiohttp.ClientSession) -> None:
        """Deliver for ever."""
        while True:
            self._woken.clear()
            try:
                async with self._busy:
                    await self._errand.deliver(state, client, time.time())
            except Exception:
                logger.exception("an errand failed; the rest goes on")
                await asyncio.sleep(1)
            due = self._errand.next_due(state)
            pause = self.longest_sleep if due is None else min(max(due - time.time(), 0.005), self.longest_sleep)
            try:
                await asyncio.wait_for(self._woken.wait(), pause)
            except TimeoutError:
                continue

    async def flush(self, state: State, client: aiohttp.ClientSession) -> int:
        """Try everything that waits once, whenever it is due; returns how many were taken."""
        async with self._busy:
            self._errand.hurry(state)
            return await self._errand.deliver(state, client, 1.0)


SMS_COURIER = web.AppKey("sms_courier", Courier)
PAYU_COURIER = web.AppKey("payu_courier", Courier)
NOTICES_COURIER = web.AppKey("notices_courier", Courier)  # Przelewy24, PayPal and Mailjet
CLIENT = web.AppKey("client", aiohttp.ClientSession)
