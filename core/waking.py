"""A worker is woken once for all that waits, not once for each of it."""

import logging

from celery import Task
from django.core.cache import cache
from kombu.exceptions import OperationalError
from redis.exceptions import RedisError

HOLDS = 10  # seconds that a call which nobody answers keeps others back; the timetable comes then too
logger = logging.getLogger("spm.hooks")


def wake(task: Task) -> None:
    """Ask a worker to run *task*, unless one was asked and has not begun.

    Store first, wake then; and let the task begin by `heard`: so whatever was stored before it began is seen by it.
    Without Redis what was stored waits for the timetable.
    """
    try:
        if cache.add(_key(task), 1, timeout=HOLDS):
            task.delay()
    except (OperationalError, RedisError):
        logger.warning("Redis is away: what came waits for the timetable")


def heard(task: Task) -> None:
    """*task* begins: what is stored from now on needs another call."""
    try:
        cache.delete(_key(task))
    except RedisError:
        logger.warning("Redis is away: nobody hears that %s began", task.name)


def _key(task: Task) -> str:
    return f"woken:{task.name}"
