"""All settings, read once from the environment; secrets may come from files (``NAME_FILE``).

Everything that differs between a laptop and production is read here and nowhere else; the rest of
the code asks ``django.conf.settings``.
"""

from datetime import timedelta
from pathlib import Path

from celery.schedules import crontab
from csp.constants import NONCE, NONE, SELF

from config import broker, firstrun, logs, postgres
from config.environment import database, flag, needed, read
from config.home import HOME, ROOT

PRODUCTION = read("COUNTENANCE_ENV") == "production"
DEBUG = False  # a page that shows its insides is never needed: logs tell
if PRODUCTION:
    SECRET_KEY = needed("SECRET_KEY")
    ALLOWED_HOSTS = needed("ALLOWED_HOSTS").split(",")
    DATABASES = {"default": database(needed("DATABASE_URL"))}
    KEY_HOME = Path(needed("KEY_HOME"))  # signing, mark, log and per-person keys; outside PostgreSQL and its backups
else:
    SECRET_KEY = read("SECRET_KEY") or firstrun.kept(HOME, "django")
    ALLOWED_HOSTS = read("ALLOWED_HOSTS", "localhost,127.0.0.1,[::1]").split(",")
    DATABASES = {"default": database(read("DATABASE_URL") or postgres.address(HOME))}
    KEY_HOME = Path(read("KEY_HOME") or HOME / "keys")
SECRET_KEY_IS_DEVELOPMENT = not read("SECRET_KEY")
CACHES = {  # in PostgreSQL, so that every process counts the same tries
    "default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "countenance_cache"}
}
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
    "axes",
    "csp",
    "rest_framework",
    "drf_spectacular",
    "django_htmx",
    "provenance.apps.ProvenanceConfig",
    "safety.apps.SafetyConfig",
    "consent.apps.ConsentConfig",
    "generation.apps.GenerationConfig",
    "config.apps.WiringConfig",
]
MIDDLEWARE = [
    "config.middleware.refuse_oversized",
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "config.middleware.permissions_policy",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "axes.middleware.AxesMiddleware",
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
                "consent.views.receipts.offer",  # lazy: costs nothing where a page does not offer to sign
            ],
        },
    },
]
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",  # first: it says no before a password is looked at
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
USE_TZ = True
TIME_ZONE = "UTC"
LANGUAGE_CODE = "en"
STATIC_URL = "/static/"
STATIC_ROOT = HOME / "static" if PRODUCTION else None  # collected only where it is served from there
STATICFILES_DIRS = [ROOT / "config" / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},  # nothing is stored through it
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if PRODUCTION
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = not PRODUCTION  # straight from the checkout, with no step in between

# -- signing in (django-allauth), with a brake on guessing (django-axes)
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_LOGOUT_REDIRECT_URL = "/"
ACCOUNT_USER_MODEL_USERNAME_FIELD = "handle"
ACCOUNT_LOGIN_METHODS = {"username", "email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "username*", "password1*", "password2*"]
ACCOUNT_FORMS = {"signup": "consent.views.joining.JoinForm"}
ACCOUNT_ADAPTER = "consent.views.joining.Adapter"
ACCOUNT_EMAIL_VERIFICATION = "optional"
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_SESSION_REMEMBER = True
MFA_SUPPORTED_TYPES = ["webauthn", "totp", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not PRODUCTION  # http://localhost, for development
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.ScryptPasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [  # length is what helps; no rules about digits and signs (ASVS 2.1)
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
ACCOUNT_RATE_LIMITS = {"login_failed": None}  # axes counts these; the other limits stay as they come
AXES_FAILURE_LIMIT = 8
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_LOCKOUT_PARAMETERS = [["ip_address", "username"]]  # nobody can lock somebody else out from afar
AXES_USERNAME_CALLABLE = "config.guesses.name"
AXES_RESET_ON_SUCCESS = True
AXES_LOCKOUT_TEMPLATE = "429.html"
AXES_DISABLE_ACCESS_LOG = True  # who signed in when, and from where, is nothing we need to know
AXES_VERBOSE = False
EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
EMAIL_HOST = read("EMAIL_HOST", "localhost")
EMAIL_PORT = int(read("EMAIL_PORT", "25"))
EMAIL_HOST_USER = read("EMAIL_HOST_USER")
EMAIL_HOST_PASSWORD = read("EMAIL_HOST_PASSWORD")
EMAIL_USE_TLS = flag("EMAIL_USE_TLS", default=False)
DEFAULT_FROM_EMAIL = read("DEFAULT_FROM_EMAIL", "countenance@localhost")
PUBLIC_URL = read("PUBLIC_URL", "http://127.0.0.1:8000")  # where people reach us: the links in letters begin so
INVITES_REQUIRED = flag("INVITES_REQUIRED", default=False)  # yes: nobody signs up without somebody's invite
if not PRODUCTION:  # letters are files to look at
    EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    EMAIL_FILE_PATH = HOME / "mail"

# -- what a browser may do with our pages
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF, NONCE],
        "style-src": [SELF, NONCE],
        "img-src": [SELF, "data:", "blob:"],
        "media-src": [SELF, "blob:"],
        "connect-src": [SELF],
        "font-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "object-src": [NONE],
    }
}
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CONTENT_TYPE_NOSNIFF = True
X_FRAME_OPTIONS = "DENY"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 14 * 24 * 3600  # seconds
SESSION_COOKIE_SECURE = PRODUCTION
CSRF_COOKIE_SECURE = PRODUCTION
SECURE_SSL_REDIRECT = PRODUCTION
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if PRODUCTION else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = PRODUCTION
SECURE_HSTS_PRELOAD = PRODUCTION
CSRF_TRUSTED_ORIGINS = [origin for origin in read("CSRF_TRUSTED_ORIGINS").split(",") if origin]
if flag("BEHIND_PROXY", default=False):  # only if the proxy sets this header itself
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

# -- uploads go to files, never to memory, and end at a size
FILE_UPLOAD_HANDLERS = ["django.core.files.uploadhandler.TemporaryFileUploadHandler"]
DATA_UPLOAD_MAX_MEMORY_SIZE = 1 << 20
BODY_MAX_BYTES = 256 << 20

LOGGING = logs.settings(read("LOG_LEVEL", "WARNING"))

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "consent.api.bearer.Bearer",  # first: its header makes an unknown caller's answer 401
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": [
        "rest_framework.permissions.IsAuthenticated",
        "consent.api.bearer.Scoped",
    ],
    "DEFAULT_THROTTLE_CLASSES": ["consent.api.bearer.PerToken"],
    "DEFAULT_SCHEMA_CLASS": "config.schema.Schema",
    "EXCEPTION_HANDLER": "config.answers.refuse",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Countenance",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "ENUM_NAME_OVERRIDES": {  # several things have states
        "JobState": "generation.pipeline.models.Job.State",
        "ReferenceState": "generation.studio.models.Reference.State",
        "ReferenceKind": "generation.studio.models.Reference.Kind",
        "ClipState": "generation.feed.models.Clip.State",
        "CameoState": "consent.cameos.models.Cameo.State",
        "CaptureState": "consent.cameos.models.Capture.State",
        "RuleKind": "consent.grants.rows.Rule.Kind",
        "ThingKind": "consent.cameos.models.Thing.Kind",
        "ClipVisibility": "generation.feed.models.Clip.Visibility",
        "AppearanceState": ["released", "held", "withdrawn", "deleted"],
        "AppearanceVisibility": ["private", "link", "followers", "public"],
        "RefusalCode": "config.codes.CODES",
    },
}

# -- what the product keeps on disk; every folder is 0700 and never served as files
MEDIA_HOME = HOME / "media"  # sealed clips
QUARANTINE_HOME = HOME / "quarantine"  # held bytes: never a URL
CAPTURE_HOME = HOME / "captures"  # raw captures until judged
REFERENCE_HOME = HOME / "references"  # files that videos are to be made from: never a URL
EXPORT_HOME = HOME / "exports"  # people's own data, gathered for them, for seven days
LOOK_HOME = HOME / "looks"  # files sent to be verified, for the seconds until their pictures were searched for our mark
SIGNING_CHAIN = read("SIGNING_CHAIN")  # path: leaf and intermediates in PEM; its end is watched, never renewed here
SIGNING_KEY = read("SIGNING_KEY")  # path: the leaf's ECDSA P-256 key in PEM
SIGNING_KEEPER = read("SIGNING_KEEPER")  # dotted path: what keeps the leaf's key in place of a file, e.g.
# "provenance.backends.tokens.SealToken", or an operator's own class: see SealKeeper in provenance.backends
SIGNING_AUTHORITY = read("SIGNING_AUTHORITY")  # path: the intermediate's key and chain in PEM, to issue leaves here
# that are short and renewed; with neither this nor a key: a development authority made in KEY_HOME
TRUST_ANCHORS = read("TRUST_ANCHORS")  # path: the roots our own seals stand under, in PEM
TIMESTAMP_URL = read("TIMESTAMP_URL")  # an RFC 3161 authority; empty: seals have no timestamp, and say so
TIMESTAMP_ANCHORS = read("TIMESTAMP_ANCHORS")  # path: the roots of the timestamp authorities we believe, in PEM
LOG_KEY = read("LOG_KEY")  # path: the Ed25519 key that signs checkpoints, in PEM; with LOG_KEEPER: its public half
LOG_KEEPER = read("LOG_KEEPER")  # dotted path: what keeps it, e.g. "provenance.backends.tokens.LogToken"
SIGNING_TOKEN = read("SIGNING_TOKEN")  # the label of the PKCS#11 token with the keys of seals and log
SIGNING_PIN_FILE = read("SIGNING_PIN_FILE")  # path: a file with its PIN
PERSON_KEYS = read("PERSON_KEYS", "consent.backends.folder.Folder")  # where each person's key lies: in KEY_HOME;
# "consent.backends.token.Token": in the PKCS#11 token below; an operator's own subclass of backends.envelope.Envelope
PKCS11_MODULE = read("PKCS11_MODULE")  # path: the vendor's library
PKCS11_TOKEN = read("PKCS11_TOKEN")  # the token's label
PKCS11_PIN_FILE = read("PKCS11_PIN_FILE")  # path: a file with its PIN
LOG_ORIGIN = read("LOG_ORIGIN", "localhost/countenance-log")  # the log's name, without a scheme; never changes
LOG_WITNESSES = read("LOG_WITNESSES")  # "name+id+key https://prefix", several behind commas; empty: nobody is asked
VERIFY_MAX_BYTES = int(read("VERIFY_MAX_BYTES", str(200 * 1024 * 1024)))  # largest upload the Verify page takes
WEIGHTS_HOME = Path(read("WEIGHTS_HOME") or HOME / "weights")


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
        "en_core_web_md",  # a folder: names of people
        "use-multilingual.npz",
        "use-multilingual.model",
        "open_nsfw.onnx",
        "ocr_detection.onnx",
        "ocr_recognition.onnx",
        "minifasnet_v2.onnx",  # an opt-in
        "clip.pt",  # an opt-in
        "whisper-base",  # a folder: model.bin, config.json, tokenizer.json, vocabulary.json
    )
}

# -- engines, by dotted path; the choosers in each app's backends read these
WATERMARK_ENGINE = "provenance.backends.watermark.SpreadSpectrum"
VIDEO_ENGINES = {"world": "generation.backends.world.WorldEngine", "http": "generation.backends.http.HttpEngine"}
PEOPLE_ENGINES = {  # what sees and hears people (consent/backends)
    "face": "consent.backends.face.SFace",
    "landmarks": "consent.backends.landmarks.FaceLandmarker",
    "speech": "consent.backends.speech.Whisper",
    "pad": "consent.backends.antispoof.MiniFasNet",
}
VIDEO_PROVIDER_URL = read("VIDEO_PROVIDER_URL")  # an OpenAI-shaped /v1; empty: the http engine is not available
VIDEO_PROVIDER_KEY = read("VIDEO_PROVIDER_KEY")
VIDEO_PROVIDER_MODEL = read("VIDEO_PROVIDER_MODEL")  # the name the provider gives its model; empty: its default
VIDEO_PROVIDER_SECONDS = float(read("VIDEO_PROVIDER_SECONDS", "600"))  # from ordering to the last byte

# -- what may be asked for (generation.studio) and how the one road is run (generation.pipeline)
VIDEO_SIZES = ("640x360", "360x640", "1280x720", "720x1280")
VIDEO_SECONDS_MAX = 20
VIDEO_FPS = 24
VIDEO_STYLES = ("realistic", "cinematic", "anime")
VIDEO_PROMPT_MAX = 2000  # characters
VIDEO_CAST_MAX = 4  # people in one video
CONCENTRATION_HOUR_MAX = 20  # permits for one other person by one person in an hour, from which a moderator looks:
# a maker who tries variants stays below; a campaign about one person does not
REFERENCES_MAX = 10  # files of one person waiting to be looked at or used; one more is refused
JOBS_QUEUED_MAX = 10  # per person; one more is refused
JOBS_RUNNING_MAX = 2  # per person; the others wait
JOB_LEASE_SECONDS = 30  # a worker that is silent for so long has lost its job
JOB_RENEW_SECONDS = 10

# -- work in the background: a message carries row ids and is only a hint; rows are the truth
BROKER = broker.settled(HOME)
CELERY_BROKER_URL = BROKER.url
CELERY_BROKER_TRANSPORT_OPTIONS = {
    **BROKER.options,
    # a broker that is down costs a commit a tenth of a second, not kombu's six: beat sends again what was missed
    "max_retries": 1,
    "interval_start": 0,
    "interval_step": 0.1,
    "interval_max": 0.1,
}
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True  # a worker that dies gives its message back
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_TIME_LIMIT = 900  # seconds; a stuck engine must not stop the queue for good
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_ENABLE_REMOTE_CONTROL = False  # PostgreSQL's transport cannot carry it
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TIMEZONE = "UTC"
CELERY_TASK_DEFAULT_QUEUE = "light"
CELERY_TASK_ROUTES = {  # ml is one process that holds the engines
    "generation.tasks.make": {"queue": "ml"},
    "generation.tasks.look": {"queue": "ml"},
    "generation.tasks.survey": {"queue": "ml"},
    "consent.tasks.judge": {"queue": "ml"},
    "consent.tasks.forget": {"queue": "ml"},
}
CELERY_BEAT_SCHEDULE_FILENAME = str(HOME / "beat")
CELERY_BEAT_SCHEDULE = {  # each looks for rows that wait; an old message about them is worth nothing
    "deliver": {"task": "consent.tasks.deliver", "schedule": 5.0, "options": {"expires": 30}},
    "post": {"task": "consent.tasks.post", "schedule": 30.0, "options": {"expires": 60}},
    "sequence": {"task": "provenance.tasks.sequence", "schedule": 5.0, "options": {"expires": 30}},
    "stamp": {"task": "provenance.tasks.stamp", "schedule": 30.0, "options": {"expires": 60}},
    "rotate": {"task": "provenance.tasks.rotate", "schedule": 900.0, "options": {"expires": 900}},
    "watch": {"task": "provenance.tasks.watch", "schedule": crontab(hour=6, minute=10)},
    "looks": {"task": "provenance.tasks.forget", "schedule": 60.0, "options": {"expires": 60}},
    "captures": {"task": "consent.tasks.sweep", "schedule": 20.0, "options": {"expires": 30}},
    "sweep": {"task": "generation.tasks.sweep", "schedule": 10.0, "options": {"expires": 30}},
    "retire": {"task": "consent.tasks.retire", "schedule": crontab(hour=3, minute=40)},
    "retain": {"task": "config.tasks.retain", "schedule": crontab(hour=3, minute=20)},
}
ABSENCES_TIGHTENED = {  # check -> hold or refuse, as "pad=hold,voice=refuse"; see safety/policies/absences.toml
    check.strip(): then.strip()
    for check, _, then in (each.partition("=") for each in read("ABSENCES_TIGHTENED").split(",") if each.strip())
}
MONITOR_URL = read(
    "MONITOR_URL"
)  # an OpenAI-shaped /v1 that is asked about prompts a person would look at; empty: none
MONITOR_MODEL = read("MONITOR_MODEL")
MONITOR_KEY = read("MONITOR_KEY")
MONITOR_POLICY = read("MONITOR_POLICY")  # path: the policy it judges by, in the operator's words; empty: ours
MONITOR_SECONDS = float(read("MONITOR_SECONDS", "5"))  # no answer by then: a person decides
MONITOR_MAY_CLEAR = flag("MONITOR_MAY_CLEAR", default=False)  # no: it may refuse or leave the hold
POLICY_CANDIDATE = read("POLICY_CANDIDATE")  # path: a catalogue judged beside ours and recorded; it never acts
BIOMETRIC_LAWS = tuple(  # of consent/cameos/laws.toml; the strictest of them applies
    name.strip() for name in read("BIOMETRIC_LAWS", "BIPA,CUBI,GDPR,COPPA").split(",") if name.strip()
)
RETENTION = ROOT / "config" / "retention.toml"
MODELS = ROOT / "config" / "models.toml"
