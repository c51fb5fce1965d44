namespace CloudDav.Storage;

/// <summary>
/// Where wrapped keys lie: small objects by name, each whole or not there, whatever stops in the middle. Any number of processes may use them at once. An object that was destroyed
/// stays destroyed for ever. While they cannot be reached everything fails with <see cref="Vault.StorageUnavailableException"/>.
/// </summary>
internal interface IKeyObjects
{
    /// <summary>Where they are, as a sentence says it: <c>the key folder /keys</c>.</summary>
    string Place { get; }

    /// <summary>How long what was read may be taken for what is there; zero where looking costs next to nothing.</summary>
    TimeSpan FreshFor { get; }

    /// <summary>An object's own place, for a message.</summary>
    string PathOf(string name);

    /// <summary>Reads an object.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="known">The version that the caller has; null for none. When it is still that one, nothing is read.</param>
    /// <param name="cancellationToken">Stops it.</param>
    ValueTask<KeyObject> ReadAsync(string name, string? known, CancellationToken cancellationToken);

    /// <summary>Makes an object durable where there is none.</summary>
    /// <returns>False when there is one, or there was and it was destroyed.</returns>
    ValueTask<bool> TryCreateAsync(
        string name,
        KeyEnvelope envelope,
        CancellationToken cancellationToken
    );

    /// <summary>Puts another envelope in the place of one, at once.</summary>
    /// <returns>False when it is not that version any more; then nothing is changed.</returns>
    ValueTask<bool> TryReplaceAsync(
        string name,
        KeyEnvelope envelope,
        string version,
        CancellationToken cancellationToken
    );

    /// <summary>Destroys an object, which need not be there: what it held is gone, and nothing is ever created in its place.</summary>
    ValueTask DestroyAsync(string name, CancellationToken cancellationToken);

    /// <summary>All objects, the destroyed ones too.</summary>
    IAsyncEnumerable<KeyEntry> ListAsync(CancellationToken cancellationToken);
}

/// <summary>What became of reading an object.</summary>
internal enum KeyObjectState
{
    /// <summary>There is none and never was.</summary>
    Missing,

    /// <summary>It was destroyed.</summary>
    Destroyed,

    /// <summary>It is as the caller knows it.</summary>
    Unchanged,

    /// <summary>It was read.</summary>
    Found,
}

/// <summary>An object as it was read.</summary>
/// <param name="State">What became of it.</param>
/// <param name="Text">Its text, when it was found.</param>
/// <param name="Version">Its version, when it was found.</param>
internal readonly record struct KeyObject(
    KeyObjectState State,
    string Text = "",
    string Version = ""
);

/// <summary>An object as a listing has it.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Generation">The generation that wraps it; empty when that cannot be said; null when it was destroyed.</param>
internal readonly record struct KeyEntry(string Name, string? Generation);
