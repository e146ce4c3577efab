"""The demo town's sign-ins, which `make demo` prints."""

from dataclasses import dataclass
from pathlib import Path

PASSWORD = "Dolina-demo-2026"
# Folders of the demo: whom the town trusts, and files to send signed.
TRUSTED, SAMPLES = "zaufani", "podpisane"


@dataclass(frozen=True)
class SignIn:
    """Somebody to try the demo as."""

    who: str
    email: str
    name: str
    group: str  # the staff role, '' for residents
    where: str


SIGN_INS = (
    SignIn("mieszkanka", "anna@dolina.example", "Anna Zielińska", "", "/"),
    SignIn("księgowa firmy", "ksiegowa@dolina.example", "Ewa Lis", "", "/"),
    SignIn("pełnomocnik mieszkanki", "pelnomocnik@dolina.example", "Jan Kos", "", "/"),
    SignIn("drugie konto mieszkanki", "druga@dolina.example", "Anna Zielińska", "", "/"),
    SignIn("referentka (zgody)", "referent@dolina.example", "Maria Wrona", "Referent", "/urzad/"),
    SignIn("księgowość urzędu", "skarbnik@dolina.example", "Tomasz Sowa", "Księgowość", "/urzad/"),
    SignIn("zarządzanie kryzysowe", "kryzys@dolina.example", "Olga Jeleń", "Zarządzanie kryzysowe", "/urzad/"),
    SignIn("drugi dyżurny", "dyzurny@dolina.example", "Karol Dzik", "Zarządzanie kryzysowe", "/urzad/"),
    SignIn("inspektorka danych", "iod@dolina.example", "Irena Wilga", "Inspektor ochrony danych", "/urzad/"),
    SignIn("administrator", "admin@dolina.example", "Adam Bóbr", "Administrator", "/urzad/"),
)


def sign_in_lines(portal: str, sandbox: str, sign_ins: tuple[SignIn, ...], samples: Path) -> list[str]:
    """What to open and how to sign in, one line each."""
    lines = [
        "",
        f"  portal            {portal}/",
        f"  urząd             {portal}/urzad/",
        f"  telefony (SMS)    {sandbox}/phone/",
        f"  skrzynki e-mail   {sandbox}/mailbox/",
        f"  PayU              {sandbox}/payu/",
        f"  podpisane wnioski {samples}/ (do wysłania: {portal}/zgody/podpisany-wniosek/)",
        "",
        f"  hasło każdego konta: {PASSWORD}",
    ]
    lines += [f"  {sign_in.who:<24}{sign_in.email:<28}{portal}{sign_in.where}" for sign_in in sign_ins]
    return [*lines, ""]
