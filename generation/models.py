"""Models of every room, gathered where Django looks for them."""
