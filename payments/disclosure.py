"""What this floor knows of a payer: payments, what each paid, what became of it, and confirmations as PDF."""

from collections.abc import Iterable, Sequence
from datetime import date
from functools import partial
from typing import Any

from django.db.models import Max, QuerySet

from payments.bank_entries import read_details
from payments.models import BankEntry, PaymentLine, Receipt, Refund, VirtualAccount
from payments.providers import label_of
from payments.queries import history, lines_of
from payments.receipt_pdf import receipt_pdf
from payments.states import State
from residents.disclosure import Attachment, Column, Kept, Section, Shape, Table
from residents.queries import same_person

EVIDENCE_YEARS = 5  # ustawa o rachunkowości, art. 74 ust. 2 and 3


def _of_person(payer_id: int) -> "QuerySet[Any]":
    return history(payer_id)


def _payments(payer_id: int) -> Iterable[Sequence[object]]:
    for payment in _of_person(payer_id).select_related("made_by").iterator(chunk_size=500):
        yield (
            *(payment.reference, payment.share, payment.get_state_display(), label_of(payment.provider)),
            *(payment.provider_order_id, payment.made_by.get_full_name(), payment.started_at, payment.paid_on),
            payment.posted_at,
        )


def _lines(payer_id: int) -> Iterable[Sequence[object]]:
    lines = (
        PaymentLine.objects.filter(payer_id__in=same_person(payer_id))
        .select_related("payment")
        .order_by("payment", "pk")
    )
    for line in lines.iterator(chunk_size=500):
        yield line.payment.reference, line.instalment_id, line.principal, line.interest, line.costs


def _changes(payer_id: int) -> Iterable[Sequence[object]]:
    for payment in _of_person(payer_id).prefetch_related("changes").iterator(chunk_size=200):
        for change in sorted(payment.changes.all(), key=lambda one: one.pk):
            yield payment.reference, change.label, change.at


def _transfers(payer_id: int) -> Iterable[Sequence[object]]:
    entries = BankEntry.objects.filter(payer_id__in=same_person(payer_id)).order_by("-paid_on", "-pk")
    for entry in entries.iterator(chunk_size=500):
        title, name, _ = read_details(entry.details)
        yield entry.paid_on, entry.booked_on, entry.amount, title, name, entry.sender, entry.settled_at


def _virtual_accounts(payer_id: int) -> Iterable[Sequence[object]]:
    accounts = VirtualAccount.objects.filter(payer_id__in=same_person(payer_id)).select_related("kind").order_by("pk")
    for account in accounts:
        yield account.number, account.kind.name if account.kind else "wszystkie", account.given_at


def _refunds(payer_id: int) -> Iterable[Sequence[object]]:
    for refund in Refund.objects.filter(payer_id__in=same_person(payer_id)).order_by("-pk").select_related("payment"):
        of = refund.payment.reference if refund.payment else "przelew"
        yield refund.short_number, of, refund.amount, refund.account, refund.get_stage_display(), refund.requested_at


def _issued(payer_id: int) -> Iterable[Sequence[object]]:
    own = set(PaymentLine.objects.filter(payer_id__in=same_person(payer_id)).values_list("pk", flat=True))
    issued = Receipt.objects.filter(payment__in=_of_person(payer_id)).select_related("payment").order_by("pk")
    for receipt in issued.defer("code"):
        if own.intersection(receipt.line_ids):
            yield receipt.payment.reference, receipt.amount, receipt.issued_at


def _receipts(payer_id: int) -> Iterable[Attachment]:
    own = set(same_person(payer_id))
    for payment in _of_person(payer_id).filter(state=State.PAID.value):
        lines = [line for line in lines_of(payment) if line.payer_id in own]
        yield Attachment(
            f"potwierdzenie-{payment.reference}.pdf",
            f"Potwierdzenie wpłaty {payment.reference}",
            partial(receipt_pdf, payment, lines),
        )


def _kept(payer_id: int, on: date) -> Iterable[Kept]:
    last = _of_person(payer_id).aggregate(last=Max("started_at"))["last"]
    if last is not None:
        yield Kept(
            what="płatności i potwierdzenia wpłat",
            basis="art. 17 ust. 3 lit. b RODO; art. 74 ust. 2 i 3 ustawy o rachunkowości",
            why="dowody księgowe przechowuje się przez pięć lat od początku następnego roku",
            until=date(last.year + EVIDENCE_YEARS, 12, 31),
            names_payer=True,
        )


SECTION = Section(
    code="payments",
    name="Płatności",
    tables=(
        Table(
            "payments",
            "Płatności",
            (
                Column("reference", "Numer"),
                Column("amount", "Kwota", Shape.MONEY),
                Column("state", "Stan"),
                Column("provider", "Operator"),
                Column("provider_order_id", "Numer u operatora"),
                Column("made_by", "Kto zapłacił"),
                Column("started_at", "Rozpoczęto", Shape.MOMENT),
                Column("paid_on", "Dzień zapłaty", Shape.DAY),
                Column("posted_at", "Zaksięgowano", Shape.MOMENT),
            ),
            _payments,
        ),
        Table(
            "lines",
            "Za co zapłacono",
            (
                Column("payment", "Numer płatności"),
                Column("instalment", "Nr raty w portalu", Shape.WHOLE),
                Column("principal", "Należność główna", Shape.MONEY),
                Column("interest", "Odsetki", Shape.MONEY),
                Column("costs", "Koszty upomnień", Shape.MONEY),
            ),
            _lines,
        ),
        Table(
            "transfers",
            "Wpłaty przelewem",
            (
                Column("paid_on", "Dzień zapłaty", Shape.DAY),
                Column("booked_on", "Zaksięgowano w banku", Shape.DAY),
                Column("amount", "Kwota", Shape.MONEY),
                Column("title", "Tytuł"),
                Column("sender_name", "Wpłacający"),
                Column("sender_account", "Z rachunku"),
                Column("posted_at", "Zaksięgowano", Shape.MOMENT),
            ),
            _transfers,
        ),
        Table(
            "refunds",
            "Zwroty wpłat",
            (
                Column("number", "Numer zwrotu"),
                Column("payment", "Z wpłaty"),
                Column("amount", "Kwota", Shape.MONEY),
                Column("account", "Na rachunek"),
                Column("state", "Stan"),
                Column("requested_at", "Zlecono", Shape.MOMENT),
            ),
            _refunds,
        ),
        Table(
            "receipts",
            "Wydane potwierdzenia wpłat",
            (
                Column("payment", "Numer płatności"),
                Column("amount", "Kwota na potwierdzeniu", Shape.MONEY),
                Column("issued_at", "Wydano", Shape.MOMENT),
            ),
            _issued,
        ),
        Table(
            "virtual_accounts",
            "Rachunki wirtualne do wpłat",
            (
                Column("number", "Numer rachunku"),
                Column("kind", "Rodzaj należności"),
                Column("given_at", "Nadano", Shape.MOMENT),
            ),
            _virtual_accounts,
        ),
        Table(
            "changes",
            "Co działo się z płatnościami",
            (Column("payment", "Numer płatności"), Column("state", "Stan"), Column("at", "Kiedy", Shape.MOMENT)),
            _changes,
        ),
    ),
    attachments=_receipts,
    kept=_kept,
)
