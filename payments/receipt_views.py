"""«Sprawdź potwierdzenie wpłaty»: for everybody who holds a receipt; the code says what may be told."""

import redis
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from payments.receipts import find_genuine
from residents.access import address_of
from residents.throttles import may_try, subscriber

LONGEST_SHOWN = 40


@require_safe
@never_cache
def verify(request: HttpRequest) -> HttpResponse:
    """A field for the code, and what the receipt with it says; so many tries an address and no more."""
    typed = request.GET.get("kod", "").strip()
    context: dict[str, object] = {"typed": typed[:LONGEST_SHOWN]}
    if not typed:
        return render(request, "payments/verify.html", context)
    try:
        is_allowed = may_try("receipt_by_address", subscriber(address_of(request)))
    except redis.RedisError:  # what cannot be counted is not answered
        is_allowed = False
    if not is_allowed:
        answer = render(request, "payments/verify.html", {**context, "is_refused": True}, status=429)
        answer.headers["Retry-After"] = "3600"
        return answer
    return render(request, "payments/verify.html", {**context, "was_asked": True, "genuine": find_genuine(typed)})
