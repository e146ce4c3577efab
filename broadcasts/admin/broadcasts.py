"""«Ostrzeżenia gminy»: the composer, two pairs of eyes, the live view, the report."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.text import capfirst

from broadcasts.admin.assisted import visits_pdf
from broadcasts.admin.live import live_facts, stream
from broadcasts.compose_form import ComposeForm, initial_of, ready_texts
from broadcasts.composing import approve, drop, follow, make_draft, return_draft, submit, write_draft
from broadcasts.drafts import said_of_warning
from broadcasts.models import Broadcast, SourceWarning
from broadcasts.models.broadcast import Kind
from broadcasts.preview import preview
from broadcasts.report import report_csv, report_pdf
from broadcasts.sending import pause, repeat, resume, start
from broadcasts.shapes import NotAShape, read_shape
from broadcasts.states import STARTED, State
from broadcasts.town_map import town_picture
from broadcasts.wordings import area_words
from core.admin import ReadOnlyAdmin
from core.errors import Refused
from residents.access import account_of, actor_of

LIST = "broadcasts.view_assistedresident"
CHANGE = "broadcasts.change_broadcast"
USUAL_LENGTH = timedelta(hours=12)


@admin.register(Broadcast)
class BroadcastAdmin(ReadOnlyAdmin):
    """The list, newest first; a draft opens in the composer, what was sent in the live view."""

    list_display = ("told_name", "state", "is_rehearsal", "until", "started_at", "people")
    list_display_links = ("told_name",)
    list_filter = ("state", "kind", "is_rehearsal")
    list_select_related = ("hazard",)
    list_before_template = "admin/broadcasts/new_warning.html"
    ordering = ("-pk",)

    @admin.display(description="ostrzeżenie", ordering="pk")
    def told_name(self, broadcast: Broadcast) -> str:
        """What it is, and of what."""
        return str(broadcast)

    def get_urls(self) -> list[URLPattern]:
        """The composer for a new one, and the reports."""
        view = self.admin_site.admin_view
        return [
            path("nowe/", view(self.compose_view), name="broadcasts_compose"),
            path("<int:pk>/zdarzenia/", view(self.events_view), name="broadcasts_events"),
            path("<int:pk>/obchod.pdf", view(self.visits_view), name="broadcasts_visits"),
            path("<int:pk>/raport.pdf", view(self.pdf_view), name="broadcasts_report_pdf"),
            path("<int:pk>/raport.csv", view(self.csv_view), name="broadcasts_report_csv"),
            *super().get_urls(),
        ]

    def _allowed(self, request: HttpRequest) -> None:
        if not request.user.has_perm(CHANGE):
            raise PermissionDenied

    def compose_view(self, request: HttpRequest) -> HttpResponse:
        """A new warning, empty or out of what a source told."""
        self._allowed(request)
        source = _source(request)
        initial = said_of_warning(source, at=timezone.now()) if source else {"until": timezone.now() + USUAL_LENGTH}
        return self._composer(request, None, initial=initial, source=source)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The composer for what was not sent, the live view for what was."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        broadcast: Broadcast = self.row_or_404(request, object_id)
        if request.method == "POST":
            self._allowed(request)
        if broadcast.life in STARTED or broadcast.life == State.DROPPED:
            return self._live(request, broadcast)
        if request.method == "POST" and (done := self._press(request, broadcast)):
            return done
        return self._composer(request, broadcast, initial=initial_of(broadcast), source=broadcast.source_warning)

    def _composer(
        self,
        request: HttpRequest,
        broadcast: Broadcast | None,
        *,
        initial: dict[str, Any],
        source: SourceWarning | None,
    ) -> HttpResponse:
        form = ComposeForm(request.POST or None, initial=initial)
        shown = None
        if request.method == "POST" and form.is_valid():
            if "fill" in request.POST:
                form = _filled(form)
            elif "check" not in request.POST:
                return self._save(request, broadcast, form, source)
            if form.is_valid():
                shown = preview(_as_typed(broadcast, form), at=timezone.now())
        elif request.method != "POST" and broadcast is not None:
            shown = preview(broadcast, at=timezone.now())
        picture = town_picture() if broadcast is None or broadcast.parent_id is None else None
        author = broadcast.written_by_id if broadcast else None
        context = {
            **self.admin_site.each_context(request),
            "title": capfirst(str(broadcast)) if broadcast else "Nowe ostrzeżenie",
            "form": form,
            "number": _number(request),
            "broadcast": broadcast,
            "state": broadcast.state if broadcast else "",
            "preview": shown,
            "picture": picture,
            "outline": picture.outline(_shape_of(form)) if picture else "",
            "source": source,
            "is_own": author == account_of(request).pk,
            "steps": broadcast.steps.all() if broadcast else [],
            "back": reverse("admin:broadcasts_broadcast_changelist"),
        }
        return render(request, "admin/broadcasts/compose.html", context)

    def _save(
        self, request: HttpRequest, broadcast: Broadcast | None, form: ComposeForm, source: SourceWarning | None
    ) -> HttpResponse:
        """Save what was typed, then do what the button says with it."""
        by, at = actor_of(request), timezone.now()
        if broadcast is None:
            number = _number(request)
            broadcast = make_draft(said=form.said(), by=by, at=at, source_warning=source, number=number)
        try:
            broadcast = write_draft(broadcast, said=form.said(), by=by, at=at)
            if "submit" in request.POST:
                submit(broadcast, by=by, at=at)
                messages.success(request, "Przekazano do zatwierdzenia. Zatwierdzić musi inna osoba.")
            elif "break" in request.POST:
                start(broadcast, by=by, at=at, break_glass=request.POST.get("break_glass", ""))
                messages.success(request, "Nadawanie rozpoczęte bez zatwierdzenia. Powód zapisano.")
            else:
                messages.success(request, "Szkic zapisany.")
        except Refused as refusal:
            messages.warning(request, str(refusal))
        return redirect("admin:broadcasts_broadcast_change", broadcast.pk)

    def _press(self, request: HttpRequest, broadcast: Broadcast) -> HttpResponse | None:
        """A button that changes no word; None when the composer's own was pressed."""
        by, at = actor_of(request), timezone.now()
        reason = request.POST.get("reason", "").strip()
        verbs: dict[str, tuple[Callable[[], object], str]] = {
            "approve": (lambda: approve(broadcast, by=by, at=at), "Zatwierdzone. Teraz można nadać."),
            "return": (
                lambda: return_draft(broadcast, reason=reason or "bez podania powodu", by=by, at=at),
                "Zwrócone do poprawy.",
            ),
            "drop": (lambda: drop(broadcast, reason=reason or "bez podania powodu", by=by, at=at), "Szkic porzucony."),
            "start": (lambda: start(broadcast, by=by, at=at), "Nadawanie rozpoczęte."),
        }
        return self._done(request, broadcast, verbs)

    def _done(
        self, request: HttpRequest, broadcast: Broadcast, verbs: dict[str, tuple[Callable[[], object], str]]
    ) -> HttpResponse | None:
        pressed = next((name for name in verbs if name in request.POST), None)
        if pressed is None:
            return None
        act, words = verbs[pressed]
        try:
            made = act()
        except Refused as refusal:
            messages.warning(request, str(refusal))
            return redirect("admin:broadcasts_broadcast_change", broadcast.pk)
        messages.success(request, words)
        shown = made if isinstance(made, Broadcast) else broadcast
        return redirect("admin:broadcasts_broadcast_change", shown.pk)

    def _live(self, request: HttpRequest, broadcast: Broadcast) -> HttpResponse:
        """How it goes, and what may be done about it."""
        by, at = actor_of(request), timezone.now()
        if request.method == "POST":
            verbs: dict[str, tuple[Callable[[], object], str]] = {
                "pause": (
                    lambda: pause(broadcast, by=by, at=at),
                    "Wstrzymane. To, co jest już w bramce, jeszcze pójdzie.",
                ),
                "resume": (lambda: resume(broadcast, by=by, at=at), "Wznowione."),
                "repeat": (lambda: repeat(broadcast, by=by, at=timezone.now()), "Nadawanie powtórzenia rozpoczęte."),
                "correct": (
                    lambda: follow(broadcast, kind=Kind.CORRECTION, by=by, at=at),
                    "Popraw treść sprostowania i przekaż je do zatwierdzenia.",
                ),
                "end": (
                    lambda: follow(broadcast, kind=Kind.ALL_CLEAR, by=by, at=at),
                    "Sprawdź treść odwołania i przekaż je do zatwierdzenia.",
                ),
            }
            if done := self._done(request, broadcast, verbs):
                return done
        is_going = broadcast.life == State.SENDING
        context = {
            **self.admin_site.each_context(request),
            "title": capfirst(str(broadcast)),
            "broadcast": broadcast,
            "area": area_words(broadcast),
            **live_facts(broadcast, at=at),
            "steps": broadcast.steps.all(),
            "children": broadcast.children.select_related("hazard").order_by("pk"),
            "is_going": is_going,
            "is_paused": broadcast.life == State.PAUSED,
            "holds": broadcast.started_at and broadcast.ended_at is None and broadcast.until > at,
            "refreshes": is_going and "bez-odswiezania" not in request.GET,
            "may_change": request.user.has_perm(CHANGE),
            "back": reverse("admin:broadcasts_broadcast_changelist"),
        }
        return render(request, "admin/broadcasts/live.html", context)

    def _reported(self, request: HttpRequest, pk: int) -> Broadcast:
        if not self.has_view_permission(request):
            raise PermissionDenied
        broadcast: Broadcast = self.row_or_404(request, pk)
        return broadcast

    def events_view(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        """How it goes, as server-sent events."""
        return stream(self._reported(request, pk))

    def visits_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Whom the wardens visit."""
        broadcast = self._reported(request, pk)
        if not request.user.has_perm(LIST) or broadcast.is_rehearsal or broadcast.started_at is None:
            raise PermissionDenied
        return _file(visits_pdf(request, broadcast, at=timezone.now()), "application/pdf", f"obchod-{pk}.pdf")

    def pdf_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The report on paper."""
        content = report_pdf(self._reported(request, pk), at=timezone.now())
        return _file(content, "application/pdf", f"ostrzezenie-{pk}.pdf")

    def csv_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The report for a spreadsheet."""
        content = report_csv(self._reported(request, pk), at=timezone.now())
        return _file(content, "text/csv; charset=utf-8", f"ostrzezenie-{pk}.csv")


def _file(content: bytes, kind: str, name: str) -> HttpResponse:
    return HttpResponse(content, content_type=kind, headers={"Content-Disposition": f'attachment; filename="{name}"'})


def _source(request: HttpRequest) -> SourceWarning | None:
    asked = request.GET.get("zrodlo", "")
    is_number = asked.isascii() and asked.isdecimal() and len(asked) < 18
    return SourceWarning.objects.filter(pk=int(asked)).first() if is_number else None


def _number(request: HttpRequest) -> UUID:
    """The new warning's number, given out with its page: a double click is one warning."""
    try:
        return UUID(request.POST.get("number", ""))
    except ValueError:
        return uuid4()


def _filled(form: ComposeForm) -> ComposeForm:
    """The form with the ready texts of its hazard."""
    data = dict(form.data.items()) | {"districts": form.cleaned_data.get("districts", [])}
    for name, text in ready_texts(form.said()).items():
        data[name] = text
    return ComposeForm(data)


def _shape_of(form: ComposeForm) -> list[tuple[float, float]]:
    """The shape in the form, to be drawn; none where it cannot be read."""
    try:
        return read_shape(str(form["shape"].value() or ""))
    except NotAShape:
        return []


def _as_typed(broadcast: Broadcast | None, form: ComposeForm) -> Broadcast:
    """The warning as it stands on the page, not saved."""
    shown = broadcast or Broadcast()
    for name, value in form.said().items():
        setattr(shown, name, value)
    return shown
