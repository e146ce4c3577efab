"""The register of dunning letters: each letter, what became of it, and cases ripe for a writ."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from unfold.decorators import action

from core.admin import ReadOnlyAdmin, ReadOnlyInline
from core.dates import format_date_short, parse_date
from core.errors import Refused
from core.money import format_pln
from liabilities.admin.work import work_page
from liabilities.letter_forms import OutcomeForm, OutcomesForm
from liabilities.letter_register import (
    Entered,
    enter_outcomes,
    number_gaps,
    outcomes_of_file,
    record_outcome,
    typed_outcomes,
)
from liabilities.letter_rules import read_sign
from liabilities.models import DunningLetter, LetterFile, LetterLine, Outcome
from liabilities.writ_cases import Case, cases_csv, cases_of, handed_lines, payers_of, take_cases, waiting_lines
from residents.access import account_of, actor_of, staff_looked, staff_looked_at_many

PAGE = 50
MAY = "liabilities.change_dunningletter"
CSV = {"content_type": "text/csv; charset=utf-8"}
SHOWN_TROUBLES = 100


class LinesInline(ReadOnlyInline):
    """What a letter demands."""

    model = LetterLine
    fields = ("instalment", "principal", "interest", "is_live", "handed_on")
    ordering = ("pk",)


@admin.register(DunningLetter)
class DunningLetterAdmin(ReadOnlyAdmin):
    """Every letter, the newest number first; none is ever deleted."""

    list_display = ("sign_shown", "payer", "issued", "demanded", "outcome", "outcome_day", "way", "run")
    list_display_links = ("sign_shown",)
    list_filter = ("outcome", "way", "year")
    list_select_related = ("payer", "run")
    search_fields = ("payer__name",)
    search_help_text = "Numer upomnienia albo nazwa płatnika"
    ordering = ("-year", "-number")
    fields = (
        *("sign_shown", "payer", "run", "issued", "demanded", "cost", "outcome", "outcome_day", "way"),
        *("outcome_why", "outcome_by", "problem"),
    )
    readonly_fields = fields
    inlines = (LinesInline,)
    actions_list = ("enter_many", "open_cases")
    change_form_before_template = "admin/liabilities/dunningletter/links.html"

    def get_queryset(self, request: HttpRequest) -> "QuerySet[DunningLetter]":
        """Without what stands on them."""
        found: QuerySet[DunningLetter] = super().get_queryset(request).defer("content")
        return found

    def get_search_results(
        self, request: HttpRequest, queryset: "QuerySet[DunningLetter]", search_term: str
    ) -> tuple["QuerySet[DunningLetter]", bool]:
        """By number as it is written, else by name."""
        try:
            year, number = read_sign(search_term)
        except Refused:
            found: tuple[QuerySet[DunningLetter], bool] = super().get_search_results(request, queryset, search_term)
            return found
        return queryset.filter(year=year, number=number), False

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        """A run's own letters too."""
        return lookup == "run__id__exact" or super().lookup_allowed(lookup, value, request)

    @admin.display(description="numer", ordering="number")
    def sign_shown(self, letter: DunningLetter) -> str:
        """The number as it is written."""
        return letter.sign

    @admin.display(description="z dnia", ordering="issued_on")
    def issued(self, letter: DunningLetter) -> str:
        """Its day."""
        return format_date_short(letter.issued_on)

    @admin.display(description="należność z odsetkami", ordering="principal")
    def demanded(self, letter: DunningLetter) -> str:
        """Principal and interest."""
        return format_pln(letter.principal + letter.interest)

    @admin.display(description="dzień", ordering="outcome_on")
    def outcome_day(self, letter: DunningLetter) -> str:
        """When it was served, refused or returned."""
        return format_date_short(letter.outcome_on) if letter.outcome_on else "–"

    def has_enter_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        """Who may enter what became of letters."""
        return account_of(request).has_perm(MAY)

    @action(description="Wpisz doręczenia", permissions=["enter"])  # type: ignore[untyped-decorator]  # as Unfold
    def enter_many(self, request: HttpRequest) -> HttpResponse:
        """The page on which many are entered."""
        return redirect("admin:liabilities_dunningletter_outcomes")

    @action(description="Sprawy do tytułów wykonawczych", permissions=["enter"])  # type: ignore[untyped-decorator]  # as Unfold
    def open_cases(self, request: HttpRequest) -> HttpResponse:
        """Cases ripe for a writ."""
        return redirect("admin:liabilities_dunningletter_cases")

    def get_urls(self) -> list[URLPattern]:
        """The letter, its outcome, many outcomes, cases for writs."""
        pages: list[tuple[str, Callable[..., HttpResponseBase], str]] = [
            ("<int:pk>/pismo.pdf", self.file_view, "file"),
            ("<int:pk>/wynik/", self.outcome_view, "outcome"),
            ("doreczenia/", self.outcomes_view, "outcomes"),
            ("tytuly/", self.cases_view, "cases"),
            ("tytuly/sprawy.csv", self.cases_file, "cases_file"),
        ]
        own = [
            path(route, self.admin_site.admin_view(view), name=f"liabilities_dunningletter_{name}")
            for route, view, name in pages
        ]
        return [*own, *super().get_urls()]

    def _check_may(self, request: HttpRequest) -> None:
        if not self.has_enter_permission(request):
            raise PermissionDenied

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, object] | None = None
    ) -> HttpResponse:
        """Looking at somebody's letter is recorded."""
        letter = self.get_object(request, object_id)
        if letter is not None and self.has_view_permission(request, letter):
            staff_looked(request, letter.payer, what="upomnienie")
        response: HttpResponse = super().change_view(request, object_id, form_url, extra_context)
        return response

    def file_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The letter as it went out."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        letter: DunningLetter = self.row_or_404(request, pk)
        file = LetterFile.objects.filter(letter=letter).first()
        if file is None:
            raise Http404
        staff_looked(request, letter.payer, what="upomnienie (PDF)")
        name = f"upomnienie-{letter.year}-{letter.number:06d}.pdf"
        headers = {"Content-Disposition": f'inline; filename="{name}"', "Cache-Control": "private, no-store"}
        return HttpResponse(bytes(file.body), content_type="application/pdf", headers=headers)

    def outcome_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """What became of one letter."""
        self._check_may(request)
        letter: DunningLetter = self.row_or_404(request, pk)
        staff_looked(request, letter.payer, what="wynik upomnienia")
        today = timezone.localdate()
        first = {"on": letter.outcome_on or today, "way": letter.way, "why": letter.outcome_why}
        if letter.outcome != Outcome.WAITING:
            first["outcome"] = letter.outcome

        def act(filled: forms.Form) -> str:
            said = filled.cleaned_data
            is_news = record_outcome(
                letter,
                Outcome(said["outcome"]),
                on=said["on"],
                today=today,
                way=said["way"],
                why=said["why"],
                by=actor_of(request),
                at=timezone.now(),
            )
            return "Wynik zapisany." if is_news else "Tak już było zapisane."

        return work_page(
            request,
            self.admin_site,
            OutcomeForm(request.POST or None, initial=first),
            title=f"Wynik upomnienia {letter.sign}",
            facts=[
                ("Płatnik", letter.payer.name),
                ("Z dnia", format_date_short(letter.issued_on)),
                ("Zapisano dotąd", letter.get_outcome_display()),
                ("Koszty", f"{format_pln(letter.cost)}, powstają z chwilą doręczenia (upea art. 15 § 2)"),
            ],
            act=act,
            back=reverse("admin:liabilities_dunningletter_change", args=[pk]),
            button="Zapisz wynik",
        )

    def outcomes_view(self, request: HttpRequest) -> HttpResponse:
        """What became of many, typed or from a file; good lines go in, of the others it is told why not."""
        self._check_may(request)
        today = timezone.localdate()
        first = {"on": today, "outcome": Outcome.SERVED.value}
        form = OutcomesForm(request.POST or None, request.FILES or None, initial=first)
        entered: Entered | None = None
        if request.method == "POST" and form.is_valid():
            try:
                entered = self._enter(request, form)
            except Refused as refusal:
                form.add_error("file", str(refusal))
            else:
                messages.success(request, f"Zapisano: {entered.changed}, bez zmian: {entered.known}.")
        waiting = DunningLetter.objects.filter(outcome=Outcome.WAITING)
        context = {
            **self.admin_site.each_context(request),
            "title": "Wpisz doręczenia upomnień",
            "opts": self.opts,
            "form": form,
            "troubles": entered.troubles[:SHOWN_TROUBLES] if entered else (),
            "hidden": max(0, len(entered.troubles) - SHOWN_TROUBLES) if entered else 0,
            "waiting": waiting.count(),
            "gaps": number_gaps(today.year),
        }
        return render(request, "admin/liabilities/dunningletter/outcomes.html", context)

    @staticmethod
    def _enter(request: HttpRequest, form: OutcomesForm) -> Entered:
        said, today = form.cleaned_data, timezone.localdate()
        if said["file"]:
            rows = outcomes_of_file(said["file"].file)
        else:
            outcome = Outcome(said["outcome"] or Outcome.SERVED)
            rows = typed_outcomes(said["numbers"], outcome=outcome, on=said["on"], way=said["way"])
        return enter_outcomes(rows, today=today, by=actor_of(request), at=timezone.now())

    def cases_view(self, request: HttpRequest) -> HttpResponse:
        """Cases after their letter was served: ripe ones, and those that something keeps back."""
        self._check_may(request)
        on = timezone.localdate()
        page = Paginator(waiting_lines(on), PAGE).get_page(request.GET.get("strona"))
        cases = cases_of(list(page), on=on, at=timezone.now())
        staff_looked_at_many(request, payers_of(cases), what="sprawy do tytułów wykonawczych")
        handed = LetterLine.objects.filter(handed_on__isnull=False).order_by("-handed_on")
        context = {
            **self.admin_site.each_context(request),
            "title": "Sprawy do tytułów wykonawczych",
            "opts": self.opts,
            "page": page,
            "cases": cases,
            "on": on,
            "days": list(handed.values_list("handed_on", flat=True).distinct()[:10]),
        }
        return render(request, "admin/liabilities/dunningletter/cases.html", context)

    def cases_file(self, request: HttpRequest) -> HttpResponseBase:
        """By POST: the ripe cases that went into no file yet, which they do now. By GET: those of a day once more."""
        self._check_may(request)
        on, now = timezone.localdate(), timezone.now()
        if request.method == "POST":
            cases = take_cases(on=on, by=actor_of(request), at=now)
            if not cases:
                messages.info(request, "Nie ma nowych spraw gotowych do tytułu.")
                return redirect("admin:liabilities_dunningletter_cases")
            return self._csv(request, cases)
        try:
            day = parse_date(request.GET.get("dzien", on.isoformat()))
        except Refused as refusal:
            raise Http404 from refusal
        return self._csv(request, cases_of(list(handed_lines(day, on=on)), on=on, at=now))

    @staticmethod
    def _csv(request: HttpRequest, cases: list[Case]) -> StreamingHttpResponse:
        on = timezone.localdate()
        staff_looked_at_many(request, payers_of(cases), what="plik spraw do tytułów wykonawczych")
        headers = {
            "Content-Disposition": f'attachment; filename="sprawy-do-tytulow-{on.isoformat()}.csv"',
            "Cache-Control": "private, no-store",
        }
        return StreamingHttpResponse(cases_csv(cases, on=on), headers=headers, **CSV)
