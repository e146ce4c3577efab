"""The choice that a resident is about to sign, kept sealed in their session between the pages."""

import json
from collections.abc import MutableMapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from consents.replacement import Choice
from core.encryption import SealBroken, seal, unseal

KEY = "consents_to_sign"
LIVES = timedelta(hours=1)
KINDS = {"telefon": "phone", "e-mail": "email"}  # as addresses of pages name them, and as contacts do


@dataclass(frozen=True)
class Prepared:
    """What is to be signed, for whom, and since when it has stood so: the signature must be younger."""

    payer_id: int
    choices: frozenset[Choice]
    phone: str
    email: str
    prepared_at: datetime

    @property
    def addresses(self) -> tuple[tuple[str, str], ...]:
        """Kind and address of each one given."""
        given = (("phone", self.phone), ("email", self.email))
        return tuple((kind, address) for kind, address in given if address)


def prepare(session: MutableMapping[str, object], choice: Prepared) -> None:
    """Keep *choice*, in place of an earlier one."""
    session[KEY] = seal(
        json.dumps(
            {
                "payer": choice.payer_id,
                "choices": sorted([one.topic, one.channel] for one in choice.choices),
                "phone": choice.phone,
                "email": choice.email,
                "at": choice.prepared_at.isoformat(),
            }
        )
    )


def prepared(session: MutableMapping[str, object], *, payer_id: int, at: datetime) -> Prepared | None:
    """The choice kept for that payer, at most an hour old; None when there is none."""
    try:
        said = json.loads(unseal(str(session.get(KEY, ""))) or "null")
    except SealBroken:
        return None
    if said is None or said["payer"] != payer_id or datetime.fromisoformat(said["at"]) < at - LIVES:
        return None
    return Prepared(
        payer_id,
        frozenset(Choice(topic, channel) for topic, channel in said["choices"]),
        said["phone"],
        said["email"],
        datetime.fromisoformat(said["at"]),
    )


def forget_prepared(session: MutableMapping[str, object]) -> None:
    """Drop the choice kept."""
    session.pop(KEY, None)
