"""A portal that serves over HTTP in this process, and one whose Redis is away."""

import threading
from collections.abc import Iterator

import pytest
from celery import Celery
from django.core.handlers.wsgi import WSGIHandler
from django.core.servers.basehttp import WSGIServer
from django.db import connection
from django.test.testcases import QuietWSGIRequestHandler

from spm import embedded
from spm.celery import app


@pytest.fixture(scope="session")
def portal_of_session(django_db_setup: None) -> Iterator[str]:
    """The portal on a port of its own, one a test worker; it takes one request after another."""
    server = WSGIServer(("127.0.0.1", 0), QuietWSGIRequestHandler)
    server.set_app(WSGIHandler())

    def serve() -> None:
        server.serve_forever(poll_interval=0.05)
        connection.close()  # this thread's own: the database could not be dropped otherwise

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def redis_is_away() -> Iterator[None]:
    """Another Celery with our settings, whose Redis nobody has started."""
    away = Celery("away")
    away.config_from_object("django.conf:settings", namespace="CELERY")
    away.conf.broker_url = f"redis://127.0.0.1:{embedded.free_port()}/0"
    yield
    app.set_current()
