using System.Xml.Linq;

namespace CloudDav.Server.Tests.Wire;

/// <summary>A 207 body, read strictly: what a careless client would stumble over fails here.</summary>
internal sealed class Multistatus
{
    private Multistatus(IReadOnlyList<MultistatusEntry> entries) => Entries = entries;

    public IReadOnlyList<MultistatusEntry> Entries { get; }

    /// <summary>The only response.</summary>
    public MultistatusEntry Single => Assert.Single(Entries);

    /// <summary>The response whose decoded href ends in this path, with or without a last slash.</summary>
    public MultistatusEntry this[string path] =>
        Find(path)
        ?? throw new KeyNotFoundException(
            $"No {path} among {string.Join(", ", Entries.Select(e => e.Path))}"
        );

    public MultistatusEntry? Find(string path) =>
        Entries.SingleOrDefault(e =>
            e.Path.TrimEnd('/').EndsWith(path.TrimEnd('/'), StringComparison.Ordinal)
        );

    public static Multistatus Parse(byte[] body)
    {
        var root = XDocument.Load(new MemoryStream(body), LoadOptions.PreserveWhitespace).Root!;
        Assert.Equal(DavWords.Name("multistatus"), root.Name);
        var entries = root.Elements(DavWords.Name("response"))
            .Select(r => new MultistatusEntry(r))
            .ToList();
        return new Multistatus(entries);
    }
}

/// <summary>One response element.</summary>
internal sealed class MultistatusEntry
{
    private readonly Dictionary<XName, XElement> _found = [];
    private readonly Dictionary<XName, int> _statuses = [];

    public MultistatusEntry(XElement response)
    {
        Element = response;
        Href = Assert.Single(response.Elements(DavWords.Name("href"))).Value;
        foreach (var propstat in response.Elements(DavWords.Name("propstat")))
        {
            var line = Assert.Single(propstat.Elements(DavWords.Name("status"))).Value;
            StatusLines.Add(line);
            var status = int.Parse(
                line.Split(' ')[1],
                System.Globalization.CultureInfo.InvariantCulture
            );
            foreach (
                var property in Assert.Single(propstat.Elements(DavWords.Name("prop"))).Elements()
            )
            {
                Assert.True(
                    _statuses.TryAdd(property.Name, status),
                    $"{property.Name} stands twice in the response of {Href}"
                );
                if (status == 200)
                    _found.Add(property.Name, property);
                else
                    Assert.True(property.IsEmpty, $"{property.Name} has a value under {status}");
            }
        }
    }

    public XElement Element { get; }

    /// <summary>As sent, encoded.</summary>
    public string Href { get; }

    /// <summary>Percent-decoded.</summary>
    public string Path => Uri.UnescapeDataString(Href);

    /// <summary>The decoded last segment.</summary>
    public string Name => Path.TrimEnd('/')[(Path.TrimEnd('/').LastIndexOf('/') + 1)..];

    public List<string> StatusLines { get; } = [];

    public bool IsCollection =>
        this[DavWords.Name("resourcetype")]?.Element(DavWords.Name("collection")) is not null;

    public IReadOnlyDictionary<XName, XElement> Found => _found;

    public IReadOnlyDictionary<XName, int> Statuses => _statuses;

    /// <summary>The property's element from the 200 propstat, or null.</summary>
    public XElement? this[XName name] => _found.GetValueOrDefault(name);

    /// <summary>The value of a DAV: property, or null when it is not in the 200 propstat.</summary>
    public string? Value(string davName) => this[DavWords.Name(davName)]?.Value;

    /// <summary>The status of the propstat a property is in; 0 when it is in none.</summary>
    public int StatusOf(XName name) => _statuses.GetValueOrDefault(name);
}
