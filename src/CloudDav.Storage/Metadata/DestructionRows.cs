using System.Buffers.Binary;
using System.Security.Cryptography;
using CloudDav.Vault;

namespace CloudDav.Storage;

/// <summary>Rows of destructions.</summary>
internal static class DestructionRows
{
    public static DestructionRecord Read(IRow row) =>
        new()
        {
            Account = new(row.Int64(0)),
            Vault = new(row.Int64(1)),
            Cause = (EndCause)row.Int64(2),
            Step = (DestructionStep)row.Int64(3),
            Started = row.Time(4),
            KeyDestroyed = row.TimeOrNull(5),
            Finished = row.TimeOrNull(6),
            Items = row.Int64(7),
            Contents = row.Int64(8),
            Bytes = row.Int64(9),
            ListHash = row.Bytes(10).ToArray(),
            AuditHead = row.IsNull(12)
                ? null
                : new AuditHead(
                    new AuditChainId(row.Int64(0)),
                    row.Int64(11),
                    row.Bytes(12).ToArray()
                ),
            BackupsExpire = row.TimeOrNull(13),
            KeepUntil = row.TimeOrNull(14),
        };

    public static RetainedContract ReadRetained(IRow row) =>
        new()
        {
            Account = new(row.Int64(0)),
            Owner = row.Int64OrNull(1) is { } owner ? new AccountId(owner) : null,
            Customer = row.TextOrNull(2),
            MainContract = row.TextOrNull(3),
            Option = row.TextOrNull(4),
            OptionVersion = (int?)row.Int64OrNull(5),
            Started = row.Time(6),
            Ends = row.TimeOrNull(7),
            EndRecorded = row.TimeOrNull(8),
            MainEnds = row.TimeOrNull(9),
            MainEndRecorded = row.TimeOrNull(10),
            KeepUntil = row.TimeOrNull(11),
        };

    public static DestructionState ReadState(IRow row) =>
        new(row.TimeOrNull(0), row.TimeOrNull(1), row.TimeOrNull(2));

    /// <summary>The hash of the list of destroyed contents with one more at its end.</summary>
    public static byte[] Link(byte[] before, long id, long size, ReadOnlySpan<byte> sha256)
    {
        Span<byte> numbers = stackalloc byte[16];
        BinaryPrimitives.WriteInt64BigEndian(numbers, id);
        BinaryPrimitives.WriteInt64BigEndian(numbers[8..], size);
        return SHA256.HashData([.. before, .. numbers, .. sha256]);
    }
}

/// <summary>What an account that goes is known by.</summary>
/// <param name="names">Its row: the name's key, the subject, the own password.</param>
internal sealed class GoingAccount(IRow names)
{
    private readonly string _nameKey = names.Text(0);
    private readonly string? _subject = names.TextOrNull(1);
    private readonly string? _password = names.TextOrNull(2);
    private readonly List<(string Selector, byte[] Secret)> _devices = [];

    /// <summary>Adds a device's row: its selector and the hash of its secret.</summary>
    public void AddDevice(IRow device) => _devices.Add((device.Text(0), device.Bytes(1).ToArray()));

    /// <summary>What is kept of it for a while: keyed hashes, of the name alone with that of the password.</summary>
    public IEnumerable<(byte[] Mac, string? Password)> Keep(ClosedNames closed)
    {
        if (_subject is not null)
            yield return (closed.OfSubject(_subject), null);
        foreach (var (selector, secret) in _devices)
            yield return (
                TvToken.IsSelector(selector)
                    ? closed.OfTv(secret)
                    : closed.OfDevice(_nameKey, selector, secret),
                null
            );
        if (_password is not null)
            yield return (closed.OfName(_nameKey), closed.OfPassword(_password));
    }
}
