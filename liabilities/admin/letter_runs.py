"""Runs of dunning letters: ordering one, watching it, pausing it, its files and what it left out."""

import logging
from collections.abc import Callable

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Count
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseNotAllowed
from django.shortcuts import redirect, render
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from kombu.exceptions import OperationalError

from core import audit
from core.admin import ReadOnlyAdmin
from core.dates import format_date
from core.errors import Refused
from core.money import format_pln
from liabilities.letter_choice import public_kinds
from liabilities.letter_files import PART, files_of, for_delivery, for_print, parts_of
from liabilities.letter_forms import OrderForm
from liabilities.letter_rules import SKIP_LABELS, Skip
from liabilities.letter_runs import cut_short, go_on, letter_cost, order_letters, pause_run
from liabilities.models import DueKind, LetterRun, RunState
from liabilities.tasks import work_letter_runs
from residents.access import account_of, actor_of, staff_looked_at_many

PAGE = 50
logger = logging.getLogger("spm.letters")


def wake() -> None:
    """Wake a worker; without Redis the run waits for the timetable."""
    try:
        work_letter_runs.delay()
    except OperationalError:
        logger.warning("Redis is away: the run of letters waits for the timetable")


@admin.register(LetterRun)
class LetterRunAdmin(ReadOnlyAdmin):
    """Every run; «add» orders one."""

    list_display = ("__str__", "state", "total", "made", "started_at", "started_by", "finished_at")
    list_select_related = ("started_by",)
    ordering = ("-pk",)

    @admin.display(description="pism")
    def made(self, run: LetterRun) -> int:
        """How many letters it gave numbers."""
        return run.letters.count()

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Who may order a run."""
        return account_of(request).has_perm("liabilities.add_letterrun")

    def get_urls(self) -> list[URLPattern]:
        """The pages beside a run's own."""
        pages: list[tuple[str, Callable[..., HttpResponseBase], str]] = [
            ("przebieg/", self.turn_view, "turn"),
            ("pominiete/", self.skips_view, "skips"),
            ("druk/<int:part>.pdf", self.print_view, "print"),
            ("e-doreczenia/<int:part>.zip", self.delivery_view, "delivery"),
        ]
        own = [
            path(f"<int:pk>/{tail}", self.admin_site.admin_view(view), name=f"liabilities_letterrun_{name}")
            for tail, view, name in pages
        ]
        return [*own, *super().get_urls()]

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, object] | None = None
    ) -> HttpResponseBase:
        """Order a run."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        today = timezone.localdate()
        choices = [(kind.code, kind.name) for kind in public_kinds()]
        first = {
            "issued_on": today,
            "kinds": [code for code, _ in choices],
            "overdue_days": 14,
            "wait_days": 7,
            "signer": account_of(request).get_full_name(),
        }
        form = OrderForm(request.POST or None, initial=first, choices=choices)
        if request.method == "POST" and form.is_valid():
            try:
                run = order_letters(form.order(), on=today, by=actor_of(request), at=timezone.now())
            except Refused as refusal:
                form.add_error(refusal.where if refusal.where in form.fields else None, str(refusal))
            else:
                wake()
                messages.success(request, f"Zlecono serię: adresatów do sprawdzenia {run.total}.")
                return redirect("admin:liabilities_letterrun_change", run.pk)
        context = {
            **self.admin_site.each_context(request),
            "title": "Nowa seria upomnień",
            "opts": self.opts,
            "form": form,
            "facts": [("Koszty upomnienia dziś", format_pln(letter_cost(today)))],
            "back": reverse("admin:liabilities_letterrun_changelist"),
            "button": "Zleć serię",
        }
        return render(request, "admin/liabilities/work.html", context)

    def _run(self, request: HttpRequest, pk: object, *, to_work: bool = False) -> LetterRun:
        may = "liabilities.add_letterrun" if to_work else "liabilities.view_letterrun"
        if not account_of(request).has_perm(may):
            raise PermissionDenied
        run: LetterRun = self.row_or_404(request, pk)
        return run

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, object] | None = None
    ) -> HttpResponse:
        """How far the run is, its files, and what it left out."""
        run = self._run(request, object_id)
        waiting, letters, files = run.addressees.count(), run.letters.count(), files_of(run).count()
        void = run.letters.filter(outcome="void").count()
        reasons = run.skips.values_list("reason").annotate(count=Count("pk")).order_by("-count")
        may_work = account_of(request).has_perm("liabilities.add_letterrun")
        names = dict(DueKind.objects.values_list("code", "name"))
        context = {
            **self.admin_site.each_context(request),
            "title": f"Seria upomnień nr {run.pk}",
            "opts": self.opts,
            "run": run,
            "facts": [
                ("Dzień wystawienia", format_date(run.issued_on)),
                ("Rodzaje należności", ", ".join(names.get(code, code) for code in run.kinds)),
                ("Zaległości starsze niż", f"{run.overdue_days} dni"),
                ("Czas po działaniu informacyjnym", f"{run.wait_days} dni"),
                ("Próg", format_pln(run.least)),
                ("Koszty upomnienia", format_pln(run.cost)),
                ("Podpisuje", run.signer),
            ],
            "looked": run.total - waiting,
            "letters": letters,
            "files": files,
            "sheets": letters - void,
            "troubles": run.letters.exclude(problem="").count(),
            "parts": [(part, (part - 1) * PART + 1, min(part * PART, files)) for part in range(1, parts_of(run) + 1)]
            if run.state == RunState.DONE
            else [],
            "reasons": [(code, SKIP_LABELS[Skip(code)], count) for code, count in reasons],
            "may_pause": may_work and run.state == RunState.WORKING,
            "may_go_on": may_work and run.state == RunState.PAUSED,
            "register": f"{reverse('admin:liabilities_dunningletter_changelist')}?run__id__exact={run.pk}",
        }
        return render(request, "admin/liabilities/letterrun/run.html", context)

    def turn_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Pause, go on, cut short."""
        run = self._run(request, pk, to_work=True)
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        try:
            messages.success(request, self._turn(request, run))
        except Refused as refusal:
            messages.error(request, str(refusal))
        return redirect("admin:liabilities_letterrun_change", run.pk)

    @staticmethod
    def _turn(request: HttpRequest, run: LetterRun) -> str:
        wanted, by = request.POST.get("co", ""), actor_of(request)
        if wanted == "wstrzymaj":
            pause_run(run, by=by)
            return "Seria stanie po partii, nad którą właśnie pracuje."
        if wanted == "zakoncz":
            left = cut_short(run, reason=request.POST.get("powod", ""), by=by)
            wake()
            return f"Seria skończy się na pismach, które mają już numery. Niesprawdzonych adresatów: {left}."
        go_on(run, by=by)
        wake()
        return "Seria idzie dalej."

    def skips_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """What was left out and why, a reason at a time or all."""
        run = self._run(request, pk)
        reason = request.GET.get("powod", "")
        found = run.skips.select_related("payer", "instalment__liability").order_by("reason", "payer__name", "pk")
        if reason in set(Skip):
            found = found.filter(reason=reason)
        page = Paginator(found, PAGE).get_page(request.GET.get("strona"))
        staff_looked_at_many(request, [skip.payer_id for skip in page], what="pominięci w serii upomnień")
        context = {
            **self.admin_site.each_context(request),
            "title": "Pominięte w\u00a0serii upomnień",
            "opts": self.opts,
            "run": run,
            "page": page,
            "reason": reason,
            "reasons": [(one.value, SKIP_LABELS[one]) for one in Skip],
        }
        return render(request, "admin/liabilities/letterrun/skips.html", context)

    def print_view(self, request: HttpRequest, pk: int, part: int) -> HttpResponseBase:
        """A part's letters as one PDF in postal order."""
        run = self._run(request, pk)
        two_sided = request.GET.get("dwustronnie") == "1"
        try:
            file = for_print(run, part, two_sided=two_sided)
        except Refused as refusal:
            raise Http404 from refusal
        self._taken(request, run, part, "druk")
        return FileResponse(file, as_attachment=True, filename=f"upomnienia-{run.pk}-{part}.pdf")

    def delivery_view(self, request: HttpRequest, pk: int, part: int) -> HttpResponseBase:
        """A part's letters each by itself, with an index."""
        run = self._run(request, pk)
        try:
            file = for_delivery(run, part)
        except Refused as refusal:
            raise Http404 from refusal
        self._taken(request, run, part, "e-Doręczenia")
        return FileResponse(file, as_attachment=True, filename=f"upomnienia-{run.pk}-{part}.zip")

    @staticmethod
    def _taken(request: HttpRequest, run: LetterRun, part: int, what: str) -> None:
        payers = files_of(run)[(part - 1) * PART : part * PART].values_list("letter__payer_id", flat=True)
        staff_looked_at_many(request, payers, what=f"upomnienia: {what}")
        audit.record("take_letters", f"letter_run:{run.pk}", by=actor_of(request), part=part, what=what)
