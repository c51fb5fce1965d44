using CloudDav.Testing;
using CsCheck;

namespace CloudDav.Vault.Tests;

/// <summary>
/// Random changes, with the tree written down after each: as it was at any of these moments it is shown again, and brought back; once more changes nothing, and bringing back is undone by
/// bringing back.
/// </summary>
public sealed class RewindModelTests
{
    private static readonly Gen<Step> Steps = Gen.Select(
            Gen.Frequency(
                (10, Gen.Const(Verb.Put)),
                (5, Gen.Const(Verb.MakeFolder)),
                (6, Gen.Const(Verb.Delete)),
                (10, Gen.Const(Verb.Move)),
                (2, Gen.Const(Verb.Swap)),
                (3, Gen.Const(Verb.Save)),
                (2, Gen.Const(Verb.Copy)),
                (3, Gen.Const(Verb.Restore)),
                (3, Gen.Const(Verb.Rewind)),
                (2, Gen.Const(Verb.RewindFolder))
            ),
            Paths(),
            Paths(),
            Gen.Int[0, 1_000]
        )
        .Select((verb, path, other, pick) => new Step(verb, path, other, pick));

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_was_comes_back_as_it_was(bool isInterrupted)
    {
        // Interrupted after every step, and gone on with.
        await using var vault = new TestVault(
            new VaultLimits { RewindTime = isInterrupted ? TimeSpan.Zero : TimeSpan.FromHours(1) },
            isInMemory: true
        );
        var people = 0;
        await Steps
            .Array[30]
            .SampleAsync(
                async steps =>
                {
                    var actor = await vault.AddActorAsync(
                        $"person{Interlocked.Increment(ref people)}"
                    );
                    var run = new Run(vault, vault.Session(actor));
                    foreach (var step in steps)
                    {
                        await run.ApplyAsync(step);
                        Assert.Empty(
                            await vault.Metadata.InspectAsync(
                                actor.Vault,
                                vault.Time.GetUtcNow(),
                                TestVault.Stop
                            )
                        );
                    }
                },
                iter: TestEngine.IsServer ? 2
                    : Sizes.AreFull ? 1_000
                    : 20,
                threads: 1
            );
    }

    private static Gen<string> Paths() =>
        Gen.Int[0, 3]
            .Select(i => "abcA"[i].ToString())
            .Array[1, 3]
            .Select(names => "/" + string.Join('/', names));

    private enum Verb
    {
        Put,
        MakeFolder,
        Delete,
        Move,
        Swap,
        Save,
        Copy,
        Restore,
        Rewind,
        RewindFolder,
    }

    private sealed record Step(Verb Verb, string Path, string Other, int Pick);

    /// <summary>A file with its text, or a folder.</summary>
    private readonly record struct Item(NodeId Id, string? Text);

    private sealed record Picture(DateTimeOffset At, IReadOnlyDictionary<string, Item> Tree);

    private sealed class Run(TestVault vault, VaultSession session)
    {
        private readonly List<Picture> _pictures = [];
        private int _texts;

        public async Task ApplyAsync(Step step)
        {
            vault.Time.Advance(TimeSpan.FromMilliseconds(5));
            switch (step.Verb)
            {
                case Verb.Put:
                    var text = step.Pick % 6 == 0 ? "" : $"text {++_texts}";
                    await session.PutAsync(step.Path, text);
                    break;
                case Verb.MakeFolder:
                    await session.MakeFolderAsync(step.Path);
                    break;
                case Verb.Delete:
                    await session.DeleteAsync(step.Path);
                    break;
                case Verb.Move:
                    await session.MoveAsync(step.Path, step.Other);
                    break;
                case Verb.Swap:
                    await session.MoveAsync(step.Path, "/swap");
                    await session.MoveAsync(step.Other, step.Path);
                    await session.MoveAsync("/swap", step.Other);
                    break;
                case Verb.Save:
                    // As editors do it: beside, then in the place of what was put aside.
                    await session.PutAsync(step.Path + ".tmp", $"saved {++_texts}");
                    await session.MoveAsync(step.Path, step.Path + "~");
                    await session.MoveAsync(step.Path + ".tmp", step.Path);
                    await session.DeleteAsync(step.Path + "~");
                    break;
                case Verb.Copy:
                    await session.CopyAsync(step.Path, step.Other);
                    break;
                case Verb.Restore:
                    await RestoreAsync(step);
                    break;
                case Verb.Rewind when _pictures.Count > 0:
                    var before = await TakeAsync();
                    vault.Time.Advance(TimeSpan.FromMilliseconds(5));
                    await RewindAsync(step, _pictures[step.Pick % _pictures.Count]);
                    if (step.Pick % 3 == 0)
                    {
                        vault.Time.Advance(TimeSpan.FromMilliseconds(5));
                        await RewindAsync(step, before);
                    }
                    break;
                case Verb.RewindFolder when _pictures.Count > 0:
                    await RewindFolderAsync(step, _pictures[step.Pick % _pictures.Count]);
                    break;
                default:
                    break;
            }
            _pictures.Add(await TakeAsync());
        }

        private async Task RestoreAsync(Step step)
        {
            var items = (await session.ListTrashAsync(new TrashQuery(), TestVault.Stop))
                .Value
                .Items;
            if (items.Count > 0)
                await session.RestoreAsync(
                    items[step.Pick % items.Count].Node.Id,
                    null,
                    false,
                    ChangeGuard.None,
                    TestVault.Stop
                );
        }

        private async Task RewindAsync(Step step, Picture then)
        {
            if (await LookAsync(then) is not { } shown)
                return;
            Assert.Equal(Describe(then.Tree), Describe(shown));
            await GoAsync(step, then.At, null);
            Assert.Equal(Describe(then.Tree), Describe((await TakeAsync()).Tree));
            // Nothing is done twice.
            var again = await session.RewindAsync(then.At, null, TestVault.Stop);
            Assert.Equal(
                (0, 0, true),
                (again.Value.Restored, again.Value.Removed, again.Value.IsComplete)
            );
        }

        // What was in it is in it again, and nothing else; where it is decides the folder that it was in.
        private async Task RewindFolderAsync(Step step, Picture then)
        {
            if (then.Tree.Count == 0)
                return;
            var (path, item) = then.Tree.ElementAt(step.Pick % then.Tree.Count);
            var parent = path[..path.LastIndexOf('/')];
            var now = (await TakeAsync()).Tree;
            var home =
                parent.Length == 0
                    ? ""
                    : now.FirstOrDefault(entry => entry.Value.Id == then.Tree[parent].Id).Key;
            if (home is null)
            {
                var refused = await session.RewindAsync(then.At, item.Id, TestVault.Stop);
                Assert.Equal(RefusalRule.ParentMissing, refused.Refusal?.Rule);
                return;
            }
            // It cannot be put into itself.
            if ((home + "/").Split('/').Contains("") && IsInside(now, home, item.Id))
            {
                var refused = await session.RewindAsync(then.At, item.Id, TestVault.Stop);
                Assert.Equal(RefusalRule.InsideItself, refused.Refusal?.Rule);
                return;
            }
            await GoAsync(step, then.At, item.Id);
            var place = home + path[parent.Length..];
            Assert.Equal(
                Describe(Below(then.Tree, path)),
                Describe(Below((await TakeAsync()).Tree, place))
            );
        }

        private static bool IsInside(
            IReadOnlyDictionary<string, Item> tree,
            string path,
            NodeId node
        ) =>
            tree.Any(entry =>
                entry.Value.Id == node
                && (path + "/").StartsWith(entry.Key + "/", StringComparison.Ordinal)
            );

        private static Dictionary<string, Item> Below(
            IReadOnlyDictionary<string, Item> tree,
            string path
        ) =>
            tree.Where(entry =>
                    entry.Key == path || entry.Key.StartsWith(path + "/", StringComparison.Ordinal)
                )
                .ToDictionary(entry => entry.Key[path.Length..], entry => entry.Value);

        private async Task GoAsync(Step step, DateTimeOffset at, NodeId? node)
        {
            for (var turn = 0; ; turn++)
            {
                var done = await session.RewindAsync(at, node, TestVault.Stop);
                Assert.True(done.IsSuccess, $"{step}: {done.Refusal}");
                Assert.Null(done.Value.Stopped);
                if (done.Value.IsComplete)
                {
                    Assert.Empty(done.Value.Left);
                    return;
                }
                Assert.True(turn < 100, $"{step}: does not come to an end");
            }
        }

        private async Task<Picture> TakeAsync()
        {
            var tree = new Dictionary<string, Item>();
            await session.ListAsync(
                [],
                null,
                NodeDetails.None,
                (below, _, node, _) =>
                {
                    if (below.Length > 0)
                        tree["/" + string.Join('/', below)] = new(
                            node.Id,
                            node.IsFolder ? null : ""
                        );
                },
                TestVault.Stop
            );
            foreach (var (path, item) in tree)
                if (item.Text is not null)
                    tree[path] = item with { Text = await session.ReadTextAsync(path) };
            return new(vault.Time.GetUtcNow(), tree);
        }

        // Null before everything.
        private async Task<Dictionary<string, Item>?> LookAsync(Picture then)
        {
            var tree = new Dictionary<string, Item>();
            var folders = new Queue<(NodeId? Id, string Path)>([(null, "")]);
            while (folders.TryDequeue(out var folder))
            {
                var members = new List<NodeRow>();
                var found = await session.LookBackAsync(
                    then.At,
                    folder.Id,
                    [],
                    member => members.Add(member.Node),
                    TestVault.Stop
                );
                if (found.Refusal?.Rule == RefusalRule.MomentTooLongAgo)
                {
                    Assert.Empty(then.Tree);
                    return null;
                }
                foreach (var node in members.Skip(1))
                {
                    var path = $"{folder.Path}/{node.Name}";
                    if (node.IsFolder)
                        folders.Enqueue((node.Id, path));
                    tree[path] = new(
                        node.Id,
                        node.IsFolder ? null : await ReadAsync(then.At, path)
                    );
                }
            }
            return tree;
        }

        private async Task<string> ReadAsync(DateTimeOffset at, string path)
        {
            var opened = await session.OpenFormerAsync(
                at,
                null,
                TestSteps.Segments(path),
                TestVault.Stop
            );
            await using var content = opened.Value.Content!;
            return System.Text.Encoding.UTF8.GetString(await content.ReadAsync());
        }

        private static IEnumerable<string> Describe(IReadOnlyDictionary<string, Item> tree) =>
            tree.OrderBy(entry => entry.Key, StringComparer.Ordinal)
                .Select(entry => $"{entry.Key} {entry.Value.Id.Value} {entry.Value.Text}");
    }
}
