# Build it from the repository's root.
#   For CPUs:        docker build --tag looplm .
#   For NVIDIA GPUs: docker build --tag looplm:cuda --build-arg CUDA=true .
#                    docker run --gpus all --env Model__Runner=torch --env Model__Device=cuda looplm:cuda
FROM mcr.microsoft.com/dotnet/sdk:10.0.401-noble AS build
ARG CUDA=false
WORKDIR /source
COPY . .
RUN deploy/publish /app "$CUDA"

FROM mcr.microsoft.com/dotnet/aspnet:10.0.12-noble
LABEL org.opencontainers.image.title="LoopLM.Server" \
      org.opencontainers.image.description="Inference server for looped language models" \
      org.opencontainers.image.licenses="Apache-2.0"
WORKDIR /app
COPY --from=build /app .

# Requests come from outside the container, by whatever name it has there. The driver of a GPU comes from the host, where there is one.
ENV ASPNETCORE_HTTP_PORTS= \
    Kestrel__Endpoints__Rest__Url=http://*:8080 \
    Kestrel__Endpoints__Grpc__Url=http://*:8081 \
    AllowedHosts=* \
    DOTNET_EnableDiagnostics=0 \
    NVIDIA_DRIVER_CAPABILITIES=compute,utility
EXPOSE 8080 8081
USER $APP_UID
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s CMD ["dotnet", "LoopLM.Server.dll", "--health"]
ENTRYPOINT ["dotnet", "LoopLM.Server.dll"]
