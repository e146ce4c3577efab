"""The staff's pages on messages: a file each of their subjects."""

from notifications.admin import gateways, messages, texts

__all__ = ["gateways", "messages", "texts"]
