using System.Collections.Frozen;

namespace CloudDav.WebDav.Properties;

/// <summary>Media types by a name's extension; a file is never opened to guess one.</summary>
internal static class MediaTypes
{
    /// <summary>What folders are; KDE takes it as proof of one.</summary>
    public const string Folder = "httpd/unix-directory";

    private const string Unknown = "application/octet-stream";

    private static readonly FrozenDictionary<string, string> ByExtension = Table(
        """
        video/x-matroska mkv mk3d
        video/mp4 mp4 m4v mp4v
        video/mp2t ts m2ts mts m2t
        video/quicktime mov qt
        video/x-msvideo avi divx
        video/webm webm
        video/mpeg mpg mpeg mpe vob m2v
        video/x-ms-wmv wmv
        video/x-ms-asf asf
        video/x-flv flv
        video/ogg ogv
        video/3gpp 3gp 3gpp
        audio/x-matroska mka
        audio/mpeg mp3 mp2 mpga
        audio/mp4 m4a m4b
        audio/aac aac
        audio/flac flac
        audio/ogg ogg oga opus spx
        audio/wav wav
        audio/x-ms-wma wma
        audio/x-aiff aif aiff
        audio/midi mid midi
        audio/ac3 ac3
        audio/amr amr
        application/x-subrip srt
        text/vtt vtt
        text/x-ssa ass ssa
        application/vnd.apple.mpegurl m3u8
        audio/x-mpegurl m3u
        application/xspf+xml xspf
        audio/x-scpls pls
        application/dash+xml mpd
        image/jpeg jpg jpeg jpe jfif
        image/png png
        image/webp webp
        image/heic heic
        image/heif heif
        image/avif avif
        image/gif gif
        image/bmp bmp dib
        image/tiff tif tiff
        image/x-icon ico
        image/svg+xml svg svgz
        image/jxl jxl
        image/vnd.adobe.photoshop psd
        image/x-adobe-dng dng
        image/x-canon-cr2 cr2
        image/x-canon-cr3 cr3
        image/x-nikon-nef nef
        image/x-sony-arw arw
        text/xml nfo
        text/plain txt strm log text conf ini cfg sub diff patch properties
        application/octet-stream idx bin dat img
        text/csv csv
        text/tab-separated-values tsv
        text/markdown md markdown
        text/html html htm
        application/xhtml+xml xhtml
        text/css css
        text/javascript js mjs
        application/json json map
        application/ld+json jsonld
        application/yaml yaml yml
        application/toml toml
        application/xml xml xsl xsd
        text/calendar ics
        text/vcard vcf
        text/rtf rtf
        text/x-c c h
        text/x-c++src cpp cc cxx hpp
        text/x-csharp cs
        text/x-java java
        text/x-python py
        text/x-shellscript sh
        text/x-go go
        text/x-rust rs
        application/x-php php
        application/sql sql
        application/pdf pdf
        application/postscript ps eps ai
        application/epub+zip epub
        application/x-mobipocket-ebook mobi prc
        application/vnd.amazon.ebook azw
        application/vnd.comicbook+zip cbz
        application/vnd.comicbook-rar cbr
        image/vnd.djvu djvu djv
        application/msword doc dot
        application/vnd.openxmlformats-officedocument.wordprocessingml.document docx
        application/vnd.openxmlformats-officedocument.wordprocessingml.template dotx
        application/vnd.ms-word.document.macroenabled.12 docm
        application/vnd.ms-excel xls xlt
        application/vnd.openxmlformats-officedocument.spreadsheetml.sheet xlsx
        application/vnd.openxmlformats-officedocument.spreadsheetml.template xltx
        application/vnd.ms-excel.sheet.macroenabled.12 xlsm
        application/vnd.ms-excel.sheet.binary.macroenabled.12 xlsb
        application/vnd.ms-powerpoint ppt pps pot
        application/vnd.openxmlformats-officedocument.presentationml.presentation pptx
        application/vnd.openxmlformats-officedocument.presentationml.slideshow ppsx
        application/vnd.ms-powerpoint.presentation.macroenabled.12 pptm
        application/vnd.visio vsd
        application/vnd.ms-project mpp
        application/vnd.ms-outlook msg
        application/onenote one
        application/vnd.oasis.opendocument.text odt
        application/vnd.oasis.opendocument.spreadsheet ods
        application/vnd.oasis.opendocument.presentation odp
        application/vnd.oasis.opendocument.graphics odg
        application/vnd.oasis.opendocument.formula odf
        application/vnd.apple.pages pages
        application/vnd.apple.numbers numbers
        application/vnd.apple.keynote key
        message/rfc822 eml mht mhtml
        application/zip zip
        application/gzip gz tgz
        application/x-bzip2 bz2 tbz2
        application/x-xz xz txz
        application/zstd zst
        application/x-7z-compressed 7z
        application/vnd.rar rar
        application/x-tar tar
        application/java-archive jar
        application/vnd.android.package-archive apk
        application/x-iso9660-image iso
        application/x-apple-diskimage dmg
        application/vnd.debian.binary-package deb
        application/x-rpm rpm
        application/x-msdownload exe dll
        application/x-msi msi
        application/wasm wasm
        application/vnd.sqlite3 sqlite sqlite3
        application/x-keepass2 kdbx
        application/pgp-encrypted gpg pgp
        application/x-x509-ca-cert crt cer der
        application/x-pem-file pem
        application/x-bittorrent torrent
        application/geo+json geojson
        application/gpx+xml gpx
        application/vnd.google-earth.kml+xml kml
        application/vnd.google-earth.kmz kmz
        font/ttf ttf
        font/otf otf
        font/woff woff
        font/woff2 woff2
        model/stl stl
        model/obj obj
        model/3mf 3mf
        model/gltf+json gltf
        model/gltf-binary glb
        image/vnd.dwg dwg
        image/vnd.dxf dxf
        """
    );

    private static readonly FrozenDictionary<string, string>.AlternateLookup<
        ReadOnlySpan<char>
    > Lookup = ByExtension.GetAlternateLookup<ReadOnlySpan<char>>();

    /// <summary>The type of a resource: its extension's, else the one a client gave, else unknown.</summary>
    public static string Of(DavResource resource)
    {
        if (resource.IsCollection)
            return Folder;
        return Find(resource.Name) ?? resource.MediaType ?? Unknown;
    }

    /// <summary>The type of an extension; null when it is not in the table.</summary>
    public static string? Find(string name)
    {
        var dot = name.LastIndexOf('.');
        return dot >= 0 && Lookup.TryGetValue(name.AsSpan(dot + 1), out var type) ? type : null;
    }

    /// <summary>A Content-Type worth storing; null when absent, malformed, or only the client's default.</summary>
    public static string? FromUpload(string? contentType)
    {
        var text = contentType?.Trim();
        if (
            string.IsNullOrEmpty(text)
            || text.Length > 127
            || !System.Net.Http.Headers.MediaTypeHeaderValue.TryParse(text, out var parsed)
            || parsed.MediaType is not { } type
        )
            return null;
        return
            type.Equals(Unknown, StringComparison.OrdinalIgnoreCase)
            || type.Equals("application/x-www-form-urlencoded", StringComparison.OrdinalIgnoreCase)
            || type.StartsWith("multipart/", StringComparison.OrdinalIgnoreCase)
            || type.StartsWith("httpd/", StringComparison.OrdinalIgnoreCase)
            ? null
            : text;
    }

    /// <summary>Whether a browser may show it in place: raster images, audio, video.</summary>
    public static bool IsSafeInline(string type) =>
        type.StartsWith("video/", StringComparison.Ordinal)
        || type.StartsWith("audio/", StringComparison.Ordinal)
        || (
            type.StartsWith("image/", StringComparison.Ordinal)
            && !type.StartsWith("image/svg", StringComparison.Ordinal)
        );

    private static FrozenDictionary<string, string> Table(string rows)
    {
        var table = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var row in rows.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            var words = row.Trim().Split(' ');
            foreach (var extension in words.AsSpan(1))
                table.Add(extension, words[0]);
        }
        return table.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);
    }
}
