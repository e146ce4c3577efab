"""What a clerk may do to one instalment: write off, remit, defer, spread, say who else owes it, note a fact."""

import calendar
from collections.abc import Callable
from datetime import date

from django import forms
from django.contrib.admin import AdminSite
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone

from core.dates import format_date
from core.errors import Refused
from core.money import format_pln
from liabilities.actions import write_off
from liabilities.admin.work import check_may_work, work_page
from liabilities.bearers import set_bearers
from liabilities.deferral import defer
from liabilities.holds import end_hold, hold_back, holds_on
from liabilities.ledger_forms import BearersForm, DeferralForm, FactForm, PlanForm, RemissionForm, WriteOffForm
from liabilities.letter_forms import EndHoldForm, HoldForm
from liabilities.limitation import Effect
from liabilities.limitation_facts import limitation_of, record_fact
from liabilities.models import CollectionHold, HoldReason, Instalment
from liabilities.plan import equal_rates, spread
from liabilities.queries import seen_on
from liabilities.remission import remit
from residents.access import actor_of, staff_looked
from residents.queries import find_record

USUAL_RATES = 6
MOST_RATES = 60


class DueWork:
    """The pages of one instalment's verbs, for one request."""

    def __init__(self, request: HttpRequest, site: AdminSite, pk: int) -> None:
        """Of the instalment *pk*; the look is recorded. Raises PermissionDenied, Http404."""
        check_may_work(request)
        rows = Instalment.objects.select_related("liability__kind", "liability__payer", "decision")
        self.due = get_object_or_404(rows, pk=pk)
        self.request, self.site = request, site
        self.by, self.at, self.on = actor_of(request), timezone.now(), timezone.localdate()
        self.back = reverse("admin:liabilities_instalment_change", args=[pk])
        staff_looked(request, self.due.liability.payer, what="księgowanie na racie")

    def page(self, verb: str) -> HttpResponse:
        """The page of a verb of the table below."""
        if verb not in PAGES:
            raise Http404
        return PAGES[verb](self)

    def _show(
        self, form: forms.Form, act: Callable[[forms.Form], str], *, title: str, button: str, **extra: object
    ) -> HttpResponse:
        seen = seen_on([self.due], on=self.on)[0]
        limit = limitation_of(self.due, self.due.limitation_facts.all())
        last = format_date(limit.last_on) if limit.last_on else "nie biegnie"
        facts = [
            ("Płatnik", self.due.liability.payer.name),
            ("Rata", str(self.due)),
            ("Płatne do", format_date(self.due.payable_by)),
            ("Pozostało należności", format_pln(seen.principal)),
            (seen.extra_label, format_pln(seen.extra)),
            ("Koszty upomnień", format_pln(seen.costs)),
            ("Przedawnienie", f"{last}: {limit.reason}"),
            *(("Wydarzenie w biegu przedawnienia", str(fact)) for fact in self.due.limitation_facts.all()),
        ]
        return work_page(
            self.request, self.site, form, title=title, facts=facts, act=act, back=self.back, button=button, **extra
        )

    def _write_off(self) -> HttpResponse:
        form = WriteOffForm(self.request.POST or None)

        def act(filled: forms.Form) -> str:
            data = filled.cleaned_data
            write_off(self.due, amount=data["amount"], reason=data["reason"], on=self.on, by=self.by, at=self.at)
            return f"Odpisano {format_pln(data['amount'])}."

        return self._show(form, act, title="Odpis (zmniejszenie przypisu)", button="Odpisz")

    def _remit(self) -> HttpResponse:
        first = {"decided_on": self.on, "principal": 0, "interest": 0}
        form = RemissionForm(self.request.POST or None, initial=first)

        def act(filled: forms.Form) -> str:
            data = filled.cleaned_data
            remit(
                self.due, form.ruling(), principal=data["principal"], interest=data["interest"], by=self.by, at=self.at
            )
            return "Umorzenie zapisane w księdze."

        return self._show(form, act, title="Umorzenie (art. 67a § 1 pkt 3)", button="Zapisz umorzenie")

    def _defer(self) -> HttpResponse:
        form = DeferralForm(self.request.POST or None, initial={"decided_on": self.on, "with_fee": True})

        def act(filled: forms.Form) -> str:
            data = filled.cleaned_data
            defer(self.due, form.ruling(), until=data["until"], with_fee=data["with_fee"], by=self.by, at=self.at)
            return "Nowy termin zapisany; przypomnienia o starym wycofane."

        return self._show(form, act, title="Odroczenie terminu (art. 67a § 1 pkt 1)", button="Zapisz odroczenie")

    def _spread(self) -> HttpResponse:
        wanted = self.request.GET.get("rat", "")
        count = int(wanted) if wanted.isascii() and wanted.isdigit() and len(wanted) < 3 else USUAL_RATES
        choices = [(due.pk, f"{due}, {format_pln(due.outstanding)}") for due in self._siblings()]
        first = {
            "decided_on": self.on,
            "with_fee": True,
            "instalments": [self.due.pk],
            "rates": self._suggested(min(max(count, 2), MOST_RATES)),
        }
        form = PlanForm(self.request.POST or None, initial=first, choices=choices)

        def act(filled: forms.Form) -> str:
            data = filled.cleaned_data
            spread(
                payer_id=self.due.liability.payer_id,
                instalment_ids=data["instalments"],
                rates=data["rates"],
                ruling=form.ruling(),
                with_fee=data["with_fee"],
                by=self.by,
                at=self.at,
            )
            return f"Rozłożono na {len(data['rates'])} rat."

        title = "Rozłożenie na raty (art. 67a § 1 pkt 2)"
        return self._show(form, act, title=title, button="Zapisz raty", counts=(3, 6, 12, 24))

    def _siblings(self) -> list[Instalment]:
        mine = Instalment.objects.for_payer(self.due.liability.payer_id).open().select_related("liability")
        return list(mine.filter(liability__kind_id=self.due.liability.kind_id).order_by("payable_by", "pk"))

    def _suggested(self, count: int) -> str:
        if self.due.outstanding < count:
            return ""
        terms = [_month_end(self.on, place) for place in range(1, count + 1)]
        rates = equal_rates(self.due.outstanding, terms)
        return "\n".join(f"{rate.due_on} {rate.principal:f}".replace(".", ",") for rate in rates)

    def _bearers(self) -> HttpResponse:
        known = "\n".join(row.payer.number for row in self._known_bearers())
        form = BearersForm(self.request.POST or None, initial={"numbers": known})

        def act(filled: forms.Form) -> str:
            found = [self._payer(line) for line in filled.cleaned_data["numbers"].split("\n") if line.strip()]
            set_bearers({self.due.liability_id: found}, reason=filled.cleaned_data["reason"], by=self.by)
            return "Współzobowiązani zapisani."

        names = ", ".join(row.payer.name for row in self._known_bearers()) or "nikt"
        return self._show(form, act, title="Kto jeszcze odpowiada za tę należność", button="Zapisz", names=names)

    def _known_bearers(self) -> list:  # type: ignore[type-arg]
        return list(self.due.liability.bearers.select_related("payer").order_by("pk"))

    def _payer(self, line: str) -> int:
        payer = find_record(line.strip(), on=self.on)
        if payer is None:
            raise Refused("payer_unknown", f"Nie ma płatnika o numerze {line.strip()[:12]}.", where="numbers")
        return payer.kept_id

    def _hold(self) -> HttpResponse:
        held = holds_on([self.due.pk], on=self.on).get(self.due.pk)
        if held is not None:
            return self._end_hold(held)
        form = HoldForm(self.request.POST or None)

        def act(filled: forms.Form) -> str:
            data = filled.cleaned_data
            reason = HoldReason(data["reason"])
            hold_back(self.due, reason=reason, note=data["note"], until_on=data["until_on"], on=self.on, by=self.by)
            return "Wstrzymano: nie będzie upomnień ani tytułów. Odsetki biegną."

        return self._show(form, act, title="Wstrzymanie windykacji (należność sporna)", button="Wstrzymaj")

    def _end_hold(self, held: CollectionHold) -> HttpResponse:
        form = EndHoldForm(self.request.POST or None)

        def act(filled: forms.Form) -> str:
            end_hold(held, reason=filled.cleaned_data["reason"], on=self.on, by=self.by)
            return "Wstrzymanie zakończone."

        return self._show(form, act, title=f"Koniec wstrzymania: {held}", button="Zakończ wstrzymanie")

    def _fact(self) -> HttpResponse:
        form = FactForm(self.request.POST or None)

        def act(filled: forms.Form) -> str:
            data = filled.cleaned_data
            record_fact(
                self.due,
                effect=Effect(data["effect"]),
                from_on=data["from_on"],
                until_on=data["until_on"],
                basis=data["basis"],
                by=self.by,
            )
            return "Zdarzenie zapisane."

        return self._show(form, act, title="Przedawnienie: zdarzenie", button="Zapisz zdarzenie")


def _month_end(start: date, months: int) -> date:
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    return date(year, month + 1, calendar.monthrange(year, month + 1)[1])


PAGES: dict[str, Callable[[DueWork], HttpResponse]] = {
    "odpis": DueWork._write_off,
    "umorzenie": DueWork._remit,
    "odroczenie": DueWork._defer,
    "raty": DueWork._spread,
    "wspolnie": DueWork._bearers,
    "przedawnienie": DueWork._fact,
    "wstrzymanie": DueWork._hold,
}
