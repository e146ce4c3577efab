"""The register of information actions of one instalment: to look at, to take away as a file, to add to."""

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.admin import AdminSite
from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone

from core.errors import Refused
from liabilities.admin.work import MAY, check_may_work
from liabilities.information import record_information, register_csv, register_of
from liabilities.models import InformationForm, Instalment
from residents.access import account_of, actor_of, staff_looked
from residents.models import Payer


class ActionForm(forms.Form):
    """What a person did."""

    payer = forms.ModelChoiceField(Payer.objects.none(), label="Kogo", empty_label=None)
    form = forms.ChoiceField(label="Forma", choices=InformationForm.choices)
    on = forms.DateField(label="Dzień", widget=forms.DateInput({"type": "date"}, "%Y-%m-%d"))
    person = forms.CharField(label="Kto rozmawiał lub pisał", max_length=120)
    outcome = forms.CharField(label="Skutek", max_length=200, help_text="Na przykład: zapłaci do piątku; nie odebrał.")

    def __init__(self, *args: Any, payers: "QuerySet[Payer]", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["payer"] = forms.ModelChoiceField(payers, label="Kogo", empty_label=None)


def _due(request: HttpRequest, pk: int, what: str) -> Instalment:
    if not account_of(request).has_perm("liabilities.view_ledgerentry"):
        raise PermissionDenied
    due = get_object_or_404(Instalment.objects.select_related("liability__payer"), pk=pk)
    staff_looked(request, due.liability.payer, what=what)
    return due


def information_page(request: HttpRequest, site: AdminSite, pk: int) -> HttpResponse:
    """The lines of the register and, for who may work on dues, the form of a new one."""
    due = _due(request, pk, "rejestr działań informacyjnych")
    own = Payer.objects.filter(Q(pk=due.liability.payer_id) | Q(joint_liabilities__liability=due.liability)).distinct()
    start = {"person": account_of(request).get_full_name(), "on": timezone.localdate()}
    form = ActionForm(request.POST or None, initial=start, payers=own)
    if request.method == "POST":
        check_may_work(request)
        if form.is_valid():
            try:
                said = form.cleaned_data
                record_information(due, said.pop("payer"), **said, today=timezone.localdate(), by=actor_of(request))
            except Refused as refusal:
                form.add_error(refusal.where if refusal.where in form.fields else None, str(refusal))
            else:
                messages.success(request, "Działanie wpisane do rejestru.")
                return redirect("admin:liabilities_instalment_information", due.pk)
    context = {**site.each_context(request), "title": "Działania informacyjne", "due": due, "form": form}
    context |= {"lines": register_of(due), "may_add": account_of(request).has_perm(MAY)}
    return render(request, "admin/liabilities/information.html", context)


def information_file(request: HttpRequest, pk: int) -> StreamingHttpResponse:
    """The register as CSV."""
    due = _due(request, pk, "rejestr działań informacyjnych (CSV)")
    answer = StreamingHttpResponse(register_csv(due), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="dzialania-informacyjne-{due.pk}.csv"'
    return answer
