"""C2PA manifests: status."""
