"""All settings, read once from the environment; secrets may come from files (``NAME_FILE``).

Everything that differs between a laptop and production is read here and nowhere else; the rest of
the code asks ``django.conf.settings``.
"""

import os
from pathlib import Path

import psycopg.conninfo

ROOT = Path(__file__).resolve().parent.parent
HOME = Path(os.environ.get("COUNTENANCE_HOME", ROOT / "var"))


def read(name: str, default: str = "") -> str:
    """Return ``$NAME``, or the text of the file that ``$NAME_FILE`` names, or the default."""
    if path := os.environ.get(f"{name}_FILE"):
        return Path(path).read_text(encoding="utf-8").strip()
    return os.environ.get(name, default)


def flag(name: str, *, default: bool) -> bool:
    """Return whether ``$NAME`` says yes."""
    return read(name, "yes" if default else "no").lower() in {"1", "true", "yes", "on"}


def database(url: str) -> dict[str, object]:
    """Translate a libpq URL into Django's terms, with prepared statements that stay prepared.

    Django switches psycopg's prepared statements off; these three options put them back, which
    makes the permission check 3 to 4 times faster.
    """
    parts = psycopg.conninfo.conninfo_to_dict(url)
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": parts.get("dbname", "countenance"),
        "USER": parts.get("user", "postgres"),
        "PASSWORD": parts.get("password", ""),
        "HOST": parts.get("host", ""),
        "PORT": str(parts.get("port", "")),
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {
            "server_side_binding": True,
            "prepare_threshold": 0,
            "options": "-c plan_cache_mode=force_generic_plan",
        },
    }


DEBUG = False
SECRET_KEY = read("SECRET_KEY", "development-only-secret-key-that-production-refuses-0123456789")
ALLOWED_HOSTS = read("ALLOWED_HOSTS", "localhost,127.0.0.1,[::1]").split(",")
DATABASES = {"default": database(read("DATABASE_URL", f"postgresql://postgres@/countenance?host={HOME / 'pg'}"))}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
AUTH_USER_MODEL = "consent.Person"

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "rest_framework",
    "drf_spectacular",
    "django_htmx",
    "provenance.apps.ProvenanceConfig",
    "safety.apps.SafetyConfig",
    "consent.apps.ConsentConfig",
    "generation.apps.GenerationConfig",
    "config",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [ROOT / "config" / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]
AUTHENTICATION_BACKENDS = [
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
USE_TZ = True
TIME_ZONE = "UTC"
LANGUAGE_CODE = "en"
STATIC_URL = "/static/"
STATIC_ROOT = HOME / "static"
STATICFILES_DIRS = [ROOT / "config" / "static"]
LOGIN_REDIRECT_URL = "/"

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["rest_framework.authentication.SessionAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
}

# -- what the product keeps on disk; every folder is 0700 and never served as files
MEDIA_HOME = HOME / "media"  # sealed clips
QUARANTINE_HOME = HOME / "quarantine"  # held bytes: never a URL
CAPTURE_HOME = HOME / "captures"  # raw captures until judged
KEY_HOME = HOME / "keys"  # signing, mark, log and per-person keys; outside PostgreSQL and its backups
SIGNING_CHAIN = read("SIGNING_CHAIN")  # path: leaf and intermediates in PEM; empty: development keys made in KEY_HOME
SIGNING_KEY = read("SIGNING_KEY")  # path: the leaf's ECDSA P-256 key in PEM
TRUST_ANCHORS = read("TRUST_ANCHORS")  # path: the roots our own seals stand under, in PEM
LOG_KEY = read("LOG_KEY")  # path: the Ed25519 key that signs checkpoints, in PEM
LOG_ORIGIN = read("LOG_ORIGIN", "localhost/countenance-log")  # the log's name, without a scheme; never changes
VERIFY_MAX_BYTES = int(read("VERIFY_MAX_BYTES", str(200 * 1024 * 1024)))  # largest upload the Verify page takes
WEIGHTS_HOME = HOME / "weights"


def weight(name: str) -> Path | None:
    """Return where a weight file lies, or None when it was not fetched."""
    path = WEIGHTS_HOME / name
    return path if path.exists() else None


WEIGHTS: dict[str, Path | None] = {
    name: weight(name)
    for name in (
        "face_landmarker.task",
        "face_detection_yunet.onnx",
        "face_recognition_sface.onnx",
        "minilm.onnx",
        "minilm-tokenizer.json",
        "open_nsfw.onnx",
        "whisper-base",  # a folder: model.bin, config.json, tokenizer.json, vocabulary.json
    )
}

# -- engines, by dotted path; the choosers in each app's backends read these
VIDEO_ENGINES = {"world": "generation.backends.world.WorldEngine", "http": "generation.backends.http.HttpEngine"}
PEOPLE_ENGINES = {  # what sees and hears people (consent/backends)
    "face": "consent.backends.face.SFace",
    "landmarks": "consent.backends.landmarks.FaceLandmarker",
    "speech": "consent.backends.speech.Whisper",
}
VIDEO_PROVIDER_URL = read("VIDEO_PROVIDER_URL")  # an OpenAI-shaped /v1; empty: the http engine is not available
VIDEO_PROVIDER_KEY = read("VIDEO_PROVIDER_KEY")

# -- what may be asked for (generation.studio) and how the one road is run (generation.pipeline)
VIDEO_SIZES = ("640x360", "360x640", "1280x720", "720x1280")
VIDEO_SECONDS_MAX = 20
VIDEO_FPS = 24
VIDEO_STYLES = ("realistic", "cinematic", "anime")
VIDEO_PROMPT_MAX = 2000  # characters
VIDEO_CAST_MAX = 4  # people in one video
JOBS_QUEUED_MAX = 10  # per person; one more is refused
JOBS_RUNNING_MAX = 2  # per person; the others wait
JOB_LEASE_SECONDS = 30  # a worker that is silent for so long has lost its job
JOB_RENEW_SECONDS = 10

CELERY_BROKER_URL = read("CELERY_BROKER_URL", "memory://")
