"""The staff's pages on messages: a file each of their subjects."""

from notifications.admin import campaigns, gateways, messages, texts

__all__ = ["campaigns", "gateways", "messages", "texts"]
