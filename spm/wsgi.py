"""The web application, for gunicorn: `gunicorn spm.wsgi`."""

from django.core.wsgi import get_wsgi_application
from django.urls import reverse

application = get_wsgi_application()
# A page that cannot be imported stops the start, here: at a first request, gunicorn would log that request's address.
reverse("home")
