namespace CloudDav.Vault;

/// <summary>What each standing allows: the table of the service's terms, one line for each of its lines.</summary>
public static class CapabilityTable
{
    private const bool Yes = true;
    private const bool No = false;

    // csharpier-ignore
    private static readonly Capability[] s_allowed = Fold(
        //                             Active, OverCapacity, TakeBack, Closed
        (Capability.List,              Yes,    Yes,          Yes,      No),
        (Capability.Download,          Yes,    Yes,          Yes,      No),
        (Capability.AddContent,        Yes,    No,           No,       No),
        (Capability.CreateFolder,      Yes,    Yes,          No,       No),
        (Capability.Reorganise,        Yes,    Yes,          No,       No),
        (Capability.TakeBack,          Yes,    Yes,          Yes,      No),
        (Capability.Share,             Yes,    No,           No,       No),
        (Capability.ShareWithFriends,  Yes,    No,           No,       No),
        (Capability.NarrowShare,       Yes,    Yes,          Yes,      No),
        (Capability.OpenFamilyShare,   Yes,    No,           No,       No),
        (Capability.OpenFriendShare,   Yes,    No,           No,       No),
        (Capability.ManageDevices,     Yes,    Yes,          Yes,      No),
        (Capability.Tv,                Yes,    Yes,          Yes,      No)
    );

    /// <summary>Everything a standing allows.</summary>
    public static Capability Of(Standing standing) => s_allowed[(int)standing];

    /// <summary>What may be done through a door when the operator has set nothing else.</summary>
    public static Capability DoorDefault(Door door) =>
        door switch
        {
            Door.App => Capability.All & ~Capability.Tv,
            Door.Browser => Capability.All,
            Door.Tv => Capability.List | Capability.Download | Capability.Tv,
            Door.Link => Capability.List | Capability.Download | Capability.AddContent,
            Door.Staff => Capability.List | Capability.Download,
        };

    /// <summary>What a suspension or a restriction takes away.</summary>
    public static Capability TakenBy(Switches switches)
    {
        if (switches.HasFlag(Switches.Whole))
            return Capability.All;
        var taken = Capability.None;
        if (switches.HasFlag(Switches.Upload))
            taken |= Capability.AddContent;
        if (switches.HasFlag(Switches.Download))
            taken |=
                Capability.Download
                | Capability.OpenFamilyShare
                | Capability.OpenFriendShare
                | Capability.Tv;
        if (switches.HasFlag(Switches.Share))
            taken |=
                Capability.Share
                | Capability.ShareWithFriends
                | Capability.OpenFamilyShare
                | Capability.OpenFriendShare;
        if (switches.HasFlag(Switches.ShareWithFriends))
            taken |= Capability.ShareWithFriends | Capability.OpenFriendShare;
        if (switches.HasFlag(Switches.Tv))
            taken |= Capability.Tv;
        return taken;
    }

    /// <summary>
    /// What goes on when terms are not accepted although they are required by now: as in the take-back window, everything is read and deleted as
    /// before, and nothing is lost by waiting.
    /// </summary>
    public static Capability WithoutTerms => Of(Standing.TakeBack);

    /// <summary>What changes something, and therefore waits while the platform is read-only.</summary>
    public const Capability Writes =
        Capability.AddContent
        | Capability.CreateFolder
        | Capability.Reorganise
        | Capability.TakeBack
        | Capability.Share
        | Capability.ShareWithFriends
        | Capability.NarrowShare
        | Capability.ManageDevices;

    private static Capability[] Fold(
        params ReadOnlySpan<(
            Capability Row,
            bool Active,
            bool OverCapacity,
            bool TakeBack,
            bool Closed
        )> rows
    )
    {
        var allowed = new Capability[4];
        foreach (var row in rows)
        {
            allowed[(int)Standing.Active] |= row.Active ? row.Row : Capability.None;
            allowed[(int)Standing.OverCapacity] |= row.OverCapacity ? row.Row : Capability.None;
            allowed[(int)Standing.TakeBack] |= row.TakeBack ? row.Row : Capability.None;
            allowed[(int)Standing.Closed] |= row.Closed ? row.Row : Capability.None;
        }
        return allowed;
    }
}
