"""The register of processing and the form of my data: what docs/ says is what the code says."""

from pathlib import Path

from django.apps import apps

from core.processing import CATEGORIES
from residents.disclosure import sections
from spm.docs import my_data_tables, processing_register
from tests.house.tree import APPS, FLOORS, ROOT

# Tables without a word about anybody: texts, figures, settings of the town, digests of what was used up.
NOBODYS = {
    "core.retentionrule",
    "residents.lookreason",
    "residents.usedanswer",
    "consents.topic",
    "consents.topicversion",
    "broadcasts.district",
    "broadcasts.hazard",
    "broadcasts.mapstreet",
    "broadcasts.sourcestate",
    "broadcasts.sourcewarning",
    "notifications.campaign",
    "notifications.dailycap",
    "notifications.gatewayrest",
    "notifications.inflight",
    "mailroom.mailbox",
    "mailroom.mailsighting",
    "notifications.returnmailbox",
    "notifications.route",
    "notifications.spending",
    "notifications.texttemplate",
    "notifications.textversion",
    "liabilities.bankrate",
    "liabilities.apitoken",
    "liabilities.duekind",
    "liabilities.duesource",
    "liabilities.fee",
    "liabilities.holiday",
    "liabilities.importrun",
    "liabilities.interestrate",
    "liabilities.letterrun",
    "liabilities.reading",
    "liabilities.reminderrule",
}
# Table → the category of the register that covers it.
COVERED = {
    "core.inboundevent": "inbound_events",
    "core.auditentry": "audit",
    "core.storeddocument": "documents",
    "residents.accessrecord": "looks",
    "residents.account": "accounts",
    "residents.attorneyrequest": "attorney_requests",
    "residents.claim": "mandates",
    "residents.confirmationcode": "codes",
    "residents.contact": "payers",
    "residents.datarequest": "data_requests",
    "residents.mandate": "mandates",
    "residents.knowndevice": "devices",
    "residents.notice": "notices",
    "residents.opensession": "sessions",
    "residents.payer": "payers",
    "residents.payermerge": "payers",
    "residents.mergemove": "payers",
    "residents.mergeundo": "payers",
    "consents.addressconfirmation": "address_codes",
    "consents.applicationchoice": "consents",
    "consents.consent": "consents",
    "consents.consentapplication": "consents",
    "consents.evidencelink": "consents",
    "consents.importedpaper": "consents",
    "consents.signedfile": "signed_files",
    "consents.incomingscan": "incoming_scans",
    "consents.printedform": "printed_forms",
    "consents.withdrawal": "consents",
    "notifications.attempt": "messages",
    "notifications.message": "messages",
    "notifications.pushconsent": "push_browsers",
    "notifications.pushsubscription": "push_browsers",
    "notifications.serviceletter": "service_letters",
    "broadcasts.broadcast": "broadcasts",
    "broadcasts.broadcaststep": "broadcasts",
    "broadcasts.dutyofficer": "duty_officers",
    "broadcasts.assistedresident": "assisted_residents",
    "mailroom.incomingmail": "mail",
    "mailroom.mailanswer": "mail",
    "mailroom.mailattachment": "mail",
    "mailroom.rawmail": "mail",
    "notifications.topicwish": "messages",
    "notifications.wish": "messages",
    "notifications.suppressedaddress": "suppressed_addresses",
    "liabilities.calendarlink": "accounts",
    "liabilities.apianswer": "api_answers",
    "liabilities.importchange": "dues",
    "liabilities.importproblem": "import_problems",
    "liabilities.missingdue": "dues",
    "liabilities.rejectedrow": "import_problems",
    "liabilities.informationaction": "dues",
    "liabilities.postingexport": "dues",
    "liabilities.postingline": "dues",
    "liabilities.instalment": "dues",
    "liabilities.ledgerentry": "dues",
    "liabilities.liability": "dues",
    "liabilities.liabilitybearer": "dues",
    "liabilities.decision": "dues",
    "liabilities.decisionpart": "dues",
    "liabilities.limitationfact": "dues",
    "liabilities.collectionhold": "dues",
    "liabilities.dunningletter": "dues",
    "liabilities.letteraddressee": "dues",
    "liabilities.letterfile": "dues",
    "liabilities.letterline": "dues",
    "liabilities.letterskip": "dues",
    "payments.payment": "payments",
    "payments.paymentchange": "payments",
    "payments.paymentline": "payments",
    "payments.payout": "payments",
    "payments.payoutline": "payments",
    "payments.providerfact": "payments",
    "payments.receipt": "payments",
    "payments.refund": "payments",
    "payments.refundchange": "payments",
    "payments.reversal": "payments",
    "payments.virtualaccount": "payments",
    "payments.bankentry": "statements",
    "payments.bankstatement": "statements",
    "payments.statementblock": "statements",
    "payments.statementfile": "statements",
    "payments.statementproblem": "statements",
}


def _doc(path: str) -> str:
    return (ROOT / "docs" / path).read_text(encoding="utf-8")


def test_the_register_of_processing_is_the_one_of_the_code() -> None:
    assert processing_register() in _doc("register-of-processing.md"), "run `make docs`"


def test_the_form_of_my_data_is_the_one_of_the_code() -> None:
    assert my_data_tables() in _doc("formats/my-data.md"), "run `make docs`"


def test_every_table_is_in_the_register_or_knows_nobody() -> None:
    tables = {model._meta.label_lower for app in FLOORS for model in apps.get_app_config(app).get_models()}
    managed = {table for table in tables if apps.get_model(table)._meta.managed}  # noqa: TID251  every table is meant
    assert sorted(managed - NOBODYS - set(COVERED)) == [], "say which category of the register covers these tables"
    assert set(COVERED.values()) <= set(CATEGORIES)


def test_every_app_says_what_it_knows_of_a_payer_in_the_order_of_the_floors() -> None:
    assert [section.code for section in sections()] == list(APPS)


def test_codes_of_tables_and_columns_are_each_used_once() -> None:
    for section in sections():
        codes = [table.code for table in section.tables]
        assert len(codes) == len(set(codes)), section.code
        for table in section.tables:
            keys = [column.key for column in table.columns]
            assert len(keys) == len(set(keys)), table.code


def test_every_category_says_all_that_the_law_asks_of_the_register() -> None:
    said = ("name", "purpose", "people", "data", "recipients", "lawful_basis", "kept_basis", "since")
    assert [
        f"{category.code}: {name}" for category in CATEGORIES.values() for name in said if not getattr(category, name)
    ] == []


def test_files_that_the_docs_on_data_protection_name_exist() -> None:
    named = ("core/encryption.py", "core/retention.py", "residents/my_data.py", "spm/headers.py")
    text = _doc("asvs.md")
    assert [path for path in named if f"`{path}`" not in text or not Path(ROOT / path).exists()] == []
