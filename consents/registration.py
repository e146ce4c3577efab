"""The page on which clerks register a paper: the scan beside the fields, all of it by keyboard, with or without script.

A paper comes by its number (typed, or by a scanner into the box above: `?code=…`), by a scan of the queue (`?scan=…`),
or by neither.
"""

from copy import copy
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from consents.actions import (
    accept_application,
    already_decided,
    change_draft,
    register_application,
    reject_application,
)
from consents.application_pdf import Known
from consents.at_work import closed, opened
from consents.form_code import LONGEST, read_form_code
from consents.forms import ApplicationForm, RejectForm, SetAsideForm
from consents.incoming import form_of, registered_before, told_registered
from consents.models import ApplicationState, ConsentApplication, IncomingScan, PrintedForm
from consents.prefill import known_of
from consents.queries import rules
from core.errors import Refused
from core.uploads import SCAN_ENDINGS
from residents.access import account_of, actor_of, staff_looked, staff_looked_once
from residents.identity import mask_number
from residents.models import Payer
from residents.number_search import NumberSearch

LOOK = "rejestracja wniosku"
ADD = "admin:consents_consentapplication_add"
CHANGE = "admin:consents_consentapplication_change"
BIGGEST_ID = 2**63


@dataclass(frozen=True)
class Page:
    """One page of a scan, as the desk shows it."""

    number: int
    url: str


@dataclass(frozen=True)
class Desk:
    """What lies on the clerk's desk: a printed form that was recognised, a scan, what the town knows of the payer.

    `code` is what was typed or scanned, `code_error` why it leads nowhere.
    """

    form: PrintedForm | None = None
    payer: Payer | None = None
    scan: IncomingScan | None = None
    known: Known | None = None
    code: str = ""
    code_error: str = ""

    @property
    def papers(self) -> list[str]:
        """What others should know is being worked on."""
        shared = self.form is None or self.form.is_shared
        of_form = [] if shared or self.form is None else [f"form:{self.form.number}"]
        return of_form + ([f"scan:{self.scan.pk}"] if self.scan else [])


def next_desk(scan: IncomingScan | None) -> str:
    """The page of the next paper: the next scan of the queue for who works from it, else an empty page."""
    following = IncomingScan.objects.waiting().filter(pk__gt=scan.pk).first() if scan else None
    return f"{reverse(ADD)}?scan={following.pk}" if following else reverse(ADD)


def desk_of(request: HttpRequest) -> Desk:
    """The desk that the address names. Raises Http404 for a scan that never was, Refused for one that is done with."""
    scan = _scan(request.GET.get("scan", ""))
    form, code, error = scan.printed_form if scan else None, request.GET.get("code", "")[:LONGEST], ""
    if code.strip():
        try:
            form = form_of(read_form_code(code))
        except Refused as refusal:
            form, error = None, str(refusal)
    payer = form.payer and (form.payer.merged_into or form.payer) if form else None
    known = known_of(payer, at=timezone.now()) if payer else None
    return Desk(form, payer, scan, known, code, error)


def _scan(said: str) -> IncomingScan | None:
    if not said:
        return None
    if not (said.isascii() and said.isdigit()) or int(said) >= BIGGEST_ID:
        raise Http404
    scans = IncomingScan.objects.select_related("document", "printed_form__payer__merged_into")
    scan = scans.filter(pk=int(said)).first()
    if scan is None:
        raise Http404
    if scan.application_id is not None:
        raise Refused("scan_registered", f"Ten skan jest już zarejestrowany jako wniosek nr {scan.application_id}.")
    if scan.set_aside_at is not None:
        raise Refused("scan_set_aside", f"Ten skan odłożono: {scan.set_aside_why}.")
    return scan


def _what_happened(application: ConsentApplication, *, accepted: bool) -> str:
    """What the clerk's button led to, in words."""
    named = f"Wniosek nr {application.pk}"
    if not accepted:
        return f"{named} zapisany do sprawdzenia."
    if not rules(application):
        return f"{named} przyjęty jako dowód. Zgody się nie zmieniły: obowiązuje wniosek podpisany później."
    if not application.choices.exists():
        return f"{named} przyjęty. To rezygnacja: żadna zgoda już nie obowiązuje."
    return f"{named} przyjęty, zgody obowiązują."


class RegistrationPages(NumberSearch):
    """Registers, changes, accepts and rejects applications."""

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Register a paper."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        try:
            desk = desk_of(request)
        except Refused as refusal:
            messages.warning(request, f"{refusal} Otwieramy następny.")
            return redirect(next_desk(None))
        if request.method == "GET":
            self._told_at_opening(request, desk)
        return self._page(request, None, desk)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Check a draft, or look at a decided application."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        application = ConsentApplication.objects.filter(pk=object_id).first() if object_id.isdecimal() else None
        if application is None:
            raise Http404
        if request.method == "GET":
            staff_looked(request, application.payer, what="wniosek o powiadomienia")
        return self._page(request, application, Desk())

    def _told_at_opening(self, request: HttpRequest, desk: Desk) -> None:
        if desk.payer:
            staff_looked_once(request, desk.payer, what=LOOK)
        if desk.form and (before := registered_before(desk.form)):
            messages.warning(request, told_registered(before[0]))
        for paper in desk.papers:
            if who := opened(paper, by=account_of(request)):
                messages.warning(
                    request, f"Ten sam papier ma teraz otwarty {who}. Zapisze go ten, kto będzie pierwszy."
                )
                break

    def _page(self, request: HttpRequest, application: ConsentApplication | None, desk: Desk) -> HttpResponse:
        may_change = self.has_change_permission(request)
        is_rejection = "reject" in request.POST
        typed = (None, None) if is_rejection else (request.POST or None, request.FILES or None)
        # A copy: a bound form writes what was typed into its instance, and the page shows what is kept.
        form = ApplicationForm(
            *typed, instance=copy(application), paper=desk.form, known=desk.known, incoming=desk.scan
        )
        reject = RejectForm(request.POST if is_rejection else None)
        if request.method == "POST":
            if not may_change:
                raise PermissionDenied
            if done := self._post(request, application, form, reject, desk):
                return done
        if form.bearer:
            staff_looked_once(request, form.bearer, what=LOOK)
        title = "Nowy wniosek" if application is None else f"Wniosek nr {application.pk}"
        context = {
            **self.admin_site.each_context(request),
            "title": f"Błąd: {title}" if form.errors or reject.errors else title,
            "heading": title,
            "application": application,
            "number": mask_number(application.identity_number) if application else "",
            "form": form,
            "notes": form.notes(),
            "desk": desk,
            "pages": _pages(application, desk),
            "waiting": IncomingScan.objects.waiting().count(),
            "endings": SCAN_ENDINGS,
            "set_aside_form": SetAsideForm(),
            "reject_form": reject,
            "is_open": may_change and (application is None or application.state == ApplicationState.DRAFT),
            "is_fullwidth": "1",
            "back": reverse("admin:consents_consentapplication_changelist"),
            "add": reverse(ADD) if self.has_add_permission(request) else "",
        }
        return render(request, "admin/consents/application.html", context)

    def _post(
        self,
        request: HttpRequest,
        application: ConsentApplication | None,
        form: ApplicationForm,
        reject: RejectForm,
        desk: Desk,
    ) -> HttpResponse | None:
        """Do what the pressed button says; None to show the form again with its errors."""
        try:
            if "reject" in request.POST:
                return self._reject(request, application, reject)
            if application is not None and application.state != ApplicationState.DRAFT:
                raise already_decided()
            if not form.is_valid() or "check" in request.POST:
                return None
            with transaction.atomic():
                saved = self._saved(request, application, form, desk)
                if "accept" in request.POST:
                    accept_application(saved, by=actor_of(request), at=timezone.now())
        except Refused as refusal:
            return self._refused(request, application, form, refusal)
        for paper in desk.papers:
            closed(paper, by=account_of(request))
        messages.success(request, _what_happened(saved, accepted="accept" in request.POST))
        if request.POST.get("accept") == "next":
            return redirect(next_desk(desk.scan))
        return redirect(CHANGE, saved.pk)

    def _refused(
        self, request: HttpRequest, application: ConsentApplication | None, form: ApplicationForm, refusal: Refused
    ) -> HttpResponse | None:
        if refusal.code == "already_decided" and application is not None:
            messages.warning(request, f"{refusal} Nic nie zapisano.")
            return redirect(CHANGE, application.pk)
        if refusal.code in {"scan_registered", "scan_set_aside"}:
            messages.warning(request, str(refusal))
            return redirect(next_desk(None))
        form.add_error(refusal.where if refusal.where in form.fields else None, str(refusal))
        return None

    def _reject(
        self, request: HttpRequest, application: ConsentApplication | None, reject: RejectForm
    ) -> HttpResponse | None:
        if application is None or not reject.is_valid():
            return None
        reason = reject.cleaned_data["reason"]
        reject_application(application, reason=reason, by=actor_of(request), at=timezone.now())
        messages.success(request, f"Wniosek nr {application.pk} odrzucony.")
        return redirect("admin:consents_consentapplication_changelist")

    def _saved(
        self, request: HttpRequest, application: ConsentApplication | None, form: ApplicationForm, desk: Desk
    ) -> ConsentApplication:
        data = form.cleaned_data
        said = {name: data[name] for name in ("name", "phone", "email", "signed_on", "arrived_by", "received_on")}
        said |= {"choices": form.ticked(), "scan": data["scan"] if "scan" in form.files else None}
        by, at = actor_of(request), timezone.now()
        if application is not None:
            return change_draft(application, by=by, at=at, **said)
        return register_application(
            number=data["number"],
            clause_version=data["clause_version"],
            printed_form=desk.form,
            is_copy=data["is_copy"],
            incoming=desk.scan,
            by=by,
            at=at,
            **said,
        )


def _pages(application: ConsentApplication | None, desk: Desk) -> list[Page]:
    """The pages of the scan, each a picture."""
    if desk.scan and desk.scan.document:
        numbers = range(1, desk.scan.document.pages + 1)
        return [Page(number, reverse("admin:consents_scan_page", args=[desk.scan.pk, number])) for number in numbers]
    if application and application.scan:
        numbers = range(1, max(1, application.scan_pages) + 1)
        shown = "admin:consents_application_scan_page"
        return [Page(number, reverse(shown, args=[application.pk, number])) for number in numbers]
    return []


def desk_address(scan: IncomingScan, *, code: str = "") -> str:
    """The page that registers *scan*: other floors of the house and the queue of e-mails lead here."""
    return f"{reverse(ADD)}?{urlencode({'scan': scan.pk} | ({'code': code} if code else {}))}"
