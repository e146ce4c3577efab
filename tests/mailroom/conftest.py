"""The mailbox for applications, in a real dovecot."""

import pytest
from pytest_django.fixtures import Settings

from tests.mailbox import PASSWORD, USER, Mailbox


@pytest.fixture
def mailbox(mailbox_of_session: Mailbox, settings: Settings) -> Mailbox:
    """The mailbox, emptied, with the settings pointing at it."""
    mailbox_of_session.empty()
    settings.MAILBOX = {
        **settings.MAILBOX,
        "host": "127.0.0.1",
        "port": mailbox_of_session.post.port,
        "tls": "none",
        "user": USER,
        "password": PASSWORD,
    }
    return mailbox_of_session
