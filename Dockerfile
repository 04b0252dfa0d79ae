# officed as one image: built in one stage, run in another that has no build tools and no root.
FROM python:3.13.1-slim-bookworm AS build

# For the few loops that are compiled (hatch_build.py).
RUN apt-get update && apt-get install --yes --no-install-recommends gcc libc6-dev

WORKDIR /src
COPY requirements.lock requirements-build.lock ./
RUN python -m venv /opt/officed \
    && /opt/officed/bin/pip install --no-cache-dir --require-hashes -r requirements.lock \
    && python -m venv /opt/build \
    && /opt/build/bin/pip install --no-cache-dir --require-hashes -r requirements-build.lock
COPY pyproject.toml hatch_build.py LICENSE ./
COPY sensors sensors
COPY policies policies
COPY dashboards dashboards
COPY daemon daemon
RUN /opt/build/bin/python -m hatchling build -t wheel \
    && /opt/officed/bin/pip install --no-cache-dir --no-deps dist/*.whl

FROM python:3.13.1-slim-bookworm

RUN useradd --system --uid 10001 --home-dir /var/lib/officed --create-home officed
COPY --from=build /opt/officed /opt/officed
ENV PATH=/opt/officed/bin:$PATH PYTHONUNBUFFERED=1
USER officed
WORKDIR /var/lib/officed
VOLUME /var/lib/officed
EXPOSE 8080
# The daemon publishes "offline" and closes its journal on SIGTERM, within 5 s.
STOPSIGNAL SIGTERM
ENTRYPOINT ["officed"]
CMD ["run", "--config", "/etc/officed/office.yaml"]
