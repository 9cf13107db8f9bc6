"""What fine-tuning is worth: `mini` on a real person's recordings, by judges that no training saw."""
