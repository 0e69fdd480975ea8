# docker build -t netpol-lint . && docker run --rm -v "$PWD:/work:ro" netpol-lint
# To pin the base image, put `@sha256:...` after its tag, twice: `docker buildx imagetools inspect python:3.13-slim` says which.
FROM python:3.13-slim AS build
COPY . /source
RUN pip wheel --no-cache-dir --wheel-dir /wheels /source

FROM python:3.13-slim
COPY --from=build /wheels /wheels
RUN pip install --no-cache-dir --no-index --find-links /wheels netpol-lsp && rm -rf /wheels \
    && useradd --no-create-home lint
USER lint
WORKDIR /work
ENTRYPOINT ["netpol-lint"]
