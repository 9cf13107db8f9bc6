"""From recordings of a person to something that a model can learn from: steps of one resumable pipeline."""
