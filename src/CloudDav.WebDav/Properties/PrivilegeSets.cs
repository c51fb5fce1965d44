using System.Text;
using CloudDav.WebDav.Xml;

namespace CloudDav.WebDav.Properties;

/// <summary>Privileges as RFC 3744 and as ownCloud's letters write them.</summary>
internal static class PrivilegeSets
{
    private static readonly (DavPrivileges Needs, string Name)[] Names =
    [
        (DavPrivileges.Read, "read"),
        (DavPrivileges.Read, "read-current-user-privilege-set"),
        (
            DavPrivileges.WriteContent
                | DavPrivileges.WriteProperties
                | DavPrivileges.Bind
                | DavPrivileges.Unbind,
            "write"
        ),
        (DavPrivileges.WriteContent, "write-content"),
        (DavPrivileges.WriteProperties, "write-properties"),
        (DavPrivileges.Bind, "bind"),
        (DavPrivileges.Unbind, "unbind"),
        (DavPrivileges.WriteContent, "unlock"),
    ];

    private static readonly (DavPrivileges Needs, byte[] Xml)[] Elements =
    [
        .. Names.Select(row =>
            (row.Needs, Encoding.ASCII.GetBytes($"<d:privilege><d:{row.Name}/></d:privilege>"))
        ),
    ];

    /// <summary>The value of <c>supported-privilege-set</c> (RFC 3744 §5.3).</summary>
    public static byte[] Supported { get; } =
        Encoding.ASCII.GetBytes(
            Tree(
                "all",
                Tree("read", Tree("read-current-user-privilege-set", "")),
                Tree(
                    "write",
                    Tree("write-content", ""),
                    Tree("write-properties", ""),
                    Tree("bind", ""),
                    Tree("unbind", "")
                ),
                Tree("unlock", "")
            )
        );

    /// <summary>Writes <c>current-user-privilege-set</c> (RFC 3744 §5.4).</summary>
    public static void WriteCurrent(ref Utf8Writer writer, DavPrivileges privileges)
    {
        foreach (var (needs, xml) in Elements)
        {
            if ((privileges & needs) == needs)
                writer.Raw(xml);
        }
    }

    /// <summary>Writes the letters of <c>oc:permissions</c>: S shared with me, R may be shared, G read, D delete, N rename, V move, W write, C adds files, K folders.</summary>
    public static void WriteLetters(
        ref Utf8Writer writer,
        DavResource resource,
        DavPrivileges privileges
    )
    {
        if (resource.IsReceived)
            writer.Raw("S"u8);
        if (privileges.HasFlag(DavPrivileges.Share))
            writer.Raw("R"u8);
        if (privileges.HasFlag(DavPrivileges.Read))
            writer.Raw("G"u8);
        if (privileges.HasFlag(DavPrivileges.Delete))
            writer.Raw("D"u8);
        if (privileges.HasFlag(DavPrivileges.Move))
            writer.Raw("NV"u8);
        if (!resource.IsCollection && privileges.HasFlag(DavPrivileges.WriteContent))
            writer.Raw("W"u8);
        if (resource.IsCollection && privileges.HasFlag(DavPrivileges.Bind))
            writer.Raw("C"u8);
        if (resource.IsCollection && privileges.HasFlag(DavPrivileges.BindCollection))
            writer.Raw("K"u8);
    }

    private static string Tree(string name, params string[] children) =>
        $"<d:supported-privilege><d:privilege><d:{name}/></d:privilege><d:description>{name}</d:description>{string.Concat(children)}</d:supported-privilege>";
}
