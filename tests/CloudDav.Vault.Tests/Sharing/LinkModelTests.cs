using System.Text;

namespace CloudDav.Vault.Tests.Sharing;

/// <summary>
/// Random trees, marks, links, moves, copies and standings: after every step, whoever comes by a link sees exactly what a simple model says, and nothing of what it does not.
/// Run one again with CLOUDDAV_TESTS_SEED set to the seed a failure prints.
/// </summary>
public sealed class LinkModelTests
{
    private const int StepsOfOne = 40;
    private static readonly string[] s_names = ["a", "b", "c"];

    [Fact]
    [Trait("Size", "Large")]
    public async Task Nobody_sees_by_a_link_what_a_simple_model_says_they_do_not()
    {
        var (first, count) = RandomPlay.Choose(few: 150, whole: 2_000, many: 50_000);
        await using var vault = new TestVault(isInMemory: true);
        if (await FindDifferenceAsync(vault, vault.Metadata, first, count) is { } found)
            Assert.Fail(found);
    }

    /// <summary>A test that cannot fail proves nothing: each of these bugs must be found.</summary>
    [Theory]
    [InlineData(PlantedBug.ForgetsMarks)]
    [InlineData(PlantedBug.ForgetsWhereItBegins)]
    [InlineData(PlantedBug.ForgetsCapacity)]
    public async Task A_planted_bug_is_found(PlantedBug bug)
    {
        TestEngine.RequireNear();
        await using var vault = new TestVault(isInMemory: true);
        Assert.NotNull(
            await FindDifferenceAsync(vault, new BrokenStore(vault.Metadata, bug), first: 1, 300)
        );
    }

    private static async Task<string?> FindDifferenceAsync(
        TestVault vault,
        IMetadataStore visitors,
        int first,
        int count
    )
    {
        var open = vault.Open(visitors);
        return await RandomPlay.FindDifferenceAsync(
            first,
            count,
            [
                .. Enumerable.Repeat<Func<int, Task<string?>>>(
                    seed => PlayAsync(vault, open, seed),
                    4
                ),
            ]
        );
    }

    private static async Task<string?> PlayAsync(TestVault vault, Vaults visitors, int seed)
    {
        var run = new Run(
            vault,
            visitors,
            vault.Session(await vault.AddActorAsync($"person{seed}", 10_000)),
            new Random(seed)
        );
        for (var i = 0; i < StepsOfOne; i++)
        {
            await run.StepAsync();
            if (await run.CompareAsync() is { } difference)
                return $"CLOUDDAV_TESTS_SEED={seed}\n{run.Story}\n{difference}";
        }
        return null;
    }

    private sealed class Node(string name, Node? parent, string? text)
    {
        public string Name { get; set; } = name;

        public Node? Parent { get; set; } = parent;

        /// <summary>The content; null for a folder.</summary>
        public string? Text { get; set; } = text;

        public bool IsMarked { get; set; }

        public SortedDictionary<string, Node> Members { get; } = new(StringComparer.Ordinal);

        /// <summary>Whether it, or anything above it, is marked.</summary>
        public bool IsProtected => IsMarked || Parent?.IsProtected == true;

        public bool IsIn(Node root) => this == root || Parent?.IsIn(root) == true;

        public Node Copy(Node parent, string name)
        {
            var copy = new Node(name, parent, Text) { IsMarked = IsMarked };
            foreach (var (key, member) in Members)
                copy.Members[key] = member.Copy(copy, key);
            return copy;
        }
    }

    private sealed record Link(string Token, ShareId Id, Node Node, ShareRights Rights);

    private sealed class Run(TestVault vault, Vaults visitors, VaultSession owner, Random random)
    {
        private readonly Node _root = new("", null, null);
        private readonly List<Link> _links = [];
        private readonly StringBuilder _story = new();
        private bool _isOver;

        public string Story => _story.ToString();

        public async Task StepAsync()
        {
            var (path, other) = (Pick(), Pick());
            switch (random.Next(14))
            {
                case 0 or 1 or 2:
                    if (Tell(await owner.MakeFolderAsync(path), $"MKCOL {path}"))
                        Add(path, null);
                    break;
                case 3 or 4 or 5:
                    var text = $"{random.Next(1_000)}";
                    if (Tell(await owner.PutAsync(path, text), $"PUT {path}"))
                        Add(path, text);
                    break;
                case 6:
                    if (Tell(await owner.DeleteAsync(path), $"DELETE {path}"))
                        Remove(Find(path)!);
                    break;
                case 7 or 8:
                    if (Tell(await owner.MoveAsync(path, other), $"MOVE {path} {other}"))
                        Move(path, other);
                    break;
                case 9:
                    if (Tell(await owner.CopyAsync(path, other), $"COPY {path} {other}"))
                        Copy(path, other);
                    break;
                case 10:
                    var mark = random.Next(2) == 0;
                    if (
                        Tell(
                            await owner.ProtectAsync(Segments(path), mark, TestVault.Stop),
                            $"PROTECT {path} {mark}"
                        )
                    )
                        Find(path)!.IsMarked = mark;
                    break;
                case 11 or 12:
                    await ShareAsync(path);
                    break;
                default:
                    await TurnAsync();
                    break;
            }
        }

        /// <summary>What a visitor sees otherwise than the model; null for nothing.</summary>
        public async Task<string?> CompareAsync()
        {
            foreach (var link in _links.OrderBy(_ => random.Next()).Take(2))
            {
                var found = await visitors.FindLinkAsync(link.Token, TestVault.Stop);
                var session = visitors.Open(found!, "friend", new SessionOptions());
                var expected = Expected(link);
                var seen = await SeeAsync(session);
                if (seen != expected)
                    return $"share of {NameOf(link.Node)}: expected {expected}, saw {seen}";
                var probe = Pick();
                var text = await ReadAsync(session, probe);
                if (text != ExpectedAt(link, probe))
                    return $"share of {NameOf(link.Node)} at {probe}: expected {ExpectedAt(link, probe)}, saw {text}";
            }
            return null;
        }

        private RefusalRule? Closed(Link link) =>
            !link.Node.IsIn(_root) ? RefusalRule.ShareNotFound
            : _isOver ? RefusalRule.SharePaused
            : link.Rights == ShareRights.Drop ? RefusalRule.ShareRightMissing
            : link.Node.IsProtected ? RefusalRule.SharePaused
            : null;

        private string Expected(Link link)
        {
            if (Closed(link) is { } rule)
                return rule.ToString();
            var lines = new List<string>();
            Walk(link.Node, "", lines);
            return string.Join(' ', lines);

            static void Walk(Node node, string path, List<string> lines)
            {
                if (node.IsMarked)
                    return;
                lines.Add(path.Length == 0 ? "." : path);
                foreach (var (name, member) in node.Members)
                    Walk(member, path.Length == 0 ? name : $"{path}/{name}", lines);
            }
        }

        private string ExpectedAt(Link link, string path)
        {
            if (Closed(link) is { } rule)
                return rule.ToString();
            var node = link.Node;
            foreach (var name in Segments(path))
            {
                if (!node.Members.TryGetValue(name, out var next) || next.IsMarked)
                    return nameof(RefusalRule.NotFound);
                node = next;
            }
            return node.Text ?? "(folder)";
        }

        private static async Task<string> SeeAsync(VaultSession session)
        {
            var lines = new List<string>();
            var listed = await session.ListAsync(
                [],
                levels: null,
                NodeDetails.None,
                (below, _, _, _) =>
                    lines.Add(below.Length == 0 ? "." : string.Join('/', below.ToArray())),
                TestVault.Stop
            );
            if (listed.Refusal is { } refusal)
                return refusal.Rule.ToString();
            // A folder is followed by what is in it, as the model walks.
            lines.Sort((x, y) => string.CompareOrdinal(x.Replace('/', '\0'), y.Replace('/', '\0')));
            return string.Join(' ', lines);
        }

        private static async Task<string> ReadAsync(VaultSession session, string path)
        {
            var opened = await session.OpenAsync(Segments(path), TestVault.Stop);
            if (opened.Refusal is { } refusal)
                return refusal.Rule.ToString();
            if (opened.Value.Content is null)
                return "(folder)";
            await opened.Value.Content.DisposeAsync();
            return await session.ReadTextAsync(path);
        }

        private async Task ShareAsync(string path)
        {
            var rights = (ShareRights)random.Next(3);
            var made = await owner.CreateShareAsync(
                new NewShare
                {
                    Path = Segments(path),
                    Rights = rights,
                    RightsStatement = "1",
                },
                _ => null,
                TestVault.Stop
            );
            if (Tell(made, $"SHARE {path} {rights}"))
                _links.Add(new(made.Value.Token!, made.Value.Placed.Share.Id, Find(path)!, rights));
        }

        private async Task TurnAsync()
        {
            if (_links.Count > 0 && random.Next(3) == 0)
            {
                var link = _links[random.Next(_links.Count)];
                if (Tell(await owner.RemoveShareAsync(link.Id, TestVault.Stop), "UNSHARE"))
                    _links.Remove(link);
                return;
            }
            var used = await owner.UsedAsync();
            _isOver = !_isOver && used > 0;
            _story.AppendLine(_isOver ? "too small an option" : "an option large enough");
            await vault.Contracts.WriteAsync<bool>(
                async transaction =>
                {
                    await transaction.SetCapacityAsync(owner.Actor.Account, _isOver ? 0 : 10_000);
                    return true;
                },
                TestVault.Stop
            );
        }

        private bool Tell<T>(VaultResult<T> result, string step)
        {
            _story.AppendLine(result.IsSuccess ? step : $"{step}: {result.Refusal!.Rule}");
            return result.IsSuccess;
        }

        private string Pick()
        {
            var path = new StringBuilder();
            for (var i = random.Next(3); i >= 0; i--)
                path.Append('/').Append(s_names[random.Next(s_names.Length)]);
            return path.ToString();
        }

        private static string[] Segments(string path) =>
            path.Split('/', StringSplitOptions.RemoveEmptyEntries);

        private static string NameOf(Node node) =>
            node.Parent is { } parent ? $"{NameOf(parent)}/{node.Name}" : "";

        private Node? Find(string path)
        {
            Node? node = _root;
            foreach (var name in Segments(path))
                node = node?.Members.GetValueOrDefault(name);
            return node;
        }

        private void Add(string path, string? text)
        {
            var segments = Segments(path);
            var parent = Find(string.Join('/', segments[..^1]))!;
            if (parent.Members.TryGetValue(segments[^1], out var there))
                there.Text = text;
            else
                parent.Members[segments[^1]] = new Node(segments[^1], parent, text);
        }

        // What is gone can be used up no more: an over-full cloud may fit again.
        private void Remove(Node node)
        {
            node.Parent!.Members.Remove(node.Name);
            node.Parent = null;
            if (_isOver && Texts(_root) == 0)
                _isOver = false;
        }

        private static long Texts(Node node) =>
            (node.Text?.Length ?? 0) + node.Members.Values.Sum(Texts);

        private void Move(string path, string other)
        {
            var (node, segments) = (Find(path)!, Segments(other));
            var wasProtected = node.IsProtected;
            if (Find(other) is { } there && there != node)
                Remove(there);
            node.Parent!.Members.Remove(node.Name);
            node.Parent = Find(string.Join('/', segments[..^1]))!;
            node.Name = segments[^1];
            node.Parent.Members[node.Name] = node;
            node.IsMarked |= wasProtected && !node.IsProtected;
        }

        private void Copy(string path, string other)
        {
            var (node, segments) = (Find(path)!, Segments(other));
            var wasProtected = node.IsProtected;
            if (Find(other) is { } there)
                Remove(there);
            var parent = Find(string.Join('/', segments[..^1]))!;
            var copy = node.Copy(parent, segments[^1]);
            copy.IsMarked = wasProtected && !parent.IsProtected;
            parent.Members[copy.Name] = copy;
        }
    }
}
