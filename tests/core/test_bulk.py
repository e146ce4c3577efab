"""Set-based work: what it leaves of the session's settings, arrays as PostgreSQL reads them, light instances."""

import pytest
from django.db import connection

from core.bulk import keys_array, light, one_pass, texts_array
from core.inbound import receive
from core.models import InboundEvent


def _nested_loops() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SHOW enable_nestloop")
        return str(cursor.fetchone()[0])


@pytest.mark.django_db
def test_nested_loops_are_off_within_one_pass_and_as_before_after_it() -> None:
    before = _nested_loops()
    with one_pass():
        assert _nested_loops() == "off"
    assert _nested_loops() == before == "on"


@pytest.mark.django_db
@pytest.mark.parametrize(
    "texts", [[], [""], ["", "NULL", "a,b", "{}", '"', "\\", '\\"', "dwie\nlinie", " ą 😀 ", "100% 'x' $1", "tab\t"]]
)
def test_arrays_come_to_the_database_as_they_were_given(texts: list[str]) -> None:
    keys = list(range(len(texts)))
    with connection.cursor() as cursor:
        cursor.execute("SELECT %s::bigint[], %s::text[]", [keys_array(keys), texts_array(texts)])
        assert cursor.fetchone() == (keys, texts)


@pytest.mark.django_db
def test_a_light_instance_is_the_row_and_asks_for_what_it_was_not_given() -> None:
    kept = receive("test", key="1", headers={}, body=b"{}", is_verified=True)[0]
    (made,) = light(InboundEvent, ("id", "key"), InboundEvent.objects.values_list("id", "key"), beside=("neighbour",))
    assert (made, made.pk, made.key, made.source) == (kept, kept.pk, "1", "test")
    assert isinstance(made, InboundEvent)
    made.key = "2"
    made.save(update_fields=["key"])
    assert InboundEvent.objects.get().key == "2"
