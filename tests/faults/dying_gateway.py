"""SMSAPI's gateway whose process dies exactly between the vendor's answer and the commit of what it said."""

import os
import signal
from collections.abc import Sequence

from notifications.gateways import Parcel, Receipt
from notifications.gateways.smsapi import SmsApi


class DyingSmsApi(SmsApi):
    """Hands over as ever, then the process is gone."""

    def send(self, parcels: Sequence[Parcel]) -> list[Receipt]:
        """Never returns."""
        super().send(parcels)
        os.kill(os.getpid(), signal.SIGKILL)
        raise AssertionError
