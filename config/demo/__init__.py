"""The story of the cast, told to a running service from outside: over HTTP and by commands alone."""
