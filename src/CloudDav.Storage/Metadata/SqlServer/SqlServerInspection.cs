using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using CloudDav.Vault;

namespace CloudDav.Storage;

/// <summary>
/// Says which invariants of a vault's rows are broken. Slow by design: it trusts no counter and no index order. The kinds of media are looked at on SQLite alone: here the database computes them.
/// </summary>
internal static class SqlServerInspection
{
    private const int MaxExamples = 5;

    private static readonly string[] s_sentences =
    [
        "the vault's used bytes or items are not those of its tree",
        "the vault's bytes in earlier versions are not those of its history",
        "the vault has no root or no trash",
        "a folder's counters are not the sum of its members'",
        "a folder has more levels below it than its height says",
        "a folder's version is older than a member's",
        "a change number is above the vault's",
        "a folder row and its counters do not belong together",
        "a node's folder is missing or is none",
        "a node hangs below neither the root nor the trash",
        "a file's content is missing, of another size, or named by an empty file",
        "history names a content that is missing",
        "a content's owners are not its references and one",
        "a content has neither inline bytes nor a live blob, or both",
        "a content is not the sum of its parts",
        "what is known of media, or a preview, is of something that is not there",
        "an upload does not count what it has and holds",
        "a live blob belongs to no content",
        "inline bytes belong to no content",
        "a quota hold belongs to no staged blob and no upload",
        "an active lock is on no node of the tree",
        "shares, their uses or marks are of something that is not there",
        "a mount shows content or counts, or is of no share",
        "exclusive locks overlap on one node",
        "history spans overlap, are empty, or reach into the present row",
        "the vault does not tell that something was put aside",
        "a former row is hidden that is no version",
        "an id is above the sequence that gives ids",
        "an id is used in two vaults",
        "a session is of no account, of a credential that is not there yet, or ended before it began",
        "a second factor or a code that stands in for it is of no account, counts before it was there, or is used up before it counts",
        "a login flow is half granted, by no account, by a credential that is not there yet, or open to who only looks at it",
        "a TV's pairing is half granted, by no account, by a credential that is not there yet, granted and refused, or open to who only types its code",
        "a media address is of no TV set of its account, or ended before it began",
    ];

    public static async Task<IReadOnlyList<string>> RunAsync(
        SqlServerSession session,
        VaultId vault,
        DateTimeOffset now
    )
    {
        // What is being destroyed is in pieces, and meant to be.
        if (await session.ScalarAsync<int>(InspectionStatements.IsVaultGoing.With(vault.Value)) > 0)
            return [];
        var broken = new List<string>();
        for (var i = 0; i < s_sentences.Length; i++)
        {
            var invariant = InspectionStatements.Invariants[i];
            var found = await session.ListAsync<object>(
                invariant.Parameters.Count == 1
                    ? invariant.With(vault.Value)
                    : invariant.With(vault.Value, now.ToUnixTimeMilliseconds())
            );
            if (found.Count > 0)
                broken.Add(
                    $"{s_sentences[i]}: {string.Join(", ", found.Take(MaxExamples).Select(row => ((IDictionary<string, object>)row).Values.First()))}"
                );
        }
        broken.AddRange(await CheckPropertiesAsync(session, vault));
        broken.AddRange(await CheckNamesAsync(session, vault));
        return broken;
    }

    private static async Task<IEnumerable<string>> CheckPropertiesAsync(
        SqlServerSession session,
        VaultId vault
    )
    {
        var properties = await session.ListAsync<PropertyRow>(
            InspectionStatements.ListProperties.With(vault.Value)
        );
        var counted = await session.ListAsync<BytesRow>(
            InspectionStatements.ListPropertyBytes.With(vault.Value)
        );
        var real = properties
            .GroupBy(row => row.Node)
            .ToDictionary(
                node => node.Key,
                node => node.Sum(row => new NodeProperty(row.Name, row.Xml).Bytes)
            );
        var wrong = counted
            .Where(row => real.GetValueOrDefault(row.Node) != row.Bytes)
            .Select(row => row.Node)
            .Concat(real.Keys.Except(counted.Select(row => row.Node)))
            .Concat(
                properties
                    .Where(row =>
                        !SHA256
                            .HashData(Encoding.UTF8.GetBytes(row.Name))
                            .AsSpan()
                            .SequenceEqual(row.NameHash)
                    )
                    .Select(row => row.Node)
            );
        return wrong
            .Distinct()
            .Take(MaxExamples)
            .Select(node =>
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"a node's property bytes are not those of its properties: {node}"
                )
            );
    }

    // Folding is C#'s, so that every engine agrees; so is checking it.
    private static async Task<IEnumerable<string>> CheckNamesAsync(
        SqlServerSession session,
        VaultId vault
    ) =>
        (await session.ListAsync<NameRow>(InspectionStatements.ListNames.With(vault.Value)))
            .Where(row =>
                row.NameKey != (row.IsCaseInsensitive ? NodeName.Fold(row.Name) : row.Name)
                || !row.Name.IsNormalized()
                || NodeName.Problem(row.Name) is not null
            )
            .Take(MaxExamples)
            .Select(row =>
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"a name or its key breaks the rules: node {row.Id}"
                )
            );

    private sealed class PropertyRow
    {
        public long Node { get; init; }
        public string Name { get; init; } = "";
        public string Xml { get; init; } = "";
        public byte[] NameHash { get; init; } = [];
    }

    private sealed class BytesRow
    {
        public long Node { get; init; }
        public long Bytes { get; init; }
    }

    private sealed class NameRow
    {
        public long Id { get; init; }
        public string Name { get; init; } = "";
        public string NameKey { get; init; } = "";
        public bool IsCaseInsensitive { get; init; }
    }
}
