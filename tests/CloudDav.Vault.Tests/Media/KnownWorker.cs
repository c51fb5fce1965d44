namespace CloudDav.Vault.Tests.Media;

/// <summary>Sees in every medium what it was told to see.</summary>
internal sealed class KnownWorker : IMediaWorker
{
    public int Version { get; set; } = 1;

    public bool PlaysVideo { get; set; } = true;

    public MediaLook Sees { get; set; } =
        new() { Previews = [(320, Jpeg(900)), (1280, Jpeg(30_000)), (1920, Jpeg(60_000))] };

    /// <summary>Run while something is looked into.</summary>
    public Func<Task>? Meanwhile { get; set; }

    public int Looked { get; private set; }

    public bool Takes(MediaClass kind) => PlaysVideo || kind == MediaClass.Image;

    public async ValueTask<MediaLook> LookAsync(
        MediaClass kind,
        IContentSource content,
        CancellationToken cancellationToken
    )
    {
        Looked++;
        await (Meanwhile?.Invoke() ?? Task.CompletedTask);
        return Sees;
    }

    /// <summary>Bytes that nobody takes for anything else.</summary>
    public static byte[] Jpeg(int length, string text = "preview")
    {
        var bytes = new byte[length];
        for (var i = 0; i + text.Length <= length; i += text.Length)
            System.Text.Encoding.ASCII.GetBytes(text, bytes.AsSpan(i));
        return bytes;
    }
}
