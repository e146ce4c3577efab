"""What every part of the sandbox shares: the file, the settings, the vendors' keys."""

import dataclasses
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from sandbox.settings import Settings, changed
from sandbox.sms_ledger import SmsLedger
from sandbox.store import Store


@dataclass(frozen=True)
class Keys:
    """The credentials that the stand-ins accept: by default PayU's public test POS."""

    pos_id: str = "300746"
    client_id: str = "300746"
    client_secret: str = "2ee86a66e5d97e3fadc400c9f19b065d"
    second_key: str = "b6ca15b0d1020e8094d9b5f8d163db54"
    sms_token: str = "sandbox-token"
    mailjet_api_key: str = "sandbox-mailjet-key"
    mailjet_secret_key: str = "sandbox-mailjet-secret"
    p24_merchant_id: str = "12345"
    p24_pos_id: str = "12345"
    p24_api_key: str = "sandbox-p24-api-key"
    p24_crc: str = "sandbox-p24-crc"
    paypal_client_id: str = "sandbox-paypal-client"
    paypal_client_secret: str = "sandbox-paypal-secret"
    paypal_webhook_id: str = "8PT597110X687430LKGECATA"


class State:
    """The file, the settings in force, the keys, and the SMS ledger's memory."""

    def __init__(self, store: Store, keys: Keys, portal_url: str) -> None:
        self.store = store
        self.keys = keys
        self.portal_url = portal_url
        kept = {row["name"]: json.loads(row["value"]) for row in store.rows("SELECT name, value FROM setting")}
        known = {entry.name for entry in dataclasses.fields(Settings)}
        self.settings = changed(Settings(), {name: value for name, value in kept.items() if name in known})
        self.ledger = SmsLedger(store)

    def change_settings(self, changes: Mapping[str, Any]) -> None:
        """Check and keep *changes*, over a restart too. Raises WrongSetting."""
        self.settings = changed(self.settings, changes)
        self.store.run_many(
            "INSERT INTO setting (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
            [(name, json.dumps(value)) for name, value in changes.items()],
        )

    def next_fault(self, name: str) -> str:
        """Take the first of the faults listed in the setting *name*, or return an empty string."""
        faults: list[str] = getattr(self.settings, name)
        if not faults:
            return ""
        self.change_settings({name: faults[1:]})
        return faults[0]

    def reset(self) -> None:
        """Forget all messages, orders, tokens and settings."""
        self.store.empty()
        self.settings = Settings()
        self.ledger = SmsLedger(self.store)


STATE = web.AppKey("state", State)
