"""Addresses as their owner recognises them and nobody else learns them."""

from core.phones import mask_phone


def mask_email(address: str) -> str:
    """«an***@example.com»."""
    name, _, host = address.partition("@")
    return f"{name[:2]}***@{host}"


def mask_address(kind: str, address: str) -> str:
    """A phone or an e-mail address, masked."""
    return mask_phone(address) if kind == "phone" else mask_email(address)
