# The image of the operator. `docker build .` and `buildah build .` work; `make image` writes an archive that is the same for each
# builder. All steps are in devtools/image/, and the first stage runs them on the Debian release whose packages the image has.
ARG BASE=debian:bookworm-slim

FROM ${BASE} AS build
# Authorities of a network that inspects TLS: --secret=id=authorities,src=FILE
RUN apt-get update -qq && apt-get install -y -qq --no-install-recommends binutils ca-certificates python3-pip
WORKDIR /checkout
COPY pyproject.toml README.md LICENSE ./
COPY requirements/ requirements/
COPY devtools/ devtools/
COPY operator/ operator/
ARG REVISION= SOURCE= SOURCE_DATE_EPOCH=0
RUN --mount=type=secret,id=authorities \
    if [ -s /run/secrets/authorities ]; then export PIP_CERT=/run/secrets/authorities; fi; \
    python3 -m devtools.image --builder=debian --folder=/archive --layers=/layers

# --target=archive --output=FOLDER writes the archive and the list of its content.
FROM scratch AS archive
COPY --from=build /archive/ /

FROM scratch
COPY --from=build /layers/base/ /
COPY --from=build /layers/dependencies/ /
COPY --from=build /layers/application/ /
ARG REVISION= SOURCE=
LABEL org.opencontainers.image.title="oauth-connector-operator" \
      org.opencontainers.image.description="Keeps OAuth access tokens fresh in Kubernetes Secrets: cert-manager for OAuth tokens." \
      org.opencontainers.image.version="0.1.0" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.revision="${REVISION}" \
      org.opencontainers.image.source="${SOURCE}"
ENV PATH=/usr/bin
USER 65532:65532
ENTRYPOINT ["/usr/bin/oauth-connector"]
