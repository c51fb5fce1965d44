namespace CloudDav.Vault;

/// <summary>An upload that goes on over several requests; random.</summary>
public readonly record struct UploadId(Guid Value)
{
    /// <summary>A fresh one.</summary>
    public static UploadId New() => new(Guid.NewGuid());

    /// <summary>What its hold is entered under.</summary>
    internal BlobId Hold => new(Value);
}

/// <summary>By which protocol an upload is made.</summary>
public enum UploadKind
{
    /// <summary>Numbered chunks in any order, put together by a MOVE.</summary>
    Chunks = 1,

    /// <summary>tus 1.0: each piece follows the one before it.</summary>
    Tus = 2,
}

/// <summary>What an upload is called by the account that makes it; nobody else's is ever found by it.</summary>
/// <param name="Kind">The protocol.</param>
/// <param name="Text">The name.</param>
public readonly record struct UploadName(UploadKind Kind, string Text);

/// <summary>Where an upload is to go, as far as it was said at its beginning.</summary>
/// <param name="Path">The path in the tree; null when it is said at the end.</param>
/// <param name="MediaType">The media type; null when unknown.</param>
/// <param name="Modified">Modification time; null for the time of commit.</param>
/// <param name="Note">What the protocol wants back word for word; null for nothing.</param>
public sealed record UploadGoal(
    IReadOnlyList<string>? Path,
    string? MediaType,
    DateTimeOffset? Modified,
    string? Note
);

/// <summary>The file that an upload became.</summary>
/// <param name="Node">The file.</param>
/// <param name="Revision">The revision that was written.</param>
public readonly record struct UploadedFile(NodeId Node, Guid Revision);

/// <summary>An upload that goes on over several requests, as its account's vault has it.</summary>
public sealed record UploadSession
{
    /// <summary>Its id.</summary>
    public required UploadId Id { get; init; }

    /// <summary>The account's own vault, which keeps the parts until they are put together.</summary>
    public required VaultId Vault { get; init; }

    /// <summary>Whose it is.</summary>
    public required AccountId Account { get; init; }

    /// <summary>With which device it was begun; null when with none.</summary>
    public required DeviceId? Device { get; init; }

    /// <summary>What the account calls it.</summary>
    public required UploadName Name { get; init; }

    /// <summary>How many bytes it will have; null when that was not declared.</summary>
    public required long? Total { get; init; }

    /// <summary>Bytes of the file that it is to replace, which are given back at the end and need not be held.</summary>
    public required long Credit { get; init; }

    /// <summary>Whether it goes beyond a mount: there its room is asked for, and nothing is held in the own vault.</summary>
    public required bool IsOutward { get; init; }

    /// <summary>Where it is to go.</summary>
    public required UploadGoal Goal { get; init; }

    /// <summary>When it began.</summary>
    public required DateTimeOffset Created { get; init; }

    /// <summary>When it ends, unless it goes on before.</summary>
    public required DateTimeOffset Expires { get; init; }

    /// <summary>Bytes held for it.</summary>
    public long Held { get; init; }

    /// <summary>Bytes of its parts.</summary>
    public long Received { get; init; }

    /// <summary>How many parts it has.</summary>
    public int Parts { get; init; }

    /// <summary>Counts its changes.</summary>
    public long Stamp { get; init; }

    /// <summary>What it became; null as long as it goes on. A repeated last request is answered by this until it expires.</summary>
    public UploadedFile? Finished { get; init; }

    /// <summary>How many bytes have to be held once so many are there.</summary>
    internal long HoldFor(long received) =>
        IsOutward ? 0 : Math.Max(0, Math.Max(Total ?? 0, received) - Credit);

    /// <summary>Nothing more can be done with it: what is left of it is swept.</summary>
    internal UploadSession EndedAt(DateTimeOffset now) =>
        this with
        {
            Held = 0,
            Expires = now,
            Stamp = Stamp + 1,
        };
}

/// <summary>A part of an upload.</summary>
/// <param name="Number">Its place among the others: a number, or where it begins.</param>
/// <param name="Name">What its sender calls it.</param>
/// <param name="Size">Its length in bytes.</param>
/// <param name="Content">Its content, the upload's own; null when it is empty.</param>
/// <param name="Written">When it came.</param>
public sealed record UploadPart(
    long Number,
    string Name,
    long Size,
    ContentId? Content,
    DateTimeOffset Written
);

/// <summary>An upload that is to begin.</summary>
public sealed record UploadPlan
{
    /// <summary>What it is to be called.</summary>
    public required UploadName Name { get; init; }

    /// <summary>How many bytes it will have; null when undeclared.</summary>
    public long? Total { get; init; }

    /// <summary>Where it is to go.</summary>
    public UploadGoal Goal { get; init; } = new(null, null, null, null);

    /// <summary>Whether what cannot end well is refused at once: a client of chunks learns of a full cloud by its first chunk, where it understands the answer.</summary>
    public bool RefusesEarly { get; init; }
}

/// <summary>Which part a body is.</summary>
public abstract record PartPlace
{
    private PartPlace() { }

    /// <summary>A part with a number, in whatever order; one that is there is replaced.</summary>
    /// <param name="Number">The number.</param>
    /// <param name="Name">What the client calls it.</param>
    public sealed record Numbered(long Number, string Name) : PartPlace;

    /// <summary>What follows everything that is there.</summary>
    /// <param name="Offset">How many bytes the client believes are there.</param>
    public sealed record Following(long Offset) : PartPlace;
}

/// <summary>A part that was taken.</summary>
/// <param name="Upload">The upload with it.</param>
/// <param name="Created">False when it replaced one.</param>
public sealed record PartTaken(UploadSession Upload, bool Created);
