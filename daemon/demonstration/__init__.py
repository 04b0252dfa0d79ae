"""The whole product on one machine: a broker, an office that talks to it, and officed itself."""
