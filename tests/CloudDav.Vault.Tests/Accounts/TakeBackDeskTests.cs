using System.Text;

namespace CloudDav.Vault.Tests;

/// <summary>One-time links to set a password with.</summary>
public sealed class TakeBackDeskTests : IAsyncLifetime
{
    private const string Password = "a long enough one";

    private readonly TestVault _vault = new();
    private readonly SignInLimits _limits = new()
    {
        PasswordIterations = 1000,
        FirstDelay = TimeSpan.Zero,
        FailuresPerWindow = 3,
    };

    private SignInDesk _signIn = null!;
    private TakeBackDesk _desk = null!;
    private Actor _alice = null!;

    private static CancellationToken Stop => TestVault.Stop;

    public async ValueTask InitializeAsync()
    {
        _signIn = new SignInDesk(_vault.Accounts, _vault.Closed, _vault.Time, _limits);
        _desk = new TakeBackDesk(
            _vault.Contracts,
            _vault.Accounts,
            _signIn,
            new AccountPolicy(new TakeBackWindow(TestVault.Zone)),
            _limits,
            _vault.Time
        );
        _alice = await _vault.AddActorAsync("alice");
    }

    public async ValueTask DisposeAsync()
    {
        _signIn.Dispose();
        await _vault.DisposeAsync();
    }

    [Fact]
    public async Task A_link_sets_the_password_once()
    {
        var link = await IssueAsync();

        Assert.True((await UseAsync(link)).IsSuccess);

        var signedIn = await _signIn.SignInAsync(
            Encoding.UTF8.GetBytes("alice"),
            Encoding.UTF8.GetBytes(Password),
            "here",
            Stop
        );
        Assert.Equal(SignInOutcome.SignedIn, signedIn.Outcome);
        Assert.Equal(RefusalRule.LinkNotValid, (await UseAsync(link)).Refusal!.Rule);
    }

    [Fact]
    public async Task A_link_ends_after_a_day_and_a_newer_one_takes_its_place()
    {
        var first = await IssueAsync();
        var second = await IssueAsync();
        Assert.Equal(RefusalRule.LinkNotValid, (await UseAsync(first)).Refusal!.Rule);

        _vault.Time.Advance(TimeSpan.FromHours(24));
        Assert.Equal(RefusalRule.LinkNotValid, (await UseAsync(second)).Refusal!.Rule);

        var third = await IssueAsync();
        _vault.Time.Advance(TimeSpan.FromHours(24) - TimeSpan.FromMilliseconds(1));
        Assert.True((await UseAsync(third)).IsSuccess);
    }

    [Fact]
    public async Task Wrong_links_cost_a_slow_hash_each_and_are_refused_unseen_in_the_end()
    {
        var before = _signIn.SlowHashCount;
        for (var i = 0; i < 3; i++)
            Assert.Equal(RefusalRule.LinkNotValid, (await UseAsync("wrong")).Refusal!.Rule);
        Assert.Equal(3, _signIn.SlowHashCount - before);

        var link = await IssueAsync();
        Assert.Equal(RefusalRule.TooManyTries, (await UseAsync(link)).Refusal!.Rule);
        Assert.True((await UseAsync(link, address: "elsewhere")).IsSuccess);
    }

    [Fact]
    public async Task Of_wrong_links_that_come_at_once_no_more_are_looked_at_and_right_ones_never_add_up()
    {
        for (var i = 0; i < 4; i++)
            Assert.True((await UseAsync(await IssueAsync())).IsSuccess);

        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => UseAsync("wrong")));

        Assert.Equal(3, answers.Count(answer => answer.Refusal!.Rule == RefusalRule.LinkNotValid));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("short")]
    [InlineData("with\na line end")]
    [InlineData("abcde-fghjk-mnpqr-stvwx-yz012-34567")]
    public async Task What_is_no_password_does_not_use_the_link_up(string? password)
    {
        var link = await IssueAsync();

        var refusal = (await UseAsync(link, password)).Refusal!;

        Assert.Equal((RefusalRule.InvalidInput, "newPassword"), (refusal.Rule, refusal.Field));
        Assert.True((await UseAsync(link)).IsSuccess);
    }

    [Fact]
    public async Task Devices_go_on_and_who_was_signed_in_with_the_old_password_does_not()
    {
        var device = await _vault.AddDeviceAsync(_alice, "laptop");
        var old = _alice with { CredentialVersion = 1 };

        await UseAsync(await IssueAsync());

        Assert.True((await _vault.Session(device).FindAsync("/")).IsSuccess);
        Assert.Equal(
            RefusalRule.SignedOut,
            (await _vault.Session(old).FindAsync("/")).Refusal!.Rule
        );
    }

    [Fact]
    public async Task The_token_is_stored_nowhere_and_its_use_is_recorded()
    {
        var link = await IssueAsync();
        Assert.True(
            Convert.FromBase64String(link.Replace('-', '+').Replace('_', '/') + "=").Length >= 16
        );
        await UseAsync(link);

        var log = await _vault.Audit.ListVisibleAsync(
            _alice.Account,
            _vault.Time.GetUtcNow(),
            null,
            long.MaxValue,
            10,
            Stop
        );
        Assert.Equal(
            ["password.set", "one-time-link.made", "account.created"],
            log.Select(entry => entry.Entry.Act)
        );
        foreach (var file in Directory.GetFiles(_vault.Folder))
        {
            await using var stream = new FileStream(
                file,
                FileMode.Open,
                FileAccess.Read,
                FileShare.ReadWrite
            );
            var bytes = new byte[stream.Length];
            await stream.ReadExactlyAsync(bytes, Stop);
            Assert.Equal(-1, bytes.AsSpan().IndexOf(Encoding.ASCII.GetBytes(link)));
        }
    }

    private async Task<string> IssueAsync() =>
        (
            await _vault.Contracts.WriteAsync<TakeBackCredential>(
                async transaction =>
                    await TakeBackCredential.IssueAsync(
                        transaction,
                        _alice.Account,
                        AuditActors.System,
                        null,
                        _vault.Time.GetUtcNow()
                    ),
                Stop
            )
        ).Value.Reveal();

    private async Task<VaultResult<Actor>> UseAsync(
        string token,
        string? password = Password,
        string address = "here"
    ) => await _desk.SetPasswordAsync(token, password, address, Stop);
}
