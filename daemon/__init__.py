"""All input and output: MQTT, journal, database, clock, jobs, web."""
