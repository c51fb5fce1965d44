using System.IO.Pipelines;

namespace CloudDav.Vault.Tests.Sync;

/// <summary>
/// Random changes of two people, one of whom shares with the other, and copies that follow by reports, cut wherever it happens to be: whatever was moved, replaced, deleted, restored, shared,
/// blocked or purged meanwhile, a copy that has caught up is equal to a listing. Run one again with CLOUDDAV_TESTS_SEED set to the seed a failure prints.
/// </summary>
public sealed class SyncModelTests
{
    private const int StepsOfOne = 60;
    private static readonly string[] s_names = ["a", "b", "c", "d"];

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    [Trait("Size", "Large")]
    public async Task A_copy_that_follows_reports_is_equal_to_a_listing()
    {
        var (first, count) = RandomPlay.Choose(few: 60, whole: 300, many: 20_000);
        // Time goes by in leaps: each has its own.
        await using var one = new TestVault(isInMemory: true);
        await using var other = new TestVault(isInMemory: true);
        var found = await RandomPlay.FindDifferenceAsync(
            first,
            count,
            [seed => PlayAsync(one, seed), seed => PlayAsync(other, seed)]
        );
        if (found is not null)
            Assert.Fail(found);
    }

    private static async Task<string?> PlayAsync(TestVault vault, int seed)
    {
        var random = new Random(seed);
        var anna = await vault.AddActorAsync($"anna{seed}");
        var ben = await vault.AddActorAsync($"ben{seed}", householdOwner: anna.Account);
        var run = new Run(vault, anna, ben, random);
        try
        {
            for (var i = 0; i < StepsOfOne; i++)
                if (await run.StepAsync() is { } difference)
                    return Tell(difference);
            return await run.CompareAsync() is { } end ? Tell(end) : null;
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            return Tell(e.ToString());
        }

        string Tell(string what) => $"CLOUDDAV_TESTS_SEED={seed}\n{run.Story}\n{what}";
    }

    private sealed class Run
    {
        private readonly TestVault _vault;
        private readonly Actor _anna;
        private readonly VaultTree[] _trees;
        private readonly Random _random;
        private readonly List<(string Name, SyncCopy Copy)> _copies;
        private readonly List<string> _story = [];
        private readonly List<ShareId> _shares = [];
        private readonly List<long> _blocks = [];
        private bool _mayBeginAnew;

        // What comes by shares begins anew as well when something was closed, or is open again.
        private bool _othersMayBeginAnew;

        public Run(TestVault vault, Actor anna, Actor ben, Random random)
        {
            (_vault, _anna, _random) = (vault, anna, random);
            _trees = [vault.Tree(anna), vault.Tree(ben)];
            _copies =
            [
                ("anna", new(_trees[0], "/", isDeep: true)),
                ("anna's members", new(_trees[0], "/", isDeep: false)),
                ("ben", new(_trees[1], "/", isDeep: true)),
                ("ben's members", new(_trees[1], "/", isDeep: false)),
                ("ben's a", new(_trees[1], "/a", isDeep: true)),
            ];
        }

        public string Story => string.Join('\n', _story);

        public async Task<string?> StepAsync()
        {
            var who = _random.Next(2);
            var tree = _trees[who];
            var (path, other) = (Pick(), Pick());
            _vault.Time.Advance(TimeSpan.FromMilliseconds(1));
            switch (_random.Next(26))
            {
                case 0 or 1 or 2 or 3:
                    Note(
                        $"{who} MKCOL {path}",
                        await tree.CreateFolderAsync(
                            TestSteps.Segments(path),
                            null,
                            ChangeGuard.None,
                            Stop
                        )
                    );
                    break;
                case 4 or 5 or 6 or 7:
                    Note($"{who} PUT {path}", await PutAsync(tree, path));
                    break;
                case 8 or 9:
                    Note(
                        $"{who} DELETE {path}",
                        await tree.DeleteAsync(TestSteps.Segments(path), ChangeGuard.None, Stop)
                    );
                    break;
                case 10 or 11 or 12 or 13:
                    Note(
                        $"{who} MOVE {path} {other}",
                        await tree.MoveAsync(
                            TestSteps.Segments(path),
                            TestSteps.Segments(other),
                            new Transfer { Overwrites = _random.Next(3) > 0 },
                            ChangeGuard.None,
                            Stop
                        )
                    );
                    break;
                case 14:
                    Note(
                        $"{who} COPY {path} {other}",
                        await tree.CopyAsync(
                            TestSteps.Segments(path),
                            TestSteps.Segments(other),
                            new Transfer(),
                            ChangeGuard.None,
                            Stop
                        )
                    );
                    break;
                case 15:
                    Note(
                        $"{who} PROPPATCH {path}",
                        await tree.PatchAsync(
                            TestSteps.Segments(path),
                            new NodePatch
                            {
                                Modified = DateTimeOffset.UnixEpoch.AddSeconds(_random.Next(100)),
                            },
                            ChangeGuard.None,
                            Stop
                        )
                    );
                    break;
                case 16:
                    await SaveSafelyAsync(tree, who, path);
                    break;
                case 17:
                    await ShareAsync(path);
                    break;
                case 18 when _random.Next(4) == 0:
                    // All of the trash, and sometimes history with it.
                    _vault.Time.Advance(TimeSpan.FromDays(_random.Next(2) == 0 ? 31 : 91));
                    _story.Add("purge");
                    await new VaultExpiry(_vault.Metadata, _vault.Limits, _vault.Time).RunAsync(
                        Stop
                    );
                    _mayBeginAnew = true;
                    break;
                case 19:
                    await RestoreAsync(who);
                    break;
                case 20 when _random.Next(3) == 0:
                    var steps = _random.Next(1, 30);
                    Note(
                        $"{who} back by {steps}",
                        await tree.Own.RewindAsync(
                            _vault.Time.GetUtcNow().AddMilliseconds(-steps),
                            null,
                            Stop
                        )
                    );
                    break;
                case 21 or 22:
                    await BlockAsync();
                    break;
                default:
                    var (name, copy) = _copies[_random.Next(_copies.Count)];
                    var limit = _random.Next(3) == 0 ? (int?)null : _random.Next(1, 12);
                    var synced = await copy.SyncAsync(limit);
                    _story.Add(
                        $"sync of {name} at most {limit}: {synced.Refusal?.Rule.ToString() ?? $"{copy.Count}{(synced.Value.IsTruncated ? " and more" : "")}"}"
                    );
                    if (
                        synced.Refusal is { } refusal
                        && !await IsExpectedAsync(name, copy, refusal.Rule)
                    )
                        return $"{name}: {refusal.Rule}";
                    break;
            }
            return _random.Next(12) == 0 ? await CompareAsync() : null;
        }

        public async Task<string?> CompareAsync()
        {
            foreach (var (name, copy) in _copies)
            {
                if (await copy.ListAsync() is not { } listed)
                {
                    copy.Forget();
                    continue;
                }
                bool anew;
                try
                {
                    anew = await copy.CatchUpAsync(
                        _random.Next(2) == 0 ? null : _random.Next(1, 12)
                    );
                }
                catch (InvalidOperationException e)
                    when (e.Message == nameof(RefusalRule.NotReported))
                {
                    // A file is where the folder was.
                    copy.Forget();
                    continue;
                }
                _story.Add($"{name} has caught up");
                // What was not its folder any more has no token of it.
                if (anew && !MayBeginAnew(name))
                    return $"{name} had to begin anew";
                if (!copy.Items.SequenceEqual(listed))
                    return $"{name} is\n{Show(copy.Items)}\nand not\n{Show(listed)}";
            }
            _mayBeginAnew = _othersMayBeginAnew = false;
            return null;
        }

        private bool MayBeginAnew(string name) =>
            _mayBeginAnew
            || name == "ben's a"
            || (_othersMayBeginAnew && name.StartsWith("ben", StringComparison.Ordinal));

        private async Task<bool> IsExpectedAsync(string name, SyncCopy copy, RefusalRule rule)
        {
            switch (rule)
            {
                case RefusalRule.SyncLimitTooSmall:
                    return true;
                case RefusalRule.SyncTokenInvalid when MayBeginAnew(name):
                case RefusalRule.NotFound
                or RefusalRule.NotReported
                or RefusalRule.SharePaused when name == "ben's a":
                    copy.Forget();
                    return true;
                default:
                    await Task.CompletedTask;
                    return false;
            }
        }

        // Something of the trash, or from below it, or all that went in one go.
        private async Task RestoreAsync(int who)
        {
            var session = _vault.Session(_trees[who].Actor);
            var trash = (
                await session.ListTrashAsync(
                    new TrashQuery { Limit = 20, FindsBursts = true },
                    Stop
                )
            ).Value;
            if (trash.Items.Count == 0)
                return;
            var item = trash.Items[_random.Next(trash.Items.Count)];
            if (item.Burst is { } burst && _random.Next(4) == 0)
            {
                Note($"{who} undo", await session.UndoBurstAsync(burst, Stop));
                return;
            }
            var below = new List<NodeId> { item.Node.Id };
            await session.LookIntoTrashAsync(
                item.Node.Id,
                [],
                showsHidden: false,
                member => below.Add(member.Node.Id),
                Stop
            );
            Note(
                $"{who} restore {item.Node.Name}",
                await session.RestoreAsync(
                    below[_random.Next(below.Count)],
                    folder: null,
                    showsHidden: false,
                    ChangeGuard.None,
                    Stop
                )
            );
        }

        // The old file aside, a new one in its place, and the old one away.
        private async Task SaveSafelyAsync(VaultTree tree, int who, string path)
        {
            var aside = path + ".sb-1a2B3c4D-xyzXYZ";
            Note(
                $"{who} MOVE {path} {aside}",
                await tree.MoveAsync(
                    TestSteps.Segments(path),
                    TestSteps.Segments(aside),
                    new Transfer(),
                    ChangeGuard.None,
                    Stop
                )
            );
            if (_random.Next(2) == 0)
                await StepAsync();
            Note($"{who} PUT {path}", await PutAsync(tree, path));
            if (_random.Next(2) == 0)
                Note(
                    $"{who} DELETE {aside}",
                    await tree.DeleteAsync(TestSteps.Segments(aside), ChangeGuard.None, Stop)
                );
        }

        private async Task ShareAsync(string path)
        {
            var session = _vault.Session(_anna);
            if (_shares.Count > 0 && _random.Next(3) == 0)
            {
                var share = _shares[_random.Next(_shares.Count)];
                _shares.Remove(share);
                Note("end of a share", await session.RemoveShareAsync(share, Stop));
                return;
            }
            var shared = await session.CreateShareAsync(
                new NewShare
                {
                    Path = TestSteps.Segments(path),
                    Rights = ShareRights.Edit,
                    Audience = ShareAudience.Household,
                },
                _ => null,
                Stop
            );
            Note($"share of {path}", shared);
            if (shared.IsSuccess)
                _shares.Add(shared.Value.Placed.Share.Id);
        }

        // What lies in a share, or nowhere near one: a copy keeps what it has of a share that is closed altogether.
        private async Task BlockAsync()
        {
            var now = _vault.Time.GetUtcNow();
            if (_blocks.Count > 0 && _random.Next(2) == 0)
            {
                var lifted = _blocks[_random.Next(_blocks.Count)];
                _blocks.Remove(lifted);
                _othersMayBeginAnew = true;
                Note(
                    "end of a block",
                    await _vault.Contracts.WriteAsync<bool>(
                        async transaction => await transaction.LiftMeasureAsync(lifted, "crm", now),
                        Stop
                    )
                );
                return;
            }
            var shares = (await _vault.Session(_anna).ListSharesAsync(null, Stop)).Value;
            if (shares.Count == 0)
                return;
            var below = new List<NodeId>();
            await _trees[0]
                .ListAsync(
                    _random.Next(4) == 0 ? [] : shares[_random.Next(shares.Count)].Placed.Path,
                    levels: null,
                    NodeDetails.None,
                    (_, _, node, _) => below.Add(node.Id),
                    Stop
                );
            below.RemoveAll(id => shares.Any(share => share.Placed.Chain.Any(row => row.Id == id)));
            if (below.Count == 0)
                return;
            var node = below[_random.Next(below.Count)];
            var blocked = await _vault.Contracts.WriteAsync<Measure>(
                async transaction =>
                    await transaction.AddMeasureAsync(
                        new Measure
                        {
                            Id = 0,
                            Kind = MeasureKind.Block,
                            Account = _anna.Account,
                            Node = node,
                            ReasonCode = "notice",
                            SetBy = "crm",
                            Since = now,
                        }
                    ),
                Stop
            );
            _blocks.Add(blocked.Value.Id);
            _othersMayBeginAnew = true;
            Note($"block of {node.Value}", blocked);
        }

        private async Task<VaultResult<Changed>> PutAsync(VaultTree tree, string path)
        {
            var body = new byte[_random.Next(20)];
            return await tree.WriteAsync(
                TestSteps.Segments(path),
                new Upload
                {
                    Body = PipeReader.Create(new MemoryStream(body)),
                    DeclaredLength = body.Length,
                },
                ChangeGuard.None,
                Stop
            );
        }

        private string Pick() =>
            string.Concat(
                Enumerable
                    .Range(0, _random.Next(1, 4))
                    .Select(_ => "/" + s_names[_random.Next(s_names.Length)])
            );

        private void Note<T>(string what, VaultResult<T> result) =>
            _story.Add($"{what}: {result.Refusal?.Rule.ToString() ?? "done"}");

        private static string Show(SortedDictionary<string, string> items) =>
            string.Join('\n', items.Select(item => $"  {item.Key}: {item.Value}"));
    }
}
