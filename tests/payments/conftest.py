"""What the payments' tests need beside the cast."""

import pytest
from pytest_django.fixtures import Settings

from tests.payments.paying import Paying


@pytest.fixture
def paying(db: None, sandbox: object) -> Paying:
    """Anna with a due of 100 zł and one of 50 zł, and the sandbox PayU."""
    return Paying()


@pytest.fixture
def paying_for_all(transactional_db: None, sandbox: object) -> Paying:
    """The same, seen by other connections."""
    return Paying()


@pytest.fixture
def portal(portal_of_session: str, settings: Settings) -> str:
    """The address of a portal that serves, to which the sandbox sends its notices."""
    settings.BASE_URL = portal_of_session
    return portal_of_session
