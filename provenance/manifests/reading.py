"""C2PA manifests: reading."""
