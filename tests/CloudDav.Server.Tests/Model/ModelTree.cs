namespace CloudDav.Server.Tests.Model;

/// <summary>A file or folder as the RFC describes one, in memory.</summary>
internal sealed class ModelNode(string name, bool isFolder)
{
    public string Name { get; set; } = name;

    public bool IsFolder { get; } = isFolder;

    public byte[] Content { get; set; } = [];

    /// <summary>The ETag the server showed for this content; null while it was not seen.</summary>
    public string? ETag { get; set; }

    /// <summary>The value of the one dead property; null when it is not set.</summary>
    public string? Property { get; set; }

    public ModelNode? Parent { get; private set; }

    public Dictionary<string, ModelNode> Children { get; } = new(StringComparer.Ordinal);

    /// <summary>Locks taken on this resource itself.</summary>
    public List<ModelLock> Locks { get; } = [];

    public long Bytes => Content.Length + Children.Values.Sum(child => child.Bytes);

    public IEnumerable<ModelNode> WithDescendants =>
        Children.Values.SelectMany(child => child.WithDescendants).Prepend(this);

    public bool HasFiles => WithDescendants.Any(node => !node.IsFolder);

    /// <summary>Locks on this resource and those of infinite depth above it.</summary>
    public IEnumerable<ModelLock> Covering =>
        Parent is null ? Locks : Locks.Concat(Parent.InfiniteLocks);

    public IEnumerable<ModelLock> InfiniteLocks =>
        Locks.Where(held => held.IsInfinite).Concat(Parent is null ? [] : Parent.InfiniteLocks);

    public string[] Path => Parent is null ? [] : [.. Parent.Path, Name];

    public void Add(ModelNode child)
    {
        Children.Add(child.Name, child);
        child.Parent = this;
    }

    public void Detach()
    {
        Parent!.Children.Remove(Name);
        Parent = null;
    }

    /// <summary>A copy without locks, for COPY: properties go with it, ETags are new.</summary>
    public ModelNode Copy(string name, bool deep)
    {
        var copy = new ModelNode(name, IsFolder) { Content = Content, Property = Property };
        if (deep)
            foreach (var child in Children.Values)
                copy.Add(child.Copy(child.Name, deep: true));
        return copy;
    }
}

/// <summary>A lock as its holder knows it.</summary>
internal sealed record ModelLock(string Token, int Holder, bool IsShared, bool IsInfinite);

/// <summary>One tree with a capacity: nothing here knows of HTTP or of the server's code.</summary>
internal sealed class ModelTree(long capacity)
{
    public ModelNode Root { get; } = new("", isFolder: true);

    public long Capacity { get; } = capacity;

    public long Available => Math.Max(0, Capacity - Root.Bytes);

    public ModelNode? Find(ReadOnlySpan<string> path)
    {
        var node = Root;
        foreach (var segment in path)
        {
            if (node.Children.GetValueOrDefault(segment) is not { } child)
                return null;
            node = child;
        }
        return node;
    }

    /// <summary>The locks that cover a path, mapped or not.</summary>
    public IReadOnlyList<ModelLock> Covering(ReadOnlySpan<string> path)
    {
        if (Find(path) is { } node)
            return [.. node.Covering];
        for (var length = path.Length - 1; length >= 0; length--)
            if (Find(path[..length]) is { } ancestor)
                return [.. ancestor.InfiniteLocks];
        return [];
    }

    /// <summary>True when creating this name would put it beside one that differs in letter case only.</summary>
    public bool HasCaseConflict(ReadOnlySpan<string> path, ModelNode? except = null)
    {
        if (Find(path[..^1]) is not { IsFolder: true } parent)
            return false;
        var name = path[^1];
        return parent.Children.Values.Any(child =>
            child != except
            && child.Name != name
            && child.Name.Equals(name, StringComparison.OrdinalIgnoreCase)
        );
    }
}
