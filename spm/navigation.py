"""The menus as data, by role, and what every page's frame needs."""

from dataclasses import dataclass
from functools import partial

from django.conf import settings
from django.db import DatabaseError
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from broadcasts.publishing import BannerLine, banner
from residents.access import acting_for
from residents.models import Account
from residents.sessions import WARNED, idle_time


@dataclass(frozen=True)
class Item:
    """One link of the residents' menu."""

    label: str
    url: str
    current: bool


RESIDENT_MENU = [
    ("Moje należności", "liabilities:my_dues"),
    ("Płatności", "payments:history"),
    ("Wiadomości", "notifications:inbox"),
    ("Zgody", "consents:my"),
    ("Moje dane", "residents:profile"),
]

# Group, then (title, icon, URL name, permission that shows it).
STAFF_MENU: list[tuple[str, list[tuple[str, str, str, str]]]] = [
    (
        "Zgody",
        [
            (
                "Wnioski o powiadomienia",
                "inbox",
                "admin:consents_consentapplication_changelist",
                "consents.view_consentapplication",
            ),
            ("Podpisane pliki", "draw", "admin:consents_signedfile_changelist", "consents.view_signedfile"),
            ("Poczta", "mail", "admin:mailroom_incomingmail_changelist", "mailroom.view_incomingmail"),
            (
                "Wnioski z pliku",
                "upload_file",
                "admin:consents_importedpaper_changelist",
                "consents.view_importedpaper",
            ),
            (
                "Skany do rejestracji",
                "document_scanner",
                "admin:consents_incomingscan_changelist",
                "consents.view_incomingscan",
            ),
            (
                "Wydrukowane formularze",
                "print",
                "admin:consents_printedform_changelist",
                "consents.view_printedform",
            ),
            ("Zgody", "how_to_reg", "admin:consents_consent_changelist", "consents.view_consent"),
            ("Rodzaje powiadomień", "label", "admin:consents_topic_changelist", "consents.view_topic"),
        ],
    ),
    (
        "Płatnicy",
        [
            ("Płatnicy", "groups", "admin:residents_payer_changelist", "residents.view_payer"),
            ("Konta", "account_circle", "admin:residents_account_changelist", "residents.view_account"),
            ("Umocowania", "handshake", "admin:residents_mandate_changelist", "residents.view_mandate"),
            (
                "Złożone pełnomocnictwa",
                "contract",
                "admin:residents_attorneyrequest_changelist",
                "residents.view_attorneyrequest",
            ),
            ("Połączone wpisy", "merge", "admin:residents_payermerge_changelist", "residents.view_payermerge"),
            ("Sporne tożsamości", "group_remove", "admin:residents_claim_changelist", "residents.view_claim"),
            (
                "Wnioski o dane (RODO)",
                "privacy_tip",
                "admin:residents_datarequest_changelist",
                "residents.view_datarequest",
            ),
        ],
    ),
    (
        "Należności",
        [
            (
                "Pulpit skarbnika",
                "monitoring",
                "admin:liabilities_instalment_dashboard",
                "liabilities.view_ledgerentry",
            ),
            (
                "Zaległości",
                "running_with_errors",
                "admin:liabilities_instalment_arrears",
                "liabilities.view_ledgerentry",
            ),
            ("Importy", "upload_file", "admin:liabilities_importrun_changelist", "liabilities.view_importrun"),
            (
                "Uzgodnienie z systemem",
                "compare_arrows",
                "admin:liabilities_importrun_reconciliation",
                "liabilities.view_importrun",
            ),
            ("Nieobecne w pliku", "rule", "admin:liabilities_missingdue_changelist", "liabilities.view_missingdue"),
            ("Systemy źródłowe", "hub", "admin:liabilities_duesource_changelist", "liabilities.view_duesource"),
            ("Tokeny API", "key", "admin:liabilities_apitoken_changelist", "liabilities.view_apitoken"),
            (
                "Raty i należności",
                "receipt_long",
                "admin:liabilities_instalment_changelist",
                "liabilities.view_instalment",
            ),
            ("Księga", "menu_book", "admin:liabilities_ledgerentry_changelist", "liabilities.view_ledgerentry"),
            (
                "Eksport księgowań",
                "output",
                "admin:liabilities_postingexport_changelist",
                "liabilities.view_postingexport",
            ),
            ("Nadpłaty", "savings", "admin:liabilities_ledgerentry_credits", "liabilities.add_ledgerentry"),
            ("Decyzje o ulgach", "approval", "admin:liabilities_decision_changelist", "liabilities.view_decision"),
            (
                "Przedawnienie",
                "hourglass_bottom",
                "admin:liabilities_instalment_barred",
                "liabilities.add_ledgerentry",
            ),
            ("Serie upomnień", "outgoing_mail", "admin:liabilities_letterrun_changelist", "liabilities.view_letterrun"),
            (
                "Rejestr upomnień",
                "mark_email_read",
                "admin:liabilities_dunningletter_changelist",
                "liabilities.view_dunningletter",
            ),
            (
                "Sprawy do tytułów",
                "gavel",
                "admin:liabilities_dunningletter_cases",
                "liabilities.change_dunningletter",
            ),
            ("Płatności", "payments", "admin:payments_payment_changelist", "payments.view_payment"),
            ("Zwroty", "undo", "admin:payments_refund_changelist", "payments.view_refund"),
            ("Wypłaty operatorów", "account_balance_wallet", "admin:payments_payout_overview", "payments.view_payout"),
            ("Raport kasowy", "point_of_sale", "admin:payments_payout_cash", "payments.view_payout"),
            ("Prowizje operatorów", "percent", "admin:payments_payout_fees", "payments.view_payout"),
            ("Cofnięte wpłaty", "money_off", "admin:payments_reversal_changelist", "payments.view_reversal"),
            (
                "Wyciągi bankowe",
                "account_balance",
                "admin:payments_bankstatement_changelist",
                "payments.view_bankstatement",
            ),
            ("Pliki z banku", "upload_file", "admin:payments_statementfile_changelist", "payments.view_statementfile"),
            ("Pozycje wyciągów", "list_alt", "admin:payments_bankentry_changelist", "payments.view_bankentry"),
            ("Konto rozliczeniowe", "pending_actions", "admin:payments_bankentry_clearing", "payments.view_bankentry"),
            ("Rachunki wirtualne", "tag", "admin:payments_virtualaccount_changelist", "payments.view_virtualaccount"),
            ("Stopy odsetek", "percent", "admin:liabilities_interestrate_changelist", "liabilities.view_interestrate"),
            ("Opłaty ustawowe", "gavel", "admin:liabilities_fee_changelist", "liabilities.view_fee"),
            ("Dni wolne", "event_busy", "admin:liabilities_holiday_changelist", "liabilities.view_holiday"),
            ("Wykładnia przepisów", "balance", "admin:liabilities_reading_changelist", "liabilities.view_reading"),
            ("Rodzaje należności", "category", "admin:liabilities_duekind_changelist", "liabilities.view_duekind"),
        ],
    ),
    (
        "Powiadomienia",
        [
            ("Wysłane i oczekujące", "send", "admin:notifications_message_changelist", "notifications.view_message"),
            ("Kampanie", "campaign", "admin:notifications_campaign_changelist", "notifications.view_campaign"),
            ("Bramki", "router", "admin:notifications_route_changelist", "notifications.view_route"),
            ("Dzienne limity", "speed", "admin:notifications_dailycap_changelist", "notifications.view_dailycap"),
            ("Koszty i doręczenia", "savings", "admin:notifications_spending_figures", "notifications.view_spending"),
            (
                "Adresy wstrzymane",
                "unsubscribe",
                "admin:notifications_suppressedaddress_changelist",
                "notifications.view_suppressedaddress",
            ),
            ("Teksty", "edit_note", "admin:notifications_texttemplate_changelist", "notifications.view_texttemplate"),
            (
                "Reguły przypomnień",
                "schedule",
                "admin:liabilities_reminderrule_changelist",
                "liabilities.view_reminderrule",
            ),
        ],
    ),
    (
        "Zarządzanie kryzysowe",
        [
            ("Ostrzeżenia gminy", "campaign", "admin:broadcasts_broadcast_changelist", "broadcasts.view_broadcast"),
            (
                "Ostrzeżenia ze źródeł",
                "rss_feed",
                "admin:broadcasts_sourcewarning_changelist",
                "broadcasts.view_sourcewarning",
            ),
            ("Gotowe teksty", "edit_note", "admin:broadcasts_hazard_changelist", "broadcasts.view_hazard"),
            ("Dzielnice", "map", "admin:broadcasts_district_changelist", "broadcasts.view_district"),
            (
                "Lista wsparcia",
                "elderly",
                "admin:broadcasts_assistedresident_changelist",
                "broadcasts.view_assistedresident",
            ),
            ("Dyżurni", "badge", "admin:broadcasts_dutyofficer_changelist", "broadcasts.view_dutyofficer"),
            ("Źródła", "sensors", "admin:broadcasts_sourcestate_changelist", "broadcasts.view_sourcestate"),
        ],
    ),
    (
        "Nadzór",
        [
            (
                "Kto przeglądał dane",
                "visibility",
                "admin:residents_accessrecord_changelist",
                "residents.view_accessrecord",
            ),
            (
                "Powody podglądu",
                "help_center",
                "admin:residents_lookreason_changelist",
                "residents.view_lookreason",
            ),
            (
                "Okresy przechowywania",
                "auto_delete",
                "admin:core_retentionrule_changelist",
                "core.view_retentionrule",
            ),
            ("Dziennik zdarzeń", "history", "admin:core_auditentry_changelist", "core.view_auditentry"),
            ("Zdarzenia z zewnątrz", "input", "admin:core_inboundevent_changelist", "core.view_inboundevent"),
        ],
    ),
]


def _resident_menu(request: HttpRequest) -> list[Item]:
    return [
        Item(label=label, url=(url := reverse(name)), current=request.path.startswith(url))
        for label, name in RESIDENT_MENU
    ]


def _idle(account: Account) -> dict[str, int]:
    """After how many minutes of rest one is signed out, and after how many seconds one is asked whether to stay."""
    seconds = int(idle_time(account).total_seconds())
    return {"minutes": seconds // 60, "asked": max(seconds - WARNED, 1)}


def _warnings_in_force() -> list[BannerLine]:
    """The banner; without a database a page shows none."""
    try:
        return banner(at=timezone.now())
    except DatabaseError:
        return []


def page_frame(request: HttpRequest) -> dict[str, object]:
    """Context of every page: the town, the menu of who is signed in, whether this is a demo."""
    account = getattr(request, "user", None)
    signed_in = account is not None and account.is_authenticated
    return {
        "town": settings.TOWN,
        "demo": settings.DEMO,
        "navigation": _resident_menu(request) if signed_in else [],
        "idle": _idle(account) if isinstance(account, Account) else None,
        "acting_for": partial(acting_for, request) if signed_in else None,  # asked for by residents' pages alone
        "warnings_in_force": _warnings_in_force,
    }


def staff_menu(request: HttpRequest) -> list[dict[str, object]]:
    """The admin's side menu: what this clerk may open, nothing else."""
    groups = []
    for title, items in STAFF_MENU:
        shown = [
            {"title": label, "icon": icon, "link": reverse(name)}
            for label, icon, name, permission in items
            if request.user.has_perm(permission)
        ]
        if shown:
            groups.append({"title": title, "separator": True, "items": shown})
    start = {"title": "Pierwsza strona", "icon": "home", "link": reverse("admin:index")}
    return [{"title": "", "separator": False, "items": [start]}, *groups]
