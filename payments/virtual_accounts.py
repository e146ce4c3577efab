"""Virtual accounts of payers: given out once, found by their number for ever."""

from collections.abc import Collection
from dataclasses import dataclass

from django.conf import settings

from core.bulk import among, among_texts
from core.errors import Refused
from core.nrb import parse_nrb
from payments.models import VirtualAccount
from payments.virtual_number import VirtualNumber, make_virtual, read_payer_digits, read_virtual
from residents.models import Payer

BANKS_PART_HIDDEN = "XX"  # mBank's «ID IPH»: before the payer's digits stand crosses instead of its own


@dataclass(frozen=True)
class Owner:
    """Whose a virtual account is; `kind_code` is '' when it takes all of the payer's dues."""

    payer_id: int
    kind_code: str


def virtual_account(payer: Payer, kind: str = "") -> str:
    """The 26 digits of the account to which *payer* pays dues of *kind* (a DueKind's code; '' for all of them).

    Always the same number; a record that was merged into another one has that one's. '' when the town has no virtual
    accounts (`SPM_VIRTUAL_ACCOUNT_PREFIX` is empty). Raises Refused `payer_number_long`.
    """
    prefix = settings.BANK["virtual_prefix"]
    if not prefix:
        return ""
    number = make_virtual(prefix, payer.kept_id, kind)
    VirtualAccount.objects.bulk_create(
        [VirtualAccount(payer_id=payer.kept_id, kind_id=kind or None, number=number)], ignore_conflicts=True
    )
    return number


def keep_older_number(payer: Payer, number: str, kind: str = "") -> VirtualAccount:
    """Remember a number of an older contract as *payer*'s: what is paid to it is theirs.

    Raises Refused as `core.nrb.parse_nrb`, and `number_of_another` when it is somebody else's already.
    """
    digits = parse_nrb(number)
    kept, _ = VirtualAccount.objects.get_or_create(
        number=digits, defaults={"payer_id": payer.kept_id, "kind_id": kind or None}
    )
    if kept.payer_id != payer.kept_id:
        raise Refused("number_of_another", "Ten rachunek wirtualny należy już do innego płatnika.", where="number")
    return kept


def owners_of(numbers: Collection[str]) -> dict[str, Owner]:
    """Whose these account numbers are: those given out, and those that the town's prefix says; others are left out.

    A record that was merged into another one leads to that one. Two queries.
    """
    if not numbers:
        return {}
    wanted = set(numbers)
    found = {
        number: (payer_id, kind or "")
        for number, payer_id, kind in VirtualAccount.objects.filter(number__in=among_texts(wanted)).values_list(
            "number", "payer_id", "kind_id"
        )
    }
    for number in wanted - found.keys():
        if said := _read(number):
            found[number] = (said.payer_no, said.kind_code)
    kept = kept_records({payer_id for payer_id, _ in found.values()})
    return {number: Owner(kept[payer], kind) for number, (payer, kind) in found.items() if payer in kept}


def _read(number: str) -> VirtualNumber | None:
    prefix = settings.BANK["virtual_prefix"]
    if number.startswith(BANKS_PART_HIDDEN):
        return read_payer_digits(number.removeprefix(BANKS_PART_HIDDEN)) if prefix else None
    return read_virtual(prefix, number)


def kept_records(payer_ids: Collection[int]) -> dict[int, int]:
    """Which record stands for each of *payer_ids* now; ids of nobody are left out."""
    rows = Payer.objects.filter(pk__in=among(payer_ids)).values_list("pk", "merged_into_id")
    return {key: merged or key for key, merged in rows}
