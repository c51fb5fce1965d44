using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using CloudDav.Server.Options;
using CloudDav.Server.Refusals;
using CloudDav.Vault;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Primitives;

namespace CloudDav.Server.Api;

/// <summary>
/// Uploads that can be resumed: tus 1.0 with the extensions creation, creation-with-upload, checksum, expiration and termination. Metadata: <c>filename</c>, and if it is to go into a folder
/// <c>path</c>, its segments from the top with slashes between them; <c>filetype</c>; <c>lastModified</c> in milliseconds. What is there by that name becomes an earlier version. The answer to
/// the last bytes says which file they became.
/// </summary>
/// <param name="context">The request.</param>
/// <param name="tree">Where the files are to go.</param>
/// <param name="root">The address below which uploads are.</param>
internal sealed class Tus(HttpContext context, VaultTree tree, string root)
{
    private const string Version = "1.0.0";
    private const string Pieces = "application/offset+octet-stream";
    private const int ChecksumMismatch = 460;
    private const int MaxType = 255;

    // No more than an upload's note in the metadata is to be.
    private const int MaxMetadata = 8 * 1024;

    /// <summary>Begins one.</summary>
    public Task BeginAsync() => AnswerAsync(CreateAsync);

    /// <summary>Answers what is asked of one: <c>HEAD</c>, <c>PATCH</c> and <c>DELETE</c>, or <c>POST</c> with the name of one of them in <c>X-HTTP-Method-Override</c>.</summary>
    public Task GoOnAsync() =>
        AnswerAsync(() =>
            (
                HttpMethods.IsPost(context.Request.Method)
                    ? context.Request.Headers["X-HTTP-Method-Override"].ToString()
                    : context.Request.Method
            ) switch
            {
                "HEAD" => FindAsync(),
                "PATCH" => ContinueAsync(),
                "DELETE" => DropAsync(),
                _ => new(new Outcome(StatusCodes.Status405MethodNotAllowed)),
            }
        );

    /// <summary>Says what of the protocol is spoken.</summary>
    public static Task DescribeAsync(HttpContext context)
    {
        var headers = context.Response.Headers;
        headers["Tus-Resumable"] = Version;
        headers["Tus-Version"] = Version;
        headers["Tus-Extension"] = "creation,creation-with-upload,checksum,expiration,termination";
        headers["Tus-Checksum-Algorithm"] = "sha1,sha256,md5";
        headers.CacheControl = "no-store";
        context.Response.StatusCode = StatusCodes.Status204NoContent;
        return Task.CompletedTask;
    }

    // A refusal of the vault, or a status of the protocol.
    private readonly record struct Outcome(int Status, Refusal? Refusal = null)
    {
        public static implicit operator Outcome(Refusal refusal) => new(0, refusal);
    }

    private async Task AnswerAsync(Func<ValueTask<Outcome>> act)
    {
        var (request, response) = (context.Request, context.Response);
        response.Headers["Tus-Resumable"] = Version;
        response.Headers.CacheControl = "no-store";
        response.Headers.XContentTypeOptions = "nosniff";
        if (request.Headers["Tus-Resumable"] != Version)
        {
            response.Headers["Tus-Version"] = Version;
            response.StatusCode = StatusCodes.Status412PreconditionFailed;
            return;
        }
        var outcome = await act();
        switch (outcome.Refusal)
        {
            case null:
                response.StatusCode = outcome.Status;
                break;
            // Not one of HTTP's own, and what clients of this protocol wait for.
            case { Rule: RefusalRule.ChecksumMismatch }:
                response.StatusCode = ChecksumMismatch;
                break;
            case var refusal:
                await new ProblemResult(refusal, tree.Language).ExecuteAsync(context);
                break;
        }
    }

    private async ValueTask<Outcome> CreateAsync()
    {
        var headers = context.Request.Headers;
        if (NumberOf(headers["Upload-Length"]) is not { } length)
            return Wrong("Upload-Length");
        if (GoalOf(headers["Upload-Metadata"].ToString()) is not { } goal)
            return Wrong("Upload-Metadata");
        var name = new UploadName(
            UploadKind.Tus,
            Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16))
        );
        var hasBody = context.Request.ContentType is not null;
        if (hasBody && !IsPiece(context.Request))
            return new Outcome(StatusCodes.Status415UnsupportedMediaType);
        var begun = await tree.BeginUploadAsync(
            new UploadPlan
            {
                Name = name,
                Total = length,
                Goal = goal,
                RefusesEarly = true,
            },
            context.RequestAborted
        );
        if (begun.Refusal is { } refusal)
            return refusal;
        context.Response.Headers.Location = $"{root}/{name.Text}";
        Tell(context.Response, begun.Value);
        if (!hasBody && length > 0)
            return new Outcome(StatusCodes.Status201Created);
        var taken = await TakeAsync(name, 0);
        // It has begun, whatever came of its first bytes.
        return taken.Refusal is null ? new Outcome(StatusCodes.Status201Created) : taken;
    }

    private async ValueTask<Outcome> FindAsync()
    {
        var found = await tree.FindUploadAsync(Name(), context.RequestAborted);
        if (found.Refusal is { } refusal)
            return refusal;
        var headers = context.Response.Headers;
        Tell(context.Response, found.Value);
        headers["Upload-Length"] = Number(found.Value.Total ?? 0);
        if (found.Value.Goal.Note is { Length: > 0 } note)
            headers["Upload-Metadata"] = note;
        return new Outcome(StatusCodes.Status200OK);
    }

    private async ValueTask<Outcome> ContinueAsync()
    {
        if (!IsPiece(context.Request))
            return new Outcome(StatusCodes.Status415UnsupportedMediaType);
        if (NumberOf(context.Request.Headers["Upload-Offset"]) is not { } offset)
            return Wrong("Upload-Offset");
        var taken = await TakeAsync(Name(), offset);
        return taken.Refusal is null ? new Outcome(StatusCodes.Status204NoContent) : taken;
    }

    private async ValueTask<Outcome> DropAsync()
    {
        var dropped = await tree.DropUploadAsync(Name(), context.RequestAborted);
        return dropped.Refusal is { } refusal
            ? refusal
            : new Outcome(StatusCodes.Status204NoContent);
    }

    // The next bytes, and with the last of them the file. What has arrived when the line breaks is kept: nothing here ends with the request.
    private async ValueTask<Outcome> TakeAsync(UploadName name, long offset)
    {
        var checksum = ChecksumOf(context.Request.Headers["Upload-Checksum"]);
        if (checksum is (null, _))
            return Wrong("Upload-Checksum");
        using var body = new ArrivingBody(context.Request.Body, checksum?.Algorithm);
        var taken = await tree.TakePartAsync(
            name,
            new PartPlace.Following(offset),
            new Upload
            {
                Body = System.IO.Pipelines.PipeReader.Create(body),
                LengthHint = context.Request.ContentLength,
                Verify = checksum is var (_, expected) ? _ => body.IsWhole(expected) : null,
            },
            CancellationToken.None
        );
        if (taken.Refusal is { } refusal)
            return refusal;
        var upload = taken.Value.Upload;
        Tell(context.Response, upload);
        if (upload.Received < upload.Total)
            return default;
        var finished = await tree.FinishUploadAsync(
            name,
            path: null,
            new Upload { Body = System.IO.Pipelines.PipeReader.Create(Stream.Null) },
            ChangeGuard.None,
            CancellationToken.None
        );
        if (finished.Refusal is { } unfinished)
            return unfinished;
        var headers = context.Response.Headers;
        headers.ETag = EntityTag.Of(finished.Value.Vault, finished.Value.Node);
        headers["OC-FileId"] = context
            .RequestServices.GetRequiredService<IOptions<DavOptions>>()
            .Value.AtEveryDoor()
            .FileIdOf(finished.Value.Node.Id.Value);
        headers.ContentLocation =
            "/dav/" + string.Join('/', upload.Goal.Path!.Select(Uri.EscapeDataString));
        return default;
    }

    private static void Tell(HttpResponse response, UploadSession upload)
    {
        response.Headers["Upload-Offset"] = Number(upload.Received);
        response.Headers["Upload-Expires"] = upload.Expires.ToString(
            "r",
            CultureInfo.InvariantCulture
        );
    }

    private UploadName Name() => new(UploadKind.Tus, context.GetRouteValue("id") as string ?? "");

    private static bool IsPiece(HttpRequest request) =>
        string.Equals(request.ContentType, Pieces, StringComparison.OrdinalIgnoreCase);

    private static Refusal Wrong(string header) => new(RefusalRule.InvalidInput) { Field = header };

    private static string Number(long value) => value.ToString(CultureInfo.InvariantCulture);

    private static long? NumberOf(StringValues text) =>
        long.TryParse(
            text.ToString(),
            NumberStyles.None,
            CultureInfo.InvariantCulture,
            out var number
        )
            ? number
            : null;

    /// <summary>Reads what an upload is to become; null when that is not said, or not in the protocol's form.</summary>
    private static UploadGoal? GoalOf(string metadata)
    {
        if (metadata.Length > MaxMetadata)
            return null;
        var values = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var pair in metadata.Split(',', StringSplitOptions.TrimEntries))
        {
            var (key, value) = pair.Split(' ', 2) switch
            {
                [var only] => (only, ""),
                [var first, var rest] => (first, rest.Trim()),
                _ => ("", ""),
            };
            var bytes = new byte[value.Length];
            if (
                key.Length == 0
                || !Convert.TryFromBase64String(value, bytes, out var length)
                || !values.TryAdd(key, Encoding.UTF8.GetString(bytes, 0, length))
            )
                return null;
        }
        var path = (values.GetValueOrDefault("path") ?? "")
            .Split('/', StringSplitOptions.RemoveEmptyEntries)
            .Append(values.GetValueOrDefault("filename") ?? "")
            .ToArray();
        if (
            path.Any(segment =>
                segment is "" or "." or ".."
                || segment.Contains('/', StringComparison.Ordinal)
                || segment.Contains('\uFFFD', StringComparison.Ordinal)
                || !IsText(segment)
            )
        )
            return null;
        DateTimeOffset? modified = null;
        if (values.GetValueOrDefault("lastModified") is { } text)
        {
            if (
                !long.TryParse(text, CultureInfo.InvariantCulture, out var milliseconds)
                || milliseconds < DateTimeOffset.MinValue.ToUnixTimeMilliseconds()
                || milliseconds > DateTimeOffset.MaxValue.ToUnixTimeMilliseconds()
            )
                return null;
            modified = DateTimeOffset.FromUnixTimeMilliseconds(milliseconds);
        }
        var type = values.GetValueOrDefault("filetype");
        return new UploadGoal(
            [.. path.Select(segment => segment.Normalize())],
            string.IsNullOrEmpty(type) || type.Length > MaxType ? null : type,
            modified,
            metadata
        );
    }

    private static bool IsText(string segment)
    {
        try
        {
            return segment.IsNormalized() || segment.Normalize().Length > 0;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }

    // Null when none was sent; without an algorithm when it is not understood.
    private static (HashAlgorithmName? Algorithm, byte[] Expected)? ChecksumOf(StringValues header)
    {
        if (header.Count == 0)
            return null;
        if (header.ToString().Split(' ') is not [var name, var value])
            return (null, []);
        HashAlgorithmName? algorithm = name switch
        {
            "sha1" => HashAlgorithmName.SHA1,
            "sha256" => HashAlgorithmName.SHA256,
            "md5" => HashAlgorithmName.MD5,
            _ => null,
        };
        var bytes = new byte[value.Length];
        return Convert.TryFromBase64String(value, bytes, out var length)
            ? (algorithm, bytes[..length])
            : (null, []);
    }

    /// <summary>A body of which counts what arrives: where the line breaks, it ends.</summary>
    private sealed class ArrivingBody(Stream body, HashAlgorithmName? algorithm) : Stream
    {
        private readonly IncrementalHash? _hash = algorithm is { } name
            ? IncrementalHash.CreateHash(name)
            : null;
        private bool _isCut;

        public override bool CanRead => true;
        public override bool CanSeek => false;
        public override bool CanWrite => false;
        public override long Length => throw new NotSupportedException();
        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        /// <summary>Whether all of it came, and is what was said of it.</summary>
        public bool IsWhole(byte[] expected) =>
            !_isCut && _hash!.GetHashAndReset().AsSpan().SequenceEqual(expected);

        public override async ValueTask<int> ReadAsync(
            Memory<byte> buffer,
            CancellationToken cancellationToken = default
        )
        {
            try
            {
                var read = _isCut ? 0 : await body.ReadAsync(buffer, cancellationToken);
                _hash?.AppendData(buffer.Span[..read]);
                return read;
            }
            catch (Exception broken) when (broken is IOException or OperationCanceledException)
            {
                _isCut = true;
                return 0;
            }
        }

        public override int Read(byte[] buffer, int offset, int count) =>
            throw new NotSupportedException();

        public override void Flush() { }

        public override long Seek(long offset, SeekOrigin origin) =>
            throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) =>
            throw new NotSupportedException();

        protected override void Dispose(bool disposing)
        {
            if (disposing)
                _hash?.Dispose();
            base.Dispose(disposing);
        }
    }
}
