using System.Buffers.Binary;
using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace CloudDav.Vault;

/// <summary>An address at which a TV set plays what lies in a folder.</summary>
/// <param name="Id">Its row.</param>
/// <param name="Actor">The set.</param>
/// <param name="Folder">The folder.</param>
/// <param name="Created">When it was given.</param>
/// <param name="Expires">When it ends.</param>
public sealed record MediaAddress(
    long Id,
    Actor Actor,
    NodeId Folder,
    DateTimeOffset Created,
    DateTimeOffset Expires
);

/// <summary>
/// Gives TV sets addresses that players open which can send no credential, and says whose they are. An address covers one folder of one set: what lies directly in it, and only what
/// <see cref="TvLibrary"/> shows there. It is over a day after it was last used, and with its set.
/// </summary>
/// <remarks>
/// The token is the row's number and a MAC of all that the row says, under a key of the key store: whoever has the database has no token, the same set is given the same address again, and one whose number is
/// used anew opens nothing. What the set may see is decided by every request, as at its own door.
/// </remarks>
/// <param name="contracts">Where addresses are.</param>
/// <param name="key">The key of the MACs.</param>
/// <param name="time">The clock.</param>
public sealed class MediaDesk(IContractStore contracts, byte[] key, TimeProvider time)
{
    /// <summary>What the key is derived for.</summary>
    public const string Purpose = "media addresses";

    /// <summary>How long an address is good after it was last used.</summary>
    public static readonly TimeSpan Life = TimeSpan.FromHours(24);

    /// <summary>How many addresses one set has at the most; one more takes the place of the one that was not used for longest.</summary>
    public const int MostPerSet = 2_000;

    private const int MacLength = 16;
    private const int TokenLength = sizeof(long) + MacLength;
    private static readonly TimeSpan s_touchEvery = TimeSpan.FromMinutes(5);

    /// <summary>The tokens for some folders, made or made good for longer.</summary>
    /// <param name="actor">The set.</param>
    /// <param name="folders">The folders; the set was shown what lies in them.</param>
    /// <param name="cancellationToken">Stops it before it begins.</param>
    public async ValueTask<VaultResult<IReadOnlyDictionary<NodeId, string>>> OfferAsync(
        Actor actor,
        IReadOnlyCollection<NodeId> folders,
        CancellationToken cancellationToken
    )
    {
        if (folders.Count == 0)
            return new Dictionary<NodeId, string>();
        var now = time.GetUtcNow();
        return await contracts.WriteAsync<IReadOnlyDictionary<NodeId, string>>(
            async transaction =>
                (
                    await transaction.KeepMediaAddressesAsync(
                        actor,
                        folders,
                        MostPerSet,
                        now,
                        now + Life
                    )
                ).ToDictionary(address => address.Folder, TokenOf),
            cancellationToken
        );
    }

    /// <summary>Whose a token is, and for which folder; null when it is not one, or no longer.</summary>
    public async ValueTask<MediaAddress?> FindAsync(
        string token,
        CancellationToken cancellationToken
    )
    {
        Span<byte> bytes = stackalloc byte[TokenLength];
        if (
            token.Length != Base64Url.GetEncodedLength(TokenLength)
            || !Base64Url.IsValid(token)
            || !Base64Url.TryDecodeFromChars(token, bytes, out var count)
            || count != TokenLength
        )
            return null;
        var id = BinaryPrimitives.ReadInt64BigEndian(bytes);
        var now = time.GetUtcNow();
        var address = await contracts.ReadAsync(
            snapshot => snapshot.FindMediaAddressAsync(id, now),
            cancellationToken
        );
        if (
            address is null
            || !CryptographicOperations.FixedTimeEquals(
                Encoding.ASCII.GetBytes(token),
                Encoding.ASCII.GetBytes(TokenOf(address))
            )
        )
            return null;
        if (address.Expires - now <= Life - s_touchEvery)
            await TouchAsync(address, now + Life);
        return address;
    }

    private async ValueTask TouchAsync(MediaAddress address, DateTimeOffset expires)
    {
        try
        {
            _ = await contracts.WriteAsync<bool>(
                async transaction =>
                {
                    await transaction.TouchMediaAddressAsync(address.Id, expires);
                    return true;
                },
                CancellationToken.None
            );
        }
        catch (Exception)
        {
            // With a full disk what plays plays on.
        }
    }

    private string TokenOf(MediaAddress address)
    {
        var bytes = new byte[TokenLength];
        BinaryPrimitives.WriteInt64BigEndian(bytes, address.Id);
        HMACSHA256
            .HashData(
                key,
                Encoding.ASCII.GetBytes(
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"{address.Id} {address.Actor.Account.Value} {address.Actor.Device!.Value.Value} {address.Folder.Value} {address.Created.ToUnixTimeMilliseconds()}"
                    )
                )
            )
            .AsSpan(0, MacLength)
            .CopyTo(bytes.AsSpan(sizeof(long)));
        return Base64Url.EncodeToString(bytes);
    }
}
