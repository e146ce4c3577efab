"""What these tests need beside the cast."""

from tests.liabilities.conftest import committed

__all__ = ["committed"]
