namespace CloudDav.Vault.Tests.Sharing;

/// <summary>What a person may do, by the table of the service's terms.</summary>
internal enum May
{
    List,
    Read,
    Add,
    MakeFolder,
    Reorganise,
    Remove,
    Share,
    ShareWithFriends,
    Narrow,
    OpenFamily,
    OpenFriend,
}

/// <summary>A file, a folder, or a mount, as the model has it.</summary>
internal sealed class ModelNode(string name, ModelNode? parent)
{
    /// <summary>The mark that its owner has set; those of the operator have the number of their measure.</summary>
    public const long Own = 0;

    public string Name { get; set; } = name;

    public ModelNode? Parent { get; set; } = parent;

    /// <summary>The content; null for a folder and for a mount.</summary>
    public string? Text { get; set; }

    /// <summary>What a mount shows; null for what is no mount.</summary>
    public ModelShare? Shows { get; init; }

    public HashSet<long> Marks { get; } = [];

    public HashSet<long> Blocks { get; } = [];

    public SortedDictionary<string, ModelNode> Members { get; } = new(StringComparer.Ordinal);

    public bool IsFolder => Text is null && Shows is null;

    /// <summary>It and everything above it.</summary>
    public IEnumerable<ModelNode> Chain
    {
        get
        {
            for (var node = this; node is not null; node = node.Parent)
                yield return node;
        }
    }

    /// <summary>It and everything below it in the same vault.</summary>
    public IEnumerable<ModelNode> All =>
        Members.Values.SelectMany(member => member.All).Prepend(this);

    public long Bytes => All.Sum(node => node.Text?.Length ?? 0);

    public bool IsIn(ModelNode root) => Chain.Contains(root);

    public void Leave()
    {
        Parent?.Members.Remove(Name);
        Parent = null;
    }

    public void Enter(ModelNode folder, string newName)
    {
        Name = newName;
        Parent = folder;
        folder.Members[newName] = this;
    }

    /// <summary>A copy without mounts and blocks.</summary>
    /// <param name="carry">Which marks what is below it takes along.</param>
    public ModelNode Copy(Func<ModelNode, IEnumerable<long>> carry)
    {
        var copy = new ModelNode(Name, null) { Text = Text };
        foreach (var member in Members.Values.Where(member => member.Shows is null))
        {
            var inner = member.Copy(carry);
            inner.Marks.UnionWith(carry(member));
            inner.Enter(copy, member.Name);
        }
        return copy;
    }
}

internal sealed class ModelPerson(string name, ModelPerson? customer)
{
    public string Name { get; } = name;

    /// <summary>The customer whose household it is.</summary>
    public ModelPerson Customer => customer ?? this;

    public ModelNode Root { get; } = new("", null);

    public long Capacity { get; set; } = ModelRules.Plenty;

    public bool HasLeft { get; set; }

    /// <summary>Whether the contract has ended; of customers.</summary>
    public bool IsEnded { get; set; }

    /// <summary>What is suspended, and by which measure.</summary>
    public Dictionary<Switches, long> Suspensions { get; } = [];

    public Dictionary<ModelShare, ModelNode> Mounts { get; } = [];

    /// <summary>Mounts that the person has removed.</summary>
    public HashSet<ModelShare> Unwanted { get; } = [];

    public long Used => Root.Bytes;
}

internal sealed class ModelShare(ModelPerson owner, ModelNode node)
{
    public ModelPerson Owner { get; } = owner;

    public ModelNode Node { get; } = node;

    public ShareAudience Audience { get; init; }

    public HashSet<ModelPerson> Members { get; set; } = [];

    public ShareRights Rights { get; set; }

    public bool IsOver { get; set; }
}

/// <summary>An exclusive lock.</summary>
internal sealed class ModelLock(
    string token,
    ModelPerson holder,
    bool isInfinite,
    DateTimeOffset ends
)
{
    public string Token { get; } = token;

    public ModelPerson Holder { get; } = holder;

    public bool IsInfinite { get; } = isInfinite;

    public DateTimeOffset Ends { get; } = ends;

    public required ModelNode Node { get; set; }
}

/// <summary>Where a path of somebody's tree leads.</summary>
/// <param name="Owner">Into whose vault.</param>
/// <param name="Via">Through which share; null for the own vault.</param>
/// <param name="Mount">The mount that it goes through.</param>
/// <param name="IsTop">Whether it ends at the root, or at what is shared.</param>
/// <param name="Node">What is there; null for nothing.</param>
/// <param name="Folder">The folder it is or would be in, where the path may have something new.</param>
/// <param name="Deepest">The last that is there on the way.</param>
/// <param name="Name">What it is called.</param>
internal sealed record ModelPlace(
    ModelPerson Owner,
    ModelShare? Via,
    ModelNode? Mount,
    bool IsTop,
    ModelNode? Node,
    ModelNode? Folder,
    ModelNode Deepest,
    string Name
);

/// <summary>The rules of who may do what, in the words of the service's terms and none of the product's code.</summary>
internal sealed class ModelRules
{
    public const long Plenty = 1 << 30;

    public List<ModelShare> Shares { get; } = [];

    public List<ModelLock> Locks { get; } = [];

    /// <summary>The operator's marks that hold.</summary>
    public HashSet<long> Notices { get; } = [];

    public static bool Can(ModelPerson person, May what)
    {
        if (IsSuspended(person, what))
            return false;
        if (HasEnded(person))
            return what is May.List or May.Read or May.Remove or May.Narrow;
        return person.Used <= person.Capacity
            || what
                is May.List
                    or May.Read
                    or May.MakeFolder
                    or May.Reorganise
                    or May.Remove
                    or May.Narrow;
    }

    /// <summary>Whether somebody is shown a share: of the same household, as long as both belong to it, and meant.</summary>
    public static bool IsFor(ModelShare share, ModelPerson person) =>
        !share.IsOver
        && share.Audience != ShareAudience.Link
        && share.Owner != person
        && share.Owner.Customer == person.Customer
        && !share.Owner.HasLeft
        && !person.HasLeft
        && (share.Audience == ShareAudience.Household || share.Members.Contains(person))
        && share.Node.IsIn(share.Owner.Root);

    public static ModelPlace Resolve(ModelPerson actor, IReadOnlyList<string> path)
    {
        var place = new ModelPlace(actor, null, null, true, actor.Root, null, actor.Root, "");
        foreach (var name in path)
        {
            var folder = place.Node is { IsFolder: true } ? place.Node : null;
            var node = folder?.Members.GetValueOrDefault(name);
            if (node?.Shows is { } share)
            {
                if (place.Via is not null)
                    // What others share with the owner is nobody else's.
                    return place with { IsTop = false, Node = null, Folder = null, Name = "?" };
                place = new(share.Owner, share, node, true, share.Node, null, share.Node, name);
                continue;
            }
            place = place with
            {
                IsTop = false,
                Node = node,
                Folder = folder,
                Deepest = node ?? place.Deepest,
                Name = name,
            };
        }
        return place;
    }

    /// <summary>Why somebody may not do something at a place, whatever is there; null when they may.</summary>
    public static RefusalRule? Bars(ModelPerson actor, ModelPlace place, May what)
    {
        if (!Can(actor, what))
            return OwnRule(actor, what);
        if (place.Via is { } share)
        {
            if (!Can(share.Owner, May.OpenFamily))
                return RefusalRule.SharePaused;
            if (share.Rights != ShareRights.Edit && what is not (May.List or May.Read))
                return RefusalRule.ShareRightMissing;
            if (!Can(share.Owner, what))
                return RefusalRule.SharePaused;
        }
        return BarsAt(place, what);
    }

    /// <summary>Whether something blocked on the way stands against it.</summary>
    public static RefusalRule? BarsAt(ModelPlace place, May what) =>
        place.Deepest.Chain.All(node => node.Blocks.Count == 0) ? null
        : place.Via is not null ? RefusalRule.SharePaused
        : what is May.List or May.Remove ? null
        : RefusalRule.Blocked;

    public static bool HasRoom(ModelPerson owner, long bytes, bool addsContent)
    {
        var left = Math.Max(0, owner.Capacity - owner.Used);
        return (bytes <= 0 || bytes <= left) && !(addsContent && left == 0);
    }

    public IEnumerable<long> MarksOn(ModelNode node) =>
        node.Marks.Where(mark => mark == ModelNode.Own || Notices.Contains(mark));

    public IEnumerable<long> MarksOver(ModelNode? node) => node?.Chain.SelectMany(MarksOn) ?? [];

    public bool IsProtected(ModelNode? node) => MarksOver(node).Any();

    /// <summary>Gives somebody a mount of what is new, and takes away mounts of what is over.</summary>
    public void Settle(ModelPerson person)
    {
        var taken = person.Root.Members.Keys.ToHashSet(StringComparer.Ordinal);
        foreach (var share in person.Mounts.Keys.Where(share => !IsFor(share, person)).ToList())
            Unmount(person, share);
        foreach (var share in Shares)
            if (
                IsFor(share, person)
                && !person.Mounts.ContainsKey(share)
                && !person.Unwanted.Contains(share)
            )
                Mount(person, share, taken);
    }

    public static void Mount(ModelPerson person, ModelShare share, HashSet<string> taken)
    {
        var name = share.Node.Name;
        for (var i = 1; !taken.Add(name); i++)
            name =
                i == 1
                    ? $"{share.Node.Name} ({share.Owner.Name})"
                    : $"{share.Node.Name} ({share.Owner.Name}, {i})";
        var mount = new ModelNode(name, null) { Shows = share };
        mount.Enter(person.Root, name);
        person.Mounts[share] = mount;
    }

    public static void Unmount(ModelPerson person, ModelShare share)
    {
        if (person.Mounts.Remove(share, out var mount))
            mount.Leave();
    }

    /// <summary>The locks that cover a node.</summary>
    public IEnumerable<ModelLock> Over(ModelNode? node, DateTimeOffset now) =>
        node is null
            ? []
            : Locks.Where(held =>
                held.Ends > now && (held.Node == node || (held.IsInfinite && node.IsIn(held.Node)))
            );

    /// <summary>The locks on what is below a node.</summary>
    public IEnumerable<ModelLock> Below(ModelNode node, DateTimeOffset now) =>
        Locks.Where(held => held.Ends > now && held.Node != node && held.Node.IsIn(node));

    /// <summary>A node goes out of its place; locks on it and below it end, or those on it pass to what comes in its place.</summary>
    public void Discard(ModelNode node, ModelNode? heir)
    {
        foreach (var held in Locks.Where(held => held.Node.IsIn(node)).ToList())
        {
            if (heir is not null && held.Node == node)
                held.Node = heir;
            else
                Locks.Remove(held);
        }
        node.Leave();
    }

    /// <summary>Locks of what moves away end.</summary>
    public void Unlock(ModelNode node) => Locks.RemoveAll(held => held.Node.IsIn(node));

    private static RefusalRule OwnRule(ModelPerson person, May what) =>
        IsSuspended(person, what) ? RefusalRule.Suspended
        : HasEnded(person) ? RefusalRule.TakeBackWindow
        : RefusalRule.OverCapacity;

    private static bool HasEnded(ModelPerson person) => person.HasLeft || person.Customer.IsEnded;

    // A suspension of the customer is one of the household.
    private static bool IsSuspended(ModelPerson person, May what) =>
        person
            .Suspensions.Keys.Concat(person.Customer.Suspensions.Keys)
            .Any(switches =>
                switches switch
                {
                    Switches.Upload => what is May.Add,
                    Switches.Download => what is May.Read or May.OpenFamily or May.OpenFriend,
                    Switches.Share => what
                        is May.Share
                            or May.ShareWithFriends
                            or May.OpenFamily
                            or May.OpenFriend,
                    _ => false,
                }
            );
}
