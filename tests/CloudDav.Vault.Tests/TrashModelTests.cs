using CsCheck;

namespace CloudDav.Vault.Tests;

/// <summary>
/// Random deletions, overwritings, restores, removals and days that pass, against a model of plain values: the same tree, the same trash and the same versions result, and every
/// invariant holds after each.
/// </summary>
public sealed class TrashModelTests
{
    private static readonly Gen<Step> Steps = Gen.Select(
        Gen.Frequency(
            (14, Gen.Const(Verb.Put)),
            (2, Gen.Const(Verb.MakeFolder)),
            (5, Gen.Const(Verb.Delete)),
            (2, Gen.Const(Verb.Copy)),
            (5, Gen.Const(Verb.Restore)),
            (2, Gen.Const(Verb.Empty)),
            (1, Gen.Const(Verb.Purge)),
            (2, Gen.Const(Verb.RestoreVersion)),
            (1, Gen.Const(Verb.RemoveVersion)),
            (5, Gen.Const(Verb.Pass)),
            (2, Gen.Const(Verb.Undo))
        ),
        Gen.Int[0, 2].Select(i => "abA"[i].ToString()).Array[1, 2],
        Gen.Int[0, 5],
        Gen.OneOf(Gen.Const(0), Gen.Int[0, 3], Gen.Int[5, 40]),
        (verb, path, pick, days) => new Step(verb, "/" + string.Join('/', path), pick, days)
    );

    [Fact]
    public async Task Trash_and_versions_behave_like_a_model_of_them()
    {
        await using var vault = new TestVault(isInMemory: true);
        var people = 0;
        await Steps
            .Array[40]
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
                        await run.CompareAsync(step);
                        Assert.Empty(
                            await vault.Metadata.InspectAsync(
                                actor.Vault,
                                vault.Time.GetUtcNow(),
                                TestVault.Stop
                            )
                        );
                    }
                },
                iter: TestEngine.IsServer ? 2 : 15,
                threads: 1
            );
    }

    private enum Verb
    {
        Put,
        MakeFolder,
        Delete,
        Copy,
        Restore,
        Empty,
        Purge,
        RestoreVersion,
        RemoveVersion,
        Pass,
        Undo,
    }

    private sealed record Step(Verb Verb, string Path, int Pick, int Days);

    // A file or folder wherever it is: in the tree under its parent, or in the trash.
    private sealed class Node
    {
        public required string Name { get; set; }

        public required Node? Parent { get; set; }

        // Null for a folder.
        public string? Text { get; set; }

        public List<Version> Versions { get; } = [];

        public List<Node> Members { get; } = [];

        public IEnumerable<Node> Below => Members.SelectMany(node => node.Below.Prepend(node));

        public string PathWithin(Node top) =>
            Parent is null || this == top ? "" : $"{Parent.PathWithin(top)}/{Name}";
    }

    private sealed class Version
    {
        public required string Text { get; init; }

        public required DateTimeOffset ReplacedAt { get; init; }

        public required long Order { get; init; }
    }

    private sealed record Trashed(
        Node Node,
        Node Folder,
        DateTimeOffset At,
        long Order,
        DateTimeOffset? HiddenAt
    );

    private sealed class Run(TestVault vault, VaultSession session)
    {
        private readonly Node _root = new() { Name = "", Parent = null };
        private readonly List<Trashed> _trash = [];
        private long _order;
        private int _texts;

        private DateTimeOffset Now => vault.Time.GetUtcNow();

        private IEnumerable<Trashed> Shown => _trash.Where(item => item.HiddenAt is null);

        public async Task ApplyAsync(Step step)
        {
            // Mostly of one file, or it would hardly ever have versions enough to be thinned.
            if (
                step.Pick > 2
                && step.Verb is (Verb.Put or Verb.RestoreVersion or Verb.RemoveVersion)
            )
                step = step with { Path = "/f" };
            // No two changes at one moment, so that their order is told by their times as well.
            vault.Time.Advance(TimeSpan.FromMilliseconds(5));
            _order++;
            switch (step.Verb)
            {
                case Verb.Put:
                    var text = step.Pick == 0 ? "" : $"text {++_texts}";
                    Check(
                        step,
                        Put(step.Path, text),
                        (await session.PutAsync(step.Path, text)).Refusal
                    );
                    break;
                case Verb.MakeFolder:
                    Check(
                        step,
                        Place(step.Path) is { } place && Add(place.Folder, place.Name, null),
                        (await session.MakeFolderAsync(step.Path)).Refusal
                    );
                    break;
                case Verb.Delete:
                    Check(step, Delete(step.Path), (await session.DeleteAsync(step.Path)).Refusal);
                    break;
                case Verb.Copy:
                    await CopyAsync(step);
                    break;
                case Verb.Restore:
                    await RestoreAsync(step);
                    break;
                case Verb.Undo:
                    await UndoAsync(step);
                    break;
                case Verb.Empty:
                    await EmptyAsync(step);
                    break;
                case Verb.Purge:
                    await session.EmptyTrashAsync(null, purgesNow: true, TestVault.Stop);
                    _trash.Clear();
                    break;
                case Verb.RestoreVersion or Verb.RemoveVersion:
                    await ChangeVersionAsync(step);
                    break;
                case Verb.Pass:
                    vault.Time.Advance(TimeSpan.FromDays(step.Days) + TimeSpan.FromHours(5));
                    await new VaultExpiry(vault.Metadata, vault.Limits, vault.Time).RunAsync(
                        TestVault.Stop
                    );
                    Expire();
                    break;
                default:
                    throw new NotSupportedException();
            }
        }

        public async Task CompareAsync(Step step)
        {
            var expected = _root.Below.ToDictionary(
                node => node.PathWithin(_root),
                node => node.Text?.Length ?? -1L
            );
            var tree = await session.TreeAsync();
            tree.Remove("/");
            Assert.Equal(
                expected
                    .Select(entry => $"{entry.Key} {entry.Value}")
                    .Order(StringComparer.Ordinal),
                tree.Select(entry => $"{entry.Key} {entry.Value}").Order(StringComparer.Ordinal)
            );
            Assert.Equal(
                Shown.OrderByDescending(item => item.At).Select(Describe),
                (await ListAsync(showsHidden: false)).Select(Describe)
            );
            Assert.Equal(_trash.Count, (await ListAsync(showsHidden: true)).Count);
            foreach (var file in _root.Below.Where(node => node.Text is not null))
            {
                var path = file.PathWithin(_root);
                Assert.True(file.Text == await session.ReadTextAsync(path), $"{step}: {path}");
                var page = await session.ListVersionsAsync(
                    TestSteps.Segments(path),
                    null,
                    100,
                    TestVault.Stop
                );
                Assert.Equal(
                    file.Versions.OrderByDescending(one => one.Order)
                        .Select(one => $"{one.ReplacedAt:O} {one.Text.Length}"),
                    page.Value.Versions.Select(one => $"{one.ReplacedAt:O} {one.Size}")
                );
                foreach (var version in page.Value.Versions)
                    Assert.Equal(
                        file.Versions.Single(one => one.ReplacedAt == version.ReplacedAt).Text,
                        await VersionTests.ReadAsync(
                            session,
                            page.Value.Found.Node.Id,
                            version.Number
                        )
                    );
            }
        }

        private static string Describe(Trashed item) =>
            $"{item.Node.Name} {item.At:O} {item.Node.Below.Count()} {item.Node.Below.Prepend(item.Node).Sum(node => node.Text?.Length ?? 0)}";

        private static string Describe(TrashItem item) =>
            $"{item.Node.Name} {item.DeletedAt:O} {item.Node.SubtreeItems} {item.Node.Size + item.Node.SubtreeBytes}";

        private static void Check(Step step, bool expected, Refusal? refusal) =>
            Assert.True(
                expected == refusal is null,
                $"{step}: expected {(expected ? "success" : "a refusal")}, was {refusal?.Rule}"
            );

        private async Task<IReadOnlyList<TrashItem>> ListAsync(bool showsHidden) =>
            (
                await session.ListTrashAsync(
                    new TrashQuery { ShowsHidden = showsHidden, FindsBursts = true },
                    TestVault.Stop
                )
            )
                .Value
                .Items;

        private Node? Find(string path)
        {
            var node = _root;
            foreach (var name in TestSteps.Segments(path))
                if (node?.Members.FirstOrDefault(member => member.Name == name) is { } found)
                    node = found;
                else
                    return null;
            return node;
        }

        private static Node? Sibling(Node folder, string name) =>
            folder.Members.FirstOrDefault(member =>
                string.Equals(member.Name, name, StringComparison.OrdinalIgnoreCase)
            );

        // Where something new may come to be.
        private (Node Folder, string Name)? Place(string path)
        {
            var names = TestSteps.Segments(path);
            var folder = Find(string.Join('/', names.SkipLast(1)));
            return folder is { Text: null } && Sibling(folder, names[^1]) is null
                ? (folder, names[^1])
                : null;
        }

        private static bool Add(Node folder, string name, string? text)
        {
            folder.Members.Add(
                new Node
                {
                    Name = name,
                    Parent = folder,
                    Text = text,
                }
            );
            return true;
        }

        private bool Put(string path, string text)
        {
            if (Find(path) is not { } node)
                return Place(path) is { } place && Add(place.Folder, place.Name, text);
            if (node.Text is null)
                return false;
            Overwrite(node, text);
            return true;
        }

        private void Overwrite(Node node, string text)
        {
            if (node.Text!.Length > 0)
                node.Versions.Add(
                    new Version
                    {
                        Text = node.Text,
                        ReplacedAt = Now,
                        Order = _order,
                    }
                );
            node.Text = text;
        }

        private bool Delete(string path)
        {
            if (Find(path) is not { Parent: { } folder } node)
                return false;
            folder.Members.Remove(node);
            node.Parent = null;
            _trash.Add(new Trashed(node, folder, Now, _order, null));
            return true;
        }

        private async Task CopyAsync(Step step)
        {
            var (from, to) = (Find(step.Path), $"/copy{step.Pick}");
            var done = await session.CopyAsync(step.Path, to, overwrites: false);
            var isFree = Find(to) is null;
            Check(step, from is { Parent: not null } && isFree, done.Refusal);
            if (done.IsSuccess)
                Clone(from!, _root, to[1..]);
        }

        private static void Clone(Node from, Node folder, string name)
        {
            Add(folder, name, from.Text);
            foreach (var member in from.Members.ToList())
                Clone(member, folder.Members[^1], member.Name);
        }

        private async Task RestoreAsync(Step step)
        {
            var items = await ListAsync(showsHidden: false);
            if (items.Count == 0)
                return;
            var item = items[step.Pick % items.Count];
            var done = await session.RestoreAsync(
                item.Node.Id,
                null,
                false,
                ChangeGuard.None,
                TestVault.Stop
            );
            Assert.Null(done.Refusal);
            Restore(Shown.Single(one => one.At == item.DeletedAt), done.Value.Path);
        }

        // The folders it was in are found by what they are where they still are, and else by their names.
        private void Restore(Trashed item, IReadOnlyList<string>? path = null)
        {
            _trash.Remove(item);
            var folder = _root;
            foreach (var name in NamesOf(item.Folder))
            {
                var there = Sibling(folder, name);
                if (there is { Text: not null })
                    break;
                if (there is null)
                    Add(folder, name, null);
                folder = there ?? folder.Members[^1];
            }
            var own = item.Node.Name;
            for (var turn = 1; Sibling(folder, item.Node.Name) is not null; turn++)
                item.Node.Name = NodeName.Restored(own, turn);
            folder.Members.Add(item.Node);
            item.Node.Parent = folder;
            if (path is not null)
                Assert.Equal(item.Node.PathWithin(_root), "/" + string.Join('/', path));
        }

        // Of folders in the trash those that they were in, unless they are gone for good.
        private List<string> NamesOf(Node folder)
        {
            var names = new List<string>();
            for (var node = folder; node != _root; )
            {
                names.Insert(0, node.Name);
                if (node.Parent is { } parent)
                    node = parent;
                else if (_trash.FirstOrDefault(item => item.Node == node) is { } trashed)
                    node = trashed.Folder;
                else
                    return [];
            }
            return names;
        }

        private async Task UndoAsync(Step step)
        {
            var items = await ListAsync(showsHidden: false);
            if (items.Count == 0)
                return;
            var burst = items[step.Pick % items.Count].Burst!.Value;
            // The gap between two is short or days long: there are no others.
            var together = items.Where(item => item.Burst == burst).Select(item => item.DeletedAt);
            var gone = Shown.Where(item => together.Contains(item.At)).ToList();
            var undone = await session.UndoBurstAsync(burst, TestVault.Stop);
            Assert.Equal(gone.Count, undone.Value.Items);
            Assert.True(
                gone.Zip(gone.Skip(1))
                    .All(pair => pair.Second.At - pair.First.At < TimeSpan.FromHours(1))
            );
            foreach (var item in gone.OrderByDescending(item => item.Order))
                Restore(item);
        }

        private async Task EmptyAsync(Step step)
        {
            var items = await ListAsync(showsHidden: false);
            var one = step.Pick == 0 || items.Count == 0 ? null : items[step.Pick % items.Count];
            await session.EmptyTrashAsync(one?.Node.Id, purgesNow: false, TestVault.Stop);
            for (var i = 0; i < _trash.Count; i++)
                if (_trash[i].HiddenAt is null && (one is null || _trash[i].At == one.DeletedAt))
                    _trash[i] = _trash[i] with { HiddenAt = Now };
        }

        private async Task ChangeVersionAsync(Step step)
        {
            if (Find(step.Path) is not { Text: not null, Versions.Count: > 0 } file)
                return;
            var version = file.Versions[step.Pick % file.Versions.Count];
            var page = (
                await session.ListVersionsAsync(
                    TestSteps.Segments(step.Path),
                    null,
                    100,
                    TestVault.Stop
                )
            ).Value;
            var (id, number) = (
                page.Found.Node.Id,
                page.Versions.Single(one => one.ReplacedAt == version.ReplacedAt).Number
            );
            if (step.Verb == Verb.RestoreVersion)
            {
                Assert.Null(
                    (
                        await session.RestoreVersionAsync(
                            id,
                            number,
                            ChangeGuard.None,
                            TestVault.Stop
                        )
                    ).Refusal
                );
                Overwrite(file, version.Text);
                return;
            }
            Assert.Null(
                (
                    await session.RemoveVersionAsync(
                        id,
                        number,
                        purgesNow: step.Days == 0,
                        TestVault.Stop
                    )
                ).Refusal
            );
            file.Versions.Remove(version);
        }

        // Days and weeks as they are counted from 1970; the last version of each stays.
        private void Expire()
        {
            _trash.RemoveAll(item =>
                item.HiddenAt is { } hidden
                    ? hidden < Now - VaultLimits.NeverThinned
                    : item.At < Now - vault.Limits.TrashAge
            );
            foreach (
                var file in _root
                    .Below.Concat(_trash.SelectMany(item => item.Node.Below.Prepend(item.Node)))
                    .ToList()
            )
            {
                file.Versions.RemoveAll(one => one.ReplacedAt < Now - vault.Limits.HistoryAge);
                foreach (
                    var (age, days) in ((TimeSpan, int)[])
                        [(TimeSpan.FromDays(7), 1), (TimeSpan.FromDays(30), 7)]
                )
                    file.Versions.RemoveAll(one =>
                        one.ReplacedAt < Now - age
                        && file
                            .Versions.Where(other => other.Order > one.Order)
                            .MinBy(other => other.Order)
                            is { } next
                        && Bucket(next, days) == Bucket(one, days)
                    );
            }
        }

        private static long Bucket(Version version, int days) =>
            version.ReplacedAt.ToUnixTimeMilliseconds() / (86_400_000L * days);
    }
}
