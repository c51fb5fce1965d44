using CloudDav.Testing;

namespace CloudDav.Storage.Tests.Blobs;

/// <summary>One Azurite for a class of tests. Each test takes a container of its own.</summary>
public sealed class AzuriteFixture : IAsyncLifetime
{
    public Azurite Azurite { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Azurite = await Azurite.StartAsync();

    public ValueTask DisposeAsync() => Azurite?.DisposeAsync() ?? default;

    /// <summary>The name of a container that nobody has.</summary>
    public static string NewContainer() => $"test-{Guid.NewGuid():N}";
}
