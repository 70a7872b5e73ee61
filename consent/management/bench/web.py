"""The web process that is measured: the product's own, in the bench's schema, with one bare view beside it."""

import os

from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.http import HttpRequest, JsonResponse
from django.urls import include, path

from consent.management.bench.schema import NAME


def bare(_request: HttpRequest) -> JsonResponse:
    """Answer at once: what is left is what every request costs here."""
    return JsonResponse({"answers": []})


os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
settings.ROOT_URLCONF = __name__
settings.DATABASES["default"]["OPTIONS"]["options"] += f" -c search_path={NAME}"
application = get_wsgi_application()
urlpatterns = [path("bare", bare), path("", include("config.urls"))]  # only now are models ready
