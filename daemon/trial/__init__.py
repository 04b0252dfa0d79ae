"""Rules on trial: over the stored past, or listening without a voice, until somebody lets them act."""
