using System.Reflection;
using System.Text;

namespace CloudDav.Vault.Tests;

/// <summary>Own passwords that come to several nodes at once.</summary>
public sealed class SignInDeskTests : IAsyncLifetime
{
    private const string Right = "the right one";

    private readonly TestVault _vault = new();
    private readonly SignInLimits _limits = new()
    {
        PasswordIterations = 1000,
        FirstDelay = TimeSpan.Zero,
    };

    private SignInDesk[] _nodes = null!;
    private Actor _alice = null!;

    public async ValueTask InitializeAsync()
    {
        _nodes =
        [
            .. Enumerable
                .Range(0, 24)
                .Select(_ => new SignInDesk(_vault.Accounts, _vault.Closed, _vault.Time, _limits)),
        ];
        _alice = await _vault.AddActorAsync("alice");
        // Slow enough for all of them to be under way together.
        await _vault.Accounts.SetPasswordAsync(
            _alice.Account,
            PasswordHash.Create(Right, 50_000),
            _vault.Time.GetUtcNow(),
            TestVault.Stop
        );
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var node in _nodes)
            node.Dispose();
        await _vault.DisposeAsync();
    }

    [Fact]
    public async Task Of_wrong_ones_that_come_to_every_node_at_once_no_more_are_looked_at_than_of_those_one_after_another()
    {
        var outcomes = await Task.WhenAll(
            _nodes.Select((node, i) => SignInAsync(node, $"wrong {i}"))
        );

        Assert.Equal(10, outcomes.Count(outcome => outcome == SignInOutcome.Wrong));
        Assert.Equal(14, outcomes.Count(outcome => outcome == SignInOutcome.TooMany));
        Assert.Equal(10, _nodes.Sum(node => node.SlowHashCount));
        Assert.Equal(1, await _vault.CountAsync("audit WHERE act = 'sign-in.wrong-passwords'"));
        Assert.Equal(SignInOutcome.TooMany, await SignInAsync(_nodes[0], Right));
        Assert.Equal(SignInOutcome.SignedIn, await SignInAsync(_nodes[0], Right, "elsewhere"));
    }

    [Fact]
    public async Task The_last_one_that_is_looked_at_signs_in_and_right_ones_never_add_up()
    {
        for (var i = 0; i < 9; i++)
            Assert.Equal(SignInOutcome.Wrong, await SignInAsync(_nodes[0], $"wrong {i}"));

        // Each node hashes it anew.
        foreach (var node in _nodes)
            Assert.Equal(SignInOutcome.SignedIn, await SignInAsync(node, Right));

        Assert.Equal(0, await _vault.CountAsync("sign_in_tries"));
        Assert.Equal(0, await _vault.CountAsync("audit WHERE act = 'sign-in.wrong-passwords'"));
    }

    [Fact]
    public async Task With_a_full_disk_the_right_one_signs_in_and_a_wrong_one_is_wrong()
    {
        using var desk = new SignInDesk(
            FullDisk.Over(_vault.Accounts),
            _vault.Closed,
            _vault.Time,
            _limits
        );

        Assert.Equal(SignInOutcome.Wrong, await SignInAsync(desk, "wrong"));
        Assert.Equal(SignInOutcome.SignedIn, await SignInAsync(desk, Right));
    }

    private static async Task<SignInOutcome> SignInAsync(
        SignInDesk node,
        string password,
        string address = "here"
    ) =>
        (
            await node.SignInAsync(
                Encoding.UTF8.GetBytes("alice"),
                Encoding.UTF8.GetBytes(password),
                address,
                TestVault.Stop
            )
        ).Outcome;

    /// <summary>Tries cannot be counted; all else is as it was.</summary>
#pragma warning disable CA1852 // The proxy is made by deriving from it.
    private class FullDisk : DispatchProxy
#pragma warning restore CA1852
    {
        private IAccountStore _inner = null!;

        public static IAccountStore Over(IAccountStore inner)
        {
            var store = Create<IAccountStore, FullDisk>();
            ((FullDisk)store)._inner = inner;
            return store;
        }

        protected override object? Invoke(MethodInfo? method, object?[]? arguments) =>
            method!.Name == nameof(IAccountStore.CountTryAsync)
                ? throw new StorageFullException("The test's disk is full.")
                : method.Invoke(_inner, arguments);
    }
}
