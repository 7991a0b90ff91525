# syntax=docker/dockerfile:1
# Builds for amd64 and arm64. Run it with --init (compose: "init: true"): as process 1 Node would not reap children.

FROM node:24-bookworm-slim AS packages
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
# The image has its own Node 24; the one that npm would use on a host with an older Node is 100 MB of nothing here.
RUN npm ci --omit=dev --no-audit --no-fund \
  && rm -rf node_modules/node-linux-* node_modules/.bin/node \
  && npm cache clean --force

FROM node:24-bookworm-slim
# Picture buffers come and go on several threads: with fewer arenas, and a threshold that does not grow, glibc gives them back.
ENV NODE_ENV=production \
    MALLOC_ARENA_MAX=2 \
    MALLOC_MMAP_THRESHOLD_=131072 \
    NEXUS_DATA_DIR=/data \
    HTTP_HOST=0.0.0.0 \
    HTTP_PORT=9090
WORKDIR /app
COPY --from=packages /app/node_modules node_modules
# .dockerignore names what there is to copy.
COPY . .
# The code stays root's: the process can write its data folder and nothing else, also without --read-only.
RUN mkdir /data && chown node:node /data
USER node
VOLUME /data
EXPOSE 9090
STOPSIGNAL SIGTERM
# "start period" covers the migrations and a first start of the embedded database.
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s --retries=3 \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.HTTP_PORT}/healthz`).then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "src/main.ts"]
