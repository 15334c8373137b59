# syntax=docker/dockerfile:1
ARG PYTHON=3.11-slim-bookworm

FROM python:${PYTHON} AS tools
WORKDIR /build
COPY requirements/uv.lock requirements/
RUN python -m pip install --no-cache-dir --require-hashes -r requirements/uv.lock

# Everything by locked version and hash.
FROM tools AS packages
COPY requirements/service.lock requirements/
RUN uv venv /opt/venv && uv pip sync --no-cache --python /opt/venv/bin/python --require-hashes requirements/service.lock

# The front end's files, by a Node that stays behind here.
FROM tools AS assets
COPY requirements/node.lock requirements/
RUN uv pip install --system --no-cache --require-hashes -r requirements/node.lock
COPY triage/web/package.json triage/web/package-lock.json triage/web/.npmrc triage/web/assets.py triage/web/
RUN python triage/web/assets.py

FROM python:${PYTHON}
RUN useradd --system --uid 10001 --no-create-home --shell /usr/sbin/nologin triage
ENV PATH=/opt/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
WORKDIR /srv/triage
COPY --from=packages /opt/venv /opt/venv
COPY rules rules
COPY workflows workflows
COPY triage triage
COPY worker worker
COPY migrations migrations
COPY --from=assets /build/triage/web/static/vendor triage/web/static/vendor
USER 10001:10001
EXPOSE 8000
CMD ["python", "-m", "gunicorn", "--config", "python:triage.gunicorn_config", "triage.wsgi:app", "--bind", "0.0.0.0:8000", "--worker-tmp-dir", "/tmp"]
