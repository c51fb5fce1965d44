using CloudDav.Server.Hosting;
using CloudDav.Server.Jobs;
using CloudDav.Server.Tests.Previews;
using CloudDav.Testing;
using CloudDav.Vault;
using Microsoft.Extensions.DependencyInjection;

namespace CloudDav.Server.Tests.Jobs;

/// <summary>What came into a vault is looked into by the server, and what somebody waits for first.</summary>
public sealed class PreviewJobTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_is_uploaded_has_previews_when_somebody_asked_for_them()
    {
        await using var host = await CloudDavHost.StartAsync(
            new() { Settings = new Dictionary<string, string?> { ["Previews:Workers"] = "1" } }
        );
        var client = host.Client("alice");
        var put = await client.PutAsync("/dav/photo.jpg", TestMedia.Photo());
        Assert.Equal(201, put.Status);
        var parts = host.Services.GetRequiredService<VaultParts>();
        var account = (await parts.Accounts.FindAccountAsync("alice", Stop))!;
        var alice = parts.Vaults.Open(
            new Actor(account.Id, account.Name, account.Vault, null, null),
            new Vault.SessionOptions()
        );
        await host.Services.GetRequiredService<PreviewDesk>().NoteAsync(account.Vault, 10, Stop);
        var before = (await alice.OpenPreviewAsync(["photo.jpg"], 320, Stop)).Value;
        Assert.NotNull(before.Media);

        await host.Services.GetRequiredService<PreviewJob>().Demand(before.Medium!.Value);

        var opened = (await alice.OpenPreviewAsync(["photo.jpg"], 320, Stop)).Value;
        Assert.Equal(
            (300, 400, 320),
            (opened.Media!.Width, opened.Media.Height, opened.Preview!.Value.Size)
        );
        await opened.Content!.DisposeAsync();
    }
}
