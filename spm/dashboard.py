"""The staff's first page: what waits for whom, and whether everything runs."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.db.models import Count, Q, Sum
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from broadcasts import states
from broadcasts.models import Broadcast, SourceState
from consents.models import ConsentApplication
from core.models import InboundEvent
from liabilities.models import ImportRun, Instalment, PostingExport
from liabilities.rate_watch import rate_warnings
from mailroom.queries import mailbox_trouble, waiting_letters
from notifications.bounces import return_trouble
from notifications.channels import Channel
from notifications.models import Message, Route
from notifications.routes import Health, health
from notifications.shares import CapState
from payments.clearing_queries import waiting_entries
from payments.models import BankStatement, Payment
from residents.models import AttorneyRequest, Claim, DataRequest


@dataclass(frozen=True)
class Task:
    """One thing on the first page: a number, what it counts, and where to work on it."""

    count: str
    label: str
    url: str
    is_urgent: bool


def _tasks(request: HttpRequest) -> list[Task]:
    tasks = []
    if request.user.has_perm("consents.view_consentapplication"):
        waiting = ConsentApplication.objects.filter(state="draft").count()
        page = reverse("admin:consents_consentapplication_changelist")
        tasks.append(Task(str(waiting), "wnioski do sprawdzenia", f"{page}?state__exact=draft", waiting > 0))
    if request.user.has_perm("mailroom.view_incomingmail"):
        tasks += _mail()
    if request.user.has_perm("residents.change_datarequest"):
        asked = DataRequest.objects.filter(state="waiting").count()
        page = reverse("admin:residents_datarequest_changelist")
        tasks.append(Task(str(asked), "wnioski o dane osobowe", f"{page}?state__exact=waiting", asked > 0))
    if request.user.has_perm("residents.change_attorneyrequest"):
        papers = AttorneyRequest.objects.filter(state="waiting").count()
        page = reverse("admin:residents_attorneyrequest_changelist")
        tasks.append(Task(str(papers), "pełnomocnictwa do sprawdzenia", f"{page}?state__exact=waiting", papers > 0))
    if request.user.has_perm("residents.change_claim"):
        disputed = Claim.objects.filter(state="waiting").count()
        page = reverse("admin:residents_claim_changelist")
        tasks.append(Task(str(disputed), "sporne tożsamości", f"{page}?state__exact=waiting", disputed > 0))
    if request.user.has_perm("payments.view_payment"):
        doubtful = Payment.objects.filter(state="clerk").count()
        page = reverse("admin:payments_payment_changelist")
        tasks.append(Task(str(doubtful), "płatności do wyjaśnienia", f"{page}?state__exact=clerk", doubtful > 0))
    if request.user.has_perm("payments.view_bankentry"):
        tasks += _money()
    if request.user.has_perm("liabilities.view_importrun"):
        tasks += _imports()
    if request.user.has_perm("liabilities.view_interestrate"):
        tasks += _rates()
    tasks += _warnings(request)
    if request.user.has_perm("notifications.view_message"):
        tasks += _messages()
        tasks += _returns()
    if request.user.has_perm("core.view_inboundevent"):
        refused = InboundEvent.objects.filter(is_verified=False).count()
        page = reverse("admin:core_inboundevent_changelist")
        tasks.append(Task(str(refused), "zdarzenia z błędnym podpisem", f"{page}?is_verified__exact=0", refused > 0))
    return tasks


def _mail() -> list[Task]:
    page = reverse("admin:mailroom_incomingmail_changelist")
    waiting = waiting_letters()
    tasks = [Task(str(waiting), "e-maile do załatwienia", page, waiting > 0)]
    if trouble := mailbox_trouble(timezone.now()):
        since = timezone.localtime(trouble[0])
        tasks.append(Task("!", f"skrzynka nie działa od {since:%d.%m.%Y, %H:%M}: {trouble[1]}", page, is_urgent=True))
    return tasks


def _returns() -> list[Task]:
    trouble = return_trouble()
    if trouble is None:
        return []
    page = reverse("admin:notifications_suppressedaddress_changelist")
    words = f"skrzynka zwrotów nie działa od {timezone.localtime(trouble[0]):%d.%m.%Y, %H:%M}: {trouble[1]}"
    return [Task("!", words, page, is_urgent=True)]


def _money() -> list[Task]:
    left = waiting_entries().count()
    parked = BankStatement.objects.filter(chain__in=["gap", "overlap"]).count()
    unsigned = PostingExport.objects.filter(signed_at__isnull=True).count()
    page = reverse("admin:payments_bankstatement_changelist")
    exports = reverse("admin:liabilities_postingexport_changelist")
    return [
        Task(str(left), "wpłaty do wyjaśnienia", reverse("admin:payments_bankentry_clearing"), left > 0),
        Task(str(parked), "wstrzymane wyciągi", f"{page}?chain__in=gap,overlap", parked > 0),
        Task(str(unsigned), "eksporty księgowań do podpisu", f"{exports}?signed_at__isempty=1", unsigned > 0),
    ]


def _rates() -> list[Task]:
    page = reverse("admin:liabilities_interestrate_changelist")
    warnings = rate_warnings(on=timezone.localdate(), at=timezone.now())
    return [Task("!", warning.words, page, is_urgent=True) for warning in warnings]


def _imports() -> list[Task]:
    page = reverse("admin:liabilities_importrun_changelist")
    newest = ImportRun.objects.order_by("-as_of").first()
    if newest is None:
        return [Task("–", "nie było jeszcze importu należności", page, is_urgent=True)]
    stale = timezone.now() - newest.as_of > timedelta(days=settings.STALE_IMPORT_DAYS)
    open_sums = Instalment.objects.open().aggregate(total=Sum("outstanding"), number=Count("pk"))
    return [
        Task(timezone.localtime(newest.as_of).strftime("%d.%m.%Y"), "stan ostatniego importu", page, stale),
        Task(str(newest.rejected), "odrzucone wiersze ostatniego importu", page, newest.rejected > 0),
        Task(
            str(open_sums["number"]),
            "raty do zapłaty",
            f"{reverse('admin:liabilities_instalment_changelist')}?stan=otwarte",
            is_urgent=False,
        ),
    ]


def _messages() -> list[Task]:
    page = reverse("admin:notifications_message_changelist")
    day = timezone.now() - timedelta(days=1)
    counts = Message.objects.filter(Q(queued_at__gte=day) | Q(state__in=["queued", "unknown"])).aggregate(
        queued=Count("pk", filter=Q(state="queued")),
        unknown=Count("pk", filter=Q(state="unknown")),
        failed=Count("pk", filter=Q(state="failed", queued_at__gte=day)),
        delivered=Count("pk", filter=Q(state="delivered", queued_at__gte=day)),
    )
    return [
        Task(str(counts["queued"]), "wiadomości czekające na wysłanie", f"{page}?state__exact=queued", is_urgent=False),
        Task(
            str(counts["delivered"]),
            "wiadomości doręczone od wczoraj",
            f"{page}?state__exact=delivered",
            is_urgent=False,
        ),
        Task(
            str(counts["failed"]),
            "wiadomości niedoręczone od wczoraj",
            f"{page}?state__exact=failed",
            counts["failed"] > 0,
        ),
        Task(
            str(counts["unknown"]),
            "wiadomości bez pewnego wyniku",
            f"{page}?state__exact=unknown",
            counts["unknown"] > 0,
        ),
    ]


def _warnings(request: HttpRequest) -> list[Task]:
    """The town's warnings that wait for somebody or go out now, and sources that are silent."""
    if not request.user.has_perm("broadcasts.view_broadcast"):
        return []
    page = reverse("admin:broadcasts_broadcast_changelist")
    counts = dict(Broadcast.objects.order_by().values_list("state").annotate(Count("pk")))
    words = {
        states.State.DRAFT: "szkice ostrzeżeń",
        states.State.PENDING: "ostrzeżenia do zatwierdzenia",
        states.State.APPROVED: "ostrzeżenia zatwierdzone, nienadane",
        states.State.SENDING: "ostrzeżenia w trakcie nadawania",
        states.State.PAUSED: "ostrzeżenia wstrzymane",
    }
    tasks = [
        Task(str(count), label, f"{page}?state__exact={state}", count > 0)
        for state, label in words.items()
        if (count := counts.get(state, 0)) or state in {states.State.DRAFT, states.State.PENDING}
    ]
    sources = reverse("admin:broadcasts_sourcestate_changelist")
    for source in SourceState.objects.filter(failing_since__isnull=False):
        since = timezone.localtime(source.failing_since)
        told = f"źródło nie działa od {since:%d.%m.%Y, %H:%M}: {source.name}"
        tasks.append(Task("!", told, sources, is_urgent=True))
    return tasks


@dataclass(frozen=True)
class GatewayLine:
    """A gateway on the first page: how it is, and where to switch it."""

    name: str
    way: str
    words: str
    url: str
    is_urgent: bool


def _gateways(request: HttpRequest) -> list[GatewayLine]:
    """Every gateway: whether it is on, takes messages, and how near its cap of spending it is."""
    may = request.user.has_perm
    if not may("notifications.view_message") and not may("broadcasts.view_broadcast"):
        return []
    rows = dict(Route.objects.values_list("gateway", "pk")) if may("notifications.view_route") else None
    return [_line(one, rows) for one in health(settings.MESSAGE_GATEWAYS, at=timezone.now())]


def _line(one: Health, rows: Mapping[str, int] | None) -> GatewayLine:
    words, is_urgent = "działa", False
    if not one.is_on:
        words = "wyłączona"
    elif one.rest:
        words, is_urgent = f"nie przyjmuje wiadomości: {one.rest.reason}", True
    if one.cap_state is CapState.REACHED:
        words, is_urgent = f"{words}; limit wydatków wyczerpany, wychodzą tylko ostrzeżenia", True
    elif one.cap_state is CapState.WARNING:
        words, is_urgent = f"{words}; wydano ponad 80% limitu", True
    if rows is None:
        url = ""
    elif one.name in rows:
        url = reverse("admin:notifications_route_change", args=[rows[one.name]])
    else:
        url = f"{reverse('admin:notifications_route_add')}?gateway={one.name}"
    return GatewayLine(one.name, str(Channel(one.channel).label), words, url, is_urgent)


def _links(request: HttpRequest) -> list[tuple[str, str]]:
    wanted = [
        ("broadcasts.change_broadcast", "Nowe ostrzeżenie", "admin:broadcasts_compose"),
        ("consents.add_consentapplication", "Zarejestruj wniosek papierowy", "admin:consents_consentapplication_add"),
        ("residents.add_payer", "Zarejestruj płatnika", "admin:residents_payer_add"),
        ("liabilities.add_importrun", "Wczytaj należności z pliku", "admin:liabilities_importrun_add"),
        ("payments.add_statementfile", "Wczytaj wyciąg z banku", "admin:payments_statementfile_add"),
    ]
    return [(label, reverse(name)) for permission, label, name in wanted if request.user.has_perm(permission)]


def staff_first_page(request: HttpRequest, context: dict[str, object]) -> dict[str, object]:
    """Context of admin's index: the tasks and the daily work of who is signed in (Unfold's DASHBOARD_CALLBACK)."""
    context.update({"tasks": _tasks(request), "daily_work": _links(request)})
    context["gateways"] = _gateways(request)
    context["second_factor_off"] = not settings.STAFF_SECOND_FACTOR
    return context
