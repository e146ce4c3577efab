"""Calls by SMSAPI's VMS: a text read aloud to Polish numbers, from 8 to 22 only; the same account, ids and reports.

Source: the vendor's documentation of vms.do. It takes no parameters a recipient, so each text is a request of its own.
"""

from collections import Counter
from collections.abc import Sequence

from django.conf import settings

from notifications.gateways import Parcel
from notifications.gateways.smsapi import SmsApi, common_form

TRIES, MINUTES_BETWEEN = 3, 15


class SmsApiVoice(SmsApi):
    """Reads messages aloud over the phone."""

    name = "smsapi-voice"
    door = "vms.do"

    def _batches(self, parcels: Sequence[Parcel], most: int) -> list[list[Parcel]]:
        by_text: dict[tuple[str, bool, int], list[Parcel]] = {}
        calls: Counter[tuple[str, str]] = Counter()
        for parcel in parcels:  # two calls to one number with the same words go in two requests: one would be dropped
            calls[parcel.address, parcel.body] += 1
            key = (parcel.body, parcel.is_repeat, calls[parcel.address, parcel.body])
            by_text.setdefault(key, []).append(parcel)
        return [group[start : start + most] for group in by_text.values() for start in range(0, len(group), most)]

    def _form(self, batch: list[Parcel]) -> dict[str, str]:
        return common_form(batch) | {
            "tts": batch[0].body,
            "tts_lector": str(settings.SMSAPI["lector"]),
            "try": str(TRIES),
            "interval": str(MINUTES_BETWEEN * 60),
        }
