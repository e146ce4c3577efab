FROM python:3.12-slim-bookworm
RUN apt-get update && apt-get install -y --no-install-recommends libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 \
    && rm -rf /var/lib/apt/lists/* && useradd --create-home spm
WORKDIR /srv/spm
COPY requirements.lock ./
RUN pip install --no-cache-dir --require-hashes -r requirements.lock
COPY . .
RUN mkdir -p /srv/media /srv/static && chown spm /srv/media /srv/static
ENV SPM_PROFILE=production SPM_MEDIA_ROOT=/srv/media SPM_STATIC_ROOT=/srv/static PYTHONUNBUFFERED=1
USER spm
CMD ["gunicorn", "spm.wsgi", "--bind", "0.0.0.0:8000", "--workers", "3", "--threads", "4"]
