"""The dashboards for Grafana, as code; the compose file mounts what is built here."""
