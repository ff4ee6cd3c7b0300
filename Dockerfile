# syntax=docker/dockerfile:1
# PlateGraph with its embedded PostgreSQL and engine; docs/operations/containers.md says how to run it.
# Built by buildah on a base made by debootstrap, and run by podman with runc, read-only and without capabilities.
#
#   docker build -t plategraph .
#   docker run --read-only --tmpfs /tmp --init --shm-size 256m -v plategraph:/data -p 4000:4000 plategraph
#
# BASE is any image with Node.js 20.19 or newer on Debian.
ARG BASE=node:20-bookworm-slim

FROM ${BASE} AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --omit=dev
COPY tsconfig.json ./
COPY scripts ./scripts
COPY explorer ./explorer
COPY migrations ./migrations
COPY src ./src
RUN node scripts/build.mjs
# Without sources and compiler the build is taken as it is. The links between PostgreSQL's libraries are made now: later the file system is read-only.
RUN node --input-type=module -e "import('/app/dist/src/database/embedded.links.js').then(async ({ linkLibraries }) => linkLibraries((await import('@embedded-postgres/' + process.platform + '-' + process.arch)).pg_ctl))" \
  && node scripts/prune-install.mjs . \
  && rm -rf src migrations explorer tsconfig.json package-lock.json .npmrc scripts/prune-install.mjs

FROM ${BASE}
# initdb needs a name for its user.
RUN useradd --uid 10001 --user-group --no-create-home --home-dir /data plategraph \
  && install -d -o plategraph -g plategraph -m 700 /data
WORKDIR /app
COPY --from=build /app ./
COPY LICENSE SECURITY.md schema.graphql ./
COPY bin ./bin
COPY models ./models
RUN ln -s /app/bin/plategraph.mjs /usr/local/bin/plategraph
ENV NODE_ENV=production HOST=0.0.0.0 PORT=4000 DATA_DIR=/data MALLOC_ARENA_MAX=2
USER plategraph
VOLUME /data
EXPOSE 4000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --retries=3 \
  CMD ["node", "-e", "fetch('http://127.0.0.1:' + process.env.PORT + '/readyz').then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "--enable-source-maps", "dist/src/main.js"]
