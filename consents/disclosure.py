"""What this floor knows of a payer: signed applications, the consents that follow, and the scans of the papers."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from functools import partial
from pathlib import PurePath

from consents.actions import resign_from_everything
from consents.models import AddressConfirmation, Consent, ConsentApplication, PrintedForm, Withdrawal
from core.actor import Actor
from residents.disclosure import Attachment, Column, Kept, Section, Shape, Table
from residents.own_section import read_file
from residents.queries import same_person

CLAIM_YEARS = 6  # Kodeks cywilny, art. 118: claims lapse after six years, at the end of a calendar year


def _applications(payer_id: int) -> Iterable[Sequence[object]]:
    for paper in ConsentApplication.objects.filter(payer_id__in=same_person(payer_id)).order_by("signed_on", "pk"):
        yield (
            *(paper.pk, paper.name, paper.identity_number, paper.phone, paper.email, paper.signed_on),
            *(paper.received_on, paper.get_arrived_by_display(), paper.get_state_display()),
            *(paper.rejection_reason, paper.decided_at, paper.clause_version, paper.scan_sha256),
        )


def _choices(payer_id: int) -> Iterable[Sequence[object]]:
    for paper in ConsentApplication.objects.filter(payer_id__in=same_person(payer_id)).order_by("signed_on", "pk"):
        for choice in paper.choices.select_related("topic").order_by("topic__position", "channel"):
            yield paper.pk, choice.topic.name, choice.get_channel_display()


def _consents(payer_id: int) -> Iterable[Sequence[object]]:
    for consent in (
        Consent.objects.filter(payer_id__in=same_person(payer_id)).select_related("topic").order_by("during", "pk")
    ):
        span = consent.during
        yield consent.topic.name, consent.get_channel_display(), span.lower, span.upper, consent.application_id


def _withdrawals(payer_id: int) -> Iterable[Sequence[object]]:
    for withdrawal in (
        Withdrawal.objects.filter(payer_id__in=same_person(payer_id)).select_related("topic").order_by("at", "pk")
    ):
        topic = withdrawal.topic.name if withdrawal.topic else "wszystkie rodzaje"
        channel = withdrawal.get_channel_display() if withdrawal.channel else "każda"
        yield topic, channel, withdrawal.at, withdrawal.get_way_display(), withdrawal.by_name


def _forms(payer_id: int) -> Iterable[Sequence[object]]:
    for form in PrintedForm.objects.filter(payer_id__in=same_person(payer_id)).order_by("printed_at", "pk"):
        yield form.spaced, form.printed_at, form.clause_version


def _scans(payer_id: int) -> Iterable[Attachment]:
    for paper in ConsentApplication.objects.filter(payer_id__in=same_person(payer_id)).exclude(scan="").order_by("-pk"):
        suffix = PurePath(str(paper.scan.name)).suffix
        yield Attachment(f"wniosek-{paper.pk}{suffix}", f"Skan: {paper}", partial(read_file, paper.scan))


def _kept(payer_id: int, on: date) -> Iterable[Kept]:
    if ConsentApplication.objects.filter(payer_id__in=same_person(payer_id)).exclude(state="rejected").exists():
        yield Kept(
            what="wnioski o powiadomienia i historia zgód – jako dowód, że zgoda była udzielona i wycofana",
            basis="art. 7 ust. 1 i art. 17 ust. 3 lit. e RODO, art. 118 Kodeksu cywilnego",
            why="musimy umieć wykazać, że wysyłaliśmy wiadomości za zgodą; roszczenia przedawniają się po 6 latach",
            until=date(on.year + CLAIM_YEARS, 12, 31),
            names_payer=True,
        )


def _erase(payer_id: int, by: Actor, at: datetime) -> Mapping[str, int]:
    AddressConfirmation.objects.filter(payer_id__in=same_person(payer_id)).delete()
    PrintedForm.objects.filter(payer_id__in=same_person(payer_id), applications__isnull=True).delete()
    return {"consents": sum(resign_from_everything(record, by=by, at=at) for record in same_person(payer_id))}


SECTION = Section(
    code="consents",
    name="Zgody na powiadomienia",
    tables=(
        Table(
            "applications",
            "Wnioski",
            (
                Column("number", "Nr wniosku", Shape.WHOLE),
                Column("name", "Imię i nazwisko lub nazwa"),
                Column("identity_number", "PESEL, NIP lub REGON"),
                Column("phone", "Telefon"),
                Column("email", "E-mail"),
                Column("signed_on", "Podpisano", Shape.DAY),
                Column("received_on", "Wpłynął", Shape.DAY),
                Column("arrived_by", "Jak wpłynął"),
                Column("state", "Stan"),
                Column("rejection_reason", "Powód odrzucenia"),
                Column("decided_at", "Rozpatrzono", Shape.MOMENT),
                Column("clause_version", "Wersja klauzuli"),
                Column("scan_sha256", "SHA-256 skanu"),
            ),
            _applications,
        ),
        Table(
            "choices",
            "Co zaznaczono na wnioskach",
            (
                Column("application", "Nr wniosku", Shape.WHOLE),
                Column("topic", "Rodzaj powiadomień"),
                Column("channel", "Droga"),
            ),
            _choices,
        ),
        Table(
            "consents",
            "Zgody, obowiązujące i dawne",
            (
                Column("topic", "Rodzaj powiadomień"),
                Column("channel", "Droga"),
                Column("since", "Od", Shape.MOMENT),
                Column("until", "Do", Shape.MOMENT),
                Column("application", "Z wniosku nr", Shape.WHOLE),
            ),
            _consents,
        ),
        Table(
            "withdrawals",
            "Wycofania zgód",
            (
                Column("topic", "Rodzaj powiadomień"),
                Column("channel", "Droga"),
                Column("at", "Kiedy", Shape.MOMENT),
                Column("way", "Jak"),
                Column("by", "Kto"),
            ),
            _withdrawals,
        ),
        Table(
            "printed_forms",
            "Formularze wydrukowane z Twoimi danymi",
            (
                Column("number", "Nr formularza"),
                Column("printed_at", "Wydrukowano", Shape.MOMENT),
                Column("clause_version", "Wersja klauzuli"),
            ),
            _forms,
        ),
    ),
    attachments=_scans,
    kept=_kept,
    erased=("wszystkie zgody na powiadomienia: przestają obowiązywać",),
    erase=_erase,
)
