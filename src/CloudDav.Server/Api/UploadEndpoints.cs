using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using CloudDav.Server.Hosting;
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
internal static class UploadEndpoints
{
    private const string Version = "1.0.0";
    private const string Pieces = "application/offset+octet-stream";
    private const int ChecksumMismatch = 460;
    private const int MaxType = 255;

    // No more than an upload's note in the metadata is to be.
    private const int MaxMetadata = 8 * 1024;

    public static void Map(CustomerRoutes routes)
    {
        routes
            .AddRaw(
                ["OPTIONS"],
                "/uploads",
                "describeUploads",
                "What of tus is spoken here",
                "text/plain",
                DescribeAsync
            )
            .Answers(StatusCodes.Status204NoContent)
            .NeedsNoSignIn();
        routes
            .AddRaw(
                ["POST"],
                "/uploads",
                "beginUpload",
                "Begins an upload that can be resumed (tus 1.0)",
                "text/plain",
                context => AnswerAsync(context, BeginAsync)
            )
            .NeedsNoPlace()
            .Answers(StatusCodes.Status201Created)
            .Refuses(
                RefusalRule.CapacityExceeded,
                RefusalRule.TooManyUploads,
                RefusalRule.ParentMissing
            );
        routes
            .AddRaw(
                ["HEAD"],
                "/uploads/{id}",
                "findUpload",
                "How far an upload is",
                "text/plain",
                context => AnswerAsync(context, FindAsync)
            )
            .Refuses(RefusalRule.NotFound);
        routes
            .AddRaw(
                ["PATCH"],
                "/uploads/{id}",
                "continueUpload",
                "Sends the next bytes of an upload; with the last of them it becomes a file",
                "text/plain",
                context => AnswerAsync(context, ContinueAsync)
            )
            .Answers(StatusCodes.Status204NoContent)
            .Refuses(
                RefusalRule.NotFound,
                RefusalRule.UploadOutOfStep,
                RefusalRule.CapacityExceeded,
                RefusalRule.TooManyParts
            );
        routes
            .AddRaw(
                ["DELETE"],
                "/uploads/{id}",
                "dropUpload",
                "Gives an upload up",
                "text/plain",
                context => AnswerAsync(context, DropAsync)
            )
            .Answers(StatusCodes.Status204NoContent)
            .Refuses(RefusalRule.NotFound);
        routes
            .AddRaw(
                ["POST"],
                "/uploads/{id}",
                "overrideUpload",
                "HEAD, PATCH or DELETE for who can send nothing but POST: X-HTTP-Method-Override says which",
                "text/plain",
                context => AnswerAsync(context, OverrideAsync)
            )
            .NeedsNoPlace()
            .Answers(StatusCodes.Status204NoContent)
            .Refuses(RefusalRule.NotFound);
    }

    private static Task DescribeAsync(HttpContext context)
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

    private static async Task AnswerAsync(
        HttpContext context,
        Func<HttpContext, VaultTree, ValueTask<Outcome>> act
    )
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
        var tree = context
            .RequestServices.GetRequiredService<VaultParts>()
            .Vaults.OpenTree(
                context.Features.Get<Actor>()!,
                new Vault.SessionOptions { Door = Door.Browser }
            );
        var outcome = await act(context, tree);
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

    private static async ValueTask<Outcome> BeginAsync(HttpContext context, VaultTree tree)
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
        context.Response.Headers.Location = $"{CustomerApi.Prefix}/uploads/{name.Text}";
        Tell(context.Response, begun.Value);
        if (!hasBody && length > 0)
            return new Outcome(StatusCodes.Status201Created);
        var taken = await TakeAsync(context, tree, name, 0);
        // It has begun, whatever came of its first bytes.
        return taken.Refusal is null ? new Outcome(StatusCodes.Status201Created) : taken;
    }

    private static async ValueTask<Outcome> FindAsync(HttpContext context, VaultTree tree)
    {
        var found = await tree.FindUploadAsync(NameOf(context), context.RequestAborted);
        if (found.Refusal is { } refusal)
            return refusal;
        var headers = context.Response.Headers;
        Tell(context.Response, found.Value);
        headers["Upload-Length"] = Number(found.Value.Total ?? 0);
        if (found.Value.Goal.Note is { Length: > 0 } note)
            headers["Upload-Metadata"] = note;
        return new Outcome(StatusCodes.Status200OK);
    }

    private static ValueTask<Outcome> OverrideAsync(HttpContext context, VaultTree tree) =>
        context.Request.Headers["X-HTTP-Method-Override"].ToString() switch
        {
            "HEAD" => FindAsync(context, tree),
            "PATCH" => ContinueAsync(context, tree),
            "DELETE" => DropAsync(context, tree),
            _ => new(new Outcome(StatusCodes.Status405MethodNotAllowed)),
        };

    private static async ValueTask<Outcome> ContinueAsync(HttpContext context, VaultTree tree)
    {
        if (!IsPiece(context.Request))
            return new Outcome(StatusCodes.Status415UnsupportedMediaType);
        if (NumberOf(context.Request.Headers["Upload-Offset"]) is not { } offset)
            return Wrong("Upload-Offset");
        var taken = await TakeAsync(context, tree, NameOf(context), offset);
        return taken.Refusal is null ? new Outcome(StatusCodes.Status204NoContent) : taken;
    }

    private static async ValueTask<Outcome> DropAsync(HttpContext context, VaultTree tree)
    {
        var dropped = await tree.DropUploadAsync(NameOf(context), context.RequestAborted);
        return dropped.Refusal is { } refusal
            ? refusal
            : new Outcome(StatusCodes.Status204NoContent);
    }

    // The next bytes, and with the last of them the file. What has arrived when the line breaks is kept: nothing here ends with the request.
    private static async ValueTask<Outcome> TakeAsync(
        HttpContext context,
        VaultTree tree,
        UploadName name,
        long offset
    )
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

    private static UploadName NameOf(HttpContext context) =>
        new(UploadKind.Tus, context.GetRouteValue("id") as string ?? "");

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
