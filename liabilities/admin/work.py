"""One way to show a form of the ledger's verbs and to do what it says: permission, reason, who, when."""

from collections.abc import Callable, Sequence
from typing import TypeVar

from django import forms
from django.contrib import messages
from django.contrib.admin import AdminSite
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from core.errors import Refused
from residents.access import account_of

MAY = "liabilities.add_ledgerentry"
Filled = TypeVar("Filled", bound=forms.Form)


def check_may_work(request: HttpRequest) -> None:
    """Only who may enter in the ledger. Raises PermissionDenied."""
    if not account_of(request).has_perm(MAY):
        raise PermissionDenied


def work_page(
    request: HttpRequest,
    site: AdminSite,
    form: Filled,
    *,
    title: str,
    facts: Sequence[tuple[str, object]],
    act: Callable[[Filled], str],
    back: str,
    button: str,
    **extra: object,
) -> HttpResponse:
    """The page of one verb: *facts* above, the form, and *act*, which does it and says what was done in words."""
    if request.method == "POST" and form.is_valid():
        try:
            done = act(form)
        except Refused as refusal:
            form.add_error(refusal.where if refusal.where in form.fields else None, str(refusal))
        else:
            messages.success(request, done)
            return redirect(back)
    context = {**site.each_context(request), "title": title, "facts": facts, "form": form, "back": back}
    return render(request, "admin/liabilities/work.html", {**context, "button": button, **extra})
