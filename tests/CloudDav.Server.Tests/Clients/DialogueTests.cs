using CloudDav.Server.Tests.Wire;

namespace CloudDav.Server.Tests.Clients;

/// <summary>What each client says on the wire, replayed.</summary>
public sealed class DialogueTests(SharedCloud cloud) : CloudTests(cloud)
{
    [Fact]
    public Task C06_Explorer_mounts_creates_renames_and_deletes() => PlayAsync("Explorer");

    [Fact]
    public async Task C07_Finder_uploads_in_three_steps_that_make_one_version()
    {
        await using var tree = await NewTreeAsync();
        await using var finder = tree.As(Agents.FinderBefore154);
        (await finder.PutAsync("/letter.txt", "")).Expect(201);
        var token = await finder.TakeLockAsync("/letter.txt", ("Timeout", "Second-600"));
        (await finder.PropfindAsync("/letter.txt")).Expect(207);
        (
            await ChunkedPutAsync(
                finder,
                "/letter.txt",
                ["the whole "u8.ToArray(), "content"u8.ToArray()],
                ("If", $"({token})"),
                ("X-Expected-Entity-Length", "17")
            )
        ).Expect(204);
        (await finder.UnlockAsync("/letter.txt", token)).Expect(204);
        Assert.Equal("the whole content", (await tree.GetAsync("/letter.txt")).Expect(200).Text);
        // The empty beginning is not a former version of anything.
        Assert.Equal(0, await Cloud.VersionsAndTrashAsync(tree, "letter.txt"));
    }

    [Fact]
    public Task Finder_mounts_copies_resumes_renames_and_deletes() => PlayAsync("Finder");

    [Fact]
    public Task Finder_moves_over_a_file_it_has_locked_with_one_token() =>
        PlayAsync("FinderMoveOverLocked");

    [Fact]
    public Task Office_discovers_opens_refreshes_and_saves() => PlayAsync("OfficeOpenAndSave");

    [Fact]
    public Task Office_saves_into_a_mounted_folder_through_temporary_names() =>
        PlayAsync("OfficeSaveFromMount");

    [Fact]
    public Task TextEdit_saves_through_a_folder_of_its_own() => PlayAsync("TextEdit");

    [Fact]
    public Task Vim_keeps_a_backup_over_davfs2() => PlayAsync("VimOverDavfs2");

    [Fact]
    public Task Kodi_browses_probes_and_plays() => PlayAsync("Kodi");

    [Fact]
    public Task Cyberduck_uploads_and_keeps_its_time_stamps() => PlayAsync("Cyberduck");

    [Fact]
    public Task KDE_browses_copies_and_is_refused_in_text() => PlayAsync("Kde");

    [Theory]
    [InlineData("cadaver")]
    [InlineData("davfs2")]
    [InlineData("gvfs")]
    [InlineData("rclone")]
    public Task Recorded_sessions_are_answered_as_when_they_were_recorded(string client) =>
        PlayAsync(client);

    private async Task PlayAsync(string name)
    {
        await using var tree = await NewTreeAsync();
        await Dialogue.Load(name).PlayAsync(tree);
    }
}
