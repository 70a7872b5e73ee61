"""Door: seal a rendered video so that anyone can check where it came from."""
