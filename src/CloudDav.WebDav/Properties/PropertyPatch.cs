using System.Xml.Linq;

namespace CloudDav.WebDav;

/// <summary>A PROPPATCH or extended MKCOL body, in document order (RFC 4918 §9.2, RFC 5689 §3).</summary>
/// <param name="Changes">The changes, in the order they are to be applied.</param>
public sealed record PropertyPatch(IReadOnlyList<PropertyChange> Changes);

/// <summary>One change of one property.</summary>
/// <param name="Name">The property as the client named it.</param>
public abstract record PropertyChange(XName Name)
{
    /// <summary>Sets a dead property.</summary>
    public sealed record SetDead(XName Name, string Xml) : PropertyChange(Name);

    /// <summary>Removes a dead property; removing what is not there succeeds.</summary>
    public sealed record Remove(XName Name) : PropertyChange(Name);

    /// <summary>Sets the modification time.</summary>
    public sealed record SetModified(XName Name, DateTimeOffset Value) : PropertyChange(Name);

    /// <summary>Sets the creation time.</summary>
    public sealed record SetCreated(XName Name, DateTimeOffset Value) : PropertyChange(Name);

    /// <summary>Sets the last access time that Windows clients keep.</summary>
    public sealed record SetLastAccess(XName Name, DateTimeOffset Value) : PropertyChange(Name);

    /// <summary>Sets the Win32 attribute bits.</summary>
    public sealed record SetWin32Attributes(XName Name, uint Value) : PropertyChange(Name);

    /// <summary>Marks it as a favourite of the principal, or takes the mark away: nobody else sees it, and its ETag stays.</summary>
    public sealed record SetFavorite(XName Name, bool Value) : PropertyChange(Name);

    /// <summary>Accepted and without effect (<c>displayname</c> that differs from the name, Win32 properties on the root).</summary>
    public sealed record Ignore(XName Name) : PropertyChange(Name);

    /// <summary>Cannot be applied: the protocol already knows the refusal (protected property, bad value). The whole patch then fails.</summary>
    public sealed record Refuse(XName Name, int Status, XName? Condition) : PropertyChange(Name);
}

/// <summary>The result for one property.</summary>
/// <param name="Name">The property.</param>
/// <param name="Status">200, or 403, 409, 424, 507.</param>
/// <param name="Condition">The condition element inside this propstat; null for none.</param>
public sealed record PropertyStatus(XName Name, int Status, XName? Condition = null);
