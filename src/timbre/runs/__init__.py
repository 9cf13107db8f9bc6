"""Training runs and their checkpoints as the service knows them: rows and files. What trains is `training`."""
