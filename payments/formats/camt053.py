"""CAMT.053 (ISO 20022 bank-to-customer statement), versions .02 to .08 and their kin, read as a stream."""

import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any, BinaryIO

from lxml import etree

from core.errors import Refused
from payments.formats.details import tidy
from payments.formats.statement import AGAIN, NOTHING, Broken, Closed, Entry, Event, Mark, Opened

NAMESPACE = re.compile(r"\{urn:iso:std:iso:20022:tech:xsd:camt\.053\.001\.(0[2-9]|1[0-9])\}Document")
MOST_IN_BATCH = 20_000  # transactions of one entry: they are kept until its sum is proved
MARKS = {
    ("CRDT", False): Mark.CREDIT,
    ("DBIT", False): Mark.DEBIT,
    ("DBIT", True): Mark.CREDIT_REVERSED,
    ("CRDT", True): Mark.DEBIT_REVERSED,
}
AMOUNT = re.compile(r"\d{1,10}(\.\d{1,5})?")
UNSAID = frozenset({"NOTPROVIDED", "NONREF"})
Element = Any  # lxml carries no types


def read_camt053(stream: BinaryIO) -> Iterator[Event]:
    """The statements of a CAMT.053 file, one event after another.

    Nothing outside the file is read: a document type, and with it every entity, is refused. Raises Refused
    `xml_doctype`, `xml_broken` and `not_camt053`; what is wrong with one statement comes as `Broken`.
    """
    reader = _Reader()
    walk = etree.iterparse(
        stream,
        events=("start", "end"),
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    seen_root = False
    try:
        for what, element in walk:
            if not seen_root:
                _check_root(element)
                seen_root = True
            yield from reader.take(what, element)
    except etree.XMLSyntaxError as error:
        problem = Refused(
            "xml_broken", f"Plik XML jest uszkodzony lub ucięty (wiersz {error.lineno or 0}).", mend=AGAIN
        )
        if not reader.is_open:
            raise problem from error
        yield Broken(error.lineno or 0, problem)
    if not reader.count:
        raise Refused("no_statement", "W pliku nie ma żadnego wyciągu (Stmt).", mend=AGAIN)


def _check_root(root: Element) -> None:
    if root.getroottree().docinfo.doctype:
        raise Refused("xml_doctype", "Plik XML ma deklarację DOCTYPE, której w wyciągu być nie może.", mend=AGAIN)
    if not NAMESPACE.fullmatch(root.tag):
        raise Refused(
            "not_camt053", "To nie jest wyciąg CAMT.053.", mend="Wybierz w banku format camt.053.001.02 lub .08."
        )


def _text(element: Element, *paths: str) -> str:
    """The text of the first of *paths* that is there; '' for none."""
    for path in paths:
        found = element.findtext("/".join(f"{{*}}{step}" for step in path.split("/")))
        if found and found.strip():
            return str(found).strip()
    return ""


def _day(text: str, where: str) -> date:
    try:
        return date.fromisoformat(text[:10])
    except ValueError as error:
        raise Refused("date_wrong", f"„{text[:20]}” nie jest datą ({where}).", where=where, mend=AGAIN) from error


def _money(text: str, where: str) -> Decimal:
    if not AMOUNT.fullmatch(text):
        raise Refused("amount_wrong", f"„{text[:20]}” nie jest kwotą ({where}).", where=where, mend=AGAIN)
    try:
        amount = Decimal(text)
        exact = amount.quantize(NOTHING)
    except InvalidOperation as error:
        raise Refused("amount_wrong", f"„{text[:20]}” nie jest kwotą ({where}).", where=where, mend=AGAIN) from error
    if exact != amount:
        raise Refused("amount_too_fine", f"Kwota {text[:20]} ma więcej niż dwa miejsca ({where}).", where=where)
    return exact


def _bare(account: str) -> str:
    number = re.sub(r"\s", "", account).upper()
    return number[2:] if re.fullmatch(r"PL\d{26}", number) else number[:34]


def _account(element: Element, name: str) -> str:
    return _bare(_text(element, f"{name}/Id/IBAN", f"{name}/Id/Othr/Id"))


class _Reader:
    """What was read of the statement that is open."""

    def __init__(self) -> None:
        self.count = 0
        self.is_open = False
        self._is_lost = False
        self._opened: Opened | None = None
        self._closing: Closed | None = None
        self._batch: list[Entry] = []
        self._told = 0  # transactions of the entry that is open
        self._line = 0

    def take(self, what: str, element: Element) -> Iterator[Event]:
        """The events that an element brings."""
        name = element.tag.rpartition("}")[2]
        if name not in {"Stmt", "Ntry", "TxDtls"}:
            return
        if what == "start" and name == "Stmt":
            self.count += 1
            self.is_open, self._is_lost, self._opened, self._closing, self._line = True, False, None, None, 0
        if not self._is_lost:
            try:
                yield from self._read(what, name, element)
            except Refused as problem:
                self._is_lost = True
                yield Broken(element.sourceline or 0, problem)
        if what == "end":
            _forget(element)
            self.is_open = self.is_open and name != "Stmt"

    def _read(self, what: str, name: str, element: Element) -> Iterator[Event]:
        if what == "start":
            if name == "Ntry":
                self._batch, self._told = [], 0
                if self._opened is None:
                    yield self._open(element.getparent())
        elif name == "TxDtls":
            self._keep(element)
        elif name == "Ntry":
            yield from self._entries(element)
        else:
            if self._opened is None:
                yield self._open(element)
            if self._closing is not None:
                yield self._closing._replace(at=element.sourceline or 0)

    def _open(self, statement: Element) -> Opened:
        balances: dict[str, tuple[Decimal, str, date]] = {}
        for balance in statement.findall("{*}Bal"):
            kind = _text(balance, "Tp/CdOrPrtry/Cd", "Tp/CdOrPrtry/Prtry")
            amount = _money(_text(balance, "Amt"), "Bal")
            signed = -amount if _text(balance, "CdtDbtInd") == "DBIT" else amount
            currency = balance.find("{*}Amt").get("Ccy", "")
            on = _day(_text(balance, "Dt/Dt", "Dt/DtTm"), "Bal/Dt")
            balances.setdefault(kind, (signed, currency, on))
        first = balances.get("OPBD") or balances.get("PRCD")
        last = balances.get("CLBD")
        if first is None or last is None:
            raise Refused(
                "balance_missing", "Brakuje salda początkowego (OPBD) lub końcowego (CLBD).", where="Bal", mend=AGAIN
            )
        if first[1] != last[1]:
            raise Refused(
                "currency_changes", "Saldo początkowe i końcowe są w różnych walutach.", where="Bal", mend=AGAIN
            )
        account = _account(statement, "Acct")
        if not account:
            raise Refused("account_missing", "Brakuje numeru rachunku (Acct).", where="Acct", mend=AGAIN)
        number = _text(statement, "LglSeqNb", "ElctrncSeqNb", "Id")[:35]
        at = statement.sourceline or 0
        self._closing = Closed(at, last[0], last[2])
        self._opened = Opened(at, account, number, first[1], first[0], first[2])
        return self._opened

    def _keep(self, details: Element) -> None:
        """A transaction of the entry that is open."""
        self._told += 1
        if self._told > MOST_IN_BATCH:
            raise Refused("batch_too_large", f"Jedna pozycja ma ponad {MOST_IN_BATCH} przelewów.", where="TxDtls")
        entry = details.getparent().getparent()
        said = _text(details, "Amt", "AmtDtls/TxAmt/Amt")
        amount = _money(said, "TxDtls/Amt") if said else NOTHING
        self._batch.append(self._entry(entry, details, amount))

    def _entries(self, entry: Element) -> Iterator[Entry]:
        """The transactions of an entry, where their sums add up to it; else the entry as one.

        Entries that the bank has not booked yet (PDNG, INFO) are no money, and no balance counts them.
        """
        if _text(entry, "Sts/Cd", "Sts") not in {"BOOK", ""}:
            return
        amount = _money(_text(entry, "Amt"), "Ntry/Amt")
        batch, self._batch = self._batch, []
        if (
            len(batch) > 1
            and sum((one.amount for one in batch), NOTHING) == amount
            and all(one.amount for one in batch)
        ):
            for one in batch:
                self._line += 1
                yield one._replace(line=self._line)
            return
        if not amount:
            return
        self._line += 1
        if batch:
            yield batch[0]._replace(line=self._line, amount=amount, is_lump=len(batch) > 1)
        else:
            yield self._entry(entry, entry, amount)._replace(line=self._line)

    def _entry(self, entry: Element, details: Element, amount: Decimal) -> Entry:
        direction = _text(entry, "CdtDbtInd")
        mark = MARKS.get((direction, _text(entry, "RvslInd") in {"true", "1"}))
        if mark is None:
            raise Refused("direction_missing", "Pozycja bez kierunku (CdtDbtInd).", where="Ntry", mend=AGAIN)
        booked = _text(entry, "BookgDt/Dt", "BookgDt/DtTm")
        valued = _text(entry, "ValDt/Dt", "ValDt/DtTm")
        booked_on = _day(booked or valued, "BookgDt")
        own = self._opened.account if self._opened else ""
        other, ours = ("Dbtr", "Cdtr") if direction == "CRDT" else ("Cdtr", "Dbtr")
        parties = f"RltdPties/{other}"
        credited = _account(details, f"RltdPties/{ours}Acct")
        debited = _text(details, "RltdDts/AccptncDtTm", "RltdDts/TxDtTm")
        title = [note.text or "" for note in details.findall("{*}RmtInf/{*}Ustrd")]
        title += [note.text or "" for note in details.findall("{*}RmtInf/{*}Strd/{*}CdtrRefInf/{*}Ref")]
        end_to_end = _text(details, "Refs/EndToEndId")
        more = _text(details, "AddtlTxInf") or _text(entry, "AddtlNtryInf")
        whole = tidy(" ".join(title)) or more
        return Entry(
            line=0,
            at=entry.sourceline or 0,
            mark=mark,
            amount=amount,
            booked_on=booked_on,
            value_on=_day(valued, "ValDt") if valued else booked_on,
            debited_on=_day(debited, "RltdDts") if debited else None,
            code=_code(entry, details),
            title=whole,
            name=tidy(_text(details, f"{parties}/Nm", f"{parties}/Pty/Nm")),
            sender=_account(details, f"{parties}Acct"),
            credited="" if credited == own else credited,
            reference=(_text(details, "Refs/AcctSvcrRef") or _text(entry, "AcctSvcrRef") or _text(entry, "NtryRef"))[
                :35
            ],
            text=tidy(f"{whole} {more} {'' if end_to_end in UNSAID else end_to_end}"),
        )


def _code(entry: Element, details: Element) -> str:
    """The bank's code of the transaction; «RTR» before it for a return (RtrInf)."""
    of = details if details.find("{*}BkTxCd") is not None else entry
    domain = "/".join(
        part for path in ("Cd", "Fmly/Cd", "Fmly/SubFmlyCd") if (part := _text(of, f"BkTxCd/Domn/{path}"))
    )
    code = _text(of, "BkTxCd/Prtry/Cd") or domain
    return f"RTR {code}".strip() if details.find("{*}RtrInf") is not None else code


def _forget(element: Element) -> None:
    """Let go of what was read, so that a file of any size needs little memory."""
    element.clear(keep_tail=False)
    parent = element.getparent()
    if parent is not None:
        while element.getprevious() is not None:
            del parent[0]
