"""The archive of NBP's rates, fetched: the one file of this floor that speaks to the outside."""

import requests
from django.conf import settings

from core.errors import Refused
from core.http import AnswerLost, OutgoingSession, Unreachable


def fetch_archive() -> bytes:
    """NBP's archive of rates as XML. Raises Refused `bank_silent` when it cannot be had."""
    try:
        answer = OutgoingSession(pool=1).call("GET", settings.NBP_RATES_URL)
        answer.raise_for_status()
    except (Unreachable, AnswerLost, requests.HTTPError) as error:
        raise Refused(
            "bank_silent", "NBP nie odpowiada.", mend="Pobierz archiwum stóp ręcznie: check_rates --file."
        ) from error
    return answer.content
