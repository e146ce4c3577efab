"""After a merge the person's own papers tell the history of both records: the archive and «Potwierdzenie zgód»."""

import io
import json
import zipfile
from datetime import timedelta

import pytest
from pypdf import PdfReader

from consents.confirmation_pdf import confirmation_pdf
from residents.merging import merge_payers, undo_merge
from residents.my_data import make_archive
from tests import make

pytestmark = pytest.mark.django_db
FIRST, SECOND = make.pesel(1), make.nip(1)


def test_the_archive_and_the_confirmation_tell_of_both_records() -> None:
    kept, duplicate = make.payer(FIRST, "Anna Nowak"), make.payer(SECOND, "Anna Nowak Usługi")
    make.dues(make.row(SECOND, key="D-1", name=duplicate.name))
    older = make.consent(SECOND, topics=["waste"], signed_on=make.today() - timedelta(days=90))
    newer = make.consent(FIRST, topics=["crisis"], signed_on=make.today() - timedelta(days=9))
    done = merge_payers(kept=kept, duplicate=duplicate, reason="ta sama osoba", by=make.BY, at=make.now()).merge
    kept.refresh_from_db()

    with zipfile.ZipFile(make_archive(kept, at=make.now())) as archive:
        residents = json.loads(archive.read("dane/residents.json"))["tables"]
        consents = json.loads(archive.read("dane/consents.json"))["tables"]
        dues = json.loads(archive.read("dane/liabilities.json"))["tables"]
    assert [row["number"] for row in residents["payer"]] == [kept.number, duplicate.number]
    assert [(row["kept"], row["duplicate"]) for row in residents["merges"]] == [(kept.number, duplicate.number)]
    assert {row["number"] for row in consents["applications"]} == {older.pk, newer.pk}
    assert len(dues["instalments"]) == 1

    pages = PdfReader(io.BytesIO(confirmation_pdf(kept, at=make.now()))).pages
    text = "".join("".join(page.extract_text() for page in pages).split())
    for paper in (older, newer):
        assert f"wnioseknr{paper.pk}" in text.lower()

    undo_merge(done, by=make.BY, at=make.now())
    with zipfile.ZipFile(make_archive(duplicate, at=make.now())) as archive:
        (told,) = json.loads(archive.read("dane/residents.json"))["tables"]["merges"]
    assert told["undone_at"]
