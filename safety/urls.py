"""Pages of ``safety``."""

from django.urls import URLPattern, URLResolver, path

from safety.views import cases

app_name = "safety"
urlpatterns: list[URLPattern | URLResolver] = [
    path("cases", cases.cases, name="cases"),
    path("cases/next", cases.following, name="next"),
    path("cases/<str:case>", cases.case, name="case"),
    path("cases/<str:case>/media", cases.media, name="media"),
]
