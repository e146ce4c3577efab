"""The shop for gunicorn; its table is made by `tables()`."""

import os

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
