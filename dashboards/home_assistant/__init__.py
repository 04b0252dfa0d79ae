"""Our rooms, cases and figures in the words of Home Assistant's MQTT discovery. Pure: a state in, messages out."""
