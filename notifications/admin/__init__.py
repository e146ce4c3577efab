"""The staff's pages on messages: a file each of their subjects."""

from notifications.admin import campaigns, daily_caps, gateways, messages, texts

__all__ = ["campaigns", "daily_caps", "gateways", "messages", "texts"]
