"""Ways to run the vocoder on a processor, to be compared and chosen: see `choose`."""
