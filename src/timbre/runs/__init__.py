"""Training runs and their checkpoints, as the service knows them: rows and files. The training itself is in `training`."""
