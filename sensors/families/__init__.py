"""One file a wire dialect; `sensors.registry` lists them."""
