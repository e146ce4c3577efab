"""`python -m tests.faults.payment_town`: two residents who owe one due together, signed in; prints JSON.

Run in a process of its own, on the database that DATABASE_URL names.
"""

import json
import os

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "spm.settings")
django.setup()

from django.test import Client  # noqa: E402  after the setup

from liabilities.bearers import set_bearers  # noqa: E402
from tests import make  # noqa: E402

OWED = "900 000,00"


def main() -> None:
    """Make them and say how to be them."""
    anna = make.payer(make.pesel(1), "Anna Nowak")
    jan = make.payer(make.pesel(2), "Jan Nowak")
    make.dues(
        make.row(make.pesel(1), key="JOINT", amount=OWED), make.row(make.pesel(1), key="OWN", amount=OWED, instalment=2)
    )
    joint, own = make.instalment("JOINT"), make.instalment("OWN")
    set_bearers({joint.liability_id: [jan.pk]}, reason="współwłasność", by=make.BY)
    sessions = []
    for payer, email in ((anna, "anna@example.com"), (jan, "jan@example.com")):
        account = make.account(email, name=payer.name)
        make.mandate(account, payer)
        client = Client()
        client.force_login(account, backend="django.contrib.auth.backends.ModelBackend")
        sessions.append({cookie.key: cookie.value for cookie in client.cookies.values()})
    print(json.dumps({"sessions": sessions, "joint": joint.pk, "own": own.pk}))


if __name__ == "__main__":
    main()
