using CloudDav.Server.Hosting;
using CloudDav.Vault;
using Microsoft.Extensions.DependencyInjection;

namespace CloudDav.Server.Tests.OperatorApi;

/// <summary>One-time links at the operator's command.</summary>
public sealed class OneTimeLinkTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_token_goes_out_as_the_secret_of_an_event_and_once_for_one_command()
    {
        await using var door = await OperatorHost.StartAsync(
            new Dictionary<string, string?>(StringComparer.Ordinal)
            {
                ["Events:Secret"] = "a secret of the two of us, long enough",
            }
        );
        var parts = door.Host.Services.GetRequiredService<VaultParts>();
        var alice = (await parts.Accounts.FindAccountAsync("alice", Stop))!.Id;

        var first = await door.CommandAsync(
            $"/accounts/{alice.Value}/one-time-link",
            null,
            id: "send-1"
        );
        var again = await door.CommandAsync(
            $"/accounts/{alice.Value}/one-time-link",
            null,
            id: "send-1"
        );

        Assert.Equal((200, 200), (first.Status, again.Status));
        Assert.Equal(first.Text, again.Text);
        var queued = Assert.Single(await parts.Outbox.ListAsync(alice, 0, 10, Stop));
        Assert.Equal(EventTypes.TakeBackCredential, queued.Event.Type);
        Assert.NotNull(queued.Event.SealedSecret);
        Assert.Equal("{}", queued.Event.Data);
        var seen = await parts.Audit.ListVisibleAsync(
            alice,
            door.Time.GetUtcNow(),
            null,
            long.MaxValue,
            10,
            Stop
        );
        Assert.Single(seen, entry => entry.Entry.Act == AuditActs.OneTimeLinkMade);
        Assert.Equal(404, (await door.CommandAsync("/accounts/999/one-time-link", null)).Status);
    }

    [Fact]
    public async Task Without_a_shared_secret_there_is_no_link()
    {
        await using var door = await OperatorHost.StartAsync();
        var parts = door.Host.Services.GetRequiredService<VaultParts>();
        var alice = (await parts.Accounts.FindAccountAsync("alice", Stop))!.Id;

        var refused = await door.CommandAsync($"/accounts/{alice.Value}/one-time-link", null);

        Assert.Equal(409, refused.Status);
        Assert.Contains("no-shared-secret", refused.Text, StringComparison.Ordinal);
        Assert.Empty(await parts.Outbox.ListAsync(alice, 0, 10, Stop));
    }
}
