# Needs src/ and config/ alone:  docker build -t clouddav .
# Run:  docker run --read-only --tmpfs /tmp --cap-drop ALL --stop-timeout 60 -p 8443:8443 \
#           -v clouddav-data:/data -v clouddav-keys:/keys -v ./config:/app/config:ro clouddav
# Nothing but the two volumes and /tmp is written to, where long listings and archives wait for slow readers.
# Keep the two volumes, and their backups, apart: who has both can read everything, who has lost the keys can read nothing.

FROM mcr.microsoft.com/dotnet/sdk:10.0 AS build
WORKDIR /source
COPY src/ src/
# The packages are those of the lock files, and no others. Style and analysis are for the repository's own build, whose rules
# (.editorconfig) are not here. What is for other systems and for programmers stays behind.
RUN dotnet publish src/CloudDav.Server -c Release -o /app -p:RestoreLockedMode=true -p:RunAnalyzers=false -p:TreatWarningsAsErrors=false \
 && rm /app/*.xml \
 && cd /app/runtimes && for system in *; do case $system in unix|linux-x64|linux-arm64) ;; *) rm -r $system ;; esac; done \
 && mkdir -p /volumes/data /volumes/keys

# What looks into photos and videos: three programs, a library and what it loads, and everything that these are linked with but what every image of .NET has.
FROM mcr.microsoft.com/dotnet/sdk:10.0 AS media
RUN apt-get update \
 && apt-get install -y --no-install-recommends ffmpeg libheif-plugin-aomdec libheif-plugin-libde265 libvips42t64 \
 && mkdir /media \
 && set -- /usr/bin/ffmpeg /usr/bin/ffprobe /usr/bin/prlimit $(find /usr/lib \( -name libvips.so.42 -o -name vips-heif.so -o -path '*/libheif/plugins/*.so' \)) \
 && { printf '%s\n' "$@"; ldd "$@" | sed -nE 's,^.* => (/usr)?(/lib/.*) \(.*,/usr\2,p'; } | sort -u \
  | grep -vE '/lib(c|m|mvec|dl|rt|pthread|resolv|gcc_s|stdc\+\+|ssl|crypto|icu[a-z]+)\.so' | xargs cp -L --parents -t /media

# The "extra" variant has ICU, without which names cannot be normalised. It has no shell and no root.
FROM mcr.microsoft.com/dotnet/aspnet:10.0-noble-chiseled-extra
WORKDIR /app
COPY --from=media /media/ /
COPY --from=build /app ./
COPY config/clouddav.json config/
COPY --from=build --chown=1654:1654 /volumes/data /data
COPY --from=build --chown=1654:1654 /volumes/keys /keys
# Without diagnostics .NET leaves no socket in /tmp by which whoever is in there could look into the process.
ENV DOTNET_EnableDiagnostics=0 \
    CLOUDDAV_Storage__MetadataFolder=/data/metadata \
    CLOUDDAV_Storage__ContentFolder=/data/content \
    CLOUDDAV_Storage__KeyFolder=/keys
USER 1654
VOLUME ["/data", "/keys"]
# The management port (9090 in the examples) is for the network of those who watch, and is not published.
EXPOSE 8080 8443
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=10s --start-period=10s CMD ["dotnet", "CloudDav.Server.dll", "health"]
ENTRYPOINT ["dotnet", "CloudDav.Server.dll"]
CMD ["serve"]
