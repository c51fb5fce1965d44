using System.IO.Pipelines;

namespace CloudDav.Vault.Tests.Sync;

/// <summary>Where a report was cut, and what came in between: the few steps of what the model found among many.</summary>
public sealed class SyncReportTests : IAsyncDisposable
{
    private readonly TestVault _cloud = new();
    private Actor _anna = null!;
    private VaultTree _tree = null!;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _cloud.DisposeAsync();

    [Fact]
    public async Task A_report_that_was_cut_within_a_change_whose_history_is_gone_ends_its_token()
    {
        await BeginAsync();
        await MakeAsync(_tree, "/b");
        await MakeAsync(_tree, "/b/b");
        var copy = new SyncCopy(_tree, "/", isDeep: true);
        await copy.CatchUpAsync();
        await _tree.DeleteAsync(["b"], ChangeGuard.None, Stop);
        await copy.CatchUpAsync();
        var session = _cloud.Session(_anna);
        var trashed = Assert.Single(
            (await session.ListTrashAsync(new TrashQuery(), Stop)).Value.Items
        );
        await session.RestoreAsync(
            trashed.Node.Id,
            folder: null,
            showsHidden: false,
            ChangeGuard.None,
            Stop
        );
        // The folder is told, what is in it is to come.
        Assert.True((await copy.SyncAsync(limit: 1)).Value.IsTruncated);

        _cloud.Time.Advance(TimeSpan.FromDays(91));
        await new VaultExpiry(_cloud.Metadata, _cloud.Limits, _cloud.Time).RunAsync(Stop);

        Assert.True(await copy.CatchUpAsync());
        await EqualsListingAsync(copy);
    }

    [Fact]
    public async Task What_changes_while_a_folder_is_listed_in_parts_gives_the_folders_above_their_tags()
    {
        await BeginAsync();
        await MakeAsync(_tree, "/c");
        await MakeAsync(_tree, "/c/a");
        var copy = new SyncCopy(_tree, "/", isDeep: true);
        Assert.True((await copy.SyncAsync(limit: 1)).Value.IsTruncated);

        await MakeAsync(_tree, "/c/b");

        await copy.CatchUpAsync();
        await EqualsListingAsync(copy);
    }

    [Fact]
    public async Task A_report_of_members_says_nothing_of_a_mount_further_down()
    {
        var ben = await ShareFileAsync();
        var members = new SyncCopy(ben, "/", isDeep: false);
        await members.CatchUpAsync();

        await PutAsync(_tree, "/shared", "another");

        await members.CatchUpAsync();
        Assert.Equal(["in"], members.Items.Keys);
        await EqualsListingAsync(members);
    }

    [Fact]
    public async Task A_limit_in_which_the_folders_above_a_mount_leave_no_room_is_too_small()
    {
        var ben = await ShareFileAsync();
        var copy = new SyncCopy(ben, "/", isDeep: true);
        await copy.CatchUpAsync();

        await PutAsync(_tree, "/shared", "another");

        Assert.Equal(RefusalRule.SyncLimitTooSmall, (await copy.SyncAsync(limit: 1)).Refusal?.Rule);
        Assert.False((await copy.SyncAsync(limit: 2)).Value.IsTruncated);
        await EqualsListingAsync(copy);
    }

    [Fact]
    public async Task What_a_mount_showed_goes_when_a_folder_comes_to_its_place()
    {
        await BeginAsync();
        await MakeAsync(_tree, "/c");
        await MakeAsync(_tree, "/c/a");
        var ben = await ShareAsync("c");
        var copy = new SyncCopy(ben, "/", isDeep: true);
        await copy.CatchUpAsync();
        await MoveAsync(ben, "/c", "/a");
        await MakeAsync(ben, "/c");

        await copy.CatchUpAsync();

        Assert.Equal(["a", "a/a", "c"], copy.Items.Keys);
        await EqualsListingAsync(copy);
    }

    private async Task BeginAsync()
    {
        _anna = await _cloud.AddActorAsync("anna");
        _tree = _cloud.Tree(_anna);
    }

    // A file that hangs in a folder of somebody else.
    private async Task<VaultTree> ShareFileAsync()
    {
        await BeginAsync();
        await PutAsync(_tree, "/shared", "one");
        var ben = await ShareAsync("shared");
        await MakeAsync(ben, "/in");
        await MoveAsync(ben, "/shared", "/in/mount");
        return ben;
    }

    private async Task<VaultTree> ShareAsync(string name)
    {
        var ben = await _cloud.AddActorAsync("ben", householdOwner: _anna.Account);
        var shared = await _cloud
            .Session(_anna)
            .CreateShareAsync(
                new NewShare
                {
                    Path = [name],
                    Rights = ShareRights.View,
                    Audience = ShareAudience.Household,
                },
                _ => null,
                Stop
            );
        Assert.True(shared.IsSuccess);
        return _cloud.Tree(ben);
    }

    private static async Task MoveAsync(VaultTree tree, string from, string to) =>
        Assert.True(
            (
                await tree.MoveAsync(
                    TestSteps.Segments(from),
                    TestSteps.Segments(to),
                    new Transfer(),
                    ChangeGuard.None,
                    Stop
                )
            ).IsSuccess
        );

    private static async Task EqualsListingAsync(SyncCopy copy) =>
        Assert.Equal(await copy.ListAsync(), copy.Items);

    private static async Task MakeAsync(VaultTree tree, string path) =>
        Assert.True(
            (
                await tree.CreateFolderAsync(TestSteps.Segments(path), null, ChangeGuard.None, Stop)
            ).IsSuccess
        );

    private static async Task PutAsync(VaultTree tree, string path, string body) =>
        Assert.True(
            (
                await tree.WriteAsync(
                    TestSteps.Segments(path),
                    new Upload
                    {
                        Body = PipeReader.Create(
                            new MemoryStream(System.Text.Encoding.UTF8.GetBytes(body))
                        ),
                        DeclaredLength = body.Length,
                    },
                    ChangeGuard.None,
                    Stop
                )
            ).IsSuccess
        );
}
