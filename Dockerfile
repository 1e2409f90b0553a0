# CPU image of the server. Build it from the repository's root: docker build -t looplm .
FROM mcr.microsoft.com/dotnet/sdk:10.0 AS build
WORKDIR /source
COPY . .
RUN dotnet publish src/LoopLM.Server --configuration Release --output /app

FROM mcr.microsoft.com/dotnet/aspnet:10.0
LABEL org.opencontainers.image.title="LoopLM.Server" \
      org.opencontainers.image.description="Inference server for looped language models" \
      org.opencontainers.image.licenses="Apache-2.0"
WORKDIR /app
COPY --from=build /app .

# Requests come from outside the container, by whatever name it has there.
ENV ASPNETCORE_HTTP_PORTS= \
    Kestrel__Endpoints__Rest__Url=http://*:8080 \
    Kestrel__Endpoints__Grpc__Url=http://*:8081 \
    AllowedHosts=*
EXPOSE 8080 8081
USER $APP_UID
HEALTHCHECK --interval=10s --timeout=3s --start-period=60s \
    CMD ["bash", "-c", "exec 3<>/dev/tcp/127.0.0.1/8080 && printf 'GET /health/ready HTTP/1.1\\r\\nHost: localhost\\r\\nConnection: close\\r\\n\\r\\n' >&3 && head -n 1 <&3 | grep -q ' 200 '"]
ENTRYPOINT ["dotnet", "LoopLM.Server.dll"]
