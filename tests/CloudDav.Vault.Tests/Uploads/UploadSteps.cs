using System.IO.Pipelines;
using System.Security.Cryptography;

namespace CloudDav.Vault.Tests.Uploads;

/// <summary>Uploads over several requests in a test's few words.</summary>
internal static class UploadSteps
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public static UploadName Chunks(string name) => new(UploadKind.Chunks, name);

    public static UploadName Tus(string name) => new(UploadKind.Tus, name);

    public static async Task<VaultResult<UploadSession>> BeginAsync(
        this VaultTree tree,
        UploadName name,
        long? total = null,
        string? path = null,
        bool refusesEarly = false
    ) =>
        await tree.BeginUploadAsync(
            new UploadPlan
            {
                Name = name,
                Total = total,
                Goal = new(path is null ? null : TestSteps.Segments(path), null, null, null),
                RefusesEarly = refusesEarly,
            },
            Stop
        );

    public static async Task<VaultResult<PartTaken>> PartAsync(
        this VaultTree tree,
        UploadName name,
        long number,
        byte[] body,
        bool declared = true
    ) =>
        await tree.TakePartAsync(
            name,
            new PartPlace.Numbered(number, $"{number:D5}"),
            new Upload
            {
                Body = PipeReader.Create(new MemoryStream(body)),
                DeclaredLength = declared ? body.Length : null,
            },
            Stop
        );

    public static async Task<VaultResult<PartTaken>> AppendAsync(
        this VaultTree tree,
        UploadName name,
        long offset,
        byte[] body,
        long? hint = null
    ) =>
        await tree.TakePartAsync(
            name,
            new PartPlace.Following(offset),
            new Upload
            {
                Body = PipeReader.Create(new MemoryStream(body)),
                LengthHint = hint ?? body.Length,
            },
            Stop
        );

    public static async Task<VaultResult<Changed>> FinishAsync(
        this VaultTree tree,
        UploadName name,
        string? path,
        byte[]? expected = null,
        long? total = null,
        ChangeGuard? guard = null
    ) =>
        await tree.FinishUploadAsync(
            name,
            path is null ? null : TestSteps.Segments(path),
            new Upload
            {
                Body = PipeReader.Create(Stream.Null),
                DeclaredLength = total,
                Verify = expected is null
                    ? null
                    : facts => facts.Sha256.AsSpan().SequenceEqual(SHA256.HashData(expected)),
            },
            guard ?? ChangeGuard.None,
            Stop
        );

    public static async Task<byte[]> ReadAsync(this VaultTree tree, string path)
    {
        var opened = await tree.OpenAsync(TestSteps.Segments(path), Stop);
        await using var content = opened.Value.Content!;
        return await content.ReadAsync();
    }

    public static byte[] Bytes(int seed, int length)
    {
        var bytes = new byte[length];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }
}
