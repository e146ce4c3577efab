"""100,000 Polish SMS: placeholders filled in, Polish letters made cheap, parts counted."""

import os

from django.template import Context, Template

from benchmarks.table import rate_of, show
from notifications import texts
from notifications.sms_text import CHEAP, for_phones, sms_size
from sandbox import sms_parts

TEXTS = int(os.environ.get("BENCH_ROWS", "100000"))
WORDING = (
    "((town)): zbliża się termin płatności, ((payable_on)), rata ((instalment)), kwota ((amount_pln)). "
    "Szczegóły po zalogowaniu: ((link))"
)


def main() -> None:
    """Measure and print."""
    facts = [
        {
            "town": "Żółkiew Górna",
            "instalment": str(place % 12 + 1),
            "amount_pln": f"{place % 2000}.{place % 100:02}",
            "payable_on": f"2026-{place % 12 + 1:02}-{place % 28 + 1:02}",
            "link": f"https://portal.example/naleznosci/{place}/",
        }
        for place in range(TEXTS)
    ]
    filled = [texts.fill(WORDING, texts.format_facts(one)) for one in facts]

    def ours() -> None:
        for one in facts:
            sms_size(for_phones(texts.fill(WORDING, texts.format_facts(one)), is_transliterated=True))

    def peer() -> None:
        template = Template(WORDING.replace("((", "{{ ").replace("))", " }}"))
        for one in facts:
            sms_parts.measured(sms_parts.normalized(template.render(Context(texts.format_facts(one)))))

    def bare() -> None:
        for one in filled:
            one.translate(CHEAP)

    show(
        "Texts: filled in, transliterated, parts counted",
        rate_of("fill, for_phones, sms_size", TEXTS, ours),
        rate_of("Django's template, letters translated and counted", TEXTS, peer),
        rate_of("a bare str.translate of texts filled in before", TEXTS, bare),
        aims="≥ 25,000 /s",
    )
