"""`manage.py mail_dns [--check] [--server ADDRESS] [--json]`: the DNS records by which e-mails arrive."""

from argparse import ArgumentParser
from dataclasses import asdict
from typing import Any

from core.commands import HouseCommand
from core.errors import Refused
from notifications.mail_dns import NoAnswer, alignment_fault, checked_records, wanted_records


class Command(HouseCommand):
    """Prints what to publish (DKIM, SPF, DMARC), and with --check whether it is there."""

    help = "DNS records for e-mail: what to publish, and whether it is there."

    def options(self, parser: ArgumentParser) -> None:
        """Whether to ask, and whom."""
        parser.add_argument("--check", action="store_true", help="ask DNS whether the records are there")
        parser.add_argument("--server", default="", help="ask this DNS server (an IP address, or ADDRESS:PORT)")

    def run(self, **options: Any) -> dict[str, Any]:
        """Ask and tell. Raises Refused `dns_silent` when DNS does not answer."""
        if not options["check"]:
            return {"records": [asdict(record) for record in wanted_records()], "alignment": alignment_fault()}
        server, _, port = options["server"].partition(":")
        try:
            records = checked_records(server, int(port or 53))
        except NoAnswer as error:
            raise Refused(
                "dns_silent", f"Serwer DNS nie odpowiada w sprawie {error}.", mend="Spróbuj później lub podaj --server."
            ) from error
        return {"records": [asdict(record) for record in records], "alignment": alignment_fault()}

    def lines(self, answer: dict[str, Any]) -> list[str]:
        """One paragraph a record."""
        told = []
        for record in answer["records"]:
            state = {None: "", "": " – jest, w porządku"}.get(record["fault"], f" – BŁĄD: {record['fault']}")
            told += [f"{record['kind']}: rekord TXT {record['name']}{state}", f"    {record['text']}"]
        if not any(record["kind"] == "DKIM" for record in answer["records"]):
            told.append("DKIM: portal nie podpisuje e-maili (SPM_DKIM_KEY puste); niech podpisuje serwer poczty.")
        return [*told, answer["alignment"]] if answer["alignment"] else told
