"""The treasurer's figures: assessed, paid, overdue; the curve of collection; debtors; what is to come in.

Each is one aggregate over the tables, so that a town of hundreds of thousands of dues is answered at once.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from django.db.models import (
    Case,
    Count,
    DecimalField,
    Exists,
    F,
    IntegerField,
    Min,
    OuterRef,
    Q,
    QuerySet,
    Sum,
    Value,
    When,
)
from django.db.models.functions import Coalesce, ExtractMonth, ExtractYear

from liabilities.arrears import with_interest
from liabilities.figures import figures
from liabilities.models import DueKind, EntryKind, Instalment, LedgerAccount, LedgerEntry
from residents.models import Payer

NOTHING = Decimal("0.00")
PAID = (EntryKind.PAYMENT, EntryKind.SET_OFF)
GRACE = timedelta(days=30)
AHEAD = 12  # months of forecast
MOST_DEBTORS = 20
MONEY = DecimalField(max_digits=14, decimal_places=2)
AGES = (
    ("do-30", "do 30 dni", 0, 30),
    ("31-90", "31–90 dni", 30, 90),
    ("91-365", "91–365 dni", 90, 365),
    ("1-3", "1–3 lata", 365, 1095),
    ("ponad-3", "ponad 3 lata", 1095, 100_000),
)


@dataclass(frozen=True)
class Month:
    """Dues whose term falls in a month, in złoty: assessed = paid + overdue + not yet due."""

    kind_code: str
    year: int
    month: int
    assessed: Decimal
    paid: Decimal
    overdue: Decimal
    coming: Decimal


def months(years: Sequence[int], *, on: date, kind_code: str = "") -> list[Month]:
    """The dues of these years by kind and month of term, as they stand *on* a day."""
    first, last = date(min(years), 1, 1), date(max(years), 12, 31)
    found = Instalment.objects.filter(payable_by__range=(first, last), is_annulled=False)
    if kind_code:
        found = found.filter(liability__kind_id=kind_code)
    rows = (
        found.annotate(year=ExtractYear("payable_by"), month=ExtractMonth("payable_by"))
        .values_list("liability__kind_id", "year", "month")
        .annotate(
            assessed_sum=Sum("assessed"),
            left=Sum("outstanding"),
            late=Coalesce(Sum("outstanding", filter=Q(payable_by__lt=on)), NOTHING, output_field=MONEY),
        )
        .order_by("liability__kind_id", "year", "month")
    )
    return [
        Month(code, year, month, assessed, assessed - left, late, left - late)
        for code, year, month, assessed, left, late in rows
    ]


def _paid() -> Q:
    """Of entries: payments, set-offs, and what undid them. Stornos are few: each is looked up by itself."""
    undone = LedgerEntry.objects.filter(pk=OuterRef("reverses_id"), kind__in=PAID)
    return Q(kind__in=PAID) | Q(Exists(undone), kind=EntryKind.CORRECTION)


def collected(year: int, *, on: date, kind_code: str = "") -> dict[int, list[Decimal]]:
    """What was paid of the principal of each year's dues, of *year* and the one before, by the end of each month.

    Twelve sums a year, in złoty; payments ahead of the year count in January, those after it do not.
    """
    terms = (date(year - 1, 1, 1), date(year, 12, 31))
    found = LedgerEntry.objects.filter(
        _paid(),
        account=LedgerAccount.PRINCIPAL,
        instalment__payable_by__range=terms,
        value_on__lte=on,
    )
    if kind_code:
        found = found.filter(instalment__liability__kind_id=kind_code)
    rows = (
        found.annotate(of=ExtractYear("instalment__payable_by"), paid_in=ExtractYear("value_on"))
        .filter(paid_in__lte=F("of"))
        .annotate(
            month=Case(When(paid_in__lt=F("of"), then=Value(1)), default=ExtractMonth("value_on")),
        )
        .values_list("of", "month")
        .annotate(total=-Sum("amount"))
        .order_by()
    )
    sums = {(of, month): total for of, month, total in rows}
    curves: dict[int, list[Decimal]] = {}
    for one in (year - 1, year):
        total, curve = NOTHING, []
        for month in range(1, 13):
            total += sums.get((one, month), NOTHING)
            curve.append(total)
        curves[one] = curve
    return curves


def punctuality(*, on: date) -> dict[str, Decimal]:
    """Of each kind of due: which share of the principal with terms of the last year was paid within 30 days of them."""
    terms = (on - GRACE - timedelta(days=365), on - GRACE)
    assessed = dict(
        Instalment.objects.filter(payable_by__range=terms)
        .values_list("liability__kind_id")
        .annotate(total=Sum("assessed"))
        .order_by()
    )
    paid = (
        LedgerEntry.objects.filter(
            _paid(),
            account=LedgerAccount.PRINCIPAL,
            instalment__payable_by__range=terms,
            value_on__lte=F("instalment__payable_by") + GRACE,
        )
        .values_list("instalment__liability__kind_id")
        .annotate(total=-Sum("amount"))
        .order_by()
    )
    in_time = dict(paid)
    return {code: in_time.get(code, NOTHING) / total for code, total in assessed.items() if total}


@dataclass(frozen=True)
class Coming:
    """What falls due in a month, in złoty, and what of it is likely to come by 30 days after its term."""

    year: int
    month: int
    nominal: Decimal
    expected: Decimal


def forecast(*, on: date, kind_code: str = "") -> list[Coming]:
    """The next twelve months of open dues by their terms; what is likely follows each kind's punctuality."""
    shares = punctuality(on=on)
    last = date(on.year + (on.month + AHEAD - 1) // 12, (on.month + AHEAD - 1) % 12 + 1, 1)
    found = Instalment.objects.open().filter(payable_by__gte=on, payable_by__lt=last)
    if kind_code:
        found = found.filter(liability__kind_id=kind_code)
    rows = (
        found.annotate(year=ExtractYear("payable_by"), month=ExtractMonth("payable_by"))
        .values_list("year", "month", "liability__kind_id")
        .annotate(total=Sum("outstanding"))
        .order_by()
    )
    nominal: dict[tuple[int, int], Decimal] = {}
    expected: dict[tuple[int, int], Decimal] = {}
    for year, month, code, total in rows:
        key = (year, month)
        nominal[key] = nominal.get(key, NOTHING) + total
        expected[key] = expected.get(key, NOTHING) + total * min(shares.get(code, Decimal(1)), Decimal(1))
    keys = [(on.year + (on.month - 1 + ahead) // 12, (on.month - 1 + ahead) % 12 + 1) for ahead in range(AHEAD)]
    return [Coming(*key, nominal.get(key, NOTHING), expected.get(key, NOTHING).quantize(NOTHING)) for key in keys]


@dataclass(frozen=True)
class Debtor:
    """A payer and what is overdue of theirs, in złoty."""

    payer: Payer
    count: int
    principal: Decimal
    interest: Decimal
    oldest: date


def top_debtors(*, on: date, kind_code: str = "") -> list[Debtor]:
    """Who owes most *on* a day, by principal that is overdue. Whoever shows this records the looks."""
    late = Instalment.objects.overdue(on)
    if kind_code:
        late = late.filter(liability__kind_id=kind_code)
    rows = list(
        late.values_list("liability__payer_id")
        .annotate(principal=Sum("outstanding"), count=Count("pk"), oldest=Min("payable_by"))
        .order_by("-principal", "liability__payer_id")[:MOST_DEBTORS]
    )
    keys = [row[0] for row in rows]
    theirs = with_interest(late.filter(liability__payer_id__in=keys), law=figures(), on=on)
    interest = dict(theirs.values_list("liability__payer_id").annotate(total=Sum("interest_now")).order_by())
    payers = Payer.objects.in_bulk(keys)
    return [
        Debtor(payers[key], count, principal, interest.get(key) or NOTHING, oldest)
        for key, principal, count, oldest in rows
    ]


@dataclass(frozen=True)
class Aged:
    """What of a kind of due is overdue for how long, in złoty; `age` is a place in AGES."""

    kind_code: str
    age: int
    count: int
    principal: Decimal
    interest: Decimal


def _age(on: date) -> Case:
    """The place in AGES of an overdue instalment."""
    cases = [
        When(payable_by__gte=on - timedelta(days=last), then=Value(place))
        for place, (_, _, _, last) in enumerate(AGES[:-1])
    ]
    return Case(*cases, default=Value(len(AGES) - 1), output_field=IntegerField())


def aged_arrears(*, on: date) -> list[Aged]:
    """What is overdue *on* a day by kind and age, with interest to it."""
    late = with_interest(Instalment.objects.overdue(on), law=figures(), on=on)
    rows = (
        late.annotate(age=_age(on))
        .values_list("liability__kind_id", "age")
        .annotate(count=Count("pk"), principal=Sum("outstanding"), interest=Sum("interest_now"))
        .order_by("liability__kind_id", "age")
    )
    return [Aged(code, age, count, principal, interest) for code, age, count, principal, interest in rows]


def arrears(*, on: date, kind_code: str = "", age: str = "") -> "QuerySet[Instalment]":
    """The overdue instalments of a kind and age, the oldest first, with `interest_now`."""
    found = Instalment.objects.overdue(on)
    if kind_code:
        found = found.filter(liability__kind_id=kind_code)
    for code, _, first, last in AGES:
        if age == code:
            found = found.filter(
                payable_by__lt=on - timedelta(days=first), payable_by__gte=on - timedelta(days=min(last, 40_000))
            )
    listed = with_interest(found, law=figures(), on=on)
    return listed.select_related("liability__payer", "liability__kind", "decision").order_by("payable_by", "pk")


def kind_names() -> dict[str, str]:
    """Every kind of due by its code."""
    return dict(DueKind.objects.order_by("name").values_list("code", "name"))
