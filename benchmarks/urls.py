"""The site map with the floor beside it: the smallest view that Django can answer with."""

from django.http import HttpRequest, HttpResponse
from django.urls import include, path


def floor(request: HttpRequest) -> HttpResponse:
    """Nothing but a line."""
    return HttpResponse("ok")


urlpatterns = [path("floor/", floor), path("", include("spm.urls"))]
