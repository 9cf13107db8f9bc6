"""One training loop for everything that is trained here; what differs is plugged in as a task."""
