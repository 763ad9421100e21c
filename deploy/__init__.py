"""What ``docker-compose.yml`` runs beside the service itself: secrets, roles and rights. See ``docs/operate.md``."""
