using CsCheck;

namespace CloudDav.Vault.Tests;

/// <summary>Random changes against a dictionary of paths: the same changes succeed, the same tree results, and every invariant holds after each.</summary>
public sealed class TreeModelTests
{
    private const int Capacity = 120_000;

    private static readonly Gen<string> Paths = Gen.Int[0, 3]
        .Select(i => "abAc"[i].ToString())
        .Array[1, 3]
        .Select(names => "/" + string.Join('/', names));

    private static readonly Gen<Step> Steps = Gen.Select(
        Gen.Frequency(
            (6, Gen.Const(Verb.Put)),
            (5, Gen.Const(Verb.MakeFolder)),
            (2, Gen.Const(Verb.Delete)),
            (4, Gen.Const(Verb.Move)),
            (4, Gen.Const(Verb.Copy)),
            (2, Gen.Const(Verb.Patch)),
            (1, Gen.Const(Verb.Purge))
        ),
        Paths,
        Paths,
        Gen.OneOf(Gen.Int[0, 40], Gen.Int[16_000, 40_000]),
        Gen.Bool,
        (verb, path, other, size, overwrites) => new Step(verb, path, other, size, overwrites)
    );

    [Fact]
    public async Task The_tree_behaves_like_a_dictionary_of_paths()
    {
        await using var vault = new TestVault();
        var people = 0;
        await Steps
            .Array[30]
            .SampleAsync(
                async steps =>
                {
                    var actor = await vault.AddActorAsync(
                        $"person{Interlocked.Increment(ref people)}",
                        Capacity
                    );
                    var session = vault.Session(actor);
                    var model = new Model();
                    foreach (var step in steps)
                    {
                        var expected = model.Apply(step);
                        var refusal = await ApplyAsync(vault, session, step);
                        Assert.True(
                            expected == refusal is null,
                            $"{step}: expected {(expected ? "success" : "a refusal")}, was {refusal?.Rule}"
                        );
                        Assert.Equal(
                            model.Sizes,
                            await session.TreeAsync(),
                            EqualityComparer<SortedDictionary<string, long>>.Create(
                                (x, y) => x!.SequenceEqual(y!)
                            )
                        );
                        Assert.Empty(
                            await vault.Metadata.InspectAsync(
                                actor.Vault,
                                vault.Time.GetUtcNow(),
                                TestVault.Stop
                            )
                        );
                    }
                },
                iter: TestEngine.IsServer ? 6 : 30,
                threads: 1
            );
    }

    private static async Task<Refusal?> ApplyAsync(TestVault vault, VaultSession session, Step step)
    {
        switch (step.Verb)
        {
            case Verb.Put:
                return (await session.PutAsync(step.Path, new byte[step.Size])).Refusal;
            case Verb.MakeFolder:
                return (await session.MakeFolderAsync(step.Path)).Refusal;
            case Verb.Delete:
                return (await session.DeleteAsync(step.Path)).Refusal;
            case Verb.Move:
                return (await session.MoveAsync(step.Path, step.Other, step.Overwrites)).Refusal;
            case Verb.Copy:
                return (await session.CopyAsync(step.Path, step.Other, step.Overwrites)).Refusal;
            case Verb.Patch:
                return (
                    await session.PatchAsync(
                        step.Path,
                        new NodePatch { Modified = DateTimeOffset.UnixEpoch.AddSeconds(step.Size) }
                    )
                ).Refusal;
            case Verb.Purge:
                vault.Time.Advance(TimeSpan.FromDays(100));
                await new VaultExpiry(vault.Metadata, vault.Limits, vault.Time).RunAsync(
                    TestVault.Stop
                );
                return null;
            default:
                throw new NotSupportedException();
        }
    }

    private enum Verb
    {
        Put,
        MakeFolder,
        Delete,
        Move,
        Copy,
        Patch,
        Purge,
    }

    private sealed record Step(Verb Verb, string Path, string Other, int Size, bool Overwrites);

    // Path to size, -1 for folders. Names are the same when they differ in case only, and then only the first one stands.
    private sealed class Model
    {
        public SortedDictionary<string, long> Sizes { get; } =
            new(StringComparer.Ordinal) { ["/"] = -1 };

        private long Used => Sizes.Values.Where(size => size > 0).Sum();

        public bool Apply(Step step) =>
            step.Verb switch
            {
                Verb.Put => Put(step.Path, step.Size),
                Verb.MakeFolder => !Sizes.ContainsKey(step.Path)
                    && IsFree(step.Path)
                    && Set(step.Path, -1),
                Verb.Delete => Sizes.ContainsKey(step.Path) && Remove(step.Path),
                Verb.Move => Transfer(step, isMove: true),
                Verb.Copy => Transfer(step, isMove: false),
                Verb.Patch => Sizes.ContainsKey(step.Path),
                _ => true,
            };

        private bool Put(string path, long size)
        {
            var isNew = !Sizes.TryGetValue(path, out var former);
            if (isNew ? !IsFree(path) || Used == Capacity : former < 0)
                return false;
            return (isNew || size <= former || Used + size - former <= Capacity)
                && Used + size - (isNew ? 0 : former) <= Capacity
                && Set(path, size);
        }

        private bool Transfer(Step step, bool isMove)
        {
            var (from, to) = (step.Path, step.Other);
            if (!Sizes.ContainsKey(from) || from == to || IsBelow(to, from) || IsBelow(from, to))
                return false;
            var isRename =
                isMove
                && string.Equals(from, to, StringComparison.OrdinalIgnoreCase)
                && ParentOf(from) == ParentOf(to);
            var exists = Sizes.ContainsKey(to);
            if (exists ? !step.Overwrites : !isRename && !IsFree(to))
                return false;
            var moved = Sizes
                .Where(entry => entry.Key == from || IsBelow(entry.Key, from))
                .ToList();
            var bytes = moved.Where(entry => entry.Value > 0).Sum(entry => entry.Value);
            if (!isMove)
            {
                var replaced = Sizes
                    .Where(entry => entry.Value > 0 && (entry.Key == to || IsBelow(entry.Key, to)))
                    .Sum(entry => entry.Value);
                if (Used == Capacity || (bytes > replaced && Used + bytes - replaced > Capacity))
                    return false;
            }
            if (exists)
                Remove(to);
            if (isMove)
                Remove(from);
            foreach (var (path, size) in moved)
                Sizes[to + path[from.Length..]] = size;
            return true;
        }

        // A place is free when its folder exists and no sibling has the name, in whatever case.
        private bool IsFree(string path)
        {
            var parent = ParentOf(path);
            return Sizes.TryGetValue(parent, out var size)
                && size == -1
                && !Sizes.Keys.Any(other =>
                    string.Equals(other, path, StringComparison.OrdinalIgnoreCase)
                    && ParentOf(other) == parent
                );
        }

        private bool Set(string path, long size)
        {
            Sizes[path] = size;
            return true;
        }

        private bool Remove(string path)
        {
            foreach (
                var gone in Sizes.Keys.Where(key => key == path || IsBelow(key, path)).ToList()
            )
                Sizes.Remove(gone);
            return true;
        }

        private static bool IsBelow(string path, string folder) =>
            path.StartsWith(folder + "/", StringComparison.Ordinal);

        private static string ParentOf(string path)
        {
            var slash = path.LastIndexOf('/');
            return slash == 0 ? "/" : path[..slash];
        }
    }
}
