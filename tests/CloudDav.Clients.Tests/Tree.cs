using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Xml.Linq;

namespace CloudDav.Clients.Tests;

/// <summary>
/// A tree of files that is put on the server through a client and compared with what is there: paths relative to its
/// root, '/' between segments; a folder has no content. Times are whole seconds, as DAV:getlastmodified is.
/// </summary>
internal sealed class Tree
{
    private const string Dav = "{DAV:}";

    /// <summary>Every character that check C19 names, and what people call their files.</summary>
    public static readonly string[] DifficultNames =
    [
        "a space",
        "100% sure",
        "%41 is not A",
        "#1 hash",
        "why?",
        "R&D",
        "it's",
        "\"quoted\"",
        "<angle>",
        "[square]",
        "a+b",
        "semi;colon",
        "comma, comma",
        "me@home",
        "wow!",
        "$HOME",
        "(round)",
        "~tilde",
        "a=b",
        "emoji 😀",
        "Überraschung",
        ".hidden",
        "many % # ? & ' \" < > [ ] + ; , @ ! $ ( ) ~ = 😀 ü",
    ];

    private readonly SortedDictionary<string, Item> _items = new(StringComparer.Ordinal);

    public IEnumerable<KeyValuePair<string, Item>> Items => _items;

    public Item this[string path]
    {
        get => _items[path];
        set => _items[path] = value;
    }

    /// <summary>
    /// The tree every client puts up: each difficult name as a file and as a folder with a file in it, and contents on
    /// both sides of the sizes where the server stores them differently. <paramref name="canSay"/> leaves out the names
    /// a client itself cannot say.
    /// </summary>
    public static Tree Difficult(Func<string, bool>? canSay = null)
    {
        var tree = new Tree();
        var time = new DateTimeOffset(2003, 4, 5, 6, 7, 8, TimeSpan.Zero);
        void File(string path, int size) =>
            tree[path] = new Item(Bytes(path, size), time = time.AddDays(1).AddSeconds(7));
        void Folder(string path) => tree[path] = new Item(null, time);

        Folder("names");
        Folder("folders");
        foreach (var name in DifficultNames.Where(n => canSay?.Invoke(n) != false))
        {
            File($"names/{name}", 100);
            Folder($"folders/{name}");
            File($"folders/{name}/inside {name}", 10);
        }
        Folder("folders/empty");
        Folder("sizes");
        foreach (
            var size in (int[])[0, 1, 4096, 16_384, 16_385, 65_536, 65_537, 1 << 20, (5 << 20) + 3]
        )
            File($"sizes/{size}.bin", size);
        return tree;
    }

    /// <summary>What is renamed, overwritten and deleted once the tree is up; the names are ones every client can say.</summary>
    public static class Change
    {
        public const string File = "names/a space";
        public const string FileTo = "names/renamed (1) + ü";
        public const string Folder = "folders/R&D";
        public const string FolderTo = "folders/now = here, 2";
        public const string Grown = "sizes/4096.bin";
        public const string Shrunk = "sizes/1048576.bin";
        public const string DeletedFile = "names/comma, comma";
        public const string DeletedFolder = "folders/me@home";

        public static byte[] GrownBytes { get; } = Bytes("grown", 300_000);

        public static byte[] ShrunkBytes { get; } = Bytes("shrunk", 77);

        public static DateTimeOffset Time { get; } = new(2020, 2, 29, 12, 30, 1, TimeSpan.Zero);
    }

    /// <summary>This tree after every <see cref="Change"/>.</summary>
    public Tree Changed()
    {
        var tree = new Tree();
        foreach (var (path, item) in _items)
            tree[path] = item;
        tree.Move(Change.File, Change.FileTo);
        tree.Move(Change.Folder, Change.FolderTo);
        tree[Change.Grown] = new Item(Change.GrownBytes, Change.Time);
        tree[Change.Shrunk] = new Item(Change.ShrunkBytes, Change.Time);
        tree.Delete(Change.DeletedFile);
        tree.Delete(Change.DeletedFolder);
        return tree;
    }

    public void Delete(string path)
    {
        foreach (var below in Below(path))
            _items.Remove(below);
    }

    public void Move(string from, string to)
    {
        foreach (var below in Below(from))
        {
            _items[string.Concat(to, below.AsSpan(from.Length))] = _items[below];
            _items.Remove(below);
        }
    }

    /// <summary>Puts the tree into a folder of this machine, with its times.</summary>
    public void WriteTo(string folder)
    {
        foreach (var (path, item) in _items)
        {
            var target = Path.Combine(folder, path);
            if (item.Content is null)
                Directory.CreateDirectory(target);
            else
                WriteFile(target, item.Content, item.Modified);
        }
    }

    /// <summary>Writes one file of this machine with its time, over whatever was there.</summary>
    public static void WriteFile(string path, byte[] content, DateTimeOffset modified)
    {
        File.WriteAllBytes(path, content);
        File.SetLastWriteTimeUtc(path, modified.UtcDateTime);
    }

    /// <summary>What stands in a folder of this machine, mounted or not.</summary>
    public static Tree OfFolder(string folder)
    {
        var tree = new Tree();
        foreach (
            var entry in new DirectoryInfo(folder).EnumerateFileSystemInfos(
                "*",
                SearchOption.AllDirectories
            )
        )
        {
            var path = Path.GetRelativePath(folder, entry.FullName);
            var content = entry is FileInfo ? File.ReadAllBytes(entry.FullName) : null;
            tree[path] = new Item(
                content,
                new DateTimeOffset(entry.LastWriteTimeUtc, TimeSpan.Zero)
            );
        }
        return tree;
    }

    /// <summary>What the server says, asked by nothing but HTTP: the judge over what a client did.</summary>
    public static async Task<Tree> OfServerAsync(HttpClient client, string at = "")
    {
        var tree = new Tree();
        await ReadAsync(client, at, "", tree);
        return tree;
    }

    /// <summary>
    /// Fails with the lines that differ. Times of files are compared to the second when <paramref name="times"/> says so;
    /// those of folders never, because they change with their members.
    /// </summary>
    public static void AssertSame(Tree expected, Tree actual, bool times)
    {
        var difference = Difference(expected, actual, times);
        Assert.True(difference.Length == 0, "expected (-) and found (+) differ:\n" + difference);
    }

    /// <summary>The lines that differ, '-' for what is missing and '+' for what is there instead; empty when none does.</summary>
    public static string Difference(Tree expected, Tree actual, bool times)
    {
        var wanted = expected._items.Select(i => Line(i, times));
        var found = actual._items.Select(i => Line(i, times));
        var missing = wanted.Except(found, StringComparer.Ordinal).Select(l => "- " + l);
        var extra = found.Except(wanted, StringComparer.Ordinal).Select(l => "+ " + l);
        return string.Join('\n', missing.Take(30).Concat(extra.Take(30)));
    }

    /// <summary>Compares a listing with what should be in it, in no order.</summary>
    public static void AssertSameNames(IEnumerable<string> expected, IEnumerable<string> listed) =>
        Assert.Equal(
            string.Join('\n', expected.Order(StringComparer.Ordinal)),
            string.Join('\n', listed.Order(StringComparer.Ordinal))
        );

    /// <summary>The path as a URL relative to the tree.</summary>
    public static string Escape(string path) =>
        string.Join('/', path.Split('/').Select(Uri.EscapeDataString));

    private static string Line(KeyValuePair<string, Item> item, bool times)
    {
        var (path, (content, modified)) = item;
        if (content is null)
            return path + "/";
        var line =
            $"{path} | {content.Length} bytes {Convert.ToHexString(SHA256.HashData(content).AsSpan(0, 6))}";
        return times ? line + $" {modified.UtcDateTime:yyyy-MM-dd HH:mm:ss}" : line;
    }

    private List<string> Below(string path) =>
        [
            .. _items.Keys.Where(k =>
                k == path || k.StartsWith(path + "/", StringComparison.Ordinal)
            ),
        ];

    /// <summary>Bytes that are always the same for a name, alike for no two, and not compressible.</summary>
    public static byte[] Bytes(string name, int size)
    {
        var bytes = new byte[size];
        var seed = SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(name + size));
        new Random(BitConverter.ToInt32(seed)).NextBytes(bytes);
        return bytes;
    }

    private static async Task ReadAsync(HttpClient client, string at, string path, Tree tree)
    {
        using var request = new HttpRequestMessage(new HttpMethod("PROPFIND"), at);
        request.Headers.Add("Depth", "1");
        using var answer = await client.SendAsync(request);
        var body = await answer.Content.ReadAsStringAsync();
        Assert.True(
            answer.StatusCode == HttpStatusCode.MultiStatus,
            $"PROPFIND /{path}: {answer.StatusCode}\n{body}"
        );
        foreach (var response in XDocument.Parse(body).Root!.Elements(Dav + "response").Skip(1))
        {
            var href = response.Element(Dav + "href")!.Value;
            var prop = response.Elements(Dav + "propstat").First().Element(Dav + "prop")!;
            var name = Uri.UnescapeDataString(
                href.TrimEnd('/')[(href.TrimEnd('/').LastIndexOf('/') + 1)..]
            );
            var child = path.Length == 0 ? name : path + "/" + name;
            var modified = DateTimeOffset.Parse(
                prop.Element(Dav + "getlastmodified")!.Value,
                CultureInfo.InvariantCulture
            );
            if (prop.Element(Dav + "resourcetype")!.HasElements)
            {
                tree[child] = new Item(null, modified);
                await ReadAsync(client, href, child, tree);
            }
            else
            {
                var content = await client.GetByteArrayAsync(href);
                Assert.Equal(prop.Element(Dav + "getcontentlength")!.Value, $"{content.Length}");
                tree[child] = new Item(content, modified);
            }
        }
    }
}

/// <summary>A file with its bytes, or a folder, which has none.</summary>
internal sealed record Item(byte[]? Content, DateTimeOffset Modified);
