# A hub in a container: packed as users install it, run by a user without rights, its data in the volume /data.
FROM node:24-bookworm-slim AS build
WORKDIR /source
COPY . .
RUN npm ci --no-audit --no-fund \
  && npm run build --silent \
  && mkdir /packed \
  && npm pack --silent --pack-destination /packed -w @conduit/sdk -w @conduit/hub \
  && npm install --prefix /opt/conduit --no-audit --no-fund /packed/*.tgz

FROM node:24-bookworm-slim
ENV NODE_ENV=production CONDUIT_HOST=0.0.0.0 CONDUIT_DATA_DIR=/data
COPY --from=build /opt/conduit /opt/conduit
RUN install --directory --owner=node --group=node --mode=700 /data
USER node
VOLUME /data
EXPOSE 9100
HEALTHCHECK --interval=10s --timeout=5s --start-period=20s \
  CMD ["node", "--eval", "fetch('http://127.0.0.1:9100/readyz').then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["/opt/conduit/node_modules/.bin/conduit"]
CMD ["start"]
