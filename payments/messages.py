"""The facts of a payment's confirmation. Registered as the app starts (payments/apps.py imports this file)."""

from notifications.kinds import Kind, Priority, register

PAYMENT_POSTED = Kind(
    code="payment_posted",
    name="Zaksięgowano wpłatę",
    priority=Priority.TRANSACTION,
    facts={
        "amount_pln": "123.45",
        "paid_on": "2026-05-14",
        "reference": "SPM-000012",
        "balance_text": "do zapłaty pozostało 250,00 zł",
        "town": "Dolina",
        "link": "https://portal.example/platnosci/",
    },
    any_hour=True,
    private=frozenset({"amount_pln", "balance_text"}),
)
TRANSFER_POSTED = Kind(
    code="transfer_posted",
    name="Zaksięgowano wpłatę na rachunek gminy",
    priority=Priority.TRANSACTION,
    facts={
        "amount_pln": "123.45",
        "paid_on": "2026-05-14",
        "balance_text": "do zapłaty pozostało 250,00 zł",
        "town": "Dolina",
        "link": "https://portal.example/naleznosci/karta/",
    },
    private=frozenset({"amount_pln", "balance_text"}),
)

register(PAYMENT_POSTED)
register(TRANSFER_POSTED)
