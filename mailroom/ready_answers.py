"""Answers that clerks send most often; each may be changed before it goes. Polish, plain, kind."""

from dataclasses import dataclass


@dataclass(frozen=True)
class ReadyAnswer:
    """One text: `code` names it in addresses, `label` on the button."""

    code: str
    label: str
    body: str


GREETING = "Dzień dobry,\n\n"
ANSWERS = (
    ReadyAnswer(
        "podpis",
        "Prosimy o podpis",
        "dziękujemy za wniosek o powiadomienia. Nie ma na nim podpisu, a bez podpisu nie możemy go przyjąć.\n\n"
        "Podpisz wydrukowany wniosek i prześlij jego zdjęcie lub skan albo podpisz plik PDF podpisem zaufanym. "
        "Zgody możesz też ustawić od razu, bez papieru, po zalogowaniu w portalu.",
    ),
    ReadyAnswer(
        "nieczytelny",
        "Skan jest nieczytelny",
        "dziękujemy za wniosek o powiadomienia. Zdjęcia lub skanu nie da się odczytać.\n\n"
        "Połóż wniosek na płaskim, dobrze oświetlonym miejscu, zrób zdjęcie całej kartki i prześlij je jeszcze raz. "
        "Przyjmujemy pliki PDF, JPEG, PNG, HEIC i TIFF.",
    ),
    ReadyAnswer(
        "plik",
        "Nie możemy otworzyć pliku",
        "dziękujemy za wiadomość. Pliku, który był do niej dołączony, nie możemy bezpiecznie otworzyć: jest "
        "uszkodzony, zabezpieczony hasłem albo innego rodzaju niż PDF, JPEG, PNG, HEIC lub TIFF.\n\n"
        "Zapisz wniosek w jednym z tych formatów, bez hasła, i prześlij go jeszcze raz.",
    ),
    ReadyAnswer(
        "brak",
        "Nie było załącznika",
        "dziękujemy za wiadomość. Nie było w niej wniosku.\n\n"
        "Dołącz zdjęcie lub skan podpisanego wniosku i wyślij wiadomość jeszcze raz. Formularz pobierzesz z portalu.",
    ),
    ReadyAnswer(
        "dane",
        "Brakuje danych",
        "dziękujemy za wniosek o powiadomienia. Brakuje na nim danych, bez których nie możemy go przyjąć: numeru PESEL "
        "(firmy: NIP albo REGON), imienia i nazwiska albo numeru telefonu lub adresu e-mail.\n\n"
        "Uzupełnij wniosek, podpisz go i prześlij jeszcze raz.",
    ),
)


def ready_body(answer: ReadyAnswer, *, town: str, portal: str) -> str:
    """The text as it is offered to the clerk."""
    return f"{GREETING}{answer.body}\n\nPortal: {portal}\n\nZ poważaniem\n{town}"


def answer_subject(subject: str) -> str:
    """The subject of an answer to *subject*."""
    if not subject:
        return "Odpowiedź na wiadomość"
    return subject if subject.lower().startswith(("re:", "odp:")) else f"Odp: {subject}"
