"""The shop for gunicorn; its table is made by `tables()`."""

import os
import uuid

import django
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "payu_shop.settings")
django.setup()

from django.db import connection  # noqa: E402  after the settings
from payu_shop.models import Payment  # noqa: E402

application = get_wsgi_application()


def tables() -> None:
    """Make the one table, anew."""
    with connection.schema_editor() as editor:
        if Payment._meta.db_table in connection.introspection.table_names():
            editor.delete_model(Payment)
        editor.create_model(Payment)


def filled(count: int) -> None:
    """The table with *count* payments that wait for their notices; prints their tokens, a line each."""
    tables()
    waiting = [Payment(variant="payu", total=100, currency="PLN", token=str(uuid.uuid4())) for _ in range(count)]
    made = Payment.objects.bulk_create(waiting, batch_size=1_000)
    print("\n".join(str(payment.token) for payment in made))
