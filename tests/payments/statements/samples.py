"""Bank statements of our own making: the same transfers in the dialect of each bank and in each format."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from textwrap import wrap

from core.nrb import make_nrb, sort_code_check_digit
from payments.formats.profiles import PROFILES, BankProfile

DAY = date(2026, 3, 16)
SENDER = make_nrb("11402004", "0000320112345678")
OTHER_SENDER = make_nrb("24900005", "0000450099887766")


@dataclass(frozen=True)
class Transfer:
    """What somebody paid, or was paid."""

    amount: str
    title: str
    name: str = "ZAŻÓŁĆ JAŹŃ"
    sender: str = SENDER
    credited: str = ""
    mark: str = "C"
    debited_on: date | None = None


def account_of(profile: BankProfile) -> str:
    """An account of the town at that bank."""
    first7 = f"{profile.banks[0]}001"
    return make_nrb(first7 + sort_code_check_digit(first7), "0000120100000001")


def _signed(transfer: Transfer) -> Decimal:
    amount = Decimal(transfer.amount)
    return amount if transfer.mark in {"C", "RD"} else -amount


def _comma(amount: Decimal) -> str:
    return f"{abs(amount):.2f}".replace(".", ",")


def _balance(tag: str, amount: Decimal, on: date) -> str:
    return f":{tag}:{'D' if amount < 0 else 'C'}{on:%y%m%d}PLN{_comma(amount)}"


def mt940_text(
    profile: BankProfile,
    transfers: Sequence[Transfer],
    *,
    number: str = "00055/001",
    opening: str = "1000.00",
    on: date = DAY,
    account: str = "",
) -> str:
    """One statement in the bank's dialect, as text."""
    start = Decimal(opening)
    closing = start + sum((_signed(one) for one in transfers), Decimal(0))
    lines = [":20:MT940", f":25:PL{account or account_of(profile)}", f":28C:{number}", _balance("60F", start, on)]
    for place, one in enumerate(transfers, start=1):
        amount = _comma(Decimal(one.amount))
        padded = amount.rjust(15, "0") if profile.name.startswith("Pekao") else amount
        lines.append(f":61:{on:%y%m%d}{on:%m%d}{one.mark}N{padded}NTRFNONREF//B{place:08d}")
        lines += _details(profile, one)
    return "\r\n".join([*lines, _balance("62F", closing, on), "-", ""])


def mt940(profile: BankProfile, transfers: Sequence[Transfer], **options: str) -> bytes:
    """One statement in the bank's dialect and encoding, marks and fillers included."""
    text = mt940_text(profile, transfers, **options)  # type: ignore[arg-type]
    raw = text.encode(profile.encoding)
    if profile.labels:
        return b"\x01" + raw
    return raw.replace(b"<EMPTY>", b"\xff")


def _cut(text: str, width: int) -> list[str]:
    return [text[place : place + width] for place in range(0, len(text), width)]


def _details(profile: BankProfile, one: Transfer) -> list[str]:
    if profile.labels:
        return _labels(one)
    mark, width = profile.separator, profile.title_width
    parts = [f"{mark}00PRZELEW KRAJOWY"]
    parts += [f"{mark}{number}{piece}" for number, piece in zip(profile.title, _cut(one.title, width), strict=False)]
    parts += [f"{mark}30{one.sender[2:10]}", f"{mark}31{one.sender[10:]}"]
    parts += [f"{mark}{number}{piece}" for number, piece in zip(profile.people, _cut(one.name, width), strict=False)]
    parts.append(f"{mark}38PL{one.sender}")
    if profile.debited and one.debited_on:
        parts.append(f"{mark}{profile.debited}{one.debited_on:%Y-%m-%d}")
    if one.credited:
        parts.append(f"{mark}{profile.mass[0]}{one.credited}")
    if profile.name == "PKO BP":
        return ["152 0", f":86:020{parts[0]}", *parts[1:], f"{mark}62<EMPTY>"]
    if profile.name == "Alior Bank":
        return [":86:150", f":86:150{parts[0]}", *parts[1:]]
    if profile.name.startswith("Pekao"):  # broken in the middle of anything
        return _cut(f":86:641{''.join(parts)}", 65)
    return [f":86:020{parts[0]}", *parts[1:]]


def _labels(one: Transfer) -> list[str]:
    iph = f"ID IPH: XX{one.credited[-12:]}; " if one.credited else ""
    stamp = f"; DATA STEMPLA: {one.debited_on:%d.%m.%Y}" if one.debited_on else ""
    text = (
        f"911 TRANSAKCJA COLLECT; {iph}Z RACH.: {one.sender}; OD: {one.name}  UL. DŁUGA 1 00-001 DOLINA;"
        f" TYT.: {one.title}{stamp}; TNR: 179171073864111.010001"
    )
    return ["911-TRANSAKCJA IPH", *_cut(f":86:{text}", 65)]


def profile_named(name: str) -> BankProfile:
    """The profile of that name."""
    return next(profile for profile in PROFILES if profile.name == name)


PARTY = "<{0}><Nm>{1}</Nm></{0}>"
PARTY_8 = "<{0}><Pty><Nm>{1}</Nm></Pty></{0}>"


def camt_entry(one: Transfer, *, version: str, on: date = DAY, more: str = "") -> str:
    """One Ntry with one TxDtls."""
    is_credit = one.mark in {"C", "RD"}
    party = (PARTY if version == "02" else PARTY_8).format("Dbtr" if is_credit else "Cdtr", one.name)
    status = "BOOK" if version == "02" else "<Cd>BOOK</Cd>"
    other = "Dbtr" if is_credit else "Cdtr"
    credited = f"<CdtrAcct><Id><IBAN>PL{one.credited}</IBAN></Id></CdtrAcct>" if one.credited else ""
    days = f"<RltdDts><AccptncDtTm>{one.debited_on}T10:00:00</AccptncDtTm></RltdDts>" if one.debited_on else ""
    return (
        f'<Ntry><Amt Ccy="PLN">{one.amount}</Amt><CdtDbtInd>{"CRDT" if is_credit else "DBIT"}</CdtDbtInd>'
        f"<RvslInd>{'true' if len(one.mark) == 2 else 'false'}</RvslInd><Sts>{status}</Sts>"
        f"<BookgDt><Dt>{on}</Dt></BookgDt><ValDt><Dt>{on}</Dt></ValDt><AcctSvcrRef>REF1</AcctSvcrRef>"
        "<BkTxCd><Domn><Cd>PMNT</Cd><Fmly><Cd>RCDT</Cd><SubFmlyCd>DMCT</SubFmlyCd></Fmly></Domn></BkTxCd>"
        f"<NtryDtls><TxDtls><Refs><EndToEndId>NOTPROVIDED</EndToEndId></Refs>{more}"
        f"<RltdPties>{party}<{other}Acct><Id><IBAN>PL{one.sender}</IBAN></Id></{other}Acct>{credited}</RltdPties>"
        f"<RmtInf><Ustrd>{one.title}</Ustrd></RmtInf>{days}</TxDtls></NtryDtls></Ntry>"
    )


def camt_statement(
    transfers: Sequence[Transfer], *, account: str, version: str, number: str = "55", opening: str = "1000.00",
    on: date = DAY, entries: str = "",
) -> str:  # fmt: skip
    """One Stmt."""
    start = Decimal(opening)
    closing = start + sum((_signed(one) for one in transfers), Decimal(0))
    inside = entries or "".join(camt_entry(one, version=version, on=on) for one in transfers)

    def balance(kind: str, amount: Decimal) -> str:
        side = "DBIT" if amount < 0 else "CRDT"
        return (
            f'<Bal><Tp><CdOrPrtry><Cd>{kind}</Cd></CdOrPrtry></Tp><Amt Ccy="PLN">{abs(amount):.2f}</Amt>'
            f"<CdtDbtInd>{side}</CdtDbtInd><Dt><Dt>{on}</Dt></Dt></Bal>"
        )

    return (
        f"<Stmt><Id>S{number}</Id><ElctrncSeqNb>{number}</ElctrncSeqNb><CreDtTm>{on}T20:00:00</CreDtTm>"
        f"<Acct><Id><IBAN>PL{account}</IBAN></Id><Ccy>PLN</Ccy></Acct>"
        f"{balance('OPBD', start)}{balance('CLBD', closing)}{inside}</Stmt>"
    )


def camt(*statements: str, version: str = "02") -> bytes:
    """A CAMT.053 file of these statements."""
    return (
        '<?xml version="1.0" encoding="UTF-8"?>'
        f'<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.{version}"><BkToCstmrStmt>'
        f"<GrpHdr><MsgId>1</MsgId><CreDtTm>2026-03-16T20:00:00</CreDtTm></GrpHdr>{''.join(statements)}"
        "</BkToCstmrStmt></Document>"
    ).encode()


def elixir(transfers: Sequence[Transfer], *, on: date = DAY, trailer: bool = True, encoding: str = "cp852") -> bytes:
    """A report of mass payments in Elixir-O."""
    lines = []
    for one in transfers:
        grosze = int(Decimal(one.amount) * 100)
        name, title = "|".join(wrap(one.name, 35)), "|".join(_cut(one.title, 35))
        lines.append(
            f'110,{on:%Y%m%d},{grosze},{one.sender[2:10]},0,"{one.sender}","{one.credited}","{name}","GMINA DOLINA",'
            f'0,{one.credited[2:10]},"{title}","","","51","B{len(lines):06d}"'
        )
    if trailer:
        total = sum(int(Decimal(one.amount) * 100) for one in transfers)
        lines.append(f"999,{len(transfers)},{total}")
    return "\r\n".join([*lines, ""]).encode(encoding)


def days_later(count: int) -> date:
    """A day after DAY."""
    return DAY + timedelta(days=count)
