"""django-payments' own addresses: a notice comes to /process/TOKEN/."""

from payments.urls import urlpatterns

__all__ = ["urlpatterns"]
