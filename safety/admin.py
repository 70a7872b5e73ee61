"""The app's tables in Django's admin."""
