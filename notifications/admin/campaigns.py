"""Campaigns as staff run them: prepare, see to whom and at what cost, schedule, watch, pause, stop."""

from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from consents.models import Topic
from core import audit
from core.admin import ReadOnlyAdmin
from core.errors import Refused
from notifications.campaigns import Progress, Share, estimate, pause, progress, resume, schedule, stop
from notifications.channels import Channel
from notifications.models import Campaign, CampaignState
from residents.access import actor_of
from residents.models import Payer

MOST_CITIES = 300
LATEST_START, FARTHEST = timedelta(days=2), timedelta(days=366)
WAYS = [(one.value, one.label) for one in (Channel.SMS, Channel.EMAIL, Channel.PUSH)]
FRAGMENT = "admin/notifications/campaign_progress.html"


class CampaignForm(forms.ModelForm):  # type: ignore[type-arg]  # not generic at run time
    """What is told, to whom, when."""

    channels = forms.MultipleChoiceField(label="Drogi", choices=WAYS, widget=forms.CheckboxSelectMultiple)

    link = forms.URLField(label="Odnośnik", max_length=150, assume_scheme="https")

    class Meta:
        model = Campaign
        fields = ("topic", "title", "when", "place", "details", "link", "channels", "cities", "starts_at", "until")
        labels = {"starts_at": "Początek wysyłki", "until": "Nie wysyłać po"}
        help_texts = {
            "title": "Na przykład: Koncert na Rynku",
            "when": "Na przykład: w sobotę, 12 grudnia, o 18.00",
            "place": "Na przykład: Rynek 1",
            "until": "Zwykle początek wydarzenia: spóźniona wiadomość nie wyjdzie.",
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        topics = Topic.objects.filter(is_active=True, basis=Topic.Basis.CONSENT, code__startswith="events_")
        self.fields["topic"] = forms.ModelChoiceField(topics, label="Rodzaj powiadomień", empty_label=None)
        cities = Payer.objects.exclude(city="").values_list("city", flat=True).distinct().order_by("city")
        self.fields["cities"] = forms.MultipleChoiceField(
            label="Miejscowości",
            required=False,
            choices=[(city, city) for city in cities[:MOST_CITIES]],
            widget=forms.CheckboxSelectMultiple,
            help_text="Bez zaznaczenia: wszyscy, którzy wyrazili zgodę.",
        )

    def clean_starts_at(self) -> datetime:
        """Not in the past, but for a morning that became an afternoon."""
        starts_at: datetime = self.cleaned_data["starts_at"]
        if starts_at < timezone.now() - LATEST_START:
            raise forms.ValidationError("Ten dzień już minął. Popraw datę.", code="passed")
        return starts_at

    def clean_until(self) -> datetime:
        """To come, and within a year: farther away, a digit is wrong."""
        until: datetime = self.cleaned_data["until"]
        if until <= timezone.now():
            raise forms.ValidationError("Ten termin już minął. Popraw datę.", code="passed")
        if until > timezone.now() + FARTHEST:
            raise forms.ValidationError("To za ponad rok. Sprawdź, czy rok jest dobry.", code="too_far")
        return until


@admin.register(Campaign)
class CampaignAdmin(ReadOnlyAdmin):
    """Every campaign; the page of one shows its audience, cost and progress, and what may be done."""

    form = CampaignForm
    list_display = ("title", "topic", "state", "starts_at", "queued")
    list_filter = ("state", "topic")
    list_select_related = ("topic",)
    ordering = ("-pk",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Who may prepare one."""
        return bool(request.user.has_perm("notifications.add_campaign"))

    def save_model(self, request: HttpRequest, obj: Campaign, form: "ModelForm[Any]", change: object) -> None:
        """A draft by whom it was made."""
        by = actor_of(request)
        obj.made_by_id = by.account_id
        obj.save()
        audit.record("make_campaign", f"campaign:{obj.pk}", by=by)

    def response_add(self, request: HttpRequest, obj: Campaign, post_url_continue: str | None = None) -> HttpResponse:
        """To its page, which tells to whom it would go."""
        return redirect("admin:notifications_campaign_change", obj.pk)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The campaign's page; `fragment` asks for its progress alone (static/js)."""
        campaign: Campaign = self.row_or_404(request, object_id)
        if not self.has_view_permission(request, campaign):
            raise PermissionDenied
        if request.method == "POST":
            return self._act(request, campaign)
        context: dict[str, Any] = {"campaign": campaign, "progress": _progress(campaign)}
        is_over = context["is_over"] = context["progress"] is not None and context["progress"].is_over
        context["is_moving"] = campaign.state in {CampaignState.SCHEDULED, CampaignState.GOING} and not is_over
        if "fragment" in request.GET:
            return render(request, FRAGMENT, context)
        shares, problem = _estimate(campaign)
        context |= {
            **self.admin_site.each_context(request),
            "title": campaign.title,
            "shares": shares,
            "problem": problem,
            "people": sum(share.people for share in shares),
            "cost": sum(share.cost_pln for share in shares),
            "may_act": self.has_add_permission(request),
        }
        return render(request, "admin/notifications/campaign.html", context)

    def _act(self, request: HttpRequest, campaign: Campaign) -> HttpResponse:
        if not self.has_add_permission(request):
            raise PermissionDenied
        by, at = actor_of(request), timezone.now()
        try:
            if "start" in request.POST:
                schedule(campaign, at=at, by=by)
                messages.success(request, "Kampania zaplanowana. Wyjdzie o wybranej porze.")
            elif "pause" in request.POST:
                pause(campaign, by=by)
                messages.success(request, "Wstrzymana. To, co jest już w bramce, jeszcze dojdzie.")
            elif "resume" in request.POST:
                resume(campaign, at=at, by=by)
                messages.success(request, "Wznowiona.")
            elif "stop" in request.POST:
                count = stop(campaign, at=at, by=by)
                messages.success(request, f"Zatrzymana. Wycofane wiadomości: {count}.")
        except Refused as refusal:
            messages.error(request, str(refusal))
        return redirect("admin:notifications_campaign_change", campaign.pk)


def _progress(campaign: Campaign) -> Progress | None:
    return None if campaign.state in {CampaignState.DRAFT, CampaignState.SCHEDULED} else progress(campaign)


def _estimate(campaign: Campaign) -> tuple[list[Share], str]:
    if campaign.state not in {CampaignState.DRAFT, CampaignState.SCHEDULED}:
        return [], ""
    try:
        return estimate(campaign), ""
    except Refused as refusal:
        return [], str(refusal)
